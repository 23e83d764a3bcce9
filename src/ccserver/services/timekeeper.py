"""Turns due timers into events. The kernel keeps which timers exist; this only wakes up in time.

Waiting is on the loop's monotonic clock, so a step of the wall clock fires nothing early. A timer that finds no room stays
armed and fires again a moment later (AGAIN_AFTER seconds): the kernel waits for it.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import count
from typing import Final

from ccserver.core.commands import CancelTimer, StartTimer
from ccserver.core.events import Event, TimerFired
from ccserver.core.timers import TimerKey
from ccserver.services.ports import Clock

AGAIN_AFTER: Final = 0.25


class Timekeeper:
    """One wake-up for the earliest timer; cancelled ones are dropped when their time comes.

    `offer` says whether it took the event; it never blocks and never raises.
    """

    def __init__(self, clock: Clock, offer: Callable[[Event], bool]) -> None:
        self._clock, self._offer = clock, offer
        self._due: dict[TimerKey, datetime] = {}
        self._heap: list[tuple[datetime, int, TimerKey]] = []
        self._serial = count()
        self._wake: asyncio.TimerHandle | None = None
        self._wakes_at: datetime | None = None

    def apply(self, changes: Iterable[StartTimer | CancelTimer]) -> None:
        """Start, replace and cancel."""
        for change in changes:
            if isinstance(change, StartTimer):
                self._due[change.key] = change.due_at
                heapq.heappush(self._heap, (change.due_at, next(self._serial), change.key))
            else:
                self._due.pop(change.key, None)
        self._arm()

    def close(self) -> None:
        """Fire nothing any more."""
        self._heap.clear()
        self._due.clear()
        self._arm()

    def _arm(self) -> None:
        while self._heap and self._due.get(self._heap[0][2]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        earliest = self._heap[0][0] if self._heap else None
        if earliest == self._wakes_at and self._wake is not None:
            return
        if self._wake is not None:
            self._wake.cancel()
            self._wake = None
        self._wakes_at = earliest
        if earliest is not None:
            delay = max(0.0, (earliest - self._clock.now()).total_seconds())
            self._wake = asyncio.get_running_loop().call_later(delay, self._fire)

    def _fire(self) -> None:
        self._wake = self._wakes_at = None
        now = self._clock.now()
        while self._heap and self._heap[0][0] <= now:
            due_at, _, key = self._heap[0]
            if self._due.get(key) == due_at:
                if not self._offer(TimerFired(key)):
                    self._wakes_at = due_at
                    self._wake = asyncio.get_running_loop().call_later(AGAIN_AFTER, self._fire)
                    return
                del self._due[key]
            heapq.heappop(self._heap)
        self._arm()
