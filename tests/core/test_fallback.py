"""Callers whom the PBX itself looked after: one interaction each, with truthful segments, joined with what was before."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from tests.core.playbook import (
    ANN,
    BOB,
    IVR_DNIS,
    NODE,
    START,
    SUPPORT,
    SUPPORT_DNIS,
    Play,
    only,
    plan,
    queue,
    seconds,
    some,
)
from tests.core.snapshots import held, offered, queued, recording, sent_outside, talking

from ccserver.core.commands import DropConnection, HangUpLeg, LookUpCustomer, ReturnLeg, RingAgent
from ccserver.core.events import (
    CustomerFound,
    LegArrived,
    LegEnded,
)
from ccserver.core.fallback_events import (
    FallbackAnswered,
    FallbackClosed,
    FallbackEntered,
    FallbackLeft,
    FallbackRang,
)
from ccserver.core.ids import InteractionId, LegId
from ccserver.core.interaction import InteractionState
from ccserver.core.kernel import Outcome
from ccserver.core.notices import InteractionStarted, LeftQueue, OddityNoticed, OfferEnded, RecordMade
from ccserver.core.records import InteractionRecord, Result, SegmentKind

LEG = LegId("leg-c1")
CALLER = "+442079460007"


def at(value: float) -> datetime:
    return START + timedelta(seconds=value)


def away(play: Play, length: float = 100) -> None:
    """ccserver was not there for so long."""
    play.now = START + seconds(length)


def entered(when: float, dnis: str = SUPPORT_DNIS, ani: str = "", name: str = "c1") -> FallbackEntered:
    return FallbackEntered(LegId(f"leg-{name}"), NODE, InteractionId(name), ani, dnis, at(when), "Joe")


def just_entered(play: Play) -> FallbackEntered:
    """A moment ago, before any limit is due."""
    play.now += seconds(1)
    return replace(entered(0), at=play.now)


def the_record(outcome: Outcome) -> InteractionRecord:
    return only(outcome, RecordMade).record


def spans(record: InteractionRecord) -> list[tuple[str, float, float, str | None]]:
    """Kind, start, end in seconds since START, agent."""
    return [
        (s.kind.value, (s.started_at - START).total_seconds(), (s.ended_at - START).total_seconds(), s.agent)
        for s in record.segments
    ]


def a_whole_call(play: Play) -> Outcome:
    """Bob does not answer, Ann does; everything is read afterwards."""
    away(play)
    play.hand(entered(10))
    play.hand(FallbackRang(LEG, BOB, at(40), seconds(20)))
    play.hand(FallbackAnswered(LEG, ANN, at(50), seconds(5)))
    return play.hand(FallbackLeft(LEG, at(80)))


def test_a_call_that_was_wholly_away_is_in_the_history() -> None:
    """Queue, the ringing in vain, queue, ring and talk, without a gap."""
    record = the_record(a_whole_call(Play()))
    assert record.id == "c1"
    assert record.result is Result.ANSWERED
    assert (record.queue, record.agent, record.customer_name) == (SUPPORT, ANN, "Joe")
    assert spans(record) == [
        ("queue", 10, 20, None),
        ("ring", 20, 40, BOB),
        ("queue", 40, 45, None),
        ("ring", 45, 50, ANN),
        ("talk", 50, 80, ANN),
    ]


def test_a_call_that_was_wholly_away_counts_its_own_wait() -> None:
    """Not the time until it was read."""
    play = Play()
    a_whole_call(play)
    assert [(left.how, left.waited) for left in play.all(LeftQueue)] == [("connected", seconds(40))]


def test_the_record_says_why_the_agent_was_rung() -> None:
    """Nobody in ccserver chose the agent."""
    (decision,) = the_record(a_whole_call(Play())).decisions
    assert (decision.agent, decision.outcome) == (ANN, "connected")


def test_nothing_is_left_of_a_call_that_is_over() -> None:
    """No interaction, no leg, no timer."""
    play = Play()
    a_whole_call(play)
    assert not play.centre.interactions
    assert not play.centre.legs
    assert not play.centre.timers


def test_a_caller_who_gave_up_away_is_abandoned() -> None:
    """With the wait that it really was."""
    play = Play()
    away(play)
    play.hand(entered(10))
    record = the_record(play.hand(FallbackLeft(LEG, at(30))))
    assert (record.result, record.end_cause) == (Result.ABANDONED, "normal")
    assert spans(record) == [("queue", 10, 30, None)]
    assert [(left.how, left.waited) for left in play.all(LeftQueue)] == [("abandoned", seconds(20))]


def test_a_caller_who_heard_the_closed_message_was_sent_away() -> None:
    """The message is a segment of its own."""
    play = Play()
    away(play)
    play.hand(entered(10))
    play.hand(FallbackClosed(LEG, at(12)))
    record = the_record(play.hand(FallbackLeft(LEG, at(20))))
    assert record.result is Result.OVERFLOWED
    assert spans(record) == [("queue", 10, 12, None), ("ivr", 12, 20, None)]


def test_a_phone_of_nobody_is_a_talk_without_agent() -> None:
    """The plan may have changed since."""
    play = Play()
    away(play)
    play.hand(entered(10))
    play.hand(FallbackAnswered(LEG, None, at(20), seconds(0)))
    record = the_record(play.hand(FallbackLeft(LEG, at(30))))
    assert (record.result, record.agent, record.decisions) == (Result.ANSWERED, None, ())


def test_an_agent_who_talks_in_the_fallback_gets_no_offer_until_the_end() -> None:
    """A new caller waits; the end of that talk brings the offer."""
    play = Play()
    play.is_ready(ANN)
    away(play)
    play.hand(entered(10, name="c9"))
    play.hand(FallbackAnswered(LegId("leg-c9"), ANN, at(20), seconds(0)))
    play.calls()
    assert play.rung() == []
    assert only(play.hand(FallbackLeft(LegId("leg-c9"), at(101))), RingAgent).agent == ANN


def test_the_directory_is_asked_and_waited_for() -> None:
    """The call is read in one go; its record still names the customer."""
    play = Play()
    away(play)
    assert only(play.hand(entered(10, ani=CALLER)), LookUpCustomer).number == CALLER
    assert some(play.hand(FallbackLeft(LEG, at(30))), RecordMade) == []
    play.hand(CustomerFound(InteractionId("c1"), None))
    (done,) = (outcome for outcome in play.passes(10) if some(outcome, RecordMade))
    record = the_record(done)
    assert record.customer_left_at == at(30)
    assert (record.result, record.end_cause) == (Result.ABANDONED, "normal")


def test_a_caller_of_the_flow_has_no_queue_yet() -> None:
    """The menu was never heard."""
    play = Play()
    away(play)
    play.hand(entered(10, dnis=IVR_DNIS))
    assert the_record(play.hand(FallbackLeft(LEG, at(30)))).queue is None


def test_a_number_of_no_entry_point_is_in_the_history_too() -> None:
    """Every call is."""
    play = Play()
    away(play)
    play.hand(entered(10, dnis="+448081570999"))
    assert the_record(play.hand(FallbackLeft(LEG, at(30)))).dnis == "+448081570999"


def test_an_instant_of_the_future_is_not_believed() -> None:
    """The wall clock of the PBX ran ahead."""
    play = Play()
    play.hand(entered(500))
    record = the_record(play.hand(FallbackLeft(LEG, at(600))))
    assert record.started_at == record.customer_left_at == START


def test_beyond_twice_the_bound_a_call_is_only_counted() -> None:
    """Memory is bounded."""
    play = Play(plan(max_interactions=1))
    away(play)
    play.hand(entered(10, name="c1"))
    play.hand(entered(10, name="c2"))
    assert only(play.hand(entered(10, name="c3")), OddityNoticed).about == "leg-c3"
    assert len(play.centre.interactions) == 2


# -- joined with what was before ----------------------------------------------------------------------------------------


def test_a_caller_who_waited_with_us_keeps_the_interaction() -> None:
    """One record: the wait with us, the wait and the talk in the fallback."""
    play = queued()
    since = (play.interaction().started_at - START).total_seconds()
    away(play)
    play.hand(entered(20))
    assert play.state() is InteractionState.FALLBACK
    play.hand(FallbackAnswered(LEG, ANN, at(30), seconds(0)))
    record = the_record(play.hand(FallbackLeft(LEG, at(60))))
    assert record.id == "c1"
    assert spans(record) == [("queue", since, 30, None), ("talk", 30, 60, ANN)]


def test_what_is_older_than_the_arrival_is_stale() -> None:
    """Read late: the caller has come to us since."""
    play = queued()
    away(play)
    play.hand(entered(0))
    assert play.state() is InteractionState.QUEUED


def test_told_twice_changes_nothing() -> None:
    """First the music, then the static queue."""
    play = Play()
    away(play)
    play.hand(entered(10))
    assert some(play.hand(entered(40)), InteractionStarted) == []
    assert spans(the_record(play.hand(FallbackLeft(LEG, at(50))))) == [("queue", 10, 50, None)]


def test_an_offer_is_withdrawn_from_a_caller_in_the_fallback() -> None:
    """The phone stops, the agent is free."""
    play = offered()
    outcome = play.hand(just_entered(play))
    assert only(outcome, OfferEnded).why == "caller_left"
    assert [c.reason for c in some(outcome, HangUpLeg)] == ["the customer left"]
    assert play.centre.agents[ANN].work_item is None


def test_a_talk_that_ended_unseen_ends_for_the_agent() -> None:
    """The agent hung up while we were away; the caller was taken to the fallback."""
    play = talking()
    away(play)
    outcome = play.hand(entered(50))
    assert only(outcome, DropConnection)
    assert play.state() is InteractionState.FALLBACK
    play.passes(60)
    assert play.centre.agents[ANN].work_item is None
    record = the_record(play.hand(FallbackLeft(LEG, at(70))))
    assert (record.result, record.agent) == (Result.ANSWERED, ANN)


def test_a_held_caller_in_the_fallback_is_no_longer_held() -> None:
    """The agent does not wait for anybody."""
    play = held()
    away(play)
    play.hand(entered(50))
    assert play.state() is InteractionState.FALLBACK


def test_an_outside_party_of_a_caller_in_the_fallback_is_let_go() -> None:
    """Nobody is dialled for a caller who is not there."""
    play = sent_outside()
    outcome = play.hand(just_entered(play))
    assert "the caller is in the fallback" in [c.reason for c in some(outcome, HangUpLeg)]


def test_a_message_that_was_being_left_is_over() -> None:
    """The recording went with the leg."""
    play = recording()
    away(play)
    play.hand(entered(50))
    assert (play.state(), play.interaction().recording) == (InteractionState.FALLBACK, "")


def test_another_leg_of_a_known_call_is_not_its_customer() -> None:
    """The agent's own leg never goes there."""
    play = talking()
    leg = play.agent_leg()
    away(play)
    play.hand(FallbackEntered(leg, NODE, InteractionId("c1"), "", SUPPORT_DNIS, at(50)))
    assert play.state() is InteractionState.CONNECTED


