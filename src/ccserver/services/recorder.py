"""What writes the event log of a running kernel: it is told every event before it is decided, and then what was decided.

Nothing here waits or touches a disk: entries are gathered, put into words when they are drained, and the sink of `write_on`
writes them. Bounds: MOST_WAITING steps that are not written yet; beyond, the file ends there with a gap, and the next one
begins with a snapshot as soon as the disk keeps up again.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog

from ccserver.core.events import Event
from ccserver.core.kernel import Kernel, Outcome
from ccserver.services.codec import CodecError
from ccserver.services.event_log import Decided, Step, decisions, header_line, step_line

MOST_WAITING: Final = 20_000
GATHER: Final = 0.05
"""Seconds in which steps are gathered for one write: so much is lost when the process is killed."""
AT_ONCE: Final = 100
"""Steps put into words in a row."""
PAUSE: Final = 1.0
"""Seconds after a failure of the disk until the next file is tried."""
LONGEST: Final = timedelta(hours=24)
"""Of one file."""
_log = structlog.get_logger(__name__)


class EventFiles(Protocol):
    """Where lines go. Both raise OSError; neither is called twice at a time."""

    def begin(self, header: bytes, at: datetime) -> None:
        """End the file that is written, and begin another."""

    def write(self, lines: bytes) -> None: ...

    @property
    def is_full(self) -> bool:
        """The file has grown so large that another one should begin."""


Row = tuple[datetime | None, bytes]
"""A line; that of a header with its instant."""


@dataclass(slots=True)
class _Part:
    """What goes to the disk together: a header, if a file begins with it, and the steps behind it."""

    at: datetime | None = None
    header: bytes = b""
    lines: bytearray = field(default_factory=bytearray)

    @property
    def is_empty(self) -> bool:
        return not self.header and not self.lines


class _Entry:
    """One step; what was decided is added when it is."""

    __slots__ = ("at", "bug", "did", "event", "refused")

    def __init__(self, at: datetime, event: Event) -> None:
        self.at, self.event = at, event
        self.did: tuple[Decided, ...] = ()
        self.refused = self.bug = ""

    def line(self) -> bytes:
        return step_line(Step(self.at, self.event, self.did, self.refused, self.bug)) + b"\n"


class Recorder:
    """`has_gap` until the next header: what came meanwhile is not written."""

    def __init__(self, is_wanted: bool = True) -> None:
        """One that is not wanted takes part and keeps nothing."""
        self._is_wanted = is_wanted
        self._entries: deque[_Entry | tuple[datetime, bytes]] = deque()
        self._kernel: Kernel | None = None
        self._began_at: datetime | None = None
        self._is_cut_wanted = False
        self.has_gap = False
        self.lost = 0
        """Steps that no file has."""
        self._wake = asyncio.Event()
        self._unwritten: deque[_Part] = deque()
        self._is_failing = False
        self._in_flight: asyncio.Future[None] | None = None

    # -- what the one who runs the kernel tells ---------------------------------------------------------------------------

    def begin(self, kernel: Kernel, now: datetime) -> None:
        """A new file: all of the kernel as it stands, between two steps. What it derives is made afresh, as a replay will."""
        if not self._is_wanted:
            return
        self._kernel, self._began_at, self._is_cut_wanted, self.has_gap = kernel, now, False, False
        kernel.begin_anew(kernel.learned())
        try:
            self._entries.append((now, header_line(kernel, now) + b"\n"))
        except Exception:  # a bug here must not cost a call
            _log.exception("the state has no written form: the event log pauses")
            self.has_gap = True
        self._wake.set()

    def taken(self, event: Event, now: datetime) -> None:
        """The event is about to be decided."""
        if self._kernel is None:
            return
        if self._is_cut_wanted or (self._began_at is not None and now - self._began_at >= LONGEST):
            self.begin(self._kernel, now)
        if len(self._entries) >= MOST_WAITING:
            self.has_gap = True
        if self.has_gap:
            self.lost += 1
            return
        self._entries.append(_Entry(now, event))
        self._wake.set()

    def decided(self, outcome: Outcome) -> None:
        """What follows from the event that was taken last."""
        if (entry := self._last()) is not None:
            entry.did = decisions(outcome)

    def refused(self, reason: str) -> None:
        if (entry := self._last()) is not None:
            entry.refused = reason

    def mended(self, bug: str, outcome: Outcome) -> None:
        """Deciding it showed a bug of ours; the outcome is what was made of it."""
        if (entry := self._last()) is not None:
            entry.bug = bug
        self.decided(outcome)

    def _last(self) -> _Entry | None:
        last = self._entries[-1] if self._entries and not self.has_gap else None
        return last if isinstance(last, _Entry) else None

    # -- what is written --------------------------------------------------------------------------------------------------

    def drain(self) -> Iterator[Row]:
        """Everything gathered so far in written form."""
        while self._entries:
            entry = self._entries.popleft()
            yield (None, entry.line()) if isinstance(entry, _Entry) else entry

    async def write_on(self, files: EventFiles) -> None:
        """Until cancelled: gather, put into words, write. A disk that fails costs the log a gap, and nobody else anything."""
        try:
            while True:
                await self._wake.wait()
                await asyncio.sleep(GATHER)
                self._wake.clear()
                await self._put_into_words()
                await self._write(files)
        finally:
            await self._settle()
            with suppress(OSError):  # the last moments: nobody is there any more to be told
                for part in (*self._unwritten, *_parts(self.drain())):
                    _put(files, part)

    async def _settle(self) -> None:
        """A write that was under way is finished, by a thread that nobody can stop."""
        if self._in_flight is not None:
            await asyncio.wait([self._in_flight])
            if self._unwritten and self._in_flight.exception() is None:
                self._unwritten.popleft()

    async def _put_into_words(self) -> None:
        rows: list[Row] = []
        try:
            for row in self.drain():
                rows.append(row)
                if not len(rows) % AT_ONCE:
                    await asyncio.sleep(0)
        except (CodecError, TypeError, ValueError):
            _log.exception("a step has no written form: the event log goes on with a new file")
            self._break_off()
        finally:
            self._unwritten.extend(_parts(rows))

    async def _write(self, files: EventFiles) -> None:
        while self._unwritten:
            self._in_flight = asyncio.get_running_loop().run_in_executor(None, _put, files, self._unwritten[0])
            try:
                await asyncio.shield(self._in_flight)
            except OSError as error:
                await self._fail(error)
            else:
                self._unwritten.popleft()
                self._is_failing = False
            self._in_flight = None
        self._is_cut_wanted |= self.has_gap or files.is_full

    async def _fail(self, error: OSError) -> None:
        """What is not written yet is lost: a file must not go on behind a hole."""
        if not self._is_failing:
            _log.error("the event log cannot be written; it goes on with a new file when it can", why=str(error))
        self._is_failing = True
        while self._unwritten:
            self.lost += self._unwritten.popleft().lines.count(b"\n")
            if self._unwritten and self._unwritten[0].header:
                return
        self._break_off()
        await asyncio.sleep(PAUSE)

    def _break_off(self) -> None:
        """Nothing goes into the file any more that lies behind a hole: only from the next header on."""
        next_header = next((n for n, entry in enumerate(self._entries) if not isinstance(entry, _Entry)), None)
        self.has_gap = next_header is None
        behind = len(self._entries) if next_header is None else next_header
        self.lost += 1 + behind
        for _ in range(behind):
            self._entries.popleft()


def _parts(rows: Iterable[Row]) -> Iterator[_Part]:
    """Rows that go into the same file, together."""
    part = _Part()
    for begins_at, line in rows:
        if begins_at is None:
            part.lines += line
            continue
        if not part.is_empty:
            yield part
        part = _Part(begins_at, line)
    if not part.is_empty:
        yield part


def _put(files: EventFiles, part: _Part) -> None:
    if part.at is not None:
        files.begin(part.header, part.at)
    if part.lines:
        files.write(bytes(part.lines))
