"""Something done soon after it is wanted, and at most once in an interval however often it is wanted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Pulse:
    """The first wish after a rest is fulfilled in the next turn of the event loop; the following ones are gathered."""

    def __init__(self, interval_seconds: float, action: Callable[[], None]) -> None:
        self._interval = interval_seconds
        self._action = action
        self._rests_until = float("-inf")
        self._handle: asyncio.Handle | None = None

    def want(self) -> None:
        if self._handle is None:
            loop = asyncio.get_running_loop()
            is_rested = self._rests_until <= loop.time()
            self._handle = loop.call_soon(self._beat) if is_rested else loop.call_at(self._rests_until, self._beat)

    def stop(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _beat(self) -> None:
        self._handle = None
        self._rests_until = asyncio.get_running_loop().time() + self._interval
        self._action()
