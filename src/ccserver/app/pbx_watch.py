"""Keeps the PBX that comes along running, and its logs small: starts it again when it ended, but not for ever."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import structlog

from ccserver.pbx import EmbeddedAsterisk, PbxError

LOOK_EVERY: Final = 1.0
MOST_STARTS: Final = 5
WITHIN: Final = 60.0
"""Restart intensity: more often than this it is left for a while, for something is wrong that a start does not mend."""

LOGS_EVERY: Final = 60.0
LARGEST_LOG: Final = 10 * 1024 * 1024
"""Bytes. A log that is larger is renamed, in place of the one renamed before; the black box has a bound of its own."""

_log = structlog.get_logger(__name__)


class StartLimit:
    """At most `most` starts within `within` seconds; instants are those of a monotonic clock."""

    def __init__(self, most: int = MOST_STARTS, within: float = WITHIN) -> None:
        self._most, self._within = most, within
        self._starts: deque[float] = deque(maxlen=most)

    def allows(self, now: float) -> bool:
        """Whether one more is allowed now; it is counted if so."""
        if len(self._starts) == self._most and now - self._starts[0] < self._within:
            return False
        self._starts.append(now)
        return True


async def keep_running(pbx: EmbeddedAsterisk, limit: StartLimit | None = None) -> None:
    """Until cancelled. Its calls are gone with it; phones register again by themselves, the links come back by themselves."""
    limit, clock = limit or StartLimit(), asyncio.get_running_loop().time
    while True:
        await asyncio.sleep(LOOK_EVERY)
        if pbx.is_running() or not limit.allows(clock()):
            continue
        _log.error("Asterisk has ended; it is started again", log=str(pbx.paths.log))
        try:
            pbx.start()
            await pbx.wait_ready()
            pbx.start_guardian()
        except PbxError as error:
            _log.error("Asterisk could not be started again", why=str(error))


async def keep_logs_small(pbx: EmbeddedAsterisk, largest: int = LARGEST_LOG) -> None:
    """Until cancelled. Every phone that registers leaves a line in Asterisk's security log."""
    while True:
        if await asyncio.to_thread(set_large_logs_aside, pbx.paths.logs, largest):
            try:
                await pbx.rx("logger reload")
            except PbxError as error:
                _log.warning("Asterisk did not open its logs anew", why=str(error))
        await asyncio.sleep(LOGS_EVERY)


def set_large_logs_aside(logs: Sequence[Path], largest: int) -> bool:
    """Rename what has grown beyond the bound; whether there was any, so that Asterisk is to open them anew."""
    large = [log for log in logs if log.exists() and log.stat().st_size > largest]
    for log in large:
        log.replace(log.with_name(log.name + ".1"))
    return bool(large)
