"""The journal's SQLite file: one owner, full sync, checksummed rows, and what to do when the disk fails.

Used by one thread only. Every method raises sqlite3.Error as it comes; `SqliteJournal` turns it into PortUnavailable.

Bounds: the file ends at `size_limit` (then it refuses like a full disk), notes at the last `MOST_NOTES`.
A reserve file keeps some space on the disk; it is given up at the first "disk full", so that calls go on while somebody
makes room, and it is made again at the next start.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import structlog

from ccserver.adapters.db.private_files import make_private
from ccserver.core.errors import Refused

_log = structlog.get_logger(__name__)
MOST_NOTES = 100_000
CHECKED_UP_TO = 256 * 2**20
"""A larger file is not read through at the start; damage in it shows when its rows are read."""
_NOT_THE_FILE = {
    sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM,
}  # fmt: skip
"""Errors that are the disk's or the machine's fault, not that of the file's contents."""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS state (key TEXT PRIMARY KEY, value BLOB NOT NULL, crc INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, revision INTEGER NOT NULL, record BLOB NOT NULL,
    crc INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, set_aside TEXT, UNIQUE (id, revision)
);
CREATE TABLE IF NOT EXISTS notes (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')), note TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS damaged (place TEXT NOT NULL, key TEXT NOT NULL, value BLOB);
"""


class Parcel(NamedTuple):
    """One record on its way to the history."""

    id: str
    revision: int
    record: bytes


class JournalFile:
    """`depth` counts records that wait for the history, `aside` those it will not take, `damaged` rows that were lost."""

    def __init__(self, path: Path, size_limit: int, reserve: int) -> None:
        """Take the file for ourselves and open it. Raises Refused when another process has it."""
        self._path = path
        self._size_limit = size_limit
        self._reserve = path.with_name(path.name + ".reserve")
        self.depth = self.aside = self.damaged = 0
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = _lock(path)
        try:
            self._open_checked()
            self._keep_reserve(reserve)
        except BaseException:
            os.close(self._lock)
            raise

    def close(self) -> None:
        with suppress(sqlite3.Error):
            self._connection.close()
        os.close(self._lock)

    # -- transactions ---------------------------------------------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it is on disk at the end, or nothing; the counts follow."""
        before = self.depth, self.aside, self.damaged
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            self.depth, self.aside, self.damaged = before
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise

    def reopen(self) -> None:
        """After an I/O error nothing of this handle is believed.

        Linux drops the dirty mark of pages whose sync failed, so a second sync would succeed without writing them. The
        write-ahead log is therefore copied into the database file and synced there before anything else is accepted.
        """
        with suppress(sqlite3.Error):
            self._connection.close()
        self._open()
        blocked, _, _ = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if blocked:
            raise sqlite3.OperationalError("the write-ahead log could not be emptied")

    def give_up_reserve(self) -> bool:
        """Make room on a full disk. False when there was nothing left to give."""
        try:
            self._reserve.unlink()
        except FileNotFoundError:
            return False
        return True

    # -- rows -----------------------------------------------------------------------------------------------------------

    def write(self, state: Mapping[str, bytes | None], parcels: Sequence[Parcel], notes: Sequence[str]) -> None:
        run = self._connection.executemany
        run("DELETE FROM state WHERE key = ?", [(_clean(key),) for key, value in state.items() if value is None])
        run("REPLACE INTO state VALUES (?, ?, ?)", [_state_row(k, v) for k, v in state.items() if v is not None])
        rows = [(_clean(p.id), p.revision, p.record, _crc("", p.record)) for p in parcels]
        if rows:
            added = run("INSERT OR IGNORE INTO outbox (id, revision, record, crc) VALUES (?, ?, ?, ?)", rows)
            self.depth += added.rowcount
        if notes:
            run("INSERT INTO notes (note) VALUES (?)", [(_clean(note),) for note in notes])
            self._connection.execute("DELETE FROM notes WHERE seq <= (SELECT max(seq) FROM notes) - ?", (MOST_NOTES,))

    def load(self) -> dict[str, bytes]:
        """The state; rows that do not match their checksum are put into `damaged` and left out."""
        found: dict[str, bytes] = {}
        for row in self._connection.execute("SELECT key, value, crc FROM state").fetchall():
            if _is_sound(row[0], row[1], row[2]):
                found[row[0]] = row[1]
            else:
                self._quarantine("state", row[0], row[1])
                self._connection.execute("DELETE FROM state WHERE key = ?", row[:1])
        return found

    def pending(self, limit: int) -> list[tuple[int, bytes]]:
        """The oldest records that wait, with their keys; damaged ones are put into `damaged` and left out."""
        rows = self._connection.execute(
            "SELECT seq, record, crc FROM outbox WHERE set_aside IS NULL ORDER BY seq LIMIT ?", (limit,)
        ).fetchall()
        sound = [(seq, record) for seq, record, crc in rows if _is_sound("", record, crc)]
        for seq, record, crc in rows:
            if not _is_sound("", record, crc):
                self._quarantine("outbox", str(seq), record)
                self.remove([seq])
        return sound

    def remove(self, keys: Iterable[int]) -> None:
        gone = self._connection.executemany("DELETE FROM outbox WHERE seq = ?", [(key,) for key in keys])
        self.depth -= max(gone.rowcount, 0)

    def set_aside(self, key: int, why: str) -> None:
        changed = self._connection.execute(
            "UPDATE outbox SET set_aside = ?, attempts = attempts + 1 WHERE seq = ? AND set_aside IS NULL", (why, key)
        ).rowcount
        self.depth -= changed
        self.aside += changed

    def notes(self, limit: int) -> list[str]:
        """The last ones, oldest first."""
        rows = self._connection.execute("SELECT at, note FROM notes ORDER BY seq DESC LIMIT ?", (limit,)).fetchall()
        return [f"{at} {note}" for at, note in reversed(rows)]

    def _quarantine(self, place: str, key: object, value: object) -> None:
        self._connection.execute("INSERT INTO damaged VALUES (?, ?, ?)", (place, key, value))
        self.damaged += 1
        _log.error("the journal is damaged; what could not be read is kept beside", place=place, key=str(key))

    # -- opening --------------------------------------------------------------------------------------------------------

    def _open(self) -> None:
        make_private(self._path)
        connection = sqlite3.connect(self._path, timeout=5, isolation_level=None, check_same_thread=False)
        try:
            connection.text_factory = _lenient
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            (page_size,) = connection.execute("PRAGMA page_size").fetchone()
            connection.execute(f"PRAGMA max_page_count={max(1, self._size_limit // page_size)}")
            connection.executescript(_SCHEMA)
        except BaseException:
            connection.close()
            raise
        self._connection = connection

    def _open_checked(self) -> None:
        """A damaged file is put beside, and what can be read of it goes into a new one."""
        try:
            self._open()
            if self._path.stat().st_size <= CHECKED_UP_TO:
                answer = self._connection.execute("PRAGMA quick_check(1)").fetchone()[0]
                if answer != "ok":
                    self._connection.close()
                    raise sqlite3.DatabaseError(answer)
        except sqlite3.DatabaseError as error:
            if (getattr(error, "sqlite_errorcode", 0) & 0xFF) in _NOT_THE_FILE:
                raise
            self._salvage()
        with self.transaction():
            # What the history would not take is offered once more after each start: a new version may have mended it.
            self._connection.execute("UPDATE outbox SET set_aside = NULL WHERE set_aside IS NOT NULL")
            (self.depth,) = self._connection.execute("SELECT count(*) FROM outbox").fetchone()
            (self.damaged,) = self._connection.execute("SELECT count(*) FROM damaged").fetchone()
        if self.damaged:
            _log.error("the journal keeps what was damaged", rows=self.damaged)

    def _salvage(self) -> None:
        old = _free_name(self._path)
        _rename(self._path, old)
        try:
            self._open()
            with closing(sqlite3.connect(old)) as damaged, self.transaction():
                self._take_over(damaged)
                self._quarantine("file", old.name, b"")
        except BaseException:
            _rename(old, self._path)  # the disk failed us: the next start tries again
            raise

    def _take_over(self, damaged: sqlite3.Connection) -> None:
        damaged.text_factory = _lenient
        for key, value, crc in _readable(damaged, "SELECT key, value, crc FROM state", "key"):
            if _is_sound(key, value, crc):
                self._connection.execute("REPLACE INTO state VALUES (?, ?, ?)", (key, value, crc))
        for row in _readable(damaged, "SELECT seq, id, revision, record, crc FROM outbox", "seq"):
            if _is_sound("", row[3], row[4]):
                self._connection.execute(
                    "INSERT OR IGNORE INTO outbox (seq, id, revision, record, crc) VALUES (?, ?, ?, ?, ?)", row
                )

    def _keep_reserve(self, size: int) -> None:
        if not size or (self._reserve.exists() and self._reserve.stat().st_size == size):
            return
        make_private(self._reserve)
        descriptor = os.open(self._reserve, os.O_RDWR | os.O_CLOEXEC)
        try:
            os.posix_fallocate(descriptor, 0, size)
        except OSError:
            self._reserve.unlink()  # the disk is nearly full already: leave it what there is
        finally:
            os.close(descriptor)


def _lock(path: Path) -> int:
    """Hold the journal against other processes until it is closed or we die, however we die."""
    place = path.with_name(path.name + ".lock")
    make_private(place)
    descriptor = os.open(place, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        owner = os.read(descriptor, 20).decode("ascii", "replace").strip() or "unknown"
        os.close(descriptor)
        raise Refused(
            "journal_in_use", f"process {owner} has {path}: stop it, or give this one another data folder"
        ) from None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, str(os.getpid()).encode(), 0)
    return descriptor


def _clean(text: str) -> str:
    """Half of a surrogate pair cannot be stored, and must not stop what is stored with it."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _lenient(raw: bytes) -> str:
    """Damaged text must be readable, so that its checksum can tell."""
    return raw.decode("utf-8", "replace")


def _crc(key: str, value: bytes) -> int:
    return crc32(value, crc32(key.encode()))


def _state_row(key: str, value: bytes) -> tuple[str, bytes, int]:
    key = _clean(key)
    return key, value, _crc(key, value)


def _is_sound(key: object, value: object, crc: object) -> bool:
    return isinstance(key, str) and isinstance(value, bytes) and _crc(key, value) == crc


def _free_name(path: Path) -> Path:
    serial = 1
    while (name := path.with_name(f"{path.name}.damaged-{serial}")).exists():
        serial += 1
    return name


def _rename(old: Path, new: Path) -> None:
    """The database with its write-ahead log; the shared-memory index beside them is made anew by whoever opens it."""
    for suffix in ("", "-wal"):
        source = old.with_name(old.name + suffix)
        if source.exists():
            source.replace(new.with_name(new.name + suffix))
    old.with_name(old.name + "-shm").unlink(missing_ok=True)


def _readable(connection: sqlite3.Connection, query: str, order: str) -> Iterator[tuple[object, ...]]:
    """Rows up to the damage, from both ends."""
    for direction in ("ASC", "DESC"):
        with suppress(sqlite3.Error):
            yield from connection.execute(f"{query} ORDER BY {order} {direction}")
