"""How records are counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.scenarios.plan import make_plan

from ccserver.adapters.sim.centre import SimCentre
from ccserver.adapters.sim.clock import START
from ccserver.adapters.sim.legs import Party
from ccserver.adapters.sim.score import Score, Tally, has_tiers, target_of
from ccserver.adapters.sim.simulation import Span, simulate
from ccserver.core.ids import AgentId, QueueId, TierId
from ccserver.core.notices import RecordMade
from ccserver.core.records import Direction, InteractionRecord, Result, Segment, SegmentKind
from ccserver.core.tiers import DEFAULT_TIER, Tier

SUPPORT, ANN = QueueId("support"), AgentId("ann")
PLAN = replace(make_plan(), tiers=(DEFAULT_TIER,))
HOUR = timedelta(hours=1)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def stretch(kind: SegmentKind, since: float, until: float, agent: AgentId | None = None) -> Segment:
    return Segment(kind, at(since), at(until), None if kind is SegmentKind.IVR else SUPPORT, agent)


@pytest.fixture(scope="module")
def any_record() -> InteractionRecord:
    """A record of the real core, whose segments are replaced below."""
    found: list[InteractionRecord] = []

    class Keeping(Score):
        def __call__(self, notice: object, _now: datetime) -> None:
            if isinstance(notice, RecordMade):
                found.append(notice.record)

    keeping = Keeping(PLAN, START, START + HOUR)
    sim = SimCentre(PLAN, has_journal=False)
    sim.subscribe(keeping)
    leg = sim.pbx.call_in(Party(), "+442079460123", next(iter(PLAN.entry_points)))
    sim.run_for(timedelta(seconds=20))
    sim.pbx.hang_up(leg)
    sim.run_for(timedelta(seconds=20))
    return replace(found[-1], is_final=True, direction=Direction.INBOUND, started_at=START, tier="")


def scored(record: InteractionRecord, *segments: Segment, result: Result = Result.ANSWERED) -> Score:
    score = Score(PLAN, START, START + HOUR)
    left = next((s.ended_at for s in reversed(segments) if s.kind is not SegmentKind.WRAP_UP), START)
    score(RecordMade(replace(record, segments=segments, result=result, customer_left_at=left)), START)
    return score


def test_a_wait_ends_with_the_first_word(any_record: InteractionRecord) -> None:
    """What came before the queue is not in it, ringing is."""
    segments = [
        (SegmentKind.IVR, 0, 9),
        (SegmentKind.QUEUE, 9, 15),
        (SegmentKind.RING, 15, 19),
        (SegmentKind.TALK, 19, 99),
    ]
    tally = scored(any_record, *(stretch(*each) for each in segments)).of_queue(SUPPORT)
    assert (tally.answered, tally.mean_wait_seconds, tally.worst_wait) == (1, 10.0, timedelta(seconds=10))
    assert tally.within_target == 1


def test_who_is_rung_at_once_has_waited_while_it_rang(any_record: InteractionRecord) -> None:
    """Such a record has no stretch of QUEUE."""
    tally = scored(any_record, stretch(SegmentKind.RING, 0, 4), stretch(SegmentKind.TALK, 4, 9)).of_queue(SUPPORT)
    assert (tally.answered, tally.mean_wait_seconds) == (1, 4.0)


def test_who_gave_up_or_was_sent_on_is_not_answered(any_record: InteractionRecord) -> None:
    """The worst wait is everybody's, the mean that of the answered."""
    for result, counts in ((Result.ABANDONED, (0, 1, 0)), (Result.OVERFLOWED, (0, 0, 1))):
        tally = scored(any_record, stretch(SegmentKind.QUEUE, 0, 50), result=result).of_queue(SUPPORT)
        assert (tally.answered, tally.abandoned, tally.sent_on) == counts
        assert (tally.mean_wait_seconds, tally.worst_wait) == (None, timedelta(seconds=50))


def test_who_never_came_to_a_queue_is_a_result_only(any_record: InteractionRecord) -> None:
    """As a caller of a closed line."""
    score = scored(any_record, stretch(SegmentKind.IVR, 0, 5), result=Result.CLOSED)
    assert (dict(score.tallies), score.results["closed"], score.calls) == ({}, 1, 1)


def test_work_counts_while_the_doors_are_open(any_record: InteractionRecord) -> None:
    """Talk, hold and wrap-up within the span; ringing is none."""
    segments = [
        stretch(SegmentKind.RING, 0, 100, ANN),
        stretch(SegmentKind.TALK, 100, 400, ANN),
        stretch(SegmentKind.HOLD, 400, 460, ANN),
        stretch(SegmentKind.WRAP_UP, 3540, 3700, ANN),
    ]
    assert scored(any_record, *segments).occupancy_ratio(frozenset({ANN})) == pytest.approx(420 / 3600)


def test_a_record_that_is_not_complete_is_not_counted(any_record: InteractionRecord) -> None:
    """It comes again when the wrap-up is over."""
    score = Score(PLAN, START, START + HOUR)
    score(RecordMade(replace(any_record, is_final=False)), START)
    assert score.calls == 0


@pytest.mark.parametrize("change", [{"direction": Direction.OUTBOUND}, {"started_at": START - HOUR}])
def test_other_calls_do_not_count(any_record: InteractionRecord, change: dict[str, object]) -> None:
    """Calls out, and calls of the warm-up."""
    score = Score(PLAN, START, START + HOUR)
    score(RecordMade(replace(any_record, **change)), START)  # type: ignore[arg-type]
    assert score.calls == 0


def test_nothing_has_no_shares() -> None:
    """Of nobody."""
    tally = Tally()
    assert (tally.service_level_ratio, tally.abandoned_ratio, tally.mean_wait_seconds) == (None, None, None)
    assert Score(PLAN, START, START).occupancy_ratio(frozenset({ANN})) == 0.0


def test_the_target_is_that_of_the_tier_where_there_are_tiers() -> None:
    """Else that of the queue."""
    gold = Tier(TierId("gold"), "Gold", target=timedelta(seconds=7))
    assert (has_tiers(PLAN), target_of(PLAN, SUPPORT, "gold")) == (False, PLAN.queues[SUPPORT].answer_target)
    assert target_of(replace(PLAN, tiers=(gold, DEFAULT_TIER)), SUPPORT, "gold") == gold.target


def test_a_queue_is_the_sum_of_its_tiers() -> None:
    """Whatever was simulated."""
    score = simulate(make_plan(), Span(1), 3)
    tallies = [tally for (queue, _), tally in score.tallies.items() if queue == SUPPORT]
    assert score.of_queue(SUPPORT).offered == sum(tally.offered for tally in tallies) > 0