def test_a_call_that_the_history_has_closed_gets_an_id_that_tells_its_origin() -> None:
    """ccserver was stopped for a while, and saw the leg leave before the black box said where to."""
    play = queued()
    play.leaves()
    away(play)
    play.hand(entered(50))
    assert the_record(play.hand(FallbackLeft(LEG, at(60)))).id == "c1.fallback"
    play.hand(entered(70))
    assert the_record(play.hand(FallbackLeft(LEG, at(80)))).id == "c1.fallback.fallback"


# -- and back -----------------------------------------------------------------------------------------------------------


def back(name: str = "c1", dnis: str = SUPPORT_DNIS) -> LegArrived:
    return LegArrived(LegId(f"leg-{name}"), NODE, InteractionId(name), CALLER, dnis)


def test_a_caller_who_comes_back_has_the_old_place() -> None:
    """Whoever waited longest is served first, wherever the wait was."""
    play = Play()
    play.calls(name="c2")
    away(play)
    play.hand(FallbackEntered(LEG, NODE, InteractionId("c1"), "", SUPPORT_DNIS, at(-10)))
    play.hand(back())
    assert play.state() is InteractionState.QUEUED
    play.is_ready(ANN)
    assert [ring.interaction for ring in play.all(RingAgent)] == ["c1"]


