"""What the two links to Asterisk have in common: their signals, and staying connected."""

from __future__ import annotations

import asyncio
import random
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from ccserver.adapters.asterisk.errors import LinkError, LoginRefused, Replaced


@dataclass(frozen=True, slots=True)
class LinkUp:
    """The link works from here on. Nothing that happened before is replayed: read the state back."""


@dataclass(frozen=True, slots=True)
class LinkDown:
    """A link that was up broke; it is being restored."""

    why: str


@dataclass(frozen=True, slots=True)
class LinkRefused:
    """Asterisk refused our name or password; the next try comes after a long pause."""

    why: str


@dataclass(frozen=True, slots=True)
class SteppedDown:
    """Another process took over the application; this one must not act any more and does not reconnect."""


@dataclass(frozen=True, slots=True)
class ResyncNeeded:
    """`lost_count` messages were dropped because nobody read them in time: read the state back."""

    lost_count: int


LinkSignal = LinkUp | LinkDown | LinkRefused | SteppedDown | ResyncNeeded

FIRST_PAUSE = timedelta(milliseconds=250)
LONGEST_PAUSE = timedelta(seconds=8)
REFUSED_PAUSE = timedelta(minutes=1)


class Backoff:
    """Pauses between tries: 0.25 s, then doubled to 8 s with full jitter, so that nodes do not come back in step."""

    def __init__(self, rng: random.Random, first: timedelta = FIRST_PAUSE, longest: timedelta = LONGEST_PAUSE) -> None:
        self._rng = rng
        self._first = first
        self._longest = longest
        self._failures = 0

    def next_pause(self) -> timedelta:
        """The pause before the next try. The first one is not drawn: a short break heals at once."""
        self._failures += 1
        if self._failures == 1:
            return self._first
        ceiling = min(self._longest, self._first * (1 << min(self._failures - 1, 30)))
        return ceiling * self._rng.uniform(0.0, 1.0)

    def reset(self) -> None:
        """The link held: start from the short pause again."""
        self._failures = 0


class Link(ABC):
    """One connection that is kept for as long as `run` runs. There is no limit of tries.

    A subclass says how one session goes, from connecting to its end, and calls `_came_up` when the link can be used.
    `tell` gets the signals in order; it must neither block nor raise.
    """

    def __init__(
        self, tell: Callable[[LinkSignal], None], backoff: Backoff, refused_pause: timedelta = REFUSED_PAUSE
    ) -> None:
        self._tell = tell
        self._backoff = backoff
        self._refused_pause = refused_pause
        self._life: asyncio.Timeout | None = None
        self._closed = False
        self._is_up = False

    @property
    def is_up(self) -> bool:
        """Between LinkUp and LinkDown."""
        return self._is_up

    async def run(self) -> None:
        """Stay connected until `close`, cancellation, or until another process takes over."""
        if self._closed:
            return
        try:
            async with asyncio.timeout(None) as life:
                self._life = life
                await self._keep_connected()
        except TimeoutError:
            if not life.expired():
                raise
        finally:
            self._life = None

    def close(self) -> None:
        """End the session and `run`, whatever they are waiting for, for good."""
        self._closed = True
        if self._life is not None:
            self._life.reschedule(asyncio.get_running_loop().time())
            self._life = None

    @abstractmethod
    async def _session(self) -> None:
        """One session. Ends by raising LinkError or OSError, and leaves no connection behind."""

    def _came_up(self) -> None:
        self._is_up = True
        self._backoff.reset()
        self._tell(LinkUp())

    def _went_down(self, why: str) -> None:
        if self._is_up:
            self._is_up = False
            self._tell(LinkDown(why))

    async def _keep_connected(self) -> None:
        while True:
            pause = await self._one_session()
            if pause is None:
                return
            await asyncio.sleep(pause.total_seconds())

    async def _one_session(self) -> timedelta | None:
        """A session to its end; gives the pause before the next one, None when there is to be none."""
        why = "closed"
        try:
            await self._session()
        except (LinkError, OSError) as error:
            why = str(error) or type(error).__name__
            return self._after(error, why)
        finally:
            self._went_down(why)
        return None

    def _after(self, error: Exception, why: str) -> timedelta | None:
        self._went_down(why)
        if isinstance(error, Replaced):
            self._tell(SteppedDown())
            return None
        if isinstance(error, LoginRefused):
            self._tell(LinkRefused(why))
            return self._refused_pause
        return self._backoff.next_pause()
