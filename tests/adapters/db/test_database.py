"""The database worker: no lost update, no endless wait, no cancelled work, no connection leaked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.ext.asyncio import AsyncConnection
from tests.adapters.db.postgres_fixture import PrivatePostgres

from ccserver.adapters.db.database import BREAKER, MAX_WAITING, Database
from ccserver.adapters.db.engine import POOL_SIZE
from ccserver.adapters.db.tables import agents, audit_end, roles, users
from ccserver.core.errors import PortUnavailable

SOON = timedelta(seconds=0.2)


async def _count_roles(connection: AsyncConnection) -> int:
    return int((await connection.execute(select(func.count()).select_from(roles))).scalar_one())


async def _until(is_so: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await is_so():
            await asyncio.sleep(0.02)


async def _answers(database: Database) -> bool:
    try:
        return await database.read(_count_roles, SOON) == 3
    except PortUnavailable:
        return False


async def test_read_add_write_loses_no_update(database: Database) -> None:
    """Five tasks add twenty each: a hundred, on both databases."""

    async def add_one(connection: AsyncConnection) -> None:
        current = (await connection.execute(select(audit_end.c.serial).with_for_update())).scalar_one()
        await connection.execute(update(audit_end).values(serial=current + 1))

    async def add_twenty() -> None:
        for _ in range(20):
            await database.write(add_one)

    await asyncio.gather(*(add_twenty() for _ in range(5)))
    total = await database.read(lambda connection: connection.scalar(select(audit_end.c.serial)))
    assert total == 100


async def test_a_failed_write_leaves_nothing(database: Database) -> None:
    """All of a transaction or nothing."""

    async def add_and_fail(connection: AsyncConnection) -> None:
        await connection.execute(insert(roles).values(name="new"))
        raise KeyError("later")

    with pytest.raises(KeyError):
        await database.write(add_and_fail)
    assert await database.read(_count_roles) == 3


async def test_unfit_data_is_not_taken_for_an_absent_database(database: Database) -> None:
    """A broken rule of the schema is told as such and does not trip the breaker."""
    with pytest.raises(IntegrityError):
        await database.write(lambda connection: connection.execute(insert(roles).values(name="admin")))
    assert await database.read(_count_roles) == 3


async def test_a_naive_instant_is_refused(database: Database) -> None:
    """An instant without a zone reaches no table."""
    naive = datetime(2026, 1, 1)
    row = dict(name="u", role="admin", password_hash="", is_disabled=False, created_at=naive, updated_at=naive)
    with pytest.raises(StatementError, match="naive instant"):
        await database.write(lambda connection: connection.execute(insert(users).values(**row)))


async def test_an_instant_comes_back_in_utc(database: Database) -> None:
    """Another zone goes in, the same instant comes out, to the microsecond."""
    at = datetime(2026, 1, 1, 23, 59, 59, 999999, tzinfo=UTC).astimezone()
    row = dict(name="u", role="admin", password_hash="", is_disabled=False, created_at=at, updated_at=at)
    await database.write(lambda connection: connection.execute(insert(users).values(**row)))
    found = await database.read(lambda connection: connection.scalar(select(users.c.created_at)))
    assert (found, found and found.utcoffset()) == (at, timedelta())


async def test_characters_no_database_takes_are_replaced(database: Database) -> None:
    """A hostile name is stored, not refused."""
    row = dict(id="a", name="x\0y\ud800", is_active=True)
    await database.write(lambda connection: connection.execute(insert(agents).values(**row)))
    assert await database.read(lambda connection: connection.scalar(select(agents.c.name))) == "x\ufffdy?"


async def test_work_goes_on_when_its_asker_goes_away(database: Database) -> None:
    """A cancelled asker cancels no database work."""
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def add(connection: AsyncConnection) -> None:
        begun.set()
        await may_end.wait()
        await connection.execute(insert(roles).values(name="new"))

    asker = asyncio.get_running_loop().create_task(database.write(add))
    await begun.wait()
    asker.cancel()
    await asyncio.wait([asker])
    may_end.set()

    async def is_added() -> bool:
        return await database.read(_count_roles) == 4

    await _until(is_added)


async def test_waiting_is_limited(database: Database) -> None:
    """Patience ends with PortUnavailable, and work nobody waits for any more is not begun."""
    may_end, begun = asyncio.Event(), 0

    async def stall(connection: AsyncConnection) -> None:
        nonlocal begun
        begun += 1
        await may_end.wait()

    results = await asyncio.gather(*(database.read(stall, SOON) for _ in range(10)), return_exceptions=True)
    may_end.set()
    await database.close()
    assert [type(result) for result in results] == [PortUnavailable] * 10
    assert begun == POOL_SIZE


async def test_the_waiting_line_is_bounded(database: Database) -> None:
    """One more than the limit is refused at once."""
    may_end = asyncio.Event()

    async def stall(connection: AsyncConnection) -> None:
        await may_end.wait()

    async with asyncio.TaskGroup() as group:
        for _ in range(MAX_WAITING):
            group.create_task(database.read(stall))
        await asyncio.sleep(0)
        with pytest.raises(PortUnavailable, match="wait already"):
            await database.read(stall)
        may_end.set()


@pytest.mark.postgres
@pytest.mark.parametrize("empty_url", ["postgresql"], indirect=True)
async def test_a_frozen_server_costs_one_patience_and_is_found_again(
    database: Database, postgres: PrivatePostgres
) -> None:
    """While it hangs the breaker answers at once; after that all connections work again."""
    assert await database.read(_count_roles) == 3
    postgres.freeze()
    try:
        with pytest.raises(PortUnavailable, match="no answer within"):
            await database.read(_count_roles, SOON)
        before = asyncio.get_running_loop().time()
        with pytest.raises(PortUnavailable):
            await database.read(_count_roles)
        assert asyncio.get_running_loop().time() - before < BREAKER.total_seconds() / 2
    finally:
        postgres.thaw()
    await _until(lambda: _answers(database))
    assert await asyncio.gather(*(database.read(_count_roles) for _ in range(20))) == [3] * 20


@pytest.mark.postgres
@pytest.mark.parametrize("empty_url", ["postgresql"], indirect=True)
async def test_a_restarted_server_is_found_again(database: Database, postgres: PrivatePostgres) -> None:
    """Stopped: PortUnavailable. Started: the same object works."""
    assert await database.read(_count_roles) == 3
    postgres.stop()
    try:
        with pytest.raises(PortUnavailable):
            await database.read(_count_roles)
    finally:
        postgres.start()
    await _until(lambda: _answers(database))


async def test_a_folder_that_is_not_there_is_an_absent_database() -> None:
    """A wrong path is told, not raised as the driver's error."""
    database = Database("sqlite:////nowhere/at/all.db")
    with pytest.raises(PortUnavailable, match="unable to open"):
        await database.read(_count_roles)
    await database.close()
