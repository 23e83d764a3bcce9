"""The in-queue menu: keys that a waiting caller may press, and the invitation that says so.

A key that is not there changes nothing; nor does any key while an agent's phone rings, for then somebody is about to answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ccserver.core.acd.asking import begin, take_key
from ccserver.core.acd.line import is_full
from ccserver.core.acd.promising import is_offered
from ccserver.core.acd.treatment import LET_IT_END
from ccserver.core.centre import Centre
from ccserver.core.commands import Command, StartTimer
from ccserver.core.events import DigitReceived, Event, ExitTaken, QueueChosen
from ccserver.core.ids import QueueId
from ccserver.core.interaction import Interaction, InteractionState, QueuePlace
from ccserver.core.moves import leave_queue
from ccserver.core.notices import KeyTaken, Notice
from ccserver.core.plan import Exit, ExitKind, QueuePlan
from ccserver.core.prompts import play
from ccserver.core.records import Result
from ccserver.core.timers import InvitationDue

Effects = Iterator[Command | Notice | Event]


def on_digit(centre: Centre, event: DigitReceived, now: datetime) -> Effects:
    """One key of a caller who waits in line."""
    interaction = centre.interaction_of_leg(event.leg)
    if interaction is None or interaction.state is not InteractionState.QUEUED or event.leg != interaction.customer_leg:
        return
    place = interaction.place
    plan = centre.plan.queues.get(place.queue) if place else None
    if place is None or plan is None:
        return
    if place.enquiry is not None:
        yield from take_key(centre, interaction, place, event.digit, now)
    elif (way := plan.keys.get(event.digit)) is not None:
        yield from _take(centre, interaction, place, way, event.digit, now)


def _take(centre: Centre, interaction: Interaction, place: QueuePlace, way: Exit, digit: str, now: datetime) -> Effects:
    plan = centre.plan.queues[place.queue]
    target = centre.plan.queues.get(QueueId(way.target)) if way.kind is ExitKind.QUEUE else None
    is_closed = target is not None and (target.id == place.queue or is_full(centre, target))
    if is_closed or not _may_take(centre, interaction, place, plan, way, now):
        return
    yield KeyTaken(interaction.id, place.queue, digit, f"{way.kind.value} {way.target}".strip())
    if way.kind is ExitKind.CALLBACK and plan.callback is not None:
        yield from begin(centre, interaction, place, plan.callback, now)
    elif target is not None:
        raised = max(0, place.priority - target.priority - interaction.priority)
        yield QueueChosen(interaction.id, target.id, raised)
    else:
        yield from leave_queue(interaction, now, "chosen")
        yield ExitTaken(interaction.id, way, Result.ENDED_IN_IVR)


def _may_take(
    centre: Centre, interaction: Interaction, place: QueuePlace, plan: QueuePlan, way: Exit, now: datetime
) -> bool:
    """A callback is not offered to everybody; every other way is."""
    if way.kind is not ExitKind.CALLBACK:
        return True
    return plan.callback is not None and is_offered(centre, interaction, place, plan.callback, now)


def on_invitation_due(centre: Centre, key: InvitationDue, now: datetime) -> Effects:
    """Tell a caller in line what the keys do. Nobody is disturbed whose agent's phone rings, or who is choosing already."""
    if key.interaction not in centre.interactions:
        return
    interaction = centre.interaction(key.interaction)
    place = interaction.place
    plan = centre.plan.queues.get(place.queue) if place else None
    if place is None or plan is None or plan.invitation is None:
        return
    is_waiting = interaction.state is InteractionState.QUEUED
    if not is_waiting or interaction.prompt is not None or place.enquiry is not None:
        yield StartTimer(key, now + LET_IT_END)
        return
    is_of_use = any(_may_take(centre, interaction, place, plan, way, now) for way in plan.keys.values())
    if is_of_use:
        yield from play(interaction, plan.invitation.sounds, now)
    if plan.invitation.every is not None:
        yield StartTimer(key, now + plan.invitation.every)
    elif not is_of_use:
        yield StartTimer(key, now + plan.invitation.first_after)
