"""Argon2id for passwords (RFC 9106), in few threads: each hash takes 64 MiB and tens of milliseconds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from ccserver.core.errors import Refused

_Result = TypeVar("_Result")
AT_ONCE: Final = 2
MOST_WAITING: Final = 64
"""More sign-ins than this at once are refused: they would wait for seconds and take the others' processors."""


class Passwords:
    """Hashes and checks off the event loop. `close` when done."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        """Without a `hasher`: the parameters of RFC 9106 for little memory, which are the library's own."""
        self._hasher = hasher or PasswordHasher()
        self._threads = ThreadPoolExecutor(AT_ONCE, "password")
        self._waiting = 0
        self._of_nobody: str | None = None

    async def hash(self, password: str) -> str:
        """A new hash in PHC form, with a salt of its own."""
        return await self._run(self._hasher.hash, _bytes(password))

    async def is_right(self, known: str | None, password: str) -> bool:
        """Whether `known` is a hash of the password. For None it takes as long and answers no."""
        if self._of_nobody is None:
            self._of_nobody = await self.hash("nobody's password")
        return await self._run(self._verify, known or self._of_nobody, _bytes(password)) and known is not None

    def is_outdated(self, known: str) -> bool:
        """Made with other parameters than those in use now."""
        return self._hasher.check_needs_rehash(known)

    def close(self) -> None:
        self._threads.shutdown()

    def _verify(self, known: str, password: bytes) -> bool:
        try:
            return self._hasher.verify(known, password)
        except (Argon2Error, InvalidHashError):
            return False

    async def _run(self, work: Callable[..., _Result], *arguments: str | bytes) -> _Result:
        if self._waiting >= MOST_WAITING:
            raise Refused("too_many_sign_ins", "try again in a moment")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)
        finally:
            self._waiting -= 1


def _bytes(password: str) -> bytes:
    """One to one, also for what is no text."""
    return password.encode("utf-8", "surrogatepass")
