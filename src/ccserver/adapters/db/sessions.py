"""Sign-in sessions and API tokens in a local file: opaque tokens of 256 bits, revocable at once from any process.

The file keeps a SHA-256 of the token: a token that is random needs no slow hash. Bounds: `MOST_OF_USER` sessions of one
user, the one used longest ago goes first; `MOST_SESSIONS` altogether, then opening is refused.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, TypeVar

from ccserver.adapters.db.sign_in_file import Limits, SignInFile
from ccserver.core.errors import PortUnavailable, Refused
from ccserver.services.office import Session, User
from ccserver.services.ports import Clock

MOST_SESSIONS: Final = 10_000
MOST_OF_USER: Final = 50
_NOTED_EVERY: Final = 0.05
"""A use is written down when this part of the idle time has passed since the last: not at every request."""
_Result = TypeVar("_Result")


class SignInStore:
    """The port `Sessions`. Made by `open_file`; all methods raise PortUnavailable when the file cannot be used."""

    def __init__(self, file: SignInFile, clock: Clock, limits: Limits, thread: ThreadPoolExecutor) -> None:
        self._file = file
        self._clock = clock
        self._limits = limits
        self._thread = thread

    @classmethod
    async def open_file(cls, path: Path, clock: Clock, limits: Limits = Limits()) -> SignInStore:  # noqa: B008 - frozen
        """Open or make the file, readable by its owner only."""
        thread = ThreadPoolExecutor(1, "sessions")
        try:
            file = await asyncio.get_running_loop().run_in_executor(thread, SignInFile, path)
        except (sqlite3.Error, OSError) as error:
            thread.shutdown()
            raise PortUnavailable("sessions", why=f"{path}: {error}") from error
        return cls(file, clock, limits, thread)

    async def close_file(self) -> None:
        """The sessions stay."""
        await self._run(self._file.close)
        self._thread.shutdown()

    async def open(self, user: User, limits: Limits | None = None) -> Session:
        """A new session; `limits` other than the usual are for API tokens. Raises Refused when there are too many."""
        token = secrets.token_urlsafe(32)
        now = self._clock.now()

        def work() -> Session:
            self._file.remove_ended(now)
            if self._file.count() >= MOST_SESSIONS:
                raise Refused("too_many_sessions", "end some, or wait until they expire")
            return Session(token, user, self._file.add(_hash(token), user, limits or self._limits, now, MOST_OF_USER))

        return await self._run(work)

    async def find(self, token: str) -> Session | None:
        """The live session, and its use is noted; None if it is ended, idle for too long, expired or unknown."""
        now, token_hash = self._clock.now(), _hash(token)

        def work() -> Session | None:
            kept = self._file.find(token_hash)
            if kept is None or not kept.is_live(now):
                return None
            if kept.idle is not None and now - kept.used_at >= kept.idle * _NOTED_EVERY:
                self._file.note_use(token_hash, now)
            return Session(token, kept.user, kept.expires_at)

        return await self._run(work)

    async def close(self, token: str) -> None:
        """End the session. An unknown token is no error."""
        await self._run(self._file.remove, _hash(token))

    async def users(self) -> frozenset[str]:
        """The names of those who have a session or a token."""
        return await self._run(self._file.users)

    async def close_all(self, user: str) -> int:
        """End every session and token of the user, as when the user is disabled, or the role or the password is changed."""
        return await self._run(self._file.remove_user, user)

    async def _run(self, work: Callable[..., _Result], *arguments: Any) -> _Result:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work, *arguments)
        except sqlite3.Error as error:
            raise PortUnavailable("sessions", why=str(error)) from error


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
