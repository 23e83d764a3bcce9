"""Calls that agents make: click to call, numbers dialled on the phone, and what is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.core.playbook import ANN, IVR_DNIS, NODE, Play, only, plan, seconds, some

from ccserver.core.agent import Presence
from ccserver.core.commands import (
    AnswerLeg,
    ConnectLegs,
    DialNumber,
    HangUpLeg,
    LookUpCustomer,
    PlayPrompt,
    RingAgent,
    StopPrompt,
)
from ccserver.core.errors import Refused
from ccserver.core.events import (
    CallRequested,
    Cause,
    LegAnswered,
    LegEnded,
    PbxAudited,
    PbxSnapshot,
    PhoneDialled,
    PhoneReachable,
    PhoneUnreachable,
    SignInRequested,
    SnapshotLeg,
    TelephonyLost,
    TimerFired,
)
from ccserver.core.ids import AgentId, InteractionId, LegId, NodeName
from ccserver.core.interaction import InteractionState
from ccserver.core.kernel import Outcome
from ccserver.core.notices import InteractionStarted, OfferMade, RecordMade, TalkStarted, WorkItemChanged
from ccserver.core.records import Direction, InteractionRecord, Result, SegmentKind
from ccserver.core.sounds import Sound, SoundKind
from ccserver.core.timers import DialLimit, RingLimit
from ccserver.core.work_item import WorkState

OUTSIDE = "+442079460999"
KEY = InteractionId("c1")
PHONE = LegId("phone-leg")


def clicks(play: Play, number: str = OUTSIDE, name: str = "c1", node: NodeName = NODE) -> Outcome:
    return play.hand(CallRequested(ANN, number, InteractionId(name), node))


def dials(play: Play, number: str = OUTSIDE, name: str = "c1", leg: LegId = PHONE) -> Outcome:
    return play.hand(PhoneDialled(leg, NODE, InteractionId(name), ANN, number))


def ready() -> Play:
    play = Play()
    play.is_ready(ANN)
    return play


def ringing() -> Play:
    """Ann's own phone rings."""
    play = ready()
    clicks(play)
    return play


def dialling() -> Play:
    """Ann hears the customer's phone ring."""
    play = ringing()
    play.passes(6)
    play.agent_answers()
    return play


def talking() -> Play:
    play = dialling()
    play.hand(LegAnswered(customer(play)), after=4)
    return play


def customer(play: Play) -> LegId:
    leg = play.interaction().customer_leg
    assert leg is not None
    return leg


def record(play: Play) -> InteractionRecord:
    return play.all(RecordMade)[-1].record


# -- click to call ------------------------------------------------------------------------------------------------------


def test_first_the_agents_own_phone_rings() -> None:
    """It shows the number that will be dialled."""
    outcome = clicks(ready())
    ring = only(outcome, RingAgent)
    assert (ring.agent, ring.caller_number) == (ANN, OUTSIDE)
    assert some(outcome, DialNumber) == []


def test_the_page_shows_the_call_before_anybody_answers() -> None:
    """Started, and offered to the one who wants it."""
    outcome = clicks(ready())
    assert only(outcome, InteractionStarted).direction is Direction.OUTBOUND
    assert only(outcome, OfferMade).explanation == f"ann calls {OUTSIDE}"


def test_the_customer_is_looked_up_by_the_number_called() -> None:
    """The screen pops as for a call in."""
    assert only(clicks(ready()), LookUpCustomer).number == OUTSIDE


def test_the_ring_tone_ends_before_the_two_are_connected() -> None:
    """By its id, which a restart of ours in between does not lose."""
    play = dialling()
    tone = play.all(PlayPrompt)[-1]
    stop = only(play.hand(LegAnswered(customer(play)), after=4), StopPrompt)
    assert (stop.leg, stop.prompt) == (tone.leg, tone.prompt)


def test_then_the_number_is_dialled_showing_the_centres() -> None:
    """And bounded."""
    play = dialling()
    dial = play.all(DialNumber)[-1]
    assert (dial.number, dial.caller_number, dial.limit) == (OUTSIDE, "+448081570100", seconds(45))


def test_the_page_is_told_that_the_own_phone_was_taken() -> None:
    """From here on it shows that the number is being dialled."""
    play = ringing()
    assert only(play.agent_answers(), WorkItemChanged).agent == ANN


def test_the_agent_hears_that_it_rings() -> None:
    """The country's tone, until they are connected."""
    play = dialling()
    prompt = play.all(PlayPrompt)[-1]
    assert (prompt.leg, prompt.sounds) == (play.agent_leg(), (Sound(SoundKind.TONE, "ring"),))


