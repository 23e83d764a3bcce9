"""Blind transfer: to a queue, to an agent, to a number; what fails goes back; what is refused changes nothing."""

from __future__ import annotations

import pytest
from tests.core.playbook import ANN, BOB, CEM, NODE, SALES, SALES_DNIS, SUPPORT, Play, only, plan, queue, seconds, some

from ccserver.core.commands import ConnectLegs, DialNumber, DropConnection, HangUpLeg, RingAgent, StartMusic
from ccserver.core.errors import Refused
from ccserver.core.events import (
    BlindTransferRequested,
    CallRequested,
    HoldRequested,
    LegAnswered,
    LegEnded,
    SignInRequested,
    TransferKind,
    TransferTarget,
)
from ccserver.core.ids import AgentId, InteractionId, LegId
from ccserver.core.interaction import InteractionState
from ccserver.core.kernel import Outcome
from ccserver.core.notices import JoinedQueue, LeftQueue, RecordMade
from ccserver.core.plan import Exit, ExitKind, Plan
from ccserver.core.records import Result, SegmentKind
from ccserver.core.sounds import recorded
from ccserver.core.timers import DialLimit
from ccserver.core.work_item import WorkState

OUTSIDE = "+442079460999"
TO_SALES = TransferTarget(TransferKind.QUEUE, SALES)
TO_BOB = TransferTarget(TransferKind.AGENT, BOB)
TO_OUTSIDE = TransferTarget(TransferKind.NUMBER, OUTSIDE)


def talking(the_plan: Plan | None = None) -> Play:
    """A caller talks with Ann."""
    play = Play(the_plan)
    play.talks(ANN)
    return play


def transfers(play: Play, target: TransferTarget, by: AgentId = ANN) -> Outcome:
    return play.hand(BlindTransferRequested(by, target), after=5)


def outside_leg(play: Play) -> LegId:
    leg = play.interaction().forwarded_leg
    assert leg is not None
    return leg


# -- in all three cases -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", [TO_SALES, TO_BOB, TO_OUTSIDE])
def test_the_caller_hears_music_on_the_way(target: TransferTarget) -> None:
    """Never silence."""
    play = talking()
    play.is_ready(BOB)
    outcome = transfers(play, target)
    assert {command.leg for command in some(outcome, StartMusic)} == {"leg-c1"}


@pytest.mark.parametrize("target", [TO_SALES, TO_BOB, TO_OUTSIDE])
def test_the_agent_goes_into_wrap_up(target: TransferTarget) -> None:
    """Leg and connection are given up."""
    play = talking()
    play.is_ready(BOB)
    leg, connection = play.agent_leg(), play.interaction().connection
    outcome = transfers(play, target)
    item = play.centre.current_work(ANN)
    assert item is not None
    assert item.state is WorkState.WRAP_UP
    assert only(outcome, HangUpLeg).leg == leg
    assert only(outcome, DropConnection).connection == connection


def test_a_held_caller_can_be_transferred() -> None:
    """Agents often ask back first."""
    play = talking()
    play.hand(HoldRequested(ANN))
    transfers(play, TO_SALES)
    assert play.state() is InteractionState.QUEUED
    assert play.interaction().segments[-1].kind is SegmentKind.HOLD


# -- to a queue ---------------------------------------------------------------------------------------------------------


def test_a_queue_takes_the_caller() -> None:
    """A new place there, counted from now."""
    play = talking()
    transfers(play, TO_SALES)
    place = play.interaction().place
    assert place is not None
    assert (place.queue, place.since) == (SALES, play.now)


def test_the_next_agent_of_the_queue_is_rung() -> None:
    """In the same step, with a connection of its own."""
    play = talking()
    play.is_ready(BOB)
    outcome = transfers(play, TransferTarget(TransferKind.QUEUE, SUPPORT))
    assert only(outcome, RingAgent).agent == BOB


def test_an_answered_call_stays_answered() -> None:
    """Who leaves after a transfer was answered all the same."""
    play = talking()
    transfers(play, TO_SALES)
    play.leaves()
    assert play.all(RecordMade)[-1].record.result is Result.ANSWERED


# -- to an agent --------------------------------------------------------------------------------------------------------


def with_bob(**changes: object) -> Play:
    """Ann talks, and has just sent the caller to Bob."""
    play = talking(plan(**changes))
    play.is_ready(BOB)
    transfers(play, TO_BOB)
    return play


def test_the_named_agent_is_rung() -> None:
    """Nobody else, however long idle."""
    play = talking()
    play.is_ready(CEM)
    play.is_ready(BOB)
    assert only(transfers(play, TO_BOB), RingAgent).agent == BOB


def test_the_named_agent_talks() -> None:
    """Both legs are put together in a new connection."""
    play = with_bob()
    leg = play.agent_leg()
    connected = only(play.agent_answers(), ConnectLegs)
    assert connected.legs == ("leg-c1", leg)


def test_the_wrap_up_of_the_first_agent_does_not_touch_the_second_talk() -> None:
    """Ann's wrap-up ends while Bob talks."""
    play = with_bob()
    play.agent_answers()
    play.passes(30)
    assert play.state() is InteractionState.CONNECTED
    assert play.centre.current_work(ANN) is None


def test_the_decision_says_who_transferred() -> None:
    """It can be explained afterwards."""
    assert with_bob().interaction().decisions[-1].explanation == "transferred to bob by ann"


def test_who_was_given_back_does_not_wait_for_ever() -> None:
    """The maximum wait counts from the transfer."""
    play = with_bob()
    play.passes(301)
    assert play.state() is InteractionState.RECORDING


