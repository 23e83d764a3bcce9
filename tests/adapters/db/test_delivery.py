"""Journal, relay and history together: the database away, frozen, killed; the server killed in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Table, func, select
from tests.adapters.db.postgres_fixture import PrivatePostgres
from tests.adapters.db.records import record

from ccserver.adapters.db.database import Database
from ccserver.adapters.db.history import SqlHistory
from ccserver.adapters.db.journal import SqliteJournal
from ccserver.adapters.db.tables import interactions, recordings, segments
from ccserver.core.errors import PortUnavailable
from ccserver.core.records import InteractionRecord
from ccserver.services.relay import Relay
from ccserver.services.tasks import TaskTable


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[SqliteJournal]:
    opened = await SqliteJournal.open(tmp_path / "data" / "journal.db", reserve=0)
    yield opened
    await opened.close()


@asynccontextmanager
async def _relay(journal: SqliteJournal, history: SqlHistory) -> AsyncIterator[Relay]:
    tasks = TaskTable()
    relay = Relay(journal, history, Random(1))
    tasks.spawn("relay", relay.run())
    yield relay
    await tasks.close()


async def _counts(database: Database) -> tuple[int, ...]:
    async def count(table: Table) -> int:
        query = select(func.count()).select_from(table)
        result = await database.read(lambda connection: connection.execute(query))
        return int(result.scalar_one())

    return (await count(interactions), await count(segments), await count(recordings))


async def _commit_both_revisions(journal: SqliteJournal, serials: range) -> None:
    for serial in serials:
        await journal.commit({}, [record(serial), record(serial, revision=2, is_final=True)], [])


async def test_everything_arrives_once(journal: SqliteJournal, database: Database) -> None:
    """Two revisions of each, one row of each, its segments once."""
    await _commit_both_revisions(journal, range(150))
    async with _relay(journal, SqlHistory(database)) as relay:
        await relay.drained()
    assert (await _counts(database), journal.depth) == ((150, 750, 150), 0)


class _Interrupted(SqlHistory):
    """Stores, and then the server dies before it hears of it."""

    async def store(self, records: Sequence[InteractionRecord]) -> None:
        await super().store(records)
        raise PortUnavailable("database", why="killed")


async def test_a_crash_between_storing_and_forgetting_doubles_nothing(
    journal: SqliteJournal, database: Database
) -> None:
    """The next run stores the same again: the same rows."""
    await _commit_both_revisions(journal, range(20))
    async with _relay(journal, _Interrupted(database)) as relay:
        async with asyncio.timeout(20):
            while "killed" not in relay.last_error:
                await asyncio.sleep(0.01)
    assert (await _counts(database), journal.depth) == ((20, 100, 20), 40)
    async with _relay(journal, SqlHistory(database)) as relay:
        await relay.drained()
    assert (await _counts(database), journal.depth) == ((20, 100, 20), 0)


@pytest.mark.postgres
@pytest.mark.parametrize("empty_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("fault", ["stop", "freeze"])
async def test_a_database_that_goes_and_comes_back_misses_nothing(
    journal: SqliteJournal, database: Database, postgres: PrivatePostgres, fault: str
) -> None:
    """Killed or hanging while records flow; commits of the journal never wait for it."""
    async with _relay(journal, SqlHistory(database)) as relay:
        await _commit_both_revisions(journal, range(20))
        getattr(postgres, fault)()
        try:
            async with asyncio.timeout(10):
                await _commit_both_revisions(journal, range(20, 120))
        finally:
            postgres.start() if fault == "stop" else postgres.thaw()
        async with asyncio.timeout(60):
            await relay.drained()
    assert (await _counts(database), journal.depth) == ((120, 600, 120), 0)
