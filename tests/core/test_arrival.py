"""Arrival: entry point, hours, first step."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from tests.core.playbook import (
    ANN,
    CLOSED_DNIS,
    IVR_DNIS,
    NODE,
    START,
    SUPPORT,
    SUPPORT_DNIS,
    Play,
    entry,
    only,
    plan,
    seconds,
    some,
)

from ccserver.core.commands import AnswerLeg, HangUpLeg, LookUpCustomer, PlayPrompt, ReturnLeg, RingAgent
from ccserver.core.customer import CustomerCard
from ccserver.core.events import CustomerFound, LegArrived, PromptFinished
from ccserver.core.ids import CustomerId, InteractionId, LegId
from ccserver.core.interaction import InteractionState
from ccserver.core.notices import CustomerKnown, OddityNoticed, RecordMade
from ccserver.core.records import Result
from ccserver.core.sounds import recorded
from ccserver.core.timers import LookUpLimit

CARD = CustomerCard(CustomerId("7"), "Wang Xiaoming", "gold", 12000.0)


def test_a_caller_for_a_queue_waits_in_it() -> None:
    """An entry point with a queue leads there, and the caller is answered."""
    play = Play()
    outcome = play.calls()
    assert play.state() is InteractionState.QUEUED
    assert only(outcome, AnswerLeg).leg == "leg-c1"


def test_the_agents_phone_rings_in_the_same_step() -> None:
    """A free agent is rung at once; nobody waits for the customer look-up."""
    play = Play()
    play.is_ready(ANN)
    outcome = play.calls()
    assert only(outcome, RingAgent).agent == ANN


def test_the_customer_is_looked_up_by_number() -> None:
    """The look-up carries the caller's number."""
    assert only(Play().calls(), LookUpCustomer).number == "+442079460007"


def test_a_withheld_number_is_not_looked_up() -> None:
    """There is nothing to look up."""
    assert some(Play().calls(ani=""), LookUpCustomer) == []


def test_the_card_stays_with_the_interaction() -> None:
    """What the directory answers is kept and told."""
    play = Play()
    play.calls()
    outcome = play.hand(CustomerFound(InteractionId("c1"), CARD))
    assert play.interaction().customer == CARD
    assert only(outcome, CustomerKnown).interaction == "c1"


def test_a_late_card_for_an_ended_interaction_changes_nothing() -> None:
    """The caller hung up before the directory answered."""
    play = Play()
    play.calls()
    play.leaves()
    assert play.hand(CustomerFound(InteractionId("c1"), CARD)).notices == []


def test_a_closed_line_says_so_and_hangs_up() -> None:
    """Outside the hours the closed message is played, then the leg is hung up."""
    play = Play()
    outcome = play.calls(CLOSED_DNIS)
    prompt = only(outcome, PlayPrompt)
    assert prompt.sounds == recorded("closed")
    outcome = play.hand(PromptFinished(prompt.leg, prompt.prompt))
    assert only(outcome, HangUpLeg).leg == "leg-c1"
    play.leaves()
    assert play.all(RecordMade)[-1].record.result is Result.CLOSED


def test_an_unknown_number_hears_the_default_exit() -> None:
    """A number that is no entry point is not left in silence."""
    outcome = Play().calls("+448081570199")
    assert only(outcome, PlayPrompt).sounds == recorded("sorry")


def test_a_leg_that_arrives_twice_is_one_caller() -> None:
    """A repeated arrival is an oddity, not a second interaction."""
    play = Play()
    play.calls()
    again = LegArrived(LegId("leg-c1"), NODE, InteractionId("c1"), "", SUPPORT_DNIS)
    assert only(play.hand(again), OddityNoticed).about == "leg-c1"
    assert len(play.centre.interactions) == 1


def test_above_the_bound_callers_go_to_the_fallback() -> None:
    """The table of interactions is bounded; nobody is hung up or left in silence for it."""
    play = Play(plan(max_interactions=1))
    play.calls(name="c1")
    outcome = play.calls(name="c2")
    assert outcome.telephony == [ReturnLeg(LegId("leg-c2"))]
    assert len(play.centre.interactions) == 1


def test_a_flow_begins_with_its_greeting() -> None:
    """The caller is answered, then hears the first node."""
    outcome = Play().calls(IVR_DNIS)
    assert [type(c) for c in outcome.telephony] == [AnswerLeg, PlayPrompt]


def test_no_answer_of_the_directory_stops_nothing() -> None:
    """The limit passes silently."""
    play = Play()
    play.calls()
    play.passes(1)
    assert play.state() is InteractionState.QUEUED


def test_a_number_that_leads_nowhere_takes_the_last_resort() -> None:
    """Neither flow nor queue: the plan is checked for it, nobody is left in silence all the same."""
    play = Play(plan(entry_points={SUPPORT_DNIS: entry(SUPPORT_DNIS)}))
    assert only(play.calls(), PlayPrompt).sounds == recorded("sorry")


def test_nobody_behind_the_number_is_an_answer_too() -> None:
    """The limit need not run on."""
    play = Play()
    play.calls()
    outcome = play.hand(CustomerFound(InteractionId("c1"), None))
    assert outcome.notices == []
    assert LookUpLimit(InteractionId("c1")) not in play.centre.timers


def test_an_open_line_is_served() -> None:
    """The calendar is asked for this very instant."""
    play = Play(plan(hours={"never": Hours(START)}))
    play.calls(CLOSED_DNIS)
    assert play.state() is InteractionState.QUEUED
    play.passes(1)
    play.calls(CLOSED_DNIS, name="c2")
    assert play.state("c2") is InteractionState.CLOSING


def test_a_caller_found_by_reading_back_has_waited_since_then() -> None:
    """The call is as old as its leg."""
    play = Play()
    play.passes(30)
    arrived_at = START + seconds(10)
    play.hand(LegArrived(LegId("leg-c1"), NODE, InteractionId("c1"), "", SUPPORT_DNIS, arrived_at=arrived_at))
    assert play.interaction().started_at == arrived_at


def test_a_leg_from_the_future_arrived_now() -> None:
    """The PBX's clock is not ours."""
    play = Play()
    later = START + seconds(10)
    play.hand(LegArrived(LegId("leg-c1"), NODE, InteractionId("c1"), "", SUPPORT_DNIS, arrived_at=later))
    assert play.interaction().started_at == START


def test_language_priority_and_reason_come_from_the_line() -> None:
    """They travel with the caller."""
    line = replace(entry(SUPPORT_DNIS, to=SUPPORT, priority=7), language="zh", reason="complaint")
    play = Play(plan(entry_points={SUPPORT_DNIS: line}))
    play.calls()
    one = play.interaction()
    assert (one.language, one.priority, one.reason) == ("zh", 7, "complaint")


class Hours:
    """Open until an instant, which is included."""

    def __init__(self, until: datetime) -> None:
        self.until = until

    def is_open(self, at: datetime) -> bool:
        return at <= self.until