def test_a_place_given_by_a_transfer_is_told() -> None:
    """Whoever leaves a queue joined it: counts of the day add up."""
    play = with_bob()
    play.agent_answers()
    joined, left = play.all(JoinedQueue), play.all(LeftQueue)
    assert [notice.queue for notice in joined] == [notice.queue for notice in left]


# -- to a number --------------------------------------------------------------------------------------------------------


def test_the_number_is_dialled_with_our_own_number_shown() -> None:
    """The trunk would refuse a foreign one."""
    dial = only(transfers(talking(), TO_OUTSIDE), DialNumber)
    assert (dial.number, dial.caller_number, dial.limit) == (OUTSIDE, "+448081570100", seconds(45))


def test_the_outside_party_talks_with_the_caller() -> None:
    """No agent is needed for it."""
    play = talking()
    transfers(play, TO_OUTSIDE)
    outcome = play.hand(LegAnswered(outside_leg(play)))
    assert only(outcome, ConnectLegs).legs == ("leg-c1", outside_leg(play))
    assert play.state() is InteractionState.CONNECTED


def test_a_second_answer_changes_nothing() -> None:
    """Reports may be repeated."""
    play = talking()
    transfers(play, TO_OUTSIDE)
    play.hand(LegAnswered(outside_leg(play)))
    assert play.hand(LegAnswered(outside_leg(play))).telephony == []


def test_the_call_ends_with_the_outside_party() -> None:
    """The caller is hung up, not left."""
    play = talking()
    transfers(play, TO_OUTSIDE)
    play.hand(LegAnswered(outside_leg(play)))
    assert only(play.hand(LegEnded(outside_leg(play))), HangUpLeg).leg == "leg-c1"


def test_the_outside_party_is_hung_up_with_the_caller() -> None:
    """Nothing is left behind."""
    play = talking()
    transfers(play, TO_OUTSIDE)
    leg = outside_leg(play)
    outcome = play.leaves()
    assert leg in [command.leg for command in some(outcome, HangUpLeg)]
    assert leg not in play.centre.legs


def test_an_outside_party_that_never_answers_gives_the_caller_back() -> None:
    """After the limit; the leg is hung up."""
    play = talking()
    transfers(play, TO_OUTSIDE)
    leg = outside_leg(play)
    outcomes = play.passes(45)
    assert leg in [c.leg for o in outcomes for c in some(o, HangUpLeg)]
    assert play.rung() == [ANN, ANN]
    assert DialLimit(InteractionId("c1")) not in play.centre.timers


# -- refused ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        (TransferTarget(TransferKind.QUEUE, "nowhere"), "no_such_queue"),
        (TransferTarget(TransferKind.NUMBER, "999"), "bad_number"),
        (TransferTarget(TransferKind.NUMBER, "+44 20 7946 0999"), "bad_number"),
        (TransferTarget(TransferKind.AGENT, ANN), "same_agent"),
        (TransferTarget(TransferKind.AGENT, "nobody"), "agent_not_available"),
        (TO_BOB, "agent_not_available"),
    ],
)
def test_a_refused_transfer_changes_nothing(target: TransferTarget, reason: str) -> None:
    """The talk goes on."""
    play = talking()
    play.hand(SignInRequested(BOB))
    before = repr(play.centre.interactions)
    with pytest.raises(Refused) as refusal:
        play.hand(BlindTransferRequested(ANN, target))
    assert refusal.value.reason == reason
    assert repr(play.centre.interactions) == before


def full_sales(length: int) -> Plan:
    """Sales has room for so many; whoever finds none is told good-bye."""
    sales = queue(SALES, "sales", max_length=length, on_full=Exit(ExitKind.MESSAGE, sounds=recorded("sorry")))
    return plan(queues={SUPPORT: queue(SUPPORT, "support"), SALES: sales})


def test_a_transfer_to_a_full_queue_is_refused() -> None:
    """Its way out is a good-bye: the talk goes on instead, and nothing has changed."""
    play = talking(full_sales(1))
    play.calls(SALES_DNIS, "c2")
    before = repr((play.centre.interactions, play.centre.work_items, play.centre.timers))
    with pytest.raises(Refused) as refusal:
        play.hand(BlindTransferRequested(ANN, TO_SALES))
    assert refusal.value.reason == "queue_full"
    assert repr((play.centre.interactions, play.centre.work_items, play.centre.timers)) == before


def test_the_last_place_of_a_queue_is_for_a_transfer_too() -> None:
    """Not full yet."""
    play = talking(full_sales(1))
    transfers(play, TO_SALES)
    assert play.state() is InteractionState.QUEUED


def test_who_is_in_no_call_cannot_transfer() -> None:
    """Ready, but nobody on the line."""
    play = Play()
    play.is_ready(ANN)
    with pytest.raises(Refused, match="no_call"):
        transfers(play, TO_SALES)


def test_a_ringing_call_cannot_be_transferred() -> None:
    """It was not answered yet."""
    play = Play()
    play.is_ready(ANN)
    play.calls()
    with pytest.raises(Refused, match="no_call"):
        transfers(play, TO_SALES)


def test_a_customer_who_is_still_being_dialled_cannot_be_transferred() -> None:
    """There is nobody to hand over."""
    play = Play()
    play.is_ready(ANN)
    play.hand(CallRequested(ANN, OUTSIDE, InteractionId("c1"), NODE))
    play.agent_answers()
    with pytest.raises(Refused, match="not connected yet"):
        transfers(play, TO_SALES)
