"""A waiting caller is connected with an outside number: by a rule, after the maximum wait, when a queue is full or closed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.playbook import (
    ANN,
    CLOSED_DNIS,
    NODE,
    SALES,
    SORRY,
    SUPPORT,
    Play,
    entry,
    plan,
    queue,
    seconds,
)

from ccserver.core.commands import DialNumber, HangUpLeg, PlayPrompt, StartMusic
from ccserver.core.events import Cause, LegAnswered, LegEnded, PbxSnapshot, PlanChanged, SnapshotLeg, TelephonyRestored
from ccserver.core.ids import InteractionId, LegId
from ccserver.core.interaction import InteractionState
from ccserver.core.notices import LeftQueue, RecordMade
from ccserver.core.plan import Exit, ExitKind, OverflowRule, QueuePlan
from ccserver.core.records import InteractionRecord, Result, SegmentKind
from ccserver.core.timers import DialLimit
from ccserver.core.ways import Held, WayCause

S = InteractionState
PARTNER, OTHER = "+442079460999", "+442079460998"
TO_PARTNER, TO_OTHER = Exit(ExitKind.NUMBER, PARTNER), Exit(ExitKind.NUMBER, OTHER)
SOON = OverflowRule(TO_PARTNER, seconds(30))


def play_with(*rules: OverflowRule, **changes: object) -> Play:
    support: QueuePlan = queue(SUPPORT, "support", **{"overflow": rules, **changes})
    return Play(plan(queues={SUPPORT: support, SALES: queue(SALES, "sales")}))


def outside(play: Play) -> LegId:
    leg = play.interaction().forwarded_leg
    assert leg is not None
    return leg


def record(play: Play) -> InteractionRecord:
    return play.all(RecordMade)[-1].record


def sent_on(**changes: object) -> Play:
    """A caller whose partner's phone rings."""
    play = play_with(SOON, **changes)
    play.calls()
    play.passes(30)
    return play


def test_a_caller_is_connected_with_the_number() -> None:
    """With music until then; for the centre it is over, and the history says why and where."""
    play = sent_on()
    assert [command.number for command in play.all(DialNumber)] == [PARTNER]
    assert play.state() is S.CALLING
    assert len(play.all(StartMusic)) == 1
    play.hand(LegAnswered(outside(play)), after=4)
    assert play.state() is S.CONNECTED
    assert (play.interaction().place, play.all(LeftQueue)[-1].how) == (None, "overflowed")
    play.hand(LegEnded(outside(play)), after=10)
    play.leaves()
    made = record(play)
    assert (made.result, made.agent, made.queue) == (Result.OVERFLOWED, None, SUPPORT)
    assert [each.kind for each in made.segments] == [SegmentKind.QUEUE, SegmentKind.DIAL, SegmentKind.TALK]
    (way,) = made.ways
    assert (way.cause, way.rule, way.kind, way.target, way.outcome) == (WayCause.RULE, 1, "number", PARTNER, "answered")
    assert (way.queue, way.waited, way.held) == (SUPPORT, seconds(30), (Held("waited", "", True, 30, 30),))


@pytest.mark.parametrize("cause", [Cause.BUSY, Cause.NO_ANSWER, Cause.INVALID_NUMBER])
def test_a_number_that_is_not_reached_leads_back_to_the_place(cause: Cause) -> None:
    """With the wait so far; the number is not dialled again, and an agent may answer."""
    play = sent_on()
    since = play.now - seconds(30)
    play.hand(LegEnded(outside(play), cause), after=2)
    place = play.interaction().place
    assert place is not None
    assert (play.state(), place.queue, place.since) == (S.QUEUED, SUPPORT, since)
    play.passes(60)
    assert len(play.all(DialNumber)) == 1
    play.is_ready(ANN)
    play.agent_answers()
    play.leaves()
    assert record(play).result is Result.ANSWERED
    assert record(play).ways[0].outcome == cause.value


def test_the_next_rule_is_asked_at_once() -> None:
    """Another number, then a message."""
    play = play_with(SOON, OverflowRule(TO_OTHER, seconds(30)), OverflowRule(SORRY, seconds(30)))
    play.calls()
    play.passes(30)
    play.hand(LegEnded(outside(play), Cause.BUSY))
    assert [command.number for command in play.all(DialNumber)] == [PARTNER, OTHER]
    play.hand(LegEnded(outside(play), Cause.BUSY))
    assert play.state() is S.CLOSING
    assert [way.kind for way in play.interaction().ways] == ["number", "number", "message"]


def test_a_number_that_does_not_answer_is_given_up_at_the_limit() -> None:
    """The outside phone stops ringing."""
    play = sent_on()
    leg = outside(play)
    play.passes(45)
    assert play.state() is S.QUEUED
    assert leg in [command.leg for command in play.all(HangUpLeg)]
    assert play.interaction().ways[0].outcome == "no_answer"


