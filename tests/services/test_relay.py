"""The relay: nothing lost, nothing doubled, order kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from random import Random

import pytest
from tests.adapters.db.records import record

from ccserver.core.errors import PortUnavailable, Refused
from ccserver.core.records import InteractionRecord
from ccserver.services.journal import MemoryHistory, MemoryJournal
from ccserver.services.relay import LONGEST_PAUSE, Relay
from ccserver.services.tasks import TaskTable

pytestmark = pytest.mark.looptime


class Ledger(MemoryHistory):
    """A history that remembers every delivery, and loses its answer or refuses when told to."""

    def __init__(self) -> None:
        super().__init__()
        self.deliveries: list[tuple[str, int]] = []
        self.answers_to_lose = 0
        self.refused: set[str] = set()
        self.broken: set[str] = set()
        self.tries: list[float] = []

    async def store(self, records: Sequence[InteractionRecord]) -> None:
        self.tries.append(asyncio.get_running_loop().time())
        ids = {each.id for each in records}
        if ids & self.refused:
            raise Refused("record_not_storable", "why")
        if ids & self.broken:
            raise KeyError("our bug")
        await super().store(records)
        self.deliveries += [(each.id, each.revision) for each in records]
        if self.answers_to_lose:
            self.answers_to_lose -= 1
            raise PortUnavailable("database", why="the answer was lost")


@asynccontextmanager
async def _running(journal: MemoryJournal, history: MemoryHistory) -> AsyncIterator[Relay]:
    tasks = TaskTable()
    relay = Relay(journal, history, Random(1))
    tasks.spawn("relay", relay.run())
    yield relay
    await tasks.close()


async def test_records_arrive_in_order_and_leave_the_outbox() -> None:
    """The order of the journal is the order of the history."""
    journal, history = MemoryJournal(), Ledger()
    await journal.commit({}, [record(n) for n in (3, 1, 2)], [])
    async with _running(journal, history) as relay:
        await relay.drained()
    assert history.deliveries == [("i-000003", 1), ("i-000001", 1), ("i-000002", 1)]
    assert (relay.depth, relay.stored_count) == (0, 3)


async def test_a_backlog_larger_than_a_batch_is_moved() -> None:
    """Batch after batch, without a pause between."""
    journal, history = MemoryJournal(), Ledger()
    await journal.commit({}, [record(n) for n in range(1001)], [])
    async with _running(journal, history) as relay:
        before = asyncio.get_running_loop().time()
        await relay.drained()
        assert asyncio.get_running_loop().time() - before < 0.1
    assert len(history.records) == 1001


async def test_a_history_that_is_away_for_minutes_gets_everything() -> None:
    """Calls go on meanwhile; then nothing is missing and nothing is there twice."""
    journal, history = MemoryJournal(), Ledger()
    history.is_away = True
    async with _running(journal, history) as relay:
        for serial in range(200):
            await journal.commit({}, [record(serial)], [])
            relay.wake()
            await asyncio.sleep(1)
        assert (relay.depth, "switched off" in relay.last_error) == (200, True)
        history.is_away = False
        await relay.drained()
    assert [serial for serial, _ in history.deliveries] == [f"i-{n:06}" for n in range(200)]
    assert relay.last_error == ""


async def test_tries_grow_rare_but_never_end() -> None:
    """From a quarter of a second to eight, each with chance in it; new records do not hurry them."""
    journal, history = MemoryJournal(), Ledger()
    history.is_away = True
    await journal.commit({}, [record()], [])
    async with _running(journal, history) as relay:
        for _ in range(600):
            relay.wake()
            await asyncio.sleep(0.5)
    gaps = [later - earlier for earlier, later in zip(history.tries, history.tries[1:], strict=False)]
    assert gaps[0] <= 0.25
    assert len(set(gaps[6:])) > 10
    assert all(4 <= gap <= LONGEST_PAUSE.total_seconds() for gap in gaps[6:])


async def test_a_lost_answer_doubles_nothing() -> None:
    """Stored, but not told: stored again, once there."""
    journal, history = MemoryJournal(), Ledger()
    history.answers_to_lose = 3
    await journal.commit({}, [record(1), record(1, revision=2), record(2)], [])
    async with _running(journal, history) as relay:
        await relay.drained()
    assert history.records == {each.id: each for each in (record(1, revision=2), record(2))}
    assert len(history.deliveries) == 12


async def test_a_crash_between_storing_and_forgetting_doubles_nothing() -> None:
    """The journal is away when the records are to be forgotten, and the relay dies; the next one finishes."""
    journal, history = MemoryJournal(), Ledger()
    await journal.commit({}, [record(1), record(2)], [])

    class DyingJournal(MemoryJournal):
        async def delivered(self, keys: Sequence[int]) -> None:
            raise PortUnavailable("journal", why="killed")

    dying = DyingJournal()
    await dying.commit({}, [record(1), record(2)], [])
    async with _running(dying, history):
        while not history.deliveries:
            await asyncio.sleep(0.1)
    async with _running(journal, history) as relay:
        await relay.drained()
    assert (sorted(history.records), journal.depth) == (["i-000001", "i-000002"], 0)


@pytest.mark.parametrize("fault", ["refused", "broken"])
async def test_a_record_that_cannot_be_stored_lets_the_others_pass(fault: str) -> None:
    """Refused or a bug of ours: it is set aside and told, not deleted, and does not end the relay."""
    journal, history = MemoryJournal(), Ledger()
    getattr(history, fault).add("i-000002")
    told: list[str] = []
    await journal.commit({}, [record(n) for n in (1, 2, 3)], [])
    async with _running(journal, history) as relay:
        relay.on_set_aside = lambda each, why: told.append(each.id)
        await relay.drained()
    assert (sorted(history.records), told) == (["i-000001", "i-000003"], ["i-000002"])
    assert list(journal.set_aside_records) == [2]


async def test_a_journal_that_is_away_is_waited_for() -> None:
    """The relay does not die of it."""
    journal, history = MemoryJournal(), Ledger()
    await journal.commit({}, [record()], [])
    journal.is_away = True
    async with _running(journal, history) as relay:
        await asyncio.sleep(timedelta(minutes=1).total_seconds())
        journal.is_away = False
        await relay.drained()
    assert list(history.records) == ["i-000001"]


async def test_without_a_call_it_looks_every_second() -> None:
    """A forgotten `wake` delays a record and loses none."""
    journal, history = MemoryJournal(), Ledger()
    async with _running(journal, history) as relay:
        await relay.drained()
        await journal.commit({}, [record()], [])
        await asyncio.sleep(1.1)
    assert list(history.records) == ["i-000001"]
