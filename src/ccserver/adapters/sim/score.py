"""What came of simulated calls, counted from the records that the centre made of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from ccserver.core.acd.estimate_accuracy import Accuracy
from ccserver.core.ids import AgentId, InteractionId, QueueId, TierId
from ccserver.core.notices import Notice, OverflowTaken, RecordMade, WaitJudged
from ccserver.core.plan import Plan
from ccserver.core.records import Direction, InteractionRecord, Result, SegmentKind
from ccserver.core.tiers import DEFAULT_TIER, best_tier

_WORK = frozenset({SegmentKind.TALK, SegmentKind.HOLD, SegmentKind.WRAP_UP})


@dataclass(slots=True)
class Tally:
    """Those who waited in one queue. A wait goes from the joining of the queue to the first word, ringing included."""

    answered: int = 0
    abandoned: int = 0
    sent_on: int = 0
    """Maximum wait, full queue, lost: neither answered nor given up."""
    within_target: int = 0
    waited: timedelta = timedelta()
    """Of the answered, together."""
    worst_wait: timedelta = timedelta()
    """Of everybody."""
    overflowed: int = 0
    """Met an overflow rule, the maximum wait or a full queue, whatever became of them."""
    waits: list[float] = field(default_factory=list)
    """Of the answered, in seconds."""

    @property
    def offered(self) -> int:
        return self.answered + self.abandoned + self.sent_on

    @property
    def service_level_ratio(self) -> float | None:
        """Answered within the target / (answered + abandoned); None before the first."""
        counted = self.answered + self.abandoned
        return self.within_target / counted if counted else None

    @property
    def overflowed_ratio(self) -> float | None:
        return self.overflowed / self.offered if self.offered else None

    @property
    def late_wait_seconds(self) -> float | None:
        """The wait within which nineteen of twenty of the answered were answered."""
        if not self.waits:
            return None
        return sorted(self.waits)[min(len(self.waits) - 1, ceil(0.95 * len(self.waits)) - 1)]

    @property
    def abandoned_ratio(self) -> float | None:
        return self.abandoned / self.offered if self.offered else None

    @property
    def mean_wait_seconds(self) -> float | None:
        """Average speed of answer."""
        return self.waited.total_seconds() / self.answered if self.answered else None

    def add(self, other: Tally) -> None:
        """Count those too."""
        self.answered += other.answered
        self.abandoned += other.abandoned
        self.sent_on += other.sent_on
        self.within_target += other.within_target
        self.waited += other.waited
        self.overflowed += other.overflowed
        self.waits += other.waits
        self.worst_wait = max(self.worst_wait, other.worst_wait)


def has_tiers(plan: Plan) -> bool:
    """Whether the plan says anything of tiers."""
    return plan.tiers not in {(), (DEFAULT_TIER,)}


def target_of(plan: Plan, queue: QueueId, tier: str) -> timedelta:
    """What was promised: by the tier, and without tiers by the queue."""
    return best_tier(plan.tiers, tier).target if has_tiers(plan) else plan.queues[queue].answer_target


@dataclass(slots=True)
class Score:
    """Listens to the centre. Calls count that came from `opens_at` until before `closes_at`; work counts that lies between."""

    plan: Plan
    opens_at: datetime
    closes_at: datetime
    calls: int = 0
    """Calls in that are over."""
    unfinished: int = 0
    """Calls that had no end long after the last one came."""
    tallies: dict[tuple[QueueId, TierId], Tally] = field(default_factory=lambda: defaultdict(Tally))
    """A call counts for the queue it waited in first."""
    results: Counter[str] = field(default_factory=Counter)
    work: dict[AgentId, timedelta] = field(default_factory=lambda: defaultdict(timedelta))
    """Talk, hold and wrap-up."""
    estimates: Accuracy = field(default_factory=Accuracy)
    """Estimated waits of calls that were answered, judged; those of the warm-up are not."""
    _sent: set[InteractionId] = field(default_factory=set)
    """Calls in progress for which an overflow rule held."""

    def __call__(self, notice: Notice, _now: datetime) -> None:
        if isinstance(notice, WaitJudged):
            told = notice.expected
            if told.at >= self.opens_at:
                self.estimates.add(told.typical, told.low, told.high, notice.waited)
        elif isinstance(notice, OverflowTaken):
            self._sent.add(notice.interaction)
        elif isinstance(notice, RecordMade) and notice.record.is_final:
            self._count(notice.record)

    def of_queue(self, queue: QueueId) -> Tally:
        """All tiers together."""
        whole = Tally()
        for (name, _), tally in self.tallies.items():
            if name == queue:
                whole.add(tally)
        return whole

    def occupancy_ratio(self, agents: frozenset[AgentId]) -> float:
        """Share of these agents' time spent working, of the whole time that counts."""
        time = (self.closes_at - self.opens_at) * len(agents)
        return sum((self.work.get(agent, timedelta()) for agent in agents), timedelta()) / time if time else 0.0

    def _count(self, record: InteractionRecord) -> None:
        for segment in record.segments:
            if segment.agent is not None and segment.kind in _WORK:
                within = min(segment.ended_at, self.closes_at) - max(segment.started_at, self.opens_at)
                self.work[segment.agent] += max(within, timedelta())
        if record.direction is not Direction.INBOUND or not self.opens_at <= record.started_at < self.closes_at:
            return
        self.calls += 1
        self.results[record.result.value] += 1
        self._count_wait(record)
        self._sent.discard(record.id)

    def _count_wait(self, record: InteractionRecord) -> None:
        joined = next(
            (s for s in record.segments if s.queue is not None), None
        )  # rung at once, there is no stretch of QUEUE
        if joined is None or joined.queue is None:
            return
        talk = next((s for s in record.segments if s.kind is SegmentKind.TALK), None)
        wait = (record.customer_left_at if talk is None else talk.started_at) - joined.started_at
        tally = self.tallies[joined.queue, best_tier(self.plan.tiers, record.tier).id]
        tally.worst_wait = max(tally.worst_wait, wait)
        if talk is not None:
            tally.answered += 1
            tally.waited += wait
            tally.waits.append(wait.total_seconds())
            tally.within_target += wait <= target_of(self.plan, joined.queue, record.tier)
        elif record.result is Result.ABANDONED:
            tally.abandoned += 1
        else:
            tally.sent_on += 1
        is_sent = talk is None and record.result is not Result.ABANDONED
        tally.overflowed += record.id in self._sent or is_sent
