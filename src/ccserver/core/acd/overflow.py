"""Nobody waits for ever: the maximum wait of a queue and its way out, and the ways that overflow rules lead.

Which rule holds is asked by `overflow_watch` after each step; here is what becomes of the caller.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from ccserver.core.acd.overflow_rules import NOWHERE, moves_to
from ccserver.core.centre import Centre
from ccserver.core.commands import Command, StartTimer
from ccserver.core.dialling import dial_outside
from ccserver.core.events import Event, ExitTaken, NumberChosen, PlaceWidened, QueueChosen
from ccserver.core.ids import QueueId
from ccserver.core.interaction import Interaction, InteractionEvent, InteractionState, QueuePlace
from ccserver.core.moves import move, stop_prompt
from ccserver.core.notices import Notice, OverflowTaken
from ccserver.core.plan import Exit, ExitKind, OverflowRule, Plan, QueuePlan, Widening
from ccserver.core.records import Result
from ccserver.core.standing import tier_of
from ccserver.core.timers import InvitationDue, MaxWait, OverflowDue
from ccserver.core.ways import Held, Way, WayCause

Effects = Iterator[Command | Notice | Event]


@dataclass(frozen=True, slots=True)
class Found:
    """A rule that holds for somebody who waits, its number (see `rules_of`), and what was found of its conditions."""

    interaction: Interaction
    place: QueuePlace
    number: int
    rule: OverflowRule
    held: tuple[Held, ...] = ()


def max_wait(plan: Plan, queue: QueuePlan, interaction: Interaction) -> timedelta:
    """The tier's, else the queue's."""
    tier = tier_of(plan, interaction)
    return tier.max_wait if tier is not None and tier.max_wait is not None else queue.max_wait


def start_max_wait(centre: Centre, interaction: Interaction, queue: QueuePlan, now: datetime) -> Effects:
    """The limit counts from the entry into this queue, also for a caller who waited in another one before.

    A promise to call back has its own limit, see `keeping`."""
    if not interaction.is_called_back:
        yield StartTimer(MaxWait(interaction.id), now + max_wait(centre.plan, queue, interaction))


def on_max_wait(centre: Centre, key: MaxWait, now: datetime) -> Effects:
    """Send the caller the queue's way out. A phone that rings, an agent's or outside, is given the chance to be answered."""
    if key.interaction not in centre.interactions:
        return
    interaction = centre.interaction(key.interaction)
    if interaction.place is None:
        return
    if interaction.state in (InteractionState.OFFERED, InteractionState.CALLING):
        interaction.place.is_overdue = True
    else:
        yield way_out(centre, interaction, interaction.place, now)


def way_out(centre: Centre, interaction: Interaction, place: QueuePlace, now: datetime) -> Event:
    """Where those go who waited the maximum in this queue."""
    plan = centre.plan.queues.get(place.queue)
    way = plan.on_max_wait if plan else centre.plan.default_exit
    note_way(interaction, place.queue, WayCause.MAX_WAIT, way, now)
    return ExitTaken(interaction.id, way, Result.OVERFLOWED)


def note_way(interaction: Interaction, queue: QueueId, cause: WayCause, way: Exit, now: datetime) -> None:
    """Keep with the interaction why it goes where, for the history."""
    waited = now - interaction.place.since if interaction.place is not None else timedelta()
    interaction.take_way(Way(now, queue, cause, way.kind.value, way.target, waited))


def on_overflow_due(centre: Centre, key: OverflowDue, now: datetime) -> Effects:
    """Have the caller looked at: the watch looks at whatever is touched."""
    if key.interaction in centre.interactions:
        centre.interaction(key.interaction)
    yield from ()


def take_rule(centre: Centre, found: Found, now: datetime) -> Effects:
    """Send the waiting caller the way of the rule, or let more agents take the call. Into another queue the place goes along:
    `since`, and a priority that is at least what it was. While an outside number rings the place is kept."""
    interaction, place, way, waited = found.interaction, found.place, found.rule.then, now - found.place.since
    kind, name = _named(way)
    yield OverflowTaken(interaction.id, place.queue, found.number, f"{kind} {name}".strip(), waited)
    cause = WayCause.RULE if found.number else WayCause.CLOSING
    interaction.take_way(Way(now, place.queue, cause, kind, name, waited, found.number, found.held))
    if isinstance(way, Widening):
        yield PlaceWidened(interaction.id, way)
        return
    target = centre.plan.queues.get(moves_to(found.rule) or NOWHERE)
    if way.kind is ExitKind.CALLBACK:
        place.is_invited = True
        yield StartTimer(InvitationDue(interaction.id), now)
    elif way.kind is ExitKind.NUMBER:
        yield NumberChosen(interaction.id, way.target)
    elif target is None:
        yield ExitTaken(interaction.id, way, Result.OVERFLOWED)
    else:
        raised = max(0, place.priority - target.priority - interaction.priority)
        yield QueueChosen(interaction.id, target.id, raised)


def on_number_chosen(centre: Centre, event: NumberChosen, now: datetime) -> Effects:
    """Dial it for the waiting caller, who hears the music of the queue meanwhile."""
    interaction = centre.interaction(event.interaction)
    yield from stop_prompt(interaction)
    yield from dial_outside(centre, interaction, event.number, now)


def on_place_widened(centre: Centre, event: PlaceWidened, now: datetime) -> Effects:
    """The dispatch looks at whatever is touched; nothing else changes for the caller."""
    place = centre.interaction(event.interaction).place
    if place is not None and event.by.queue is not None:
        place.also.append(event.by.queue)
    if place is not None and event.by.needs is not None:
        place.widened.append(event.by.needs)
    yield from ()


def _named(way: Exit | Widening) -> tuple[str, str]:
    """What kind of way, and where to."""
    if isinstance(way, Exit):
        return way.kind.value, way.target
    return ("add", way.queue) if way.queue is not None else ("widen", "")


def back_from_number(centre: Centre, interaction: Interaction, now: datetime) -> Effects:
    """The outside number was not reached: the old place in the line, where the next rule is asked; without one, or when the
    wait is over, the way out."""
    place = interaction.place
    if place is not None and place.is_overdue:
        yield way_out(centre, interaction, place, now)
    elif place is None or place.queue not in centre.plan.queues:
        yield ExitTaken(interaction.id, centre.plan.default_exit, Result.OVERFLOWED)
    else:
        move(centre, interaction, InteractionEvent.ENTER_QUEUE, now, place.queue)


def visited_with(place: QueuePlace, queue: QueueId) -> list[QueueId]:
    """The queues of a place that goes on into `queue`; each once, so that there are never more than queues."""
    if place.queue == queue or place.queue in place.visited:
        return place.visited
    return [*place.visited, place.queue]
