"""Nobody waits for ever: the maximum wait of a queue and its way out, and the ways that overflow rules lead.

Which rule holds is asked by `overflow_watch` after each step; here is what becomes of the caller.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from ccserver.core.centre import Centre
from ccserver.core.commands import Command, StartTimer
from ccserver.core.events import Event, ExitTaken, QueueChosen
from ccserver.core.ids import QueueId
from ccserver.core.interaction import Interaction, InteractionState, QueuePlace
from ccserver.core.notices import Notice, OverflowTaken
from ccserver.core.plan import ExitKind, OverflowRule, Plan, QueuePlan
from ccserver.core.records import Result
from ccserver.core.standing import tier_of
from ccserver.core.timers import MaxWait, OverflowDue

Effects = Iterator[Command | Notice | Event]


@dataclass(frozen=True, slots=True)
class Found:
    """A rule that holds for somebody who waits, and its number in the queue, from 1."""

    interaction: Interaction
    place: QueuePlace
    number: int
    rule: OverflowRule


def max_wait(plan: Plan, queue: QueuePlan, interaction: Interaction) -> timedelta:
    """The tier's, else the queue's."""
    tier = tier_of(plan, interaction)
    return tier.max_wait if tier is not None and tier.max_wait is not None else queue.max_wait


def start_max_wait(centre: Centre, interaction: Interaction, queue: QueuePlan, now: datetime) -> Effects:
    """The limit counts from the entry into this queue, also for a caller who waited in another one before."""
    yield StartTimer(MaxWait(interaction.id), now + max_wait(centre.plan, queue, interaction))


def on_max_wait(centre: Centre, key: MaxWait, now: datetime) -> Effects:
    """Send the caller the queue's way out. An agent's phone that rings is given the chance to be answered first."""
    if key.interaction not in centre.interactions:
        return
    interaction = centre.interaction(key.interaction)
    if interaction.place is None:
        return
    if interaction.state is InteractionState.OFFERED:
        interaction.place.is_overdue = True
    else:
        yield way_out(centre, interaction, interaction.place)


def way_out(centre: Centre, interaction: Interaction, place: QueuePlace) -> Event:
    """Where those go who waited the maximum in this queue."""
    plan = centre.plan.queues.get(place.queue)
    return ExitTaken(interaction.id, plan.on_max_wait if plan else centre.plan.default_exit, Result.OVERFLOWED)


def on_overflow_due(centre: Centre, key: OverflowDue, now: datetime) -> Effects:
    """Have the caller looked at: the watch looks at whatever is touched."""
    if key.interaction in centre.interactions:
        centre.interaction(key.interaction)
    yield from ()


def take_rule(centre: Centre, found: Found, now: datetime) -> Effects:
    """Send the waiting caller the way of the rule. Into another queue the place goes along: `since`, and a priority that is
    at least what it was."""
    interaction, place, way = found.interaction, found.place, found.rule.then
    told = f"{way.kind.value} {way.target}".strip()
    yield OverflowTaken(interaction.id, place.queue, found.number, told, now - place.since)
    target = centre.plan.queues.get(QueueId(way.target)) if way.kind is ExitKind.QUEUE else None
    if target is None:
        yield ExitTaken(interaction.id, way, Result.OVERFLOWED)
    else:
        raised = max(0, place.priority - target.priority - interaction.priority)
        yield QueueChosen(interaction.id, target.id, raised)


def visited_with(place: QueuePlace, queue: QueueId) -> list[QueueId]:
    """The queues of a place that goes on into `queue`; each once, so that there are never more than queues."""
    if place.queue == queue or place.queue in place.visited:
        return place.visited
    return [*place.visited, place.queue]
