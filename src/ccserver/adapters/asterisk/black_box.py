"""Reading the black box: Asterisk's queue_log from a remembered position on, also across its renaming.

A position is `inode:offset` of a whole line's end, so a renamed file is found again. Read in bounded pieces, each followed by
FallbackRead, which lets the kernel remember the position together with what was read. What is not taken for want of room is
handed in again before anything else is read, so that the position never passes it. Beyond ROTATE_AT the file is renamed
to `queue_log.1`, replacing the one before, and Asterisk is asked to open a new one; until it does, the renamed one is read on.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

import structlog

from ccserver.adapters.asterisk.queue_log import LineRefused, read_line
from ccserver.adapters.asterisk.translate import Context
from ccserver.core.events import Event
from ccserver.core.fallback_events import FallbackRead

LOOK_EVERY: Final = timedelta(seconds=1)
OFFER_AGAIN_AFTER: Final = timedelta(milliseconds=100)
PIECE: Final = 256 * 1024
"""Bytes read at once."""
ROTATE_AT: Final = 1024 * 1024
OPEN_AGAIN_AFTER: Final = timedelta(minutes=1)
MOST_FILES: Final = 20
"""Files of that name that are looked at to find a renamed one."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Position:
    """`inode` 0: nowhere yet."""

    inode: int = 0
    offset: int = 0

    @classmethod
    def parse(cls, text: str) -> Position:
        """A position as it was written; what is none is nowhere."""
        inode, _, offset = text.partition(":")
        if inode.isdecimal() and offset.isdecimal() and len(text) <= 60:
            return cls(int(inode), int(offset))
        return cls()

    def __str__(self) -> str:
        return f"{self.inode}:{self.offset}"


@dataclass(frozen=True, slots=True)
class Piece:
    """Whole lines, the position behind them, and whether there may be more."""

    lines: tuple[bytes, ...]
    position: Position
    has_more: bool


class BlackBox:
    """`offer` tells whether it took the event; it never blocks and never raises. `position` is where the last run stopped.
    `reopen` makes Asterisk open its log anew; it may raise anything."""

    def __init__(
        self,
        log: Path,
        context: Context,
        offer: Callable[[Event], bool],
        position: str,
        reopen: Callable[[], Awaitable[object]],
    ) -> None:
        self._log, self._context, self._offer, self._reopen = log, context, offer, reopen
        self._waiting: deque[Event] = deque()
        """What was read and not taken yet: one piece at the most."""
        self._position = Position.parse(position)
        self._lock = asyncio.Lock()

    async def follow(self) -> None:
        """Read what comes, until cancelled."""
        open_again_at = 0.0
        clock = asyncio.get_running_loop().time
        while True:
            await self.catch_up()
            if clock() >= open_again_at and await asyncio.to_thread(self._is_to_be_opened):
                open_again_at = clock() + OPEN_AGAIN_AFTER.total_seconds()
                await self._open_anew()
            await asyncio.sleep(LOOK_EVERY.total_seconds())

    async def catch_up(self) -> None:
        """Hand in everything that is written now; without room for it, wait. Cancelled, the next call goes on from there.

        A file that cannot be read is logged, and tried again later.
        """
        async with self._lock:
            try:
                has_more = True
                while has_more:
                    await self._hand_in()
                    has_more = await self._read_piece()
                await self._hand_in()
            except OSError as error:
                _log.warning("the black box cannot be read", why=str(error))

    async def _hand_in(self) -> None:
        while self._waiting:
            if self._offer(self._waiting[0]):
                self._waiting.popleft()
            else:
                await asyncio.sleep(OFFER_AGAIN_AFTER.total_seconds())

    async def _read_piece(self) -> bool:
        piece = await asyncio.to_thread(read_piece, self._log, self._position)
        refused = 0
        for line in piece.lines:
            try:
                event = read_line(line, self._context)
            except LineRefused as refusal:
                refused += 1
                _log.warning("a line of the black box was refused", why=str(refusal))
                continue
            if event is not None:
                self._waiting.append(event)
        if piece.position != self._position:
            self._position = piece.position
            self._waiting.append(FallbackRead(self._context.node, str(piece.position), refused))
        return piece.has_more

    def _is_to_be_opened(self) -> bool:
        """Whether the log has grown large, and is renamed now, or was renamed and Asterisk still writes to the old one."""
        if not self._position.inode:
            return False
        try:
            found = self._log.stat()
        except FileNotFoundError:
            return True
        if found.st_ino != self._position.inode or found.st_size < ROTATE_AT:
            return False
        self._log.replace(self._log.with_name(self._log.name + ".1"))
        return True

    async def _open_anew(self) -> None:
        try:
            await self._reopen()
        except Exception as error:  # whatever it is, the renamed file is read on
            _log.warning("Asterisk did not open its black box anew", why=str(error))


def read_piece(log: Path, position: Position) -> Piece:
    """The next whole lines behind `position`. Raises OSError for what is there and cannot be read."""
    file = _file_of(log, position.inode)
    if file is None:
        position = Position()
        file = log
    try:
        with file.open("rb") as source:
            inode = _inode(file)
            is_old, offset = file != log and log.exists(), position.offset
            if source.seek(0, 2) < offset:
                _log.warning("the black box is shorter than it was; it is read from its start")
                offset = 0
            source.seek(offset)
            data = source.read(PIECE)
    except FileNotFoundError:
        return Piece((), position, has_more=False)
    length = data.rfind(b"\n") + 1
    if not length and len(data) == PIECE:
        length = PIECE  # no line is so long; it is refused as one
    if not length and is_old:  # Asterisk writes to the new one only
        return Piece((), Position(_inode(log), 0), has_more=True)
    lines = tuple(line for line in data[:length].split(b"\n") if line)
    return Piece(lines, Position(inode, offset + length), has_more=len(data) == PIECE or is_old)


def _file_of(log: Path, inode: int) -> Path | None:
    """The file with this inode among those that bear the log's name."""
    if not inode or _inode(log) == inode:
        return log
    others = sorted(log.parent.glob(f"{log.name}.*"))[:MOST_FILES]
    return next((file for file in others if _inode(file) == inode), None)


def _inode(file: Path) -> int:
    try:
        return file.stat().st_ino
    except FileNotFoundError:
        return 0
