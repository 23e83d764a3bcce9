"""The bounded, ordered inbox of one link."""

from __future__ import annotations

import asyncio

from ccserver.adapters.asterisk.links import LinkSignal, ResyncNeeded

AmiMessage = dict[str, str]
"""One AMI message, headers as Asterisk spells them. A header that came several times has its values on separate lines."""

INBOX_LIMIT = 50_000


class AmiInbox:
    """Messages and signals of the AMI link in the order in which they came.

    Overflow: everything queued is dropped and counted, and the reader finds `ResyncNeeded` in its place, because a
    feed with a hole is worth nothing while a fresh list is cheap. Whether the link is up is never forgotten.
    """

    def __init__(self, limit: int = INBOX_LIMIT) -> None:
        self._queue: asyncio.Queue[AmiMessage | LinkSignal] = asyncio.Queue()
        self._limit = limit
        self.dropped_count = 0

    def offer(self, item: AmiMessage | LinkSignal) -> None:
        """Put the item last. Never blocks, never raises."""
        if self._queue.qsize() >= self._limit:
            self._overflow()
        self._queue.put_nowait(item)

    async def take(self) -> AmiMessage | LinkSignal:
        """The oldest item; waits for one."""
        return await self._queue.get()

    def __len__(self) -> int:
        return self._queue.qsize()

    def _overflow(self) -> None:
        last_signal: LinkSignal | None = None
        lost_count = 0
        while not self._queue.empty():
            item = self._queue.get_nowait()
            if isinstance(item, dict):
                lost_count += 1
            elif isinstance(item, ResyncNeeded):
                lost_count += item.lost_count
            else:
                last_signal = item
        self.dropped_count += lost_count
        if last_signal is not None:
            self._queue.put_nowait(last_signal)
        self._queue.put_nowait(ResyncNeeded(lost_count))
