"""Promising a callback: who is offered one, and the promise that takes the caller's place in line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from ccserver.core.acd.keeping import callback_for, callbacks_of, changed, settle
from ccserver.core.acd.line import position
from ccserver.core.callback import Callback
from ccserver.core.centre import Centre
from ccserver.core.commands import Command, StartTimer
from ccserver.core.events import Event
from ccserver.core.ids import callback_id
from ccserver.core.interaction import Interaction, InteractionEvent, QueuePlace
from ccserver.core.moves import leave_queue, move
from ccserver.core.notices import InteractionStarted, Notice
from ccserver.core.plan import CallbackTerms
from ccserver.core.prompts import play
from ccserver.core.records import Direction, Result
from ccserver.core.sounds import Sounds, recorded
from ccserver.core.timers import CallbackExpires

Effects = Iterator[Command | Notice | Event]
PROMISED: Final[Sounds] = recorded("auth-thankyou", "vm-goodbye")


def is_offered(
    centre: Centre, interaction: Interaction, place: QueuePlace, terms: CallbackTerms, now: datetime
) -> bool:
    """Whether this caller may be called back instead of waiting: asked by a rule of the queue; after some wait; so far behind
    in line; with such a wait ahead. Where the terms say nothing of it, everybody."""
    if place.is_invited:
        return True
    limits = []
    if terms.offered_after:
        limits.append(now - place.since >= terms.offered_after)
    if terms.offered_from:
        limits.append(position(centre, interaction) >= terms.offered_from)
    if terms.offered_wait:
        expected = centre.forecast.of(interaction, now) if centre.forecast is not None else None
        limits.append(expected is not None and expected.typical >= terms.offered_wait.total_seconds())
    return not limits or any(limits)


def has_room(centre: Centre, place: QueuePlace, terms: CallbackTerms) -> bool:
    """No more promises than may be kept."""
    return len(callbacks_of(centre, place.queue)) < terms.most


def promise(
    centre: Centre, interaction: Interaction, place: QueuePlace, terms: CallbackTerms, number: str, now: datetime
) -> Effects:
    """Promise it, say good-bye, and let the promise stand where the caller stood.

    Who has an open promise of this queue to this number gets no second one; it has the earlier of both places.
    """
    interaction.result = Result.CALLBACK
    yield from leave_queue(interaction, now, "callback")
    earlier = callback_for(centre, number, place.queue)
    if earlier is None:
        yield from _stand_in(centre, interaction, place, terms, number, now)
    else:
        kept = centre.interaction(earlier.id).place
        if kept is not None:
            kept.since, kept.priority = min(kept.since, place.since), max(kept.priority, place.priority)
    move(centre, interaction, InteractionEvent.CLOSE, now)
    yield from play(interaction, PROMISED, now)


def _stand_in(
    centre: Centre, first: Interaction, place: QueuePlace, terms: CallbackTerms, number: str, now: datetime
) -> Effects:
    call = _call_of(centre, first, number, now)
    called = first.callback.called if first.callback else first.dnis
    call.callback = Callback(
        first.id, called, now, now, now + terms.expires_after, terms.attempts, terms.retry_after, terms.hours
    )
    call.place = QueuePlace(
        place.queue, place.since, place.priority, list(place.refused_by), visited=list(place.visited)
    )
    call.last_queue = place.queue
    centre.add(call)
    move(centre, call, InteractionEvent.ENTER_QUEUE, now, place.queue)
    yield InteractionStarted(call.id, Direction.OUTBOUND, call.ani, call.dnis)
    yield StartTimer(CallbackExpires(call.id), call.callback.expires_at)
    yield changed(call, call.callback)
    yield from settle(centre, call, now)


def _call_of(centre: Centre, first: Interaction, number: str, now: datetime) -> Interaction:
    """With everything that is known of the customer and of the first call."""
    shown = centre.plan.caller_number or first.dnis
    call = Interaction(callback_id(first.id), Direction.OUTBOUND, first.node, shown, number, now, first.caller_name)
    call.entry_point, call.language, call.priority = first.entry_point, first.language, first.priority
    call.customer, call.tier, call.reason = first.customer, first.tier, first.reason
    call.answers = dict(first.answers)
    return call