def test_the_customer_answers_and_they_talk() -> None:
    """Both legs in one connection."""
    play = talking()
    assert play.all(ConnectLegs)[-1].legs == (customer(play), play.agent_leg())
    assert play.state() is InteractionState.CONNECTED
    assert DialLimit(KEY) not in play.centre.timers


def test_the_customer_waited_from_the_ringing_of_the_customers_phone() -> None:
    """Not from the click."""
    assert talking().all(TalkStarted)[-1].waited == seconds(4)


def test_what_was_dialled_and_what_was_said_are_told_apart() -> None:
    """Two segments."""
    play = talking()
    play.hand(LegEnded(customer(play)), after=30)
    kinds = [(s.kind, s.length) for s in record(play).segments]
    assert kinds == [(SegmentKind.DIAL, seconds(10)), (SegmentKind.TALK, seconds(30))]
    assert record(play).result is Result.ANSWERED


def test_a_second_answer_changes_nothing() -> None:
    """Reports may be repeated."""
    play = talking()
    assert play.hand(LegAnswered(customer(play))).telephony == []


def test_a_second_answer_of_the_agent_dials_once() -> None:
    """The customer's phone rings already."""
    play = dialling()
    assert play.agent_answers().telephony == []


@pytest.mark.parametrize("cause", [Cause.BUSY, Cause.NO_ANSWER, Cause.REJECTED, Cause.INVALID_NUMBER])
def test_a_customer_who_is_not_reached_is_in_the_history(cause: Cause) -> None:
    """With the network's cause; the agent may add to it."""
    play = dialling()
    play.hand(LegEnded(customer(play), cause))
    assert (record(play).result, record(play).end_cause) == (Result.NOT_REACHED, cause.value)
    item = play.centre.current_work(ANN)
    assert item is not None
    assert item.state is WorkState.WRAP_UP


def test_a_customer_who_never_answers_is_given_up() -> None:
    """After the dial limit."""
    play = dialling()
    leg = customer(play)
    outcomes = play.passes(45)
    assert leg in [c.leg for o in outcomes for c in some(o, HangUpLeg)]
    play.hand(LegEnded(leg))
    assert (record(play).result, record(play).end_cause) == (Result.NOT_REACHED, "no_answer")


def test_an_agent_who_does_not_answer_ends_it() -> None:
    """Nobody was dialled, and the record says so."""
    play = ringing()
    outcomes = play.passes(20)
    assert [type(c) for o in outcomes for c in o.telephony].count(DialNumber) == 0
    assert record(play).result is Result.NOT_REACHED
    assert play.centre.interactions == {}


def test_an_agent_whose_phone_cannot_be_reached_ends_it() -> None:
    """The PBX could not open the leg."""
    play = ringing()
    play.hand(LegEnded(play.agent_leg(), Cause.UNREACHABLE))
    assert play.centre.interactions == {}
    assert play.centre.agents[ANN].presence is Presence.READY


def test_an_agent_who_hangs_up_while_it_rings_there_ends_it() -> None:
    """The customer's phone stops ringing."""
    play = dialling()
    leg = customer(play)
    assert leg in [c.leg for c in some(play.hand(LegEnded(play.agent_leg())), HangUpLeg)]
    play.hand(LegEnded(leg, Cause.NORMAL))
    assert record(play).result is Result.NOT_REACHED


def test_the_same_request_again_is_the_same_call() -> None:
    """A repeated click with the same id opens nothing."""
    play = ringing()
    assert clicks(play).telephony == []
    assert len(play.centre.interactions) == 1


def test_a_leg_that_was_just_ordered_is_not_missed() -> None:
    """An audit taken in the instant in which the number is dialled does not know it yet."""
    play = dialling()
    snapshot = PbxSnapshot(NODE, (SnapshotLeg(play.agent_leg(), True, KEY, True),), boot="1")
    play.hand(PbxAudited(snapshot))
    assert play.state() is InteractionState.CALLING


# -- dialled on the phone -----------------------------------------------------------------------------------------------


def test_a_number_dialled_on_the_phone_is_dialled_at_once() -> None:
    """The phone is off the hook already."""
    outcome = dials(ready())
    assert only(outcome, AnswerLeg).leg == PHONE
    assert only(outcome, DialNumber).number == OUTSIDE
    assert some(outcome, RingAgent) == []


def test_two_zeros_are_a_plus() -> None:
    """As people dial abroad."""
    assert only(dials(ready(), "00442079460999"), DialNumber).number == OUTSIDE


def test_no_ring_limit_runs_for_a_phone_that_is_off_the_hook() -> None:
    """There is nothing to miss."""
    play = ready()
    dials(play)
    assert [key for key in play.centre.timers if isinstance(key, RingLimit)] == []


