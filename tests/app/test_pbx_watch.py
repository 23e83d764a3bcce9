"""The watch over the PBX: it comes back when it was killed, within bounds."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest
from tests.pbx.asterisk_fixture import private_asterisk

from ccserver.app.pbx_watch import StartLimit, keep_running


def test_starts_are_limited_within_a_time() -> None:
    """Five in a minute, then none until the first is a minute old."""
    limit = StartLimit(5, 60)
    assert [limit.allows(at) for at in (0, 1, 2, 3, 4, 5, 59, 60, 60.5)] == [True] * 5 + [False, False, True, False]


@pytest.mark.asterisk
def test_a_killed_asterisk_is_started_again() -> None:
    """With another process id, and it answers."""

    async def watch() -> tuple[int, int]:
        first = own.embedded.pid
        assert first is not None
        watching = asyncio.ensure_future(keep_running(own.embedded))  # noqa: TID251
        try:
            os.kill(first, signal.SIGKILL)
            async with asyncio.timeout(60):
                while (second := own.embedded.pid) in (None, first):
                    await asyncio.sleep(0.1)
            await own.embedded.wait_ready(60)
            return first, second or 0
        finally:
            watching.cancel()

    with private_asterisk() as own:
        first, second = asyncio.run(watch())
        assert second not in (0, first)
