"""Promises to call back: kept in the old place, by an agent first, again when nobody was reached, and never twice at once."""

from __future__ import annotations

import pytest
from tests.core.acd.callbacks import HOME, OTHER, asks_for_it, call_of, presses, promised, terms, with_callbacks
from tests.core.playbook import ANN, BOB, START, SUPPORT_DNIS, Play, only, seconds, some

from ccserver.core.callback import CallbackState
from ccserver.core.commands import ConnectLegs, DialNumber, HangUpLeg, RingAgent
from ccserver.core.errors import Refused
from ccserver.core.events import CallbackCancelled, Cause, HangUpRequested, LegAnswered, LegEnded, WrapUpSaved
from ccserver.core.ids import InteractionId, callback_id
from ccserver.core.interaction import InteractionState
from ccserver.core.kernel import Outcome
from ccserver.core.notices import CallbackChanged, OfferMade, RecordMade, TalkStarted
from ccserver.core.records import InteractionRecord, Result

KEY = callback_id(InteractionId("c1"))
CALL = str(KEY)


def record(play: Play, key: InteractionId = KEY) -> InteractionRecord:
    return [made.record for made in play.all(RecordMade) if made.record.id == key][-1]


def dialling(play: Play | None = None) -> Play:
    """Ann has taken her phone, and the customer's rings."""
    play = play or promised()
    play.is_ready(ANN)
    play.agent_answers(CALL)
    return play


def customer_ends(play: Play, cause: Cause) -> Outcome:
    leg = call_of(play).customer_leg
    assert leg is not None
    return play.hand(LegEnded(leg, cause))


def wraps_up(play: Play) -> None:
    item = play.centre.current_work(ANN)
    assert item is not None
    play.hand(WrapUpSaved(ANN, item.id, "", "", True))


def test_first_the_agents_phone_rings() -> None:
    """Nobody is dialled before an agent is there to talk."""
    play = promised()
    assert play.all(DialNumber) == []
    play.is_ready(ANN)
    ring = play.all(RingAgent)[-1]
    assert (ring.agent, ring.caller_number) == (ANN, HOME)
    assert play.all(DialNumber) == []


def test_then_the_number_is_dialled() -> None:
    """Showing the centre's."""
    play = promised()
    play.is_ready(ANN)
    dial = only(play.agent_answers(CALL), DialNumber)
    assert (dial.number, dial.caller_number) == (HOME, "+448081570100")


def test_the_customer_who_answers_talks_with_that_agent() -> None:
    """And the promise is kept."""
    play = dialling()
    leg = call_of(play).customer_leg
    assert leg is not None
    outcome = play.hand(LegAnswered(leg))
    assert leg in only(outcome, ConnectLegs).legs
    assert only(outcome, TalkStarted).agent == ANN
    assert only(outcome, CallbackChanged).state == "reached"
    customer_ends(play, Cause.NORMAL)
    made = record(play)
    assert (made.result, made.callback_of, made.queue, made.agent) == (Result.ANSWERED, "c1", "support", ANN)


def test_the_place_counts_from_the_first_call() -> None:
    """The wait is told to the agent as the customer lived it."""
    play = promised()
    play.passes(100)
    play.is_ready(ANN)
    offer = play.all(OfferMade)[-1]
    place = call_of(play).place
    assert place is not None
    assert (place.since, offer.waited) == (START, seconds(106))


def test_who_stayed_on_the_line_is_not_overtaken_and_does_not_overtake() -> None:
    """The order is as if all had stayed."""
    play = promised()
    play.calls(name="c2", ani=OTHER)
    play.is_ready(ANN)
    assert play.all(OfferMade)[-1].interaction == KEY
    play.is_ready(BOB)
    assert play.all(OfferMade)[-1].interaction == "c2"


def test_an_agent_who_misses_it_sends_it_back_to_its_place() -> None:
    """As with any offer."""
    play = promised()
    play.is_ready(ANN)
    play.passes(20)
    call = call_of(play)
    assert (call.state, call.place is not None and call.place.since) == (InteractionState.QUEUED, START)
    assert call.callback is not None
    assert (call.callback.state, call.callback.attempts) == (CallbackState.WAITING, 0)
    play.is_ready(BOB)
    assert play.rung()[-1] == BOB


@pytest.mark.parametrize("cause", [Cause.BUSY, Cause.NO_ANSWER, Cause.UNREACHABLE])
def test_a_customer_who_is_not_reached_is_called_again_later(cause: Cause) -> None:
    """In the old place; the agent is let go meanwhile."""
    play = dialling()
    agent_leg = play.agent_leg(CALL)
    outcome = customer_ends(play, cause)
    assert [each.leg for each in some(outcome, HangUpLeg)] == [agent_leg]
    wraps_up(play)
    assert play.state(CALL) is InteractionState.QUEUED
    rung = len(play.rung())
    play.passes(50)
    assert len(play.rung()) == rung
    play.passes(11)
    assert len(play.rung()) == rung + 1
    place = call_of(play).place
    assert place is not None
    assert place.since == START


