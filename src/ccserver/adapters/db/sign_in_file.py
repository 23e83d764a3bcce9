"""The SQLite file of sign-in sessions. Plain calls that block for a moment; `SignInStore` makes them from a thread.

Kept apart from the CRM database: signing in and out must work while that is away, and a copy of the CRM must not hold
anything that opens the door. The file has only hashes of tokens. Several processes may use it at once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from ccserver.adapters.db.private_files import make_private
from ccserver.core.ids import AgentId
from ccserver.services.office import Role, User

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS session (
    hash BLOB PRIMARY KEY, user TEXT NOT NULL, role TEXT NOT NULL, agent TEXT, created_at REAL NOT NULL,
    expires_at REAL NOT NULL, idle_seconds REAL, used_at REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS session_user ON session (user, used_at);
"""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session lasts: `absolute` from its start, `idle` from its last use (None: use does not matter)."""

    absolute: timedelta = timedelta(hours=12)
    idle: timedelta | None = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Kept:
    """One session as it is in the file."""

    user: User
    expires_at: datetime
    idle: timedelta | None
    used_at: datetime

    def is_live(self, now: datetime) -> bool:
        return now < self.expires_at and (self.idle is None or now < self.used_at + self.idle)


class SignInFile:
    """Raises sqlite3.Error as it comes."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        make_private(path)
        self._connection = sqlite3.connect(path, timeout=5, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.executescript(_SCHEMA)

    def close(self) -> None:
        self._connection.close()

    def add(self, token_hash: bytes, user: User, limits: Limits, now: datetime, most_of_user: int) -> datetime:
        """The instant at which it ends. The user's sessions used longest ago make room."""
        expires_at = now + limits.absolute
        idle = None if limits.idle is None else limits.idle.total_seconds()
        at = now.timestamp()
        with self._transaction() as run:
            run(
                "DELETE FROM session WHERE hash IN"
                " (SELECT hash FROM session WHERE user = ? ORDER BY used_at DESC LIMIT -1 OFFSET ?)",
                (user.name, most_of_user - 1),
            )
            run(
                "INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (token_hash, user.name, user.role.value, user.agent, at, expires_at.timestamp(), idle, at),
            )
        return expires_at

    def find(self, token_hash: bytes) -> Kept | None:
        row = self._connection.execute(
            "SELECT user, role, agent, expires_at, idle_seconds, used_at FROM session WHERE hash = ?", (token_hash,)
        ).fetchone()
        if row is None:
            return None
        name, role, agent, expires_at, idle, used_at = row
        return Kept(
            User(name, Role(role), None if agent is None else AgentId(agent)),
            datetime.fromtimestamp(expires_at, UTC),
            None if idle is None else timedelta(seconds=idle),
            datetime.fromtimestamp(used_at, UTC),
        )

    def note_use(self, token_hash: bytes, now: datetime) -> None:
        at = now.timestamp()
        self._connection.execute("UPDATE session SET used_at = max(used_at, ?) WHERE hash = ?", (at, token_hash))

    def remove(self, token_hash: bytes) -> None:
        self._connection.execute("DELETE FROM session WHERE hash = ?", (token_hash,))

    def remove_ended(self, now: datetime) -> None:
        at = now.timestamp()
        self._connection.execute("DELETE FROM session WHERE expires_at <= ? OR used_at + idle_seconds <= ?", (at, at))

    def remove_user(self, name: str) -> int:
        """How many there were."""
        return self._connection.execute("DELETE FROM session WHERE user = ?", (name,)).rowcount

    def users(self) -> frozenset[str]:
        return frozenset(name for (name,) in self._connection.execute("SELECT DISTINCT user FROM session"))

    def count(self) -> int:
        return int(self._connection.execute("SELECT count(*) FROM session").fetchone()[0])

    @contextmanager
    def _transaction(self) -> Iterator[Callable[..., sqlite3.Cursor]]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield self._connection.execute
            self._connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            raise
