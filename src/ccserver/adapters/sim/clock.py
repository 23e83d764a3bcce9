"""Virtual time: an agenda of due things and a clock that jumps from one to the next. Same agenda, same order, always."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Final

START: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday morning, when nothing is said otherwise."""


@dataclass(order=True, slots=True)
class Appointment:
    """One due thing; things due at the same instant happen in the order in which they were entered."""

    at: datetime
    serial: int
    action: Callable[[], None] = field(compare=False)
    is_cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        """It will not happen; too late changes nothing."""
        self.is_cancelled = True


class Agenda:
    """The Clock port in virtual time, and everything that is due."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self._heap: list[Appointment] = []
        self._serial = count()

    def now(self) -> datetime:
        """The present virtual instant."""
        return self._now

    def at(self, when: datetime, action: Callable[[], None]) -> Appointment:
        """Enter a due thing; one in the past is due now."""
        appointment = Appointment(max(when, self._now), next(self._serial), action)
        heapq.heappush(self._heap, appointment)
        return appointment

    def after(self, delay: timedelta, action: Callable[[], None]) -> Appointment:
        """Enter a thing that is due `delay` from now."""
        return self.at(self._now + delay, action)

    def next_at(self) -> datetime | None:
        """When the next thing is due; None when nothing is."""
        while self._heap and self._heap[0].is_cancelled:
            heapq.heappop(self._heap)
        return self._heap[0].at if self._heap else None

    def run_next(self) -> bool:
        """Jump to the next due thing and let it happen; False when nothing is due any more."""
        if self.next_at() is None:
            return False
        appointment = heapq.heappop(self._heap)
        self._now = appointment.at
        appointment.action()
        return True

    def run_until(self, until: datetime) -> None:
        """Let everything happen that is due up to and including `until`, and stand there."""
        while (due := self.next_at()) is not None and due <= until:
            self.run_next()
        self._now = max(self._now, until)

    def run_for(self, length: timedelta) -> None:
        """The same, measured from now."""
        self.run_until(self._now + length)
