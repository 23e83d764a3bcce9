"""The Journal port on a local SQLite file, written by one thread.

Group commit: whatever waits when the thread looks goes into one transaction and one sync, so a burst costs few syncs and
a single commit waits for nobody. The waiting line is bounded; when it is full, `commit` refuses at once.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import structlog

from ccserver.adapters.db.journal_file import JournalFile, Parcel
from ccserver.core.errors import PortUnavailable
from ccserver.core.records import InteractionRecord
from ccserver.services.codec import CodecError, from_json, to_json

T = TypeVar("T")
_log = structlog.get_logger(__name__)
PORT = "journal"
MOST_WAITING = 10_000
MOST_IN_A_GROUP = 200
SIZE_LIMIT = 8 * 2**30
RESERVE = 64 * 2**20
_SUSPECT = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CANTOPEN}

_NOT_THE_DISK = (
    sqlite3.ProgrammingError, sqlite3.InterfaceError, sqlite3.DataError,
    ValueError, TypeError, LookupError, AttributeError, OverflowError,
)  # fmt: skip


class _Bug(PortUnavailable):
    """Work of ours that failed for another reason than the disk."""


class _Job:
    """Work for the thread, and the future of whoever waits for it."""

    def __init__(self, work: Callable[[JournalFile], Any]) -> None:
        self.work = work
        self.loop = asyncio.get_running_loop()
        self.done: asyncio.Future[Any] = self.loop.create_future()

    def resolve(self, result: Any, error: BaseException | None) -> None:
        """In the loop's thread; whoever waited may have gone."""
        if self.done.done():
            return
        if error is None:
            self.done.set_result(result)
        else:
            self.done.set_exception(error)