@pytest.mark.parametrize(("name", "leg"), [("c1", LegId("other")), ("c2", PHONE)])
def test_the_same_dialling_again_is_the_same_call(name: str, leg: LegId) -> None:
    """The same leg, or the same interaction."""
    play = ready()
    dials(play)
    assert dials(play, name=name, leg=leg).telephony == []


@pytest.mark.parametrize("number", ["999", "*43", "+44", ""])
def test_a_number_that_may_not_be_called_ends_the_leg(number: str) -> None:
    """The phone hears the end; the reason is in the journal."""
    play = ready()
    outcome = dials(play, number)
    assert only(outcome, HangUpLeg).reason == "bad_number"
    assert play.centre.interactions == {}


def test_a_phone_dialled_in_the_middle_of_a_call_is_ended() -> None:
    """One call at a time."""
    play = Play()
    play.talks(name="c0")
    assert only(dials(play), HangUpLeg).reason == "busy"


# -- refused ------------------------------------------------------------------------------------------------------------


def signed_out() -> Play:
    play = Play()
    play.hand(PhoneReachable(ANN))
    return play


def without_phone() -> Play:
    play = ready()
    play.hand(PhoneUnreachable(ANN))
    return play


def without_pbx() -> Play:
    play = ready()
    play.hand(TelephonyLost(NODE))
    return play


def busy() -> Play:
    play = Play()
    play.talks(name="c0")
    return play


@pytest.mark.parametrize(
    ("stage", "number", "reason"),
    [
        (ready, "999", "bad_number"),
        (ready, "+44 20 7946 0999", "bad_number"),
        (ready, "+4420794609991234567", "bad_number"),
        (without_pbx, OUTSIDE, "pbx_unavailable"),
        (signed_out, OUTSIDE, "not_signed_in"),
        (busy, OUTSIDE, "busy"),
        (without_phone, OUTSIDE, "phone_unreachable"),
    ],
)
def test_a_refused_call_changes_nothing(stage: Callable[[], Play], number: str, reason: str) -> None:
    """The first thing that is wrong is named."""
    play = stage()
    before = repr(play.centre.interactions)
    with pytest.raises(Refused) as refusal:
        clicks(play, number)
    assert refusal.value.reason == reason
    assert repr(play.centre.interactions) == before


def test_nobody_cannot_call() -> None:
    """The name is not in the plan, and asking makes no agent."""
    play = Play()
    with pytest.raises(Refused, match="no_such_agent"):
        play.hand(CallRequested(AgentId("nobody"), OUTSIDE, KEY, NODE))
    assert "nobody" not in play.centre.agents


def test_a_node_that_is_not_there_is_named_as_such() -> None:
    """Another machine of the cell."""
    with pytest.raises(Refused, match="pbx_unavailable"):
        clicks(ready(), node=NodeName("ast02"))


def test_who_pauses_may_call() -> None:
    """Not ready for calls in is no hindrance."""
    play = signed_out()
    play.hand(SignInRequested(ANN))
    assert only(clicks(play), RingAgent).agent == ANN


# -- late ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_over", [False, True])
def test_a_dial_limit_that_fires_late_changes_nothing(is_over: bool) -> None:
    """Its timer was on its way when the customer answered, or when all was over."""
    play = talking()
    if is_over:
        play.hand(LegEnded(customer(play)))
        play.passes(60)
        play.outcomes.clear()
    play.centre.timers[DialLimit(KEY)] = play.now
    outcome = play.hand(TimerFired(DialLimit(KEY)))
    assert (outcome.telephony, outcome.notices) == ([], [])


def full() -> Play:
    """Ann is ready, and one caller in the flow is all that the centre may have."""
    play = Play(plan(max_interactions=1))
    play.is_ready(ANN)
    play.calls(IVR_DNIS, "c0")
    return play


def test_a_full_centre_refuses_a_call_out() -> None:
    """The bound is for all calls, whoever begins them."""
    play = full()
    with pytest.raises(Refused, match="too_many_calls"):
        clicks(play)
    assert KEY not in play.centre.interactions


def test_a_number_dialled_in_a_full_centre_ends_the_leg() -> None:
    """The phone hears that it cannot be."""
    play = full()
    assert only(dials(play), HangUpLeg).leg == PHONE


@pytest.mark.parametrize(
    ("cause", "end_cause"),
    [
        (Cause.NO_ANSWER, "own_phone_no_answer"),
        (Cause.UNREACHABLE, "own_phone_unreachable"),
        (Cause.REJECTED, "normal"),
    ],
)
def test_the_history_tells_the_own_phone_from_the_customers(cause: Cause, end_cause: str) -> None:
    """Nobody was dialled: that is not a customer who did not answer."""
    play = ringing()
    play.hand(LegEnded(play.agent_leg(), cause))
    assert (record(play).result, record(play).end_cause) == (Result.NOT_REACHED, end_cause)
