"""What every Journal keeps: in memory and on disk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.adapters.db.records import record

from ccserver.adapters.db.journal import SqliteJournal
from ccserver.core.records import InteractionRecord
from ccserver.services.journal import MemoryJournal
from ccserver.services.ports import Journal
from ccserver.services.relay import Outbox

AnyJournal = SqliteJournal | MemoryJournal


@pytest.fixture(params=["memory", "sqlite"])
async def journal(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AnyJournal]:
    """One implementation after the other."""
    if request.param == "memory":
        yield MemoryJournal()
        return
    opened = await SqliteJournal.open(tmp_path / "journal.db", reserve=0)
    yield opened
    await opened.close()


async def _records(journal: AnyJournal) -> list[InteractionRecord]:
    return [each for _, each in await journal.pending(100)]


async def test_state_is_the_last_that_was_committed(journal: AnyJournal) -> None:
    """A later value replaces, None removes."""
    await journal.commit({"agent/ann": b"1", "agent/bob": b"1", "timer/x": b"1"}, [], [])
    await journal.commit({"agent/ann": b"2", "timer/x": None, "timer/unknown": None}, [], [])
    assert await journal.load() == {"agent/ann": b"2", "agent/bob": b"1"}


async def test_records_wait_in_order(journal: AnyJournal) -> None:
    """The first in is the first out."""
    await journal.commit({}, [record(2), record(1)], [])
    await journal.commit({}, [record(1, revision=2)], [])
    assert await _records(journal) == [record(2), record(1), record(1, revision=2)]


async def test_pending_is_limited(journal: AnyJournal) -> None:
    """A backlog is read piece by piece."""
    await journal.commit({}, [record(serial) for serial in range(5)], [])
    assert [each.id for _, each in await journal.pending(2)] == ["i-000000", "i-000001"]


async def test_delivered_records_are_gone(journal: AnyJournal) -> None:
    """And only those; repeating it is no error."""
    await journal.commit({}, [record(1), record(2)], [])
    (key, _), _ = await journal.pending(2)
    await journal.delivered([key])
    await journal.delivered([key])
    assert (await _records(journal), journal.depth) == ([record(2)], 1)


async def test_a_repeated_commit_keeps_one_record(journal: AnyJournal) -> None:
    """Whoever does not know what became of a commit may repeat it."""
    await journal.commit({}, [record(1)], [])
    await journal.commit({}, [record(1), record(2)], [])
    assert (await _records(journal), journal.depth) == ([record(1), record(2)], 2)


async def test_a_record_set_aside_lets_the_others_pass(journal: AnyJournal) -> None:
    """It is kept, but no longer in the way."""
    await journal.commit({}, [record(1), record(2)], [])
    (key, _), _ = await journal.pending(2)
    await journal.set_aside(key, "the history will not take it")
    assert await _records(journal) == [record(2)]


async def test_commits_at_once_all_arrive(journal: AnyJournal) -> None:
    """Grouped or not, each is there when it is acknowledged."""
    await asyncio.gather(*(journal.commit({f"agent/{n}": b"x"}, [record(n)], [str(n)]) for n in range(300)))
    assert (len(await journal.load()), journal.depth) == (300, 300)


async def test_the_journal_is_an_outbox(journal: AnyJournal) -> None:
    """The runtime can fill it, the relay can empty it."""
    port: Journal = journal
    outbox: Outbox = journal
    await port.commit({}, [record()], [])
    assert outbox.depth == 1
