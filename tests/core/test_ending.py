"""Ends: each leg in each state; whoever hangs up and when, nothing is left behind."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.core.phases import greeted, held, in_flow, offered, queued, sent_outside, talking
from tests.core.playbook import ANN, BOB, CLOSED_DNIS, NODE, SALES, SUPPORT, Play, only, plan, queue, some

from ccserver.core.agent import Presence
from ccserver.core.commands import DropConnection, HangUpLeg, StopPrompt
from ccserver.core.ending import CLOSE_LIMIT, RESULT_OF_STATE
from ccserver.core.events import (
    BlindTransferRequested,
    CallRequested,
    Cause,
    HangUpRequested,
    InteractionGivenUp,
    LegAnswered,
    LegEnded,
    PhoneDialled,
    TransferKind,
    TransferTarget,
)
from ccserver.core.ids import InteractionId, LegId
from ccserver.core.interaction import InteractionState
from ccserver.core.notices import OfferEnded, RecordMade
from ccserver.core.records import InteractionRecord, Result
from ccserver.core.timers import CloseLimit
from ccserver.core.work_item import WorkState

LEG = LegId("leg-c1")
OUTSIDE = "+442079460999"


def waiting_for_a_key() -> Play:
    play = in_flow()
    play.prompt_ends()
    play.prompt_ends()
    return play


def announced() -> Play:
    play = queued()
    play.passes(10)
    return play


def closing() -> Play:
    play = Play()
    play.calls(CLOSED_DNIS)
    return play


def hung_up() -> Play:
    """The hang-up was ordered and not yet reported."""
    play = talking()
    play.hand(HangUpRequested(ANN))
    return play


def sent_to_bob() -> Play:
    play = talking()
    play.is_ready(BOB)
    play.hand(BlindTransferRequested(ANN, TransferTarget(TransferKind.AGENT, BOB)))
    return play


def sent_to_sales() -> Play:
    play = talking()
    play.hand(BlindTransferRequested(ANN, TransferTarget(TransferKind.QUEUE, SALES)))
    return play


def talking_outside() -> Play:
    play = sent_outside()
    play.hand(LegAnswered(play.interaction().forwarded_leg or LegId("")))
    return play


def dialling() -> Play:
    play = Play()
    play.is_ready(ANN)
    play.hand(CallRequested(ANN, OUTSIDE, InteractionId("c1"), NODE))
    play.agent_answers()
    return play


def talking_out() -> Play:
    play = dialling()
    play.hand(LegAnswered(play.interaction().customer_leg or LegId("")))
    return play


def dialled_by_phone() -> Play:
    play = Play()
    play.is_ready(ANN)
    play.hand(PhoneDialled(LegId("phone-leg"), NODE, InteractionId("c1"), ANN, OUTSIDE))
    return play


PHASES: dict[Callable[[], Play], Result] = {
    in_flow: Result.ENDED_IN_IVR,
    waiting_for_a_key: Result.ENDED_IN_IVR,
    queued: Result.ABANDONED,
    announced: Result.ABANDONED,
    offered: Result.ABANDONED,
    talking: Result.ANSWERED,
    held: Result.ANSWERED,
    greeted: Result.ABANDONED,
    closing: Result.CLOSED,
    hung_up: Result.ANSWERED,
    sent_to_bob: Result.ANSWERED,
    sent_to_sales: Result.ANSWERED,
    sent_outside: Result.ANSWERED,
    talking_outside: Result.ANSWERED,
    dialling: Result.NOT_REACHED,
    talking_out: Result.ANSWERED,
    dialled_by_phone: Result.NOT_REACHED,
}


def customer(play: Play) -> LegId:
    leg = play.interaction().customer_leg
    assert leg is not None
    return leg


def records(play: Play) -> list[InteractionRecord]:
    return [made.record for made in play.all(RecordMade)]


# -- the customer's leg, in each phase ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("phase", "result"), PHASES.items())
def test_the_customers_end_is_in_the_history(phase: Callable[[], Play], result: Result) -> None:
    """With the result that fits."""
    play = phase()
    play.hand(LegEnded(customer(play)), after=1)
    assert (records(play)[0].result, records(play)[0].end_cause) == (result, "normal")


@pytest.mark.parametrize("phase", PHASES)
def test_the_customers_end_leaves_nothing_behind(phase: Callable[[], Play]) -> None:
    """After wrap-up: no interaction, work, leg, timer; nobody in the line."""
    play = phase()
    play.hand(LegEnded(customer(play)), after=1)
    play.passes(60)
    centre = play.centre
    assert (centre.interactions, centre.work_items, centre.legs, centre.waiting, centre.timers) == ({}, {}, {}, {}, {})


@pytest.mark.parametrize("phase", PHASES)
def test_the_customers_end_ends_every_other_leg(phase: Callable[[], Play]) -> None:
    """Agents and outside parties that were still on the line, and the connection."""
    play = phase()
    others, connection = set(play.centre.legs) - {customer(play)}, play.interaction().connection
    outcome = play.hand(LegEnded(customer(play)), after=1)
    assert others <= {command.leg for command in some(outcome, HangUpLeg)}
    assert [command.connection for command in some(outcome, DropConnection)] == ([connection] if connection else [])


@pytest.mark.parametrize("phase", PHASES)
def test_the_end_comes_once(phase: Callable[[], Play]) -> None:
    """A repeated report writes nothing again."""
    play = phase()
    leg = customer(play)
    play.hand(LegEnded(leg), after=1)
    before = len(records(play))
    play.hand(LegEnded(leg))
    assert len(records(play)) == before


@pytest.mark.parametrize(("phase", "result"), PHASES.items())
def test_a_lost_pbx_loses_who_was_not_answered(phase: Callable[[], Play], result: Result) -> None:
    """Who talked was answered all the same."""
    play = phase()
    play.hand(LegEnded(customer(play), Cause.PBX_LOST), after=1)
    expected = Result.ANSWERED if result is Result.ANSWERED else Result.LOST
    assert (records(play)[0].result, records(play)[0].end_cause) == (expected, "pbx_lost")


def test_every_live_state_has_a_result() -> None:
    """For a customer who leaves in it."""
    assert set(RESULT_OF_STATE) == set(InteractionState) - {InteractionState.ENDED}


# -- other legs ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("phase", [talking, held, talking_out])
def test_the_agents_end_ends_the_call(phase: Callable[[], Play]) -> None:
    """The customer is hung up, not left in the line."""
    play = phase()
    leg = customer(play)
    outcome = play.hand(LegEnded(play.agent_leg()))
    assert only(outcome, HangUpLeg).leg == leg
    assert play.state() is InteractionState.CLOSING


def test_the_agents_end_while_dialling_is_not_reached() -> None:
    """Nobody was spoken to."""
    play = dialling()
    leg = customer(play)
    play.hand(LegEnded(play.agent_leg()))
    play.hand(LegEnded(leg))
    assert records(play)[0].result is Result.NOT_REACHED


def test_the_phones_end_while_it_rings_is_a_lost_offer() -> None:
    """The caller keeps the place."""
    play = offered()
    play.hand(LegEnded(play.agent_leg(), Cause.REJECTED))
    assert play.state() is InteractionState.QUEUED
    assert play.all(OfferEnded)[-1].why == "declined"


def test_the_second_agents_end_does_not_touch_the_first_ones_wrap_up() -> None:
    """Each leg belongs to one work item."""
    play = sent_to_bob()
    play.agent_answers()
    play.hand(LegEnded(play.agent_leg()))
    work = [play.centre.current_work(agent) for agent in (ANN, BOB)]
    assert [item.state for item in work if item] == [WorkState.WRAP_UP, WorkState.WRAP_UP]
    assert play.state() is InteractionState.CLOSING


def test_the_outside_partys_end_ends_the_call() -> None:
    """They talked, and one of them went."""
    play = talking_outside()
    outcome = play.hand(LegEnded(play.interaction().forwarded_leg or LegId("")))
    assert only(outcome, HangUpLeg).leg == LEG


def test_the_end_of_a_leg_that_nobody_knows_changes_nothing() -> None:
    """It was withdrawn long ago, or is somebody else's."""
    play = talking()
    outcome = play.hand(LegEnded(LegId("foreign")))
    assert (outcome.telephony, outcome.notices) == ([], [])