def test_a_caller_who_comes_back_and_talks_is_one_record() -> None:
    """The wait with the PBX is its first segment."""
    play = Play()
    away(play)
    play.hand(entered(10))
    play.hand(back())
    play.is_ready(ANN)
    play.agent_answers()
    record = the_record(play.leaves())
    assert [s.kind for s in record.segments][:1] == [SegmentKind.QUEUE]
    assert record.started_at == at(10)
    assert record.result is Result.ANSWERED


def test_a_caller_who_comes_back_to_a_full_centre_stays_with_the_pbx() -> None:
    """It is asked again after the next slice."""
    play = Play(plan(max_interactions=1))
    play.calls(name="c2")
    play.hand(just_entered(play))
    assert only(play.hand(back()), ReturnLeg).leg == LEG
    assert play.state() is InteractionState.FALLBACK


def test_a_caller_of_the_flow_comes_back_to_its_start() -> None:
    """The greeting is heard for the first time."""
    play = Play()
    away(play)
    play.hand(entered(10, dnis=IVR_DNIS))
    play.hand(back(dnis=IVR_DNIS))
    assert play.state() is InteractionState.IN_FLOW


def test_a_caller_of_the_flow_who_had_a_queue_comes_back_to_it() -> None:
    """Talked already: the place is gone, the queue is known."""
    play = talking()
    away(play)
    play.hand(entered(50))
    play.hand(back())
    assert play.state() is InteractionState.QUEUED


