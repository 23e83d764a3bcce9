"""What every History keeps: in memory, on SQLite, on PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Protocol

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.adapters.db.postgres_fixture import postgres
from tests.adapters.db.records import record

from ccserver.adapters.db.database import Database
from ccserver.adapters.db.history import SqlHistory
from ccserver.adapters.db.migrating import upgrade
from ccserver.core.ids import InteractionId
from ccserver.core.records import InteractionRecord
from ccserver.services.journal import MemoryHistory

__all__ = ["postgres"]
ONE = InteractionId("i-000001")


class Stored(Protocol):
    async def store(self, records: Sequence[InteractionRecord]) -> None: ...

    async def get(self, interaction: InteractionId) -> InteractionRecord | None: ...


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def history(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stored]:
    """One implementation after the other."""
    if request.param == "memory":
        yield MemoryHistory()
        return
    is_sqlite = request.param == "sqlite"
    server = None if is_sqlite else request.getfixturevalue("postgres")
    url = f"sqlite:///{tmp_path}/crm.db" if server is None else server.new_database()
    await upgrade(url)
    database = Database(url)
    yield SqlHistory(database)
    await database.close()
    if server is not None:
        server.drop(url)


async def test_a_record_comes_back_as_it_was(history: Stored) -> None:
    """Every field, every segment, every decision."""
    await history.store([record()])
    assert await history.get(ONE) == record()


async def test_storing_again_changes_nothing(history: Stored) -> None:
    """The same revision of a record again is no second record."""
    await history.store([record()])
    await history.store([record(), record()])
    assert await history.get(ONE) == record()


async def test_a_higher_revision_replaces(history: Stored) -> None:
    """Segments and recordings are the new revision's own."""
    later = record(revision=2, notes="n", segments=record().segments[:2], recordings=("other",), is_final=True)
    await history.store([record()])
    await history.store([later])
    assert await history.get(ONE) == later


async def test_a_lower_revision_is_passed_over(history: Stored) -> None:
    """A late delivery does not bring the past back."""
    await history.store([record(revision=3, notes="new")])
    await history.store([record(revision=2, notes="old", segments=())])
    assert await history.get(ONE) == record(revision=3, notes="new")


async def test_revisions_in_one_batch_leave_the_highest(history: Stored) -> None:
    """The order within a batch does not matter."""
    await history.store([record(revision=2), record(revision=3), record(), record(2)])
    assert await history.get(ONE) == record(revision=3)


async def test_nothing_to_store_is_no_error(history: Stored) -> None:
    """An empty batch is fine."""
    await history.store([])
    assert await history.get(ONE) is None


async def test_writers_at_once_leave_the_highest(history: Stored) -> None:
    """Several batches with the same interactions at the same time neither fail nor mix their segments."""
    batches = [[record(serial, revision=revision) for serial in range(1, 20)] for revision in range(1, 6)]
    await asyncio.gather(*(history.store(batch) for batch in batches))
    assert [await history.get(each.id) for each in batches[-1]] == batches[-1]


_REVISIONS = st.lists(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 4)), max_size=4), max_size=5)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deliveries=_REVISIONS, data=st.data())
async def test_any_order_of_deliveries_ends_the_same(
    history: Stored, deliveries: list[list[tuple[int, int]]], data: st.DataObject
) -> None:
    """Doubled, late and reordered batches: the highest revision is there, once."""
    base = data.draw(st.integers(1, 10**9))
    for delivery in deliveries:
        await history.store([record(base + serial, revision=revision) for serial, revision in delivery])
    highest: dict[int, int] = {}
    for serial, revision in (pair for delivery in deliveries for pair in delivery):
        highest[serial] = max(revision, highest.get(serial, 0))
    for serial, revision in highest.items():
        wanted = record(base + serial, revision=revision)
        found = await history.get(wanted.id)
        assert found is not None
        assert found.revision >= revision