# -- what was ordered is not reported -----------------------------------------------------------------------------------


def test_an_end_that_is_not_reported_is_taken_for_granted() -> None:
    """It is ordered once more."""
    play = hung_up()
    outcomes = play.passes(CLOSE_LIMIT.total_seconds())
    assert [c.leg for o in outcomes for c in some(o, HangUpLeg)] == [LEG]
    assert (records(play)[0].result, records(play)[0].end_cause) == (Result.ANSWERED, "unknown")


def test_an_end_that_is_reported_is_not_ordered_again() -> None:
    """The limit does not run on."""
    play = hung_up()
    play.leaves()
    assert CloseLimit(InteractionId("c1")) not in play.centre.timers


def test_a_report_after_the_limit_changes_nothing() -> None:
    """All was over."""
    play = hung_up()
    play.passes(60)
    assert play.leaves().notices == []


# -- details ------------------------------------------------------------------------------------------------------------


def test_what_played_is_stopped() -> None:
    """Harmless for a leg that is gone, needed for one whose end was only assumed."""
    assert some(in_flow().leaves(), StopPrompt) != []


def test_who_is_rung_is_free_when_the_caller_leaves() -> None:
    """Ready as before, no wrap-up."""
    play = offered()
    outcome = play.leaves()
    assert only(outcome, OfferEnded).why == "caller_left"
    assert play.centre.agents[ANN].presence is Presence.READY
    assert play.centre.agents[ANN].is_available


def test_who_rings_for_an_own_call_is_told_that_it_was_given_up() -> None:
    """Click to call, whose interaction ended before the agent answered."""
    play = Play()
    play.is_ready(ANN)
    play.hand(CallRequested(ANN, OUTSIDE, InteractionId("c1"), NODE))
    leg = play.agent_leg()
    outcome = play.hand(InteractionGivenUp(InteractionId("c1"), Cause.UNKNOWN))
    assert only(outcome, OfferEnded).why == "given_up"
    assert only(outcome, HangUpLeg).leg == leg


@pytest.mark.parametrize("phase", [queued, talking])
def test_giving_up_hangs_up_the_customer(phase: Callable[[], Play]) -> None:
    """Whatever the state."""
    play = phase()
    assert only(play.hand(InteractionGivenUp(InteractionId("c1"), Cause.UNKNOWN)), HangUpLeg).leg == LEG


def test_giving_up_what_is_over_changes_nothing() -> None:
    """In wrap-up, or long forgotten."""
    play = talking()
    play.leaves()
    for _ in range(2):
        outcome = play.hand(InteractionGivenUp(InteractionId("c1"), Cause.UNKNOWN))
        assert (outcome.telephony, outcome.notices) == ([], [])
        play.passes(60)


def test_overflowed_stays_overflowed() -> None:
    """Who hangs up during the message of a full queue was sent away."""
    play = Play(plan(queues={SUPPORT: queue(SUPPORT, "support", max_length=0)}))
    play.calls()
    play.leaves()
    assert records(play)[0].result is Result.OVERFLOWED
