"""Keeping a promise to call back: when it stands in line, when it rests, and how it ends.

The promise stands in the waiting line as an interaction out that has no leg yet, with the place that the caller had. So who
is served next is decided as if all had stayed on the line, an attempt needs a free agent first, and one person is never
called twice at once. How the agent is rung and the number dialled is the business of `offering` and `calling`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from ccserver.core.acd.overflow_rules import next_turn
from ccserver.core.callback import CALLBACK, Callback, CallbackEvent, CallbackState
from ccserver.core.centre import Centre
from ccserver.core.commands import CancelTimer, Command, DropConnection, HangUpLeg, StartTimer
from ccserver.core.ending import end_interaction, let_agent_go
from ccserver.core.errors import Refused
from ccserver.core.events import CallbackCancelled, CallbackMissed, Cause, Event
from ccserver.core.fsm import step
from ccserver.core.ids import QueueId
from ccserver.core.interaction import Interaction, InteractionEvent, InteractionState
from ccserver.core.moves import leave_queue, move
from ccserver.core.notices import CallbackChanged, Notice
from ccserver.core.records import Result
from ccserver.core.timers import CallbackDue, CallbackExpires, DialLimit

Effects = Iterator[Command | Notice | Event]
SOON: Final = timedelta(seconds=10)
"""How soon is looked again at a promise that could not be judged, as somebody was just busy with it."""


def callback_for(centre: Centre, number: str, queue: QueueId) -> Interaction | None:
    """The open promise to call this number back from this queue."""
    for key in centre.callbacks if number else ():
        call = centre.interactions[key]
        if call.dnis == number and call.place is not None and call.place.queue == queue:
            return call
    return None


def callbacks_of(centre: Centre, queue: QueueId) -> list[Interaction]:
    """All open promises of the queue."""
    calls = (centre.interactions[key] for key in centre.callbacks)
    return [call for call in calls if call.place is not None and call.place.queue == queue]


def settle(centre: Centre, call: Interaction, now: datetime) -> Effects:
    """Let it stand in line or rest, by its time and its calling hours, and look again when these turn."""
    promise = call.callback
    if promise is None or call.state is not InteractionState.QUEUED:
        return
    before, hours = promise.state, centre.plan.hours.get(promise.hours)
    is_due = now >= promise.due_at
    may_be_called = is_due and (hours is None or hours.is_open(now))
    promise.state = step(CALLBACK, promise.state, CallbackEvent.DUE if may_be_called else CallbackEvent.REST)
    if may_be_called:
        call.result, call.end_cause = None, ""
    if not is_due:
        yield StartTimer(CallbackDue(call.id), promise.due_at)
    elif hours is not None:
        yield StartTimer(CallbackDue(call.id), next_turn(hours, now))
    if promise.state is not before:
        yield changed(call, promise)


def changed(call: Interaction, promise: Callback, cause: str = "") -> CallbackChanged:
    """What the world is told of it; `cause` is why an attempt reached nobody."""
    queue = call.place.queue if call.place else call.last_queue or QueueId("")
    return CallbackChanged(call.id, queue, promise.first, promise.state.value, promise.attempts, cause)


def on_callback_due(centre: Centre, key: CallbackDue, now: datetime) -> Effects:
    """Into the line, or out of it as the calling hours are over. Whoever's phone rings just now is let ring."""
    if key.interaction not in centre.callbacks:
        return
    call = centre.interaction(key.interaction)
    if call.state is InteractionState.QUEUED:
        yield from settle(centre, call, now)
    elif call.callback is not None and call.callback.hours:
        yield StartTimer(key, now + SOON)


def on_callback_expires(centre: Centre, key: CallbackExpires, now: datetime) -> Effects:
    """Too old. An attempt that goes on may still keep it."""
    if key.interaction not in centre.callbacks:
        return
    call = centre.interaction(key.interaction)
    if call.state is InteractionState.QUEUED:
        yield from end_promise(centre, call, CallbackEvent.EXPIRE, now)
    else:
        yield StartTimer(key, now + SOON)


def on_callback_cancelled(centre: Centre, event: CallbackCancelled, now: datetime) -> Effects:
    """Raises Refused for one that is not open any more."""
    if event.callback not in centre.callbacks:
        raise Refused("no_such_callback", "it is over already; look at the list again")
    yield from end_promise(centre, centre.interaction(event.callback), CallbackEvent.CANCEL, now)


def on_callback_missed(centre: Centre, event: CallbackMissed, now: datetime) -> Effects:
    """Nobody was reached: the agent is let go; the promise rests till the next attempt, or has expired with the last one."""
    if event.interaction not in centre.callbacks:
        return
    call = centre.interaction(event.interaction)
    promise = call.callback
    if promise is None or call.place is None or promise.state is not CallbackState.CALLING:
        return
    yield from _let_go(centre, call, now)
    call.result, call.end_cause = Result.NOT_REACHED, event.cause.value
    promise.state, promise.last_cause = step(CALLBACK, promise.state, CallbackEvent.MISS), event.cause.value
    promise.attempts_left += event.cause is Cause.PBX_LOST  # that was no attempt of the customer's
    promise.due_at = now + promise.retry_after
    yield changed(call, promise, event.cause.value)
    if promise.attempts_left <= 0:
        yield from end_promise(centre, call, CallbackEvent.EXPIRE, now)
        return
    move(centre, call, InteractionEvent.ENTER_QUEUE, now, call.place.queue)
    yield from settle(centre, call, now)


def _let_go(centre: Centre, call: Interaction, now: datetime) -> Effects:
    """The legs of an attempt, and the agent."""
    yield CancelTimer(DialLimit(call.id))
    if call.customer_leg is not None and centre.legs.pop(call.customer_leg, None) is not None:
        yield HangUpLeg(call.customer_leg, "the callback is over")
    call.customer_leg, call.is_customer_up = None, False
    yield from let_agent_go(centre, call, now)
    if call.connection is not None:
        yield DropConnection(call.connection)
        call.connection = None


def is_dialled(call: Interaction, promise: Callback) -> CallbackChanged:
    """The agent is there, and the number is dialled now."""
    promise.state = step(CALLBACK, promise.state, CallbackEvent.DIAL)
    promise.attempts += 1
    promise.attempts_left -= 1
    return changed(call, promise)


def is_reached(centre: Centre, call: Interaction, promise: Callback) -> Effects:
    """The customer answered: the promise is kept, and what follows is a call like any other."""
    promise.state = step(CALLBACK, promise.state, CallbackEvent.REACH)
    yield from _close(centre, call)
    yield changed(call, promise)


def end_promise(centre: Centre, call: Interaction, how: CallbackEvent, now: datetime) -> Effects:
    """It is over without a talk, by whichever of EXPIRE, CANCEL and CALL_AGAIN it is."""
    promise = call.callback
    if promise is None:
        return
    promise.state = step(CALLBACK, promise.state, how)
    over = changed(call, promise)
    yield from _close(centre, call)
    yield from _let_go(centre, call, now)
    is_last_attempt = how is CallbackEvent.EXPIRE and promise.attempts_left <= 0
    call.result = Result.NOT_REACHED
    call.end_cause = promise.last_cause if is_last_attempt else promise.state.value
    yield from leave_queue(call, now, "not_reached")
    move(centre, call, InteractionEvent.CLOSE, now)
    yield over
    yield from end_interaction(centre, call, Cause.NORMAL, now)


def _close(centre: Centre, call: Interaction) -> Iterator[CancelTimer]:
    centre.callbacks.pop(call.id, None)
    yield CancelTimer(CallbackDue(call.id))
    yield CancelTimer(CallbackExpires(call.id))