def test_a_number_that_does_not_answer_is_given_up_after_the_limit() -> None:
    """Its phone stops ringing."""
    play = dialling()
    leg = call_of(play).customer_leg
    play.passes(46)
    assert leg in [each.leg for each in play.all(HangUpLeg)]
    promise = call_of(play).callback
    assert promise is not None
    assert (promise.state, promise.last_cause) == (CallbackState.RESTING, "no_answer")


def test_after_the_last_attempt_it_has_expired() -> None:
    """With the cause of that one."""
    play = dialling(promised(with_callbacks(terms(attempts=2))))
    customer_ends(play, Cause.BUSY)
    wraps_up(play)
    play.passes(61)
    play.agent_answers(CALL)
    customer_ends(play, Cause.NO_ANSWER)
    wraps_up(play)
    made = record(play)
    assert (made.result, made.end_cause, made.is_final) == (Result.NOT_REACHED, "no_answer", True)
    assert play.all(CallbackChanged)[-1].state == "expired"
    assert play.centre.callbacks == {}


def test_an_agent_who_gives_up_is_no_end_of_the_promise() -> None:
    """It counts as an attempt: else it would ring the same agent for ever."""
    play = dialling()
    leg = call_of(play).customer_leg
    outcome = play.hand(HangUpRequested(ANN))
    assert leg in [each.leg for each in some(outcome, HangUpLeg)]
    promise = call_of(play).callback
    assert promise is not None
    assert (promise.state, promise.attempts_left) == (CallbackState.RESTING, 2)


def test_a_promise_expires() -> None:
    """Nobody was free in time."""
    play = promised()
    play.passes(3601)
    assert record(play).end_cause == "expired"
    assert play.centre.interactions == {}


def test_an_attempt_that_goes_on_may_still_keep_it() -> None:
    """It expires after that."""
    play = promised(with_callbacks(terms(expires_after=seconds(30))))
    play.passes(24)
    dialling(play)
    play.passes(20)
    assert play.state(CALL) is InteractionState.CALLING
    customer_ends(play, Cause.BUSY)
    play.passes(31)
    assert record(play).end_cause == "expired"


def test_outside_the_calling_hours_nobody_is_called() -> None:
    """They are till ten; it is nine."""
    play = promised(with_callbacks(terms(hours="day", expires_after=seconds(100_000))))
    play.passes(3600)
    play.is_ready(ANN)
    assert play.rung() == []
    play.passes(23 * 3600)
    assert play.rung() == [ANN]


def test_a_customer_who_calls_again_takes_the_place() -> None:
    """Nobody is called any more."""
    play = promised()
    play.calls(name="c2", ani=OTHER)
    play.passes(60)
    play.calls(name="c3", ani=HOME)
    place = play.interaction("c3").place
    assert place is not None
    assert place.since == START
    assert play.centre.callbacks == {}
    assert record(play).end_cause == "called_again"
    play.is_ready(ANN)
    assert play.all(OfferMade)[-1].interaction == "c3"


def test_the_offer_is_withdrawn_when_the_customer_calls_again() -> None:
    """The agent is free, and is offered the caller at once."""
    play = promised()
    play.is_ready(ANN)
    play.calls(name="c3", ani=HOME)
    assert play.all(OfferMade)[-1].interaction == "c3"


def test_whoever_calls_again_finds_room_in_a_full_queue() -> None:
    """The place is there already."""
    play = promised(with_callbacks(max_length=1))
    play.calls(name="c3", ani=HOME)
    assert play.state("c3") is InteractionState.QUEUED


def test_a_supervisor_cancels_it() -> None:
    """Once."""
    play = promised()
    play.hand(CallbackCancelled(KEY))
    assert record(play).end_cause == "cancelled"
    with pytest.raises(Refused, match="no_such_callback"):
        play.hand(CallbackCancelled(KEY))


def test_cancelling_ends_an_attempt_that_goes_on() -> None:
    """Both legs."""
    play = dialling()
    legs = {call_of(play).customer_leg, play.agent_leg(CALL)}
    outcome = play.hand(CallbackCancelled(KEY))
    assert legs == {each.leg for each in some(outcome, HangUpLeg)}


def test_a_lost_pbx_is_no_attempt() -> None:
    """The customer was not bothered."""
    play = dialling()
    customer_ends(play, Cause.PBX_LOST)
    promise = call_of(play).callback
    assert promise is not None
    assert promise.attempts_left == 3


def test_one_promise_for_one_number() -> None:
    """The second keeps the earlier place."""
    play = promised()
    play.calls(SUPPORT_DNIS, "c2", "")
    presses(play, "1" + "442079460007#", "c2")
    assert list(play.centre.callbacks) == [KEY]


def test_what_follows_the_answer_is_a_call_like_any_other() -> None:
    """The promise is kept: the end of the talk ends it all."""
    play = dialling()
    leg = call_of(play).customer_leg
    assert leg is not None
    play.hand(LegAnswered(leg))
    play.hand(HangUpRequested(ANN))
    play.hand(LegEnded(leg))
    assert record(play).result is Result.ANSWERED


def test_two_are_called_in_the_order_in_which_they_came() -> None:
    """Whoever asked for it first."""
    play = promised()
    play.calls(name="c2", ani=OTHER)
    asks_for_it(play, "c2")
    play.is_ready(ANN, BOB)
    assert [offer.interaction for offer in play.all(OfferMade)] == [KEY, "c2-cb"]
