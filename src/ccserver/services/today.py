"""Counts of the day by queue and tier, folded from notices: what the queue view shows besides the live picture.

The day is that of the server's time zone; the counts begin anew at its midnight. A call counts once in each queue it was in:
what happens after a transfer within the queue is the same call. After a restart `recount` fills the counts from the history;
a call that joined several queues then counts for the last one only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from ccserver.core.ids import InteractionId, QueueId
from ccserver.core.notices import JoinedQueue, LeftQueue, Notice, RecordMade
from ccserver.core.records import Direction, InteractionRecord, Result, SegmentKind

MOST_TIERS: Final = 50
"""Tiers are free text from the directory: so many different ones are counted apart in a day, all later ones as `OTHER`."""
OTHER: Final = "other"
_HOW: Final = {Result.ANSWERED: "connected", Result.ABANDONED: "abandoned", Result.CALLBACK: "callback"}


@dataclass(slots=True)
class Counts:
    """A call back counts as answered, with the whole wait since the first call, and not as offered a second time.

    `within_target` of the answered. Service level = within_target / (answered + abandoned), abandons counting against."""

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    within_target: int = 0

    @property
    def service_level_ratio(self) -> float | None:
        judged = self.answered + self.abandoned
        return self.within_target / judged if judged else None


@dataclass(slots=True)
class Today:
    targets: dict[QueueId, timedelta] = field(default_factory=dict)
    queues: defaultdict[QueueId, Counts] = field(default_factory=lambda: defaultdict(Counts))
    tiers: defaultdict[tuple[QueueId, str], Counts] = field(default_factory=lambda: defaultdict(Counts))
    _joined: defaultdict[InteractionId, set[QueueId]] = field(default_factory=lambda: defaultdict(set))
    _left: defaultdict[InteractionId, set[QueueId]] = field(default_factory=lambda: defaultdict(set))
    """Of calls that go on; forgotten with their record."""
    _counted: set[InteractionId] = field(default_factory=set)
    """Calls that ended since the start and are counted, until the history's are too."""
    _is_recounted: bool = False
    _tiers: set[str] = field(default_factory=set)
    """Those with rows of their own."""

    def take(self, notice: Notice) -> None:
        """Count one notice."""
        if isinstance(notice, JoinedQueue):
            if _is_first(self._joined, notice):
                self.queues[notice.queue].offered += 1
        elif isinstance(notice, LeftQueue):
            if _is_first(self._left, notice):
                self._count(notice)
        elif isinstance(notice, RecordMade):
            self._is_over(notice.record)

    def tier(self, queue: QueueId, tier: str) -> Counts:
        """A question: asking leaves no row behind."""
        return self.tiers.get((queue, tier), Counts())

    def _count(self, notice: LeftQueue) -> None:
        of_tier = self.tiers[notice.queue, self._row_of(notice.tier)]
        for counts in (self.queues[notice.queue], of_tier):
            self._add(counts, notice)
        of_tier.offered += notice.how != "callback"  # counted when the call back leaves the line

    def _row_of(self, tier: str) -> str:
        if tier in self._tiers or len(self._tiers) < MOST_TIERS:
            self._tiers.add(tier)
            return tier
        return OTHER

    def _is_over(self, record: InteractionRecord) -> None:
        """What of its way through the queues lay before a restart is made up for; a later revision is nothing new."""
        if record.callback_of is not None:  # the first call was offered, and this one may have been answered
            self._forget(record.id)
            return
        joined, left = self._joined.get(record.id, set()), self._left.get(record.id, set())
        for queue in left - joined:
            self.queues[queue].offered += 1
        if not joined and not left and record.revision == 1:
            self._count_record(record)
        if (joined or left or record.revision == 1) and not self._is_recounted:
            self._counted.add(record.id)
        self._forget(record.id)

    def _forget(self, interaction: InteractionId) -> None:
        self._joined.pop(interaction, None)
        self._left.pop(interaction, None)

    def _add(self, counts: Counts, notice: LeftQueue) -> None:
        if notice.how == "connected":
            counts.answered += 1
            counts.within_target += notice.waited <= self.targets.get(notice.queue, timedelta(seconds=20))
        elif notice.how == "abandoned":
            counts.abandoned += 1

    def recount(self, records: Iterable[InteractionRecord]) -> None:
        """Count the interactions of the day that were over before the start; those that ended since are counted already."""
        for record in records:
            if record.id not in self._counted:
                self._count_record(record)
        self._is_recounted = True
        self._counted.clear()

    def _count_record(self, record: InteractionRecord) -> None:
        is_back = record.callback_of is not None
        if record.queue is None or (record.direction is not Direction.INBOUND and not is_back):
            return
        how = _HOW.get(record.result, "not_reached" if is_back else "overflowed")
        if not is_back:
            self.take(JoinedQueue(record.id, record.queue, 0))
        self.take(LeftQueue(record.id, record.queue, record.tier, _waited(record), how))
        self._forget(record.id)

    def begin_anew(self) -> None:
        """Midnight."""
        self.queues.clear()
        self.tiers.clear()
        self._tiers.clear()


def _is_first(seen: defaultdict[InteractionId, set[QueueId]], notice: JoinedQueue | LeftQueue) -> bool:
    """The first notice of its kind about this call in this queue; remembers it."""
    queues = seen[notice.interaction]
    is_first = notice.queue not in queues
    queues.add(notice.queue)
    return is_first


def _waited(record: InteractionRecord) -> timedelta:
    """Time in line and ringing before the first talk."""
    waited = timedelta()
    for segment in record.segments:
        if segment.kind is SegmentKind.TALK:
            break
        if segment.kind in (SegmentKind.QUEUE, SegmentKind.RING):
            waited += segment.length
    return waited
