"""Carries finished records from the journal's outbox into the history, in order, and forgets them when they are there.

A crash or a lost answer between storing and forgetting only means that the same records are stored again, which changes
nothing there. It decides nothing about records: one that the history will never take is set aside and told, so that
those behind it pass.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from random import Random
from typing import Final, Protocol

import structlog

from ccserver.core.errors import PortUnavailable, Refused
from ccserver.core.records import InteractionRecord
from ccserver.services.ports import History

BATCH: Final = 200
FIRST_PAUSE: Final = timedelta(seconds=0.25)
LONGEST_PAUSE: Final = timedelta(seconds=8)
LOOK_EVERY: Final = timedelta(seconds=1)
"""How long a record waits at most if nobody calls `wake`."""
GATHER_FOR: Final = timedelta(seconds=0.5)
"""Records seldom come alone, and a transaction for several costs as much as for one."""

Item = tuple[int, InteractionRecord]
_log = structlog.get_logger(__name__)


class Outbox(Protocol):
    """The part of the journal that the relay empties. All methods raise PortUnavailable."""

    @property
    def depth(self) -> int:
        """Records that wait."""
        ...

    async def pending(self, limit: int) -> Sequence[Item]: ...

    async def delivered(self, keys: Sequence[int]) -> None: ...

    async def set_aside(self, key: int, why: str) -> None:
        """Keep the record, but let those behind it pass."""
        ...


class Relay:
    """`run` works until it is cancelled; at most one at a time on an outbox."""

    def __init__(self, outbox: Outbox, history: History, chance: Random) -> None:
        self._outbox = outbox
        self._history = history
        self._chance = chance
        self._failures = 0
        self._woken = asyncio.Event()
        self._is_drained = asyncio.Event()
        self.last_error = ""
        """Why the last try failed; empty again after one that did not."""
        self.stored_count = 0
        self.set_aside_count = 0
        self.on_set_aside: Callable[[InteractionRecord, str], None] = lambda _record, _why: None

    @property
    def depth(self) -> int:
        """Records that are not in the history yet."""
        return self._outbox.depth

    def wake(self) -> None:
        """Something was put into the outbox. Does not shorten the pause after a failure."""
        self._is_drained.clear()
        self._woken.set()

    async def drained(self) -> None:
        """Return when a look into the outbox finds nothing more."""
        self._is_drained.clear()
        self._woken.set()
        await self._is_drained.wait()

    async def run(self) -> None:
        """Store and forget, pausing 0.25 s to 8 s (half of it by chance) while the journal or the history is away."""
        while True:
            self._woken.clear()
            try:
                moved = await self._move_batch()
            except PortUnavailable as error:
                self.last_error = str(error)
                await asyncio.sleep(self._pause().total_seconds())
                continue
            self.last_error = ""
            self._failures = 0
            if not moved and not self._woken.is_set():
                self._is_drained.set()
                await self._rest()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(LOOK_EVERY.total_seconds()):
                await self._woken.wait()
                await asyncio.sleep(GATHER_FOR.total_seconds())
        except TimeoutError:
            return

    def _pause(self) -> timedelta:
        full: timedelta = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(self._failures, 10))
        self._failures += 1
        return full * self._chance.uniform(0.5, 1.0)

    async def _move_batch(self) -> bool:
        """False when there was nothing to move."""
        items = await self._outbox.pending(BATCH)
        if not items:
            return False
        try:
            await self._move(items)
        except PortUnavailable:
            raise
        except Exception:  # a refusal, or our own bug: neither may hold up the others
            for item in items:  # one of them is at fault: the others are stored, that one is set aside
                await self._move_alone(item)
        return True

    async def _move(self, items: Sequence[Item]) -> None:
        await self._history.store([record for _, record in items])
        await self._outbox.delivered([key for key, _ in items])
        self.stored_count += len(items)

    async def _move_alone(self, item: Item) -> None:
        key, record = item
        try:
            await self._move([item])
        except PortUnavailable:
            raise
        except Exception as error:
            why = str(error) if isinstance(error, Refused) else f"{type(error).__name__}: {error}"
            await self._outbox.set_aside(key, why)
            self.set_aside_count += 1
            _log.error("a record was set aside", interaction=record.id, revision=record.revision, why=why)
            self.on_set_aside(record, why)
