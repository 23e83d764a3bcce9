"""A caller arrives: which entry point, open or closed, and where it goes first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ccserver.core.acd.queueing import take_tier
from ccserver.core.acd.treatment import greet
from ccserver.core.centre import Centre
from ccserver.core.commands import CancelTimer, Command, LookUpCustomer, ReturnLeg, StartTimer
from ccserver.core.events import CustomerFound, Event, ExitTaken, FlowChosen, LegArrived, QueueChosen
from ccserver.core.ids import InteractionId
from ccserver.core.interaction import Interaction, InteractionState
from ccserver.core.notices import CustomerKnown, InteractionStarted, Notice, OddityNoticed
from ccserver.core.plan import EntryPoint, Plan
from ccserver.core.records import Direction, Result, SegmentKind
from ccserver.core.reporting.timeline import turn
from ccserver.core.standing import has_tiers, settle_tier
from ccserver.core.timers import LookUpLimit

Effects = Iterator[Command | Notice | Event]


def on_leg_arrived(centre: Centre, event: LegArrived, now: datetime) -> Effects:
    """Open the interaction. A leg that is known already, or an id that is taken, is no new caller.

    A leg that comes back from the fallback is the business of `fallback`.
    """
    known = centre.interaction_of_leg(event.leg)
    if known is not None and known.state is InteractionState.FALLBACK:
        return
    if event.leg in centre.legs or centre.is_known(event.interaction):
        yield OddityNoticed("leg arrived twice", event.leg)
        return
    if len(centre.interactions) >= centre.plan.max_interactions:
        yield OddityNoticed("too many interactions; the caller goes to the PBX's own queue", event.leg)
        yield ReturnLeg(event.leg)
        return
    interaction = _open(event, now)
    centre.add(interaction)
    yield InteractionStarted(interaction.id, Direction.INBOUND, interaction.ani, interaction.dnis, event.leg)
    entry = centre.plan.entry_points.get(event.dnis)
    if entry is None:
        yield ExitTaken(interaction.id, centre.plan.default_exit, Result.ENDED_IN_IVR)
        return
    take_entry_point(centre.plan, interaction, entry)
    yield first_step(centre, interaction, entry, now)
    if interaction.ani:
        yield LookUpCustomer(interaction.id, interaction.ani)
        yield StartTimer(LookUpLimit(interaction.id), now + centre.plan.look_up_limit)


def _open(event: LegArrived, now: datetime) -> Interaction:
    started_at = min(event.arrived_at or now, now)
    interaction = Interaction(
        event.interaction, Direction.INBOUND, event.node, event.ani, event.dnis, started_at, event.caller_name
    )
    interaction.customer_leg, interaction.arrived_at = event.leg, started_at
    turn(interaction, SegmentKind.IVR, started_at)
    return interaction


def take_entry_point(plan: Plan, interaction: Interaction, entry: EntryPoint) -> None:
    """What the number called says about the interaction."""
    interaction.entry_point, interaction.language = entry.id, entry.language
    interaction.priority, interaction.reason = entry.priority, entry.reason
    interaction.is_recorded = entry.is_recorded
    settle_tier(plan, interaction)


def first_step(centre: Centre, interaction: Interaction, entry: EntryPoint, now: datetime) -> Event:
    """Where the caller goes first at this time of the week."""
    hours = centre.plan.hours.get(entry.hours) if entry.hours else None
    if hours is not None and not hours.is_open(now):
        return ExitTaken(interaction.id, entry.on_closed, Result.CLOSED)
    if entry.queue is not None:
        return QueueChosen(interaction.id, entry.queue, also=entry.also)
    if entry.flow is not None:
        return FlowChosen(interaction.id, entry.flow)
    return ExitTaken(interaction.id, centre.plan.default_exit, Result.ENDED_IN_IVR)


def on_customer_found(centre: Centre, event: CustomerFound, now: datetime) -> Effects:
    """Keep the card, which may give whoever waits another tier; an answer for an interaction that is over changes nothing."""
    if event.interaction not in centre.interactions:
        return
    yield CancelTimer(LookUpLimit(event.interaction))
    if event.card is not None:
        interaction = centre.interaction(event.interaction)
        interaction.customer = event.card
        yield from take_tier(centre, interaction, now)
        yield CustomerKnown(event.interaction)
    yield from _no_longer_held_back(centre, event.interaction, now)


def on_look_up_limit(centre: Centre, key: LookUpLimit, now: datetime) -> Effects:
    """Nobody waits longer for the directory: whoever was held back is offered from now on. A late answer is still welcome."""
    if key.interaction in centre.interactions:
        yield from _no_longer_held_back(centre, key.interaction, now)


def _no_longer_held_back(centre: Centre, key: InteractionId, now: datetime) -> Effects:
    """The dispatch looks at whatever is touched. Where there are no tiers and no agents are preferred, nobody was held back."""
    place = centre.interactions[key].place
    queue = centre.plan.queues.get(place.queue) if place is not None else None
    if has_tiers(centre.plan) or (queue is not None and queue.preferred_agent is not None):
        yield from greet(centre, centre.interaction(key), now)
