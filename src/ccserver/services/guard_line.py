"""The line to the guardian: as long as it is open, the guardian knows that we are there. The kernel closes it at kill -9."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

import structlog

RETRY: Final = 1.0
BEAT: Final = 1.0
_log = structlog.get_logger(__name__)


async def hold_guard_line(socket: Path) -> None:
    """Keep it open until cancelled, with a heartbeat each second: a process that hangs is as good as gone."""
    while True:
        try:
            _, writer = await asyncio.open_unix_connection(str(socket))
        except OSError:
            await asyncio.sleep(RETRY)
            continue
        try:
            while not writer.is_closing():
                writer.write(b".\n")
                await writer.drain()
                await asyncio.sleep(BEAT)
        except OSError as error:
            _log.warning("the guardian is away", why=str(error))
        finally:
            writer.close()
