"""The promise that takes the caller's place: everything that is known goes along, and there is one for each number."""

from __future__ import annotations

from tests.core.acd.callbacks import (
    HOME,
    OTHER,
    Country,
    asks_for_it,
    call_of,
    presses,
    promised,
    terms,
    with_callbacks,
)
from tests.core.playbook import NODE, PRIVATE_DNIS, START, SUPPORT, SUPPORT_DNIS, Play, seconds

from ccserver.core.customer import CustomerCard
from ccserver.core.events import CustomerFound
from ccserver.core.ids import CustomerId, InteractionId
from ccserver.core.interaction import InteractionState
from ccserver.core.notices import CallbackChanged, JoinedQueue, LeftQueue
from ccserver.core.records import Direction


def test_everything_that_is_known_goes_along() -> None:
    """The agent sees what an agent would have seen who answered the first call."""
    play = Play(with_callbacks())
    play.calls(PRIVATE_DNIS)
    card = CustomerCard(CustomerId("c7"), "Grace", "gold", 1.0, (HOME,))
    play.hand(CustomerFound(InteractionId("c1"), card))
    first = play.interaction()
    first.answers["order"] = "4711"
    first.reason = "billing"
    asks_for_it(play)
    call = call_of(play)
    assert (call.direction, call.node, call.dnis) == (Direction.OUTBOUND, NODE, HOME)
    assert (call.customer, call.tier, call.reason) == (card, "gold", "billing")
    assert (call.answers, call.language, call.entry_point) == ({"order": "4711"}, "en", first.entry_point)


def test_the_place_is_the_callers() -> None:
    """Since when, and with which priority."""
    play = Play(with_callbacks())
    play.calls(PRIVATE_DNIS)
    play.passes(90)
    asks_for_it(play)
    place = call_of(play).place
    assert place is not None
    assert (place.queue, place.since, place.priority) == (SUPPORT, START, 10)


def test_nobody_waits_longer_for_the_maximum_wait() -> None:
    """That is for those on the line; a promise has its own end."""
    play = promised()
    play.passes(400)
    assert call_of(play).state is InteractionState.QUEUED


def test_the_queue_counts_it_once() -> None:
    """It left by its own choice, and nobody joined anew."""
    play = promised()
    assert len(play.all(JoinedQueue)) == 1
    assert [left.how for left in play.all(LeftQueue)] == ["callback"]
    assert [each.state for each in play.all(CallbackChanged)] == ["waiting"]


def test_the_terms_travel_with_the_promise() -> None:
    """A later plan does not change them."""
    promise = call_of(promised(with_callbacks(terms(attempts=7, hours="day")))).callback
    assert promise is not None
    assert (promise.attempts_left, promise.retry_after, promise.hours) == (7, seconds(60), "day")
    assert promise.expires_at == promise.promised_at + seconds(3600)


def test_a_second_promise_to_one_number_is_the_first() -> None:
    """With the earlier of both places."""
    play = Play(with_callbacks(terms(numbers=Country())))
    play.calls(SUPPORT_DNIS, "c1", OTHER)
    play.passes(10)
    play.calls(SUPPORT_DNIS, "c2", HOME)
    asks_for_it(play, "c2")
    presses(play, "12442079460007#1", "c1")
    assert list(play.centre.callbacks) == ["c2-cb"]
    place = call_of(play, "c2").place
    assert place is not None
    assert place.since == START
