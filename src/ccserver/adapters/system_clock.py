"""The Clock port on the machine's clocks."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def _wall() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the one place that asks the machine


def _elapsed() -> float:
    """Seconds since boot, sleep of the machine included where the system tells it (CLOCK_MONOTONIC leaves it out)."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class SystemClock:
    """Wall time at start plus what has elapsed since: never goes backwards, whatever is done to the wall clock.

    A step of the wall clock after the start is not followed; `step()` tells how far the two are apart.
    """

    def __init__(self, wall: Callable[[], datetime] = _wall, elapsed: Callable[[], float] = _elapsed) -> None:
        self._wall = wall
        self._elapsed = elapsed
        self._start = wall()
        self._start_elapsed = elapsed()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._elapsed() - self._start_elapsed)

    def step(self) -> timedelta:
        """How far the wall clock is ahead of this one (negative: behind)."""
        return self._wall() - self.now()
