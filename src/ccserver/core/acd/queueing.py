"""Entering a queue: a place in the line, or the way of a closed or full queue."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from ccserver.core.acd.keeping import callback_for, end_promise
from ccserver.core.acd.line import is_closed, is_full, position
from ccserver.core.acd.overflow import max_wait, note_way, start_max_wait, visited_with
from ccserver.core.acd.treatment import music, start_treatment
from ccserver.core.callback import CallbackEvent
from ccserver.core.centre import Centre
from ccserver.core.commands import Command, StartMusic, StartTimer
from ccserver.core.events import Event, ExitTaken, QueueChosen
from ccserver.core.interaction import Interaction, InteractionEvent, InteractionState, QueuePlace
from ccserver.core.moves import leave_flow, leave_queue, move, stop_prompt
from ccserver.core.notices import JoinedQueue, Notice
from ccserver.core.plan import Exit, QueuePlan
from ccserver.core.records import Direction, Result
from ccserver.core.standing import settle_tier
from ccserver.core.timers import MaxWait
from ccserver.core.ways import WayCause

Effects = Iterator[Command | Notice | Event]


def on_queue_chosen(centre: Centre, event: QueueChosen, now: datetime) -> Effects:
    """Give the interaction a place, or send it the way of a closed or full queue. A place it already has in a queue is kept.

    Hours and length are for who comes anew: a customer who was with us already and is back finds room in any case.
    """
    interaction = centre.interaction(event.interaction)
    plan = centre.plan.queues.get(event.queue)
    if plan is None:
        yield ExitTaken(interaction.id, centre.plan.default_exit, Result.OVERFLOWED)
        return
    yield from leave_flow(interaction)
    yield from stop_prompt(interaction)
    is_there = interaction.place is not None and interaction.place.queue == plan.id
    earlier = _promise_to(centre, interaction, plan)
    if not (is_there or event.is_back or earlier):
        away = _way_around(centre, plan, now)
        if away is not None:
            interaction.last_queue = plan.id
            note_way(interaction, plan.id, away.cause, away.exit, now)
            yield ExitTaken(interaction.id, away.exit, away.result)
            return
    yield from _take_place(centre, interaction, plan, event, now)
    if earlier is not None:
        yield from _take_over(centre, interaction, earlier, now)


class _Away(NamedTuple):
    cause: WayCause
    exit: Exit
    result: Result


def _way_around(centre: Centre, plan: QueuePlan, now: datetime) -> _Away | None:
    """Where those go for whom the queue is closed or full; None: they may wait."""
    if is_closed(centre, plan, now):
        return _Away(WayCause.CLOSED, plan.on_closed or plan.on_max_wait, Result.CLOSED)
    if is_full(centre, plan):
        return _Away(WayCause.FULL, plan.on_full, Result.OVERFLOWED)
    return None


def _take_place(
    centre: Centre, interaction: Interaction, plan: QueuePlan, event: QueueChosen, now: datetime
) -> Effects:
    before = interaction.place
    yield from leave_queue(interaction, now, "transferred")
    place = QueuePlace(plan.id, now, plan.priority + interaction.priority + event.priority, also=list(event.also))
    if before is not None:
        place.since, place.visited = before.since, visited_with(before, plan.id)
        place.also, place.widened = list(dict.fromkeys((*before.also, *event.also))), before.widened
        place.told, place.is_greeted = before.told, before.is_greeted
        place.last_position = before.last_position if before.queue == plan.id else None
    interaction.place = place
    interaction.last_queue = plan.id
    move(centre, interaction, InteractionEvent.ENTER_QUEUE, now, plan.id)
    yield JoinedQueue(interaction.id, plan.id, position(centre, interaction))
    yield from start_treatment(centre, interaction, plan, now)
    yield from start_max_wait(centre, interaction, plan, now)


def _promise_to(centre: Centre, interaction: Interaction, plan: QueuePlan) -> Interaction | None:
    """The open promise to call back the customer who rings in again."""
    is_caller = interaction.direction is Direction.INBOUND and interaction.place is None
    return callback_for(centre, interaction.ani, plan.id) if is_caller else None


def _take_over(centre: Centre, interaction: Interaction, earlier: Interaction, now: datetime) -> Effects:
    """The place of the promise is the caller's, as if the line had been held; nobody is called any more."""
    mine, kept = interaction.place, earlier.place
    if mine is not None and kept is not None:
        mine.since, mine.priority = min(mine.since, kept.since), max(mine.priority, kept.priority)
    yield from end_promise(centre, centre.interaction(earlier.id), CallbackEvent.CALL_AGAIN, now)


def _treatment_of(centre: Centre, interaction: Interaction, queue: QueuePlan | None) -> tuple[str, timedelta]:
    if queue is None:
        return "", timedelta()
    return music(centre.plan, queue, interaction), max_wait(centre.plan, queue, interaction)


def take_tier(centre: Centre, interaction: Interaction, now: datetime) -> Effects:
    """Settle the tier by what is known now; whoever waits already hears its music and has its maximum wait from here on."""
    is_with_us = interaction.state in (InteractionState.QUEUED, InteractionState.OFFERED)
    queue = centre.plan.queues.get(interaction.place.queue) if interaction.place and is_with_us else None
    before = _treatment_of(centre, interaction, queue)
    settle_tier(centre.plan, interaction)
    after = _treatment_of(centre, interaction, queue)
    if queue is None or after == before:
        return
    if after[0] != before[0] and interaction.customer_leg is not None:
        yield StartMusic(interaction.customer_leg, after[0])
    due_at = centre.timers.get(MaxWait(interaction.id))
    if after[1] != before[1] and due_at is not None:
        yield StartTimer(MaxWait(interaction.id), max(now, due_at + after[1] - before[1]))
