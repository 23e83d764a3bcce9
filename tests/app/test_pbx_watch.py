"""The watch over the PBX: it comes back when it was killed, within bounds."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest
from tests.pbx.asterisk_fixture import private_asterisk

from ccserver.app.pbx_watch import StartLimit, keep_logs_small, keep_running, set_large_logs_aside


def test_starts_are_limited_within_a_time() -> None:
    """Five in a minute, then none until the first is a minute old."""
    limit = StartLimit(5, 60)
    assert [limit.allows(at) for at in (0, 1, 2, 3, 4, 5, 59, 60, 60.5)] == [True] * 5 + [False, False, True, False]


def test_a_large_log_is_renamed_and_a_small_one_stays(tmp_path: Path) -> None:
    """The one renamed before is gone; a log that is not there yet is none."""
    large, small, missing = (tmp_path / name for name in ("a.log", "b.log", "c.log"))
    (tmp_path / "a.log.1").write_text("the one before")
    large.write_text("x" * 11)
    small.write_text("x" * 10)
    assert set_large_logs_aside((large, small, missing), largest=10)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.log.1", "b.log"]
    assert (tmp_path / "a.log.1").read_text() == "x" * 11
    assert not set_large_logs_aside((small, missing), largest=10)


@pytest.mark.asterisk
def test_asterisk_goes_on_in_a_fresh_log() -> None:
    """What it writes after the renaming is in a file of the old name."""

    async def watch() -> None:
        watching = asyncio.ensure_future(keep_logs_small(own.embedded, largest=0))  # noqa: TID251
        try:
            async with asyncio.timeout(10):
                while not (aside.exists() and log.exists()):
                    await asyncio.sleep(0.05)
        finally:
            watching.cancel()

    with private_asterisk() as own:
        log = own.embedded.paths.messages
        log.write_text("something\n")
        aside = log.with_name("messages.log.1")
        asyncio.run(watch())


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
