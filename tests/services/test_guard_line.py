"""The line to the guardian: kept open, with a beat, and opened again when the guardian comes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from ccserver.services import guard_line
from ccserver.services.guard_line import hold_guard_line
from ccserver.services.tasks import TaskTable


class Guardian:
    """Listens on the socket, counts lines and beats."""

    def __init__(self, socket: Path) -> None:
        self.socket = socket
        self.links: list[asyncio.StreamWriter] = []
        self.beats, self.ends = 0, 0
        self.changed = asyncio.Event()
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        self._server = await asyncio.start_unix_server(self._on_link, self.socket)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for link in self.links:
            link.close()
        self.links.clear()
        self.socket.unlink(missing_ok=True)

    async def _on_link(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.links.append(writer)
        self.changed.set()
        while await reader.readline():
            self.beats += 1
            self.changed.set()
        self.ends += 1
        self.changed.set()
        writer.close()

    async def sees(self, links: int = 0, beats: int = 0, ends: int = 0) -> None:
        async with asyncio.timeout(5):
            while len(self.links) < links or self.beats < beats or self.ends < ends:
                self.changed.clear()
                await self.changed.wait()


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beats and tries follow one another quickly."""
    monkeypatch.setattr(guard_line, "BEAT", 0.01)
    monkeypatch.setattr(guard_line, "RETRY", 0.01)


@asynccontextmanager
async def holding(socket: Path) -> AsyncIterator[asyncio.Task[None]]:
    tasks = TaskTable()
    yield tasks.spawn("guard line", hold_guard_line(socket))
    await tasks.close()


@pytest.fixture
async def guardian(hasty: None) -> AsyncIterator[Guardian]:
    with TemporaryDirectory(prefix="cc-", dir="/tmp") as folder:  # a socket's name must be short
        guardian = Guardian(Path(folder, "guard"))
        await guardian.open()
        yield guardian
        await guardian.close()


async def test_the_line_is_open_and_beats(guardian: Guardian) -> None:
    """A process that hangs is as good as gone."""
    async with holding(guardian.socket):
        await guardian.sees(links=1, beats=3)


async def test_the_line_ends_with_us(guardian: Guardian) -> None:
    """The guardian sees it at once."""
    async with holding(guardian.socket):
        await guardian.sees(links=1)
    await guardian.sees(ends=1)


async def test_the_line_waits_for_a_guardian_who_comes_later(guardian: Guardian) -> None:
    """Asterisk and its guardian may start after us."""
    await guardian.close()
    async with holding(guardian.socket) as line:
        _, still_trying = await asyncio.wait({line}, timeout=0.05)
        assert still_trying
        await guardian.open()
        await guardian.sees(links=1)


async def test_the_line_is_opened_again_when_the_guardian_was_away(guardian: Guardian) -> None:
    """It restarted."""
    async with holding(guardian.socket):
        await guardian.sees(links=1)
        await guardian.close()
        await guardian.open()
        await guardian.sees(links=1)
