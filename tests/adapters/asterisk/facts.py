"""Waiting for facts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


async def until(fact: Callable[[], object], within: float = 5.0) -> None:
    """Return as soon as `fact()` is true; fail when it is not within the limit (seconds)."""
    async with asyncio.timeout(within):
        while not fact():
            await asyncio.sleep(0.002)


async def turns(count: int = 5) -> None:
    """Let the loop go round, so that what is in the loopback sockets is read."""
    for _ in range(count):
        await asyncio.sleep(0)
