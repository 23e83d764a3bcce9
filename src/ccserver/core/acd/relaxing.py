"""When the requirement of somebody who waits is loosened next: instants in seconds, kept in order and found without a search.

Decides nothing about what will do then; see `core.skills.widened`.
"""

from __future__ import annotations

import heapq
from typing import Final

from ccserver.core.ids import InteractionId

_SOONEST: Final = 0.001
_SPARE: Final = 100


class StepsDue:
    """The next step of each who waits, at most one. Forgotten entries are swept out before they outnumber the others."""

    def __init__(self) -> None:
        self._due: dict[InteractionId, float] = {}
        self._order: list[tuple[float, InteractionId]] = []

    def expect(self, key: InteractionId, at: float | None, now: float) -> None:
        """When the next of the steps that are still to come is due; None: nothing to expect."""
        if at is None:
            self._due.pop(key, None)
            return
        due = max(at, now + _SOONEST)
        if self._due.get(key) != due:
            self._due[key] = due
            heapq.heappush(self._order, (due, key))
            self._sweep()

    def expect_by(self, key: InteractionId, at: float, now: float) -> None:
        """At this instant at the latest; an earlier one stays."""
        self.expect(key, min(at, self._due.get(key, at)), now)

    def forget(self, key: InteractionId) -> None:
        """It waits no more."""
        self._due.pop(key, None)

    def take(self, now: float) -> list[InteractionId]:
        """Those whose step is due; what comes after it is to be expected anew."""
        found = []
        while self._order and self._order[0][0] <= now:
            due, key = heapq.heappop(self._order)
            if self._due.get(key) == due:
                del self._due[key]
                found.append(key)
        return found

    def next_at(self) -> float | None:
        """When to look again."""
        while self._order and self._due.get(self._order[0][1]) != self._order[0][0]:
            heapq.heappop(self._order)
        return self._order[0][0] if self._order else None

    def _sweep(self) -> None:
        if len(self._order) > _SPARE + 2 * len(self._due):
            self._order = [(due, key) for key, due in self._due.items()]
            heapq.heapify(self._order)
