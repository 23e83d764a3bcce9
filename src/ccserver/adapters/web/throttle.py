"""How many tries to sign in are allowed. Decides from counts in a bounded table; knows nothing of passwords."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from aiohttp import web

from ccserver.adapters.web.problems import Problem

_MOST_WAITING = 40


class Window:
    """At most `limit` marks per key within `length`. Keys beyond `capacity` push out the one longest untouched."""

    def __init__(self, limit: int, length: timedelta, capacity: int = 10_000) -> None:
        self._limit = limit
        self._length = length
        self._capacity = capacity
        self._marks: OrderedDict[str, deque[datetime]] = OrderedDict()

    def wait(self, key: str, now: datetime) -> timedelta | None:
        """How long until another mark has room; None if there is room now."""
        marks = self._marks.get(key)
        if marks is None:
            return None
        while marks and now - marks[0] >= self._length:
            marks.popleft()
        return self._length - (now - marks[0]) if len(marks) >= self._limit else None

    def mark(self, key: str, now: datetime) -> None:
        marks = self._marks.setdefault(key, deque(maxlen=self._limit))
        marks.append(now)
        self._marks.move_to_end(key)
        if len(self._marks) > self._capacity:
            self._marks.popitem(last=False)

    def forget(self, key: str) -> None:
        self._marks.pop(key, None)


class SignInThrottle:
    """10 failures in 15 minutes per account, 100 tries a minute per address, a few password checks at a time.

    A try counts as a failure until it has succeeded, so a hundred at once are no way around the limit. Success clears
    the account: only who knows the password can do that.
    """

    def __init__(self) -> None:
        self._accounts = Window(10, timedelta(minutes=15))
        self._addresses = Window(100, timedelta(minutes=1))
        self._checking = asyncio.Semaphore(2)  # an Argon2id check costs about 250 ms of a core
        self._waiting = 0

    def admit(self, account: str, address: str, now: datetime) -> None:
        """Raises the problem too-many-requests; otherwise counts the try."""
        waits = [self._addresses.wait(address, now), self._accounts.wait(account, now)]
        longest = max((wait for wait in waits if wait is not None), default=None)
        if longest is not None:
            seconds = max(1, -(-int(longest.total_seconds() * 1000) // 1000))
            raise Problem("too-many-requests", "Too many tries to sign in.", retry_after=seconds)
        self._addresses.mark(address, now)
        self._accounts.mark(account, now)

    @asynccontextmanager
    async def checking(self) -> AsyncIterator[None]:
        """Frames the check of a password: two at a time, and 40 in line. Raises too-many-requests beyond that."""
        if self._waiting >= _MOST_WAITING:
            raise Problem("too-many-requests", "Too many people sign in at once.", retry_after=5)
        self._waiting += 1
        try:
            async with self._checking:
                yield
        finally:
            self._waiting -= 1

    def succeeded(self, account: str) -> None:
        self._accounts.forget(account)


SIGN_IN_THROTTLE = web.AppKey("sign_in_throttle", SignInThrottle)
