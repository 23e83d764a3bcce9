"""The door to the CRM database: a bounded worker, so that nobody waits long and no database work is ever cancelled.

Cancelling a task inside a driver call has leaked pooled connections (SQLAlchemy issues 8145 and 12077). Work therefore
runs in tasks of its own; whoever asked waits for a limited time and may go away. Work whose asker has gone before it
began is not begun.

It decides nothing about retrying. After a failure everything is refused at once for a second (the breaker), so a
database that is away costs nobody a time-out each.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Generic, TypeVar

from sqlalchemy.exc import DataError, DBAPIError, DisconnectionError, IntegrityError, SQLAlchemyError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ccserver.adapters.db.engine import POOL_SIZE, make_engine, reading
from ccserver.core.errors import PortUnavailable
from ccserver.services.tasks import TaskTable

T = TypeVar("T")
Work = Callable[[AsyncConnection], Awaitable[T]]

PORT = "database"
MAX_WAITING = 256
READ_PATIENCE = timedelta(seconds=5)
WRITE_PATIENCE = timedelta(seconds=15)
"""Longer than the drivers' own limits (10 s), so that what became of a write is usually known."""
BREAKER = timedelta(seconds=1)


class _Job(Generic[T]):
    """One piece of work and where its outcome goes."""

    def __init__(self, engine: AsyncEngine, work: Work[T]) -> None:
        self.engine = engine
        self.work = work
        self.outcome: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self.is_abandoned = False


class Database:
    """One CRM database. Belongs to the event loop on which it is first used; `close` when done."""

    def __init__(self, url: str) -> None:
        self._engine = make_engine(url)
        self._reading = reading(self._engine)
        self._tasks = TaskTable()
        self._places = asyncio.Semaphore(POOL_SIZE)
        self._open_jobs = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._closed_until = 0.0
        self.last_error = ""

    async def read(self, work: Work[T], patience: timedelta = READ_PATIENCE) -> T:
        """Run `work` in a transaction that only reads.

        Raises PortUnavailable when the database is away, does not answer within `patience`, or `MAX_WAITING` others
        wait already; otherwise what `work` raises, IntegrityError and DataError among it.
        """
        return await self._run(_Job(self._reading, work), patience)

    async def write(self, work: Work[T], patience: timedelta = WRITE_PATIENCE) -> T:
        """The same for a transaction that changes something: all of it or nothing.

        After a PortUnavailable it may have been committed nevertheless.
        """
        return await self._run(_Job(self._engine, work), patience)

    async def close(self) -> None:
        """Wait for the work that has begun (it has limits of its own), then let the connections go."""
        await self._idle.wait()
        await self._tasks.close()
        await self._engine.dispose()

    async def _run(self, job: _Job[T], patience: timedelta) -> T:
        loop = asyncio.get_running_loop()
        if loop.time() < self._closed_until:
            raise PortUnavailable(PORT, why=self.last_error)
        if self._open_jobs >= MAX_WAITING:
            raise PortUnavailable(PORT, why=f"{MAX_WAITING} requests wait already")
        self._open_jobs += 1
        self._idle.clear()
        self._tasks.spawn("database work", self._perform(job))
        try:
            await asyncio.wait([job.outcome], timeout=patience.total_seconds())
        finally:
            job.is_abandoned = not job.outcome.done()
        if job.is_abandoned:
            raise self._away(f"no answer within {patience.total_seconds():g} s")
        return job.outcome.result()

    async def _perform(self, job: _Job[T]) -> None:
        try:
            async with self._places:
                if not job.is_abandoned:
                    result = await self._transact(job)
                    job.outcome.set_result(result)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            job.outcome.set_exception(self._away(_words(error)) if means_away(error) else error)
        except Exception as error:  # what the work itself raises belongs to whoever asked for it
            job.outcome.set_exception(error)
        finally:
            self._open_jobs -= 1
            if not self._open_jobs:
                self._idle.set()
            if job.outcome.done() and not job.outcome.cancelled():
                job.outcome.exception()  # seen: its asker may have gone

    async def _transact(self, job: _Job[T]) -> T:
        async with job.engine.connect() as connection:
            try:
                async with connection.begin():
                    return await job.work(connection)
            except (TimeoutError, OSError):
                await connection.invalidate()  # the driver gave up in the midst of an exchange
                raise

    def _away(self, why: str) -> PortUnavailable:
        self.last_error = why
        self._closed_until = asyncio.get_running_loop().time() + BREAKER.total_seconds()
        return PortUnavailable(PORT, why=why)


def means_away(error: BaseException) -> bool:
    """Whether it is worth trying the same again later: everything but data that this database will never take."""
    if isinstance(error, DataError | IntegrityError):
        return False
    if isinstance(error, DBAPIError):
        state = str(getattr(error.orig, "sqlstate", None) or "")
        # asyncpg refuses unfit values itself, by an error that is also a ValueError; classes 22 and 23 of SQLSTATE
        # are data and integrity (PostgreSQL manual, appendix A).
        return not (isinstance(getattr(error.orig, "__cause__", None), ValueError) or state[:2] in {"22", "23"})
    if isinstance(error, StatementError):
        return False  # a value that its column type refused
    return isinstance(error, PoolTimeout | DisconnectionError | OSError | TimeoutError)


def _words(error: BaseException) -> str:
    cause = getattr(error, "orig", None) or error
    return f"{type(cause).__name__}: {cause}".splitlines()[0][:300]
