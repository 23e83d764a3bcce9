"""Those who wait: one line for each need and terms that occur together, first come first served inside it.

A contact keeps the instant since which it waits through everything: ring on no answer, relaxation, callback, reload.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field

import numpy as np

from ccserver.core.acd.routing.demand import Floats
from ccserver.core.acd.routing.terms import Terms

NOBODY: frozenset[Hashable] = frozenset()
_SPARE_ENTRIES = 64
_STRETCH = 0.5


@dataclass(slots=True, eq=False)
class Waiting:
    """One contact in line. `refused_by` are the agents who declined or missed it."""

    id: Hashable
    line: Line
    since: float
    order: int
    ticket: int = 0
    """Tells its present entry in the heap from those it left behind."""
    refused_by: frozenset[Hashable] = NOBODY

    def waited(self, now: float) -> float:
        """Seconds so far."""
        return now - self.since


Entry = tuple[float, int, int, Waiting]


@dataclass(slots=True, eq=False)
class Line:
    """Contacts of one need (a number) under the same terms. `kind` is the number of the terms."""

    number: int
    need: int
    kind: int
    terms: Terms
    count: int = 0
    ahead: int = 0
    """Contacts of lines above this one: of the same need, under better terms."""
    since: float = math.inf
    """Since when the first of the line waits; infinite when nobody does."""
    heap: list[Entry] = field(default_factory=list)
    below: list[Line] = field(default_factory=list)
    stretch: float = 1.0
    """How much longer than one look it takes until an agent comes to this line, as others are before it."""
    worth: float = 0.0
    """Urgency of the first for anybody, in the instant `weighed_in`."""
    weighed_in: int = -1
    most: float = 0.0
    """Bound of `worth` before the instant `most_until`, while nobody comes or goes."""
    most_until: float = -math.inf

    def step(self, change: int) -> None:
        """So many more stand before this line."""
        self.ahead += change
        self.stretch = 1.0 + _STRETCH * self.ahead
        self.weighed_in, self.most_until = -1, -math.inf

    def head(self) -> Waiting | None:
        """Who is next."""
        heap = self.heap
        while heap and heap[0][3].ticket != heap[0][2]:
            heapq.heappop(heap)
        return heap[0][3] if heap else None

    def in_order(self) -> Iterator[Waiting]:
        """The whole line, next first. Sorts: for rare questions only."""
        return (entry[3] for entry in sorted(filter(_is_present, self.heap)))

    def tidy(self) -> None:
        """Drop the entries of those who left, once they are the most."""
        if len(self.heap) > 2 * self.count + _SPARE_ENTRIES:
            self.heap[:] = filter(_is_present, self.heap)
            heapq.heapify(self.heap)


def _is_present(entry: Entry) -> bool:
    return entry[3].ticket == entry[2]


class Lines:
    """All lines; `since` and `stretch` repeat those of the lines for vector operations."""

    def __init__(self) -> None:
        self.all: list[Line] = []
        self.of_need: list[list[Line]] = []
        self.since: Floats = np.zeros(0)
        self.stretch: Floats = np.zeros(0)
        self.open: dict[int, list[Line]] = {}
        """By need: the lines in which somebody waits; needs for which nobody waits are left out."""
        self.by_need: list[list[Line]] = []
        """The same for all needs, by number."""
        self.many: list[int] = []
        """By need: how many lines those are."""
        self.changes = 0
        """Grows whenever another goes first, or what that one is worth may have changed at a stroke."""
        self.changed_in: list[int] = []
        """By need: the last such change."""
        self._numbers: dict[tuple[int, int], Line] = {}
        self._waiting: dict[Hashable, Waiting] = {}
        self._tickets = 1

    def __len__(self) -> int:
        return len(self._waiting)

    def __iter__(self) -> Iterator[Waiting]:
        return iter(self._waiting.values())

    def add_need(self) -> None:
        """One more need."""
        self.of_need.append([])
        self.by_need.append([])
        self.many.append(0)
        self.changed_in.append(0)

    def line(self, need: int, kind: int, terms: Terms) -> Line:
        """The line of a need and a number of terms, opened at first sight."""
        found = self._numbers.get((need, kind))
        if found is None:
            found = self._numbers[need, kind] = self._open(Line(len(self.all), need, kind, terms))
        return found

    def find(self, need: int, kind: int) -> Line | None:
        """The same, if it was ever opened."""
        return self._numbers.get((need, kind))

    def _open(self, line: Line) -> Line:
        for other in self.of_need[line.need]:
            if (other.terms.rank, other.number) < (line.terms.rank, line.number):
                other.below.append(line)
                line.step(other.count)
            else:
                line.below.append(other)
        self.all.append(line)
        self.of_need[line.need].append(line)
        self.since = np.append(self.since, np.inf)
        self.stretch = np.append(self.stretch, line.stretch)
        return line

    def get(self, contact: Hashable) -> Waiting | None:
        """The contact, if it waits."""
        return self._waiting.get(contact)

    def join(self, contact: Hashable, line: Line, since: float) -> Waiting:
        """Into its line, at the place its `since` gives. A contact waits once; raises ValueError for a second time."""
        if contact in self._waiting:
            raise ValueError(f"{contact} waits already")
        entry = Waiting(contact, line, since, self._tickets)
        self.rejoin(entry)
        return entry

    def rejoin(self, entry: Waiting) -> None:
        """Back to its old place, after an offer that was not taken."""
        self._waiting[entry.id] = entry
        self._tickets += 1
        entry.ticket = self._tickets
        line = entry.line
        heapq.heappush(line.heap, (entry.since, entry.order, entry.ticket, entry))
        self._count(line, 1)
        if entry.refused_by:
            self._change(line.need)

    def refuse(self, entry: Waiting, agents: frozenset[Hashable]) -> None:
        """These, and no others, declined or missed a contact in line."""
        if entry.refused_by != agents:
            entry.refused_by = agents
            self._change(entry.line.need)

    def forget(self) -> None:
        """What was told of the worth of lines does not hold any more."""
        for lines in self.open.values():
            for line in lines:
                line.weighed_in, line.most_until = -1, -math.inf
        for need in range(len(self.many)):
            self._change(need)

    def _change(self, need: int) -> None:
        self.changes += 1
        self.changed_in[need] = self.changes

    def leave(self, contact: Hashable) -> Waiting | None:
        """Out of the line; None when it was in none."""
        entry = self._waiting.pop(contact, None)
        if entry is not None:
            entry.ticket = 0
            self._count(entry.line, -1)
            entry.line.tidy()
        return entry

    def _count(self, line: Line, change: int) -> None:
        line.count += change
        for other in line.below:
            other.step(change)
            self.stretch[other.number] = other.stretch
            if other.count:
                self._change(line.need)
        head = line.head()
        since = math.inf if head is None else head.since
        if since != line.since:
            line.weighed_in, line.most_until = -1, -math.inf
            self._change(line.need)
            if math.inf in (since, line.since):
                self._occupy(line, head is not None)
            line.since = self.since[line.number] = since

    def _occupy(self, line: Line, is_occupied: bool) -> None:
        lines = self.by_need[line.need]
        if is_occupied:
            lines.append(line)
        else:
            lines.remove(line)
        self.many[line.need] = len(lines)
        if lines:
            self.open[line.need] = lines
        else:
            del self.open[line.need]