def test_a_full_queue_has_room_for_a_caller_who_talked_before_the_fallback() -> None:
    """The place was given up for the talk, and another caller has come since."""
    play = talking()
    play.centre.plan = plan(queues={SUPPORT: queue(SUPPORT, "support", max_length=1)})
    play.calls(name="c2")
    play.hand(just_entered(play))
    play.hand(back())
    assert (play.state(), play.state("c2")) == (InteractionState.QUEUED, InteractionState.QUEUED)


def test_a_caller_whose_queue_is_gone_goes_the_way_of_all() -> None:
    """The plan has changed meanwhile."""
    play = queued()
    away(play)
    play.hand(entered(50))
    play.centre.plan = plan(queues={})
    play.hand(back())
    assert play.state() is InteractionState.CLOSING


def test_a_caller_of_no_entry_point_comes_back_to_the_default_exit() -> None:
    """As on arrival."""
    play = Play()
    away(play)
    play.hand(entered(10, dnis="+448081570999"))
    play.hand(back(dnis="+448081570999"))
    assert play.state() is InteractionState.CLOSING


def test_a_queue_that_left_the_plan_gives_no_place() -> None:
    """The entry point names what is not there."""
    whole = plan()
    play = Play(plan(queues={}, entry_points=whole.entry_points))
    away(play)
    play.hand(entered(10))
    assert play.interaction().place is None


def test_the_end_of_our_hold_on_the_leg_is_no_end_of_the_caller() -> None:
    """The leg went on to the dialplan."""
    play = Play()
    away(play)
    play.hand(entered(10))
    play.hand(LegEnded(LEG))
    assert play.state() is InteractionState.FALLBACK


def test_late_words_about_a_caller_who_is_back_change_nothing() -> None:
    """The black box tells each end, also that of callers who came back."""
    play = Play()
    away(play)
    play.hand(entered(10))
    play.hand(back())
    for late in (
        FallbackRang(LEG, ANN, at(40), seconds(5)),
        FallbackAnswered(LEG, ANN, at(40), seconds(5)),
        FallbackClosed(LEG, at(50)),
        FallbackLeft(LEG, at(60)),
    ):
        play.hand(late)
    assert play.state() is InteractionState.QUEUED