def test_who_hangs_up_while_it_rings_has_abandoned() -> None:
    """The outside phone stops ringing, and nothing is left."""
    play = sent_on()
    leg = outside(play)
    play.leaves()
    assert leg in [command.leg for command in play.all(HangUpLeg)]
    assert (record(play).result, record(play).ways[0].outcome) == (Result.ABANDONED, "caller_left")
    assert not play.centre.timers


@pytest.mark.parametrize(("is_reached", "state"), [(True, S.CONNECTED), (False, S.CLOSING)])
def test_a_wait_that_ends_while_it_rings_lets_it_ring(is_reached: bool, state: InteractionState) -> None:
    """Then it is over, with the way out of the queue."""
    play = sent_on(max_wait=seconds(40), on_max_wait=SORRY)
    play.passes(20)
    assert play.state() is S.CALLING
    play.hand(LegAnswered(outside(play)) if is_reached else LegEnded(outside(play), Cause.BUSY))
    assert play.state() is state


@pytest.mark.parametrize("is_reached", [True, False])
def test_after_the_maximum_wait_there_is_no_way_back(is_reached: bool) -> None:
    """A number that is not reached leads to the last resort."""
    play = play_with(max_wait=seconds(40), on_max_wait=TO_PARTNER)
    play.calls()
    play.passes(40)
    assert (play.state(), play.interaction().place) == (S.CALLING, None)
    play.hand(LegAnswered(outside(play)) if is_reached else LegEnded(outside(play), Cause.BUSY))
    assert play.state() is (S.CONNECTED if is_reached else S.CLOSING)
    play.leaves()
    (*_, way) = record(play).ways
    assert (record(play).result, way.cause, way.outcome) == (
        Result.OVERFLOWED, WayCause.MAX_WAIT, "answered" if is_reached else "busy")  # fmt: skip


def test_a_full_queue_leads_to_a_number() -> None:
    """The caller is answered and hears music."""
    play = play_with(max_length=1, on_full=TO_PARTNER)
    play.calls(name="c0")
    play.calls()
    assert play.state() is S.CALLING
    assert [way.cause for way in play.interaction().ways] == [WayCause.FULL]


def test_a_closed_line_leads_to_a_number() -> None:
    """A night service; it was closed, whoever answers there."""
    closed = replace(entry(CLOSED_DNIS, to=SUPPORT, hours="never"), on_closed=TO_PARTNER)
    play = Play(plan(entry_points={CLOSED_DNIS: closed}))
    play.calls(CLOSED_DNIS)
    assert play.all(StartMusic)
    play.hand(LegAnswered(outside(play)))
    play.leaves()
    assert (record(play).result, record(play).ways[0].cause) == (Result.CLOSED, WayCause.CLOSED)


def test_a_queue_that_is_gone_leads_to_the_last_resort() -> None:
    """The plan was replaced while it rang."""
    play = sent_on()
    play.hand(PlanChanged(replace(play.centre.plan, epoch=9, queues={})))
    play.hand(LegEnded(outside(play), Cause.BUSY))
    assert play.all(PlayPrompt)[-1].sounds == SORRY.sounds


def test_a_leg_that_a_crash_took_leads_back_to_the_place() -> None:
    """The PBX does not know the outside leg any more."""
    play = sent_on()
    leg = SnapshotLeg(LegId("leg-c1"), True, InteractionId("c1"), False)
    play.hand(TelephonyRestored(PbxSnapshot(NODE, (leg,), boot="1", waiting=frozenset({leg.leg}))), after=5)
    assert play.state() is S.QUEUED


steps = st.lists(st.sampled_from(["answered", "busy", "pass", "ready", "pbx", "dial"]), min_size=1, max_size=12)


@settings(deadline=None)
@given(steps)
def test_nobody_is_lost_on_the_way(course: list[str]) -> None:
    """Whatever happens outside and inside: the caller waits, talks or is told, every ring has a limit, and each number is dialled once."""
    rules = (SOON, OverflowRule(TO_OTHER, seconds(35)))
    play = play_with(*rules, max_wait=seconds(120), on_max_wait=Exit(ExitKind.NUMBER, "+442079460997"))
    play.calls()
    for step in course:
        if InteractionId("c1") not in play.centre.interactions:
            break
        leg, caller = play.interaction().forwarded_leg, play.interaction()
        if step == "pass":
            play.passes(20)
        elif step == "ready":
            play.is_ready(ANN)
        elif leg is not None:
            play.hand(LegAnswered(leg) if step == "answered" else LegEnded(leg, Cause.BUSY))
        assert caller.state in (S.QUEUED, S.CALLING, S.CONNECTED, S.OFFERED, S.CLOSING, S.ENDED)
        assert caller.state is not S.CALLING or DialLimit(caller.id) in play.centre.timers
        assert (caller.state is S.QUEUED) == (caller.id in play.centre.waiting)
        numbers = [command.number for command in play.all(DialNumber)]
        assert len(numbers) == len(set(numbers))
    play.passes(600)
    if InteractionId("c1") in play.centre.interactions and play.state() is not S.CLOSING:
        play.leaves()
    play.passes(600)
    assert len({made.record.id for made in play.all(RecordMade)}) == 1