class SqliteJournal:
    """The ports `Journal` and `Outbox`. Made by `open`.

    A commit that failed with PortUnavailable after an I/O error may be there all the same after a restart; committing
    it again is harmless (state is replaced, a record of the same id and revision is kept once).
    """

    def __init__(self, file: JournalFile) -> None:
        self._file = file
        self._jobs: queue.Queue[_Job | None] = queue.Queue(MOST_WAITING)
        self._is_suspect = False
        self._is_closed = False
        self.last_error = ""
        self._thread = threading.Thread(target=self._work, name="journal", daemon=True)
        self._thread.start()

    @classmethod
    async def open(cls, path: Path, *, size_limit: int = SIZE_LIMIT, reserve: int = RESERVE) -> SqliteJournal:
        """Open or make the journal at `path` and hold it against other processes.

        A damaged file is put beside and what can be read of it is taken over (`damaged` counts). Raises Refused when
        another process has it, PortUnavailable when the disk does not let us.
        """
        try:
            return cls(await asyncio.to_thread(JournalFile, path, size_limit, reserve))
        except (sqlite3.Error, OSError) as error:
            raise PortUnavailable(PORT, why=f"{path}: {error}") from error

    async def close(self) -> None:
        """Write what waits, then let the file go. After that everything is refused."""
        if not self._is_closed:
            self._is_closed = True
            await asyncio.to_thread(self._jobs.put, None)
            await asyncio.to_thread(self._thread.join)
            await asyncio.to_thread(self._file.close)

    # -- the ports ------------------------------------------------------------------------------------------------------

    @property
    def depth(self) -> int:
        """Records that wait for the history."""
        return self._file.depth

    @property
    def set_aside_count(self) -> int:
        """Records that the history will not take; they are offered again after the next start."""
        return self._file.aside

    @property
    def damaged(self) -> int:
        """Rows that were lost to damage of the file, and files that were put beside."""
        return self._file.damaged

    async def commit(
        self, state: Mapping[str, bytes | None], records: Sequence[InteractionRecord], notes: Sequence[str]
    ) -> None:
        """Returns when it is on disk. Raises PortUnavailable: nothing of it is there (but see the class)."""
        rows, lines = dict(state), list(notes)
        parcels = [Parcel(record.id, record.revision, to_json(record)) for record in records]
        await self._do(lambda file: file.write(rows, parcels, lines))

    async def load(self) -> Mapping[str, bytes]:
        return await self._do(lambda file: file.load())

    async def pending(self, limit: int) -> Sequence[tuple[int, InteractionRecord]]:
        """The oldest records that wait. One that this version cannot read is set aside."""
        return await self._do(lambda file: _read_pending(file, limit))

    async def delivered(self, keys: Sequence[int]) -> None:
        chosen = list(keys)
        await self._do(lambda file: file.remove(chosen))

    async def set_aside(self, key: int, why: str) -> None:
        """Keep the record, but let those behind it pass."""
        await self._do(lambda file: file.set_aside(key, why))

    async def notes(self, limit: int = 1000) -> Sequence[str]:
        """The last notes, oldest first, each with the instant it was written."""
        return await self._do(lambda file: file.notes(limit))

    # -- the thread -----------------------------------------------------------------------------------------------------

    async def _do(self, work: Callable[[JournalFile], T]) -> T:
        if self._is_closed:
            raise PortUnavailable(PORT, why="closed")
        job = _Job(work)
        try:
            self._jobs.put_nowait(job)
        except queue.Full:
            raise PortUnavailable(PORT, why=f"{MOST_WAITING} commits wait already") from None
        result: T = await job.done
        return result

    def _work(self) -> None:
        is_open = True
        while is_open:
            group, is_open = self._next_group()
            if group:
                self._serve(group)

    def _next_group(self) -> tuple[list[_Job], bool]:
        """What waits now, at least one job; False when this is the last."""
        group: list[_Job] = []
        job = self._jobs.get()
        while job is not None:
            group.append(job)
            if len(group) == MOST_IN_A_GROUP:
                return group, True
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return group, True
        return group, False

    def _serve(self, group: Sequence[_Job]) -> None:
        results, error = self._carry_out(group)
        if isinstance(error, _Bug) and len(group) > 1:  # what one brought must not hold up the others
            for job in group:
                self._serve([job])
        else:
            _hand_back(group, results, error)

    def _carry_out(self, group: Sequence[_Job]) -> tuple[list[Any], PortUnavailable | None]:
        try:
            try:
                return self._transact(group), None
            except sqlite3.Error as error:
                is_full = _code(error) == sqlite3.SQLITE_FULL
                if not (is_full and self._file.give_up_reserve()):
                    raise
                return self._transact(group), None
        except _NOT_THE_DISK as error:  # it must not end the thread either: everybody would wait for ever
            self.last_error = f"{type(error).__name__}: {error}"
            return [], _Bug(PORT, why=self.last_error)
        except (sqlite3.Error, OSError) as error:
            self._is_suspect = self._is_suspect or _code(error) in _SUSPECT
            self.last_error = f"{type(error).__name__}: {error}"
            return [], PortUnavailable(PORT, why=self.last_error)

    def _transact(self, group: Sequence[_Job]) -> list[Any]:
        if self._is_suspect:
            self._file.reopen()
            self._is_suspect = False
        with self._file.transaction():
            return [job.work(self._file) for job in group]


def _code(error: BaseException) -> int:
    """SQLite's primary result code, without the extended bits."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _hand_back(group: Sequence[_Job], results: Sequence[Any], error: PortUnavailable | None) -> None:
    def resolve() -> None:
        for index, job in enumerate(group):
            job.resolve(None if error else results[index], error)

    try:
        group[0].loop.call_soon_threadsafe(resolve)
    except RuntimeError:
        return  # the loop has ended, and with it those who waited


def _read_pending(file: JournalFile, limit: int) -> list[tuple[int, InteractionRecord]]:
    found: list[tuple[int, InteractionRecord]] = []
    for key, data in file.pending(limit):
        try:
            found.append((key, from_json(InteractionRecord, data)))
        except CodecError as error:
            file.set_aside(key, f"unreadable: {error}")
            _log.error("a record was set aside", key=key, why=f"unreadable: {error}")
    return found
