"""Reading the history: pages, filters, what an agent may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.adapters.db.records import NOON, record

from ccserver.adapters.db.database import Database
from ccserver.adapters.db.history import SqlHistory
from ccserver.core.errors import Refused
from ccserver.core.ids import AgentId, CustomerId, InteractionId, QueueId
from ccserver.core.records import Decision, InteractionRecord, Result, Segment
from ccserver.core.why import Ahead, Kept, Preferred, PreferredState, Why, WhyCode
from ccserver.services.office import HistoryFilter, Sight

ANN, BOB, CEM = AgentId("ann"), AgentId("bob"), AgentId("cem")
EVERYTHING = HistoryFilter()


@pytest.fixture
async def history(database: Database) -> SqlHistory:
    return SqlHistory(database)


def _with(serial: int, agent: AgentId, customer: str | None, queue: str = "support") -> InteractionRecord:
    """Dealt with by this agent in this queue."""

    def own(part: Segment) -> Segment:
        return replace(part, agent=agent if part.agent else None, queue=QueueId(queue) if part.queue else None)

    return record(
        serial,
        agent=agent,
        customer=customer and CustomerId(customer),
        queue=QueueId(queue),
        segments=tuple(own(part) for part in record(serial).segments),
    )


def _serials(records: Sequence[InteractionRecord]) -> list[int]:
    return [int(each.id.rpartition("-")[2]) for each in records]


async def test_the_latest_comes_first(history: SqlHistory) -> None:
    """Order of the start, not of the delivery."""
    await history.store([record(2), record(3), record(1)])
    assert _serials(await history.page(EVERYTHING, None, 10)) == [3, 2, 1]


async def test_the_reason_of_a_decision_comes_back_as_values(history: SqlHistory) -> None:
    """All of them, and those of earlier versions with what they had."""
    why = Why(
        *(WhyCode.MOST_URGENT, 2, NOON, (BOB,), (CEM,), True, None, (ANN,)),
        *("targets", "gold", 12.5, 7, 0.8, 0.25),
        (Ahead(InteractionId("i-1"), 0.1),),
        (Kept(BOB, 1.5),),
        QueueId("sales"),
        (Preferred(CEM, "last_agent", PreferredState.AWAY), Preferred(ANN, "account_manager", PreferredState.ASKED)),
    )
    decision = Decision(NOON, ANN, QueueId("support"), why.sentence(ANN), "connected", why)
    await history.store([record(1, decisions=(decision,))])
    (found,) = await history.page(EVERYTHING, None, 10)
    assert found.decisions == (decision,)


async def test_pages_follow_one_another(history: SqlHistory) -> None:
    """No record twice and none left out, also among equal starts."""
    same = [record(serial, started_at=NOON) for serial in range(1, 6)]
    await history.store([*same, record(6), record(7)])
    seen: list[int] = []
    after: tuple[datetime, InteractionId] | None = None
    while page := await history.page(EVERYTHING, after, 2):
        seen += _serials(page)
        after = (page[-1].started_at, page[-1].id)
    assert seen == [7, 6, 5, 4, 3, 2, 1]


async def test_filters_hold_together(history: SqlHistory) -> None:
    """Customer, queue and start, each alone and all at once."""
    await history.store([_with(1, ANN, "c-1"), _with(2, ANN, "c-2", "sales"), _with(3, BOB, "c-1", "sales")])
    since = NOON + timedelta(seconds=2)
    found = {
        "customer": await history.page(HistoryFilter(customer=CustomerId("c-1")), None, 10),
        "queue": await history.page(HistoryFilter(queue=QueueId("sales")), None, 10),
        "since": await history.page(HistoryFilter(since=since), None, 10),
        "all": await history.page(HistoryFilter(CustomerId("c-1"), BOB, QueueId("sales"), since), None, 10),
    }
    assert {name: _serials(page) for name, page in found.items()} == {
        "customer": [3, 1],
        "queue": [3, 2],
        "since": [3, 2],
        "all": [3],
    }


async def test_the_agent_filter_counts_every_segment(history: SqlHistory) -> None:
    """Who rang or spoke before a transfer was in it too."""
    transferred = record(1, agent=BOB)
    await history.store([transferred, _with(2, BOB, None)])
    assert _serials(await history.page(HistoryFilter(agent=ANN), None, 10)) == [1]


async def test_an_agent_sees_own_work_and_own_customers(history: SqlHistory) -> None:
    """Dealt with a customer once: the whole history of that customer; nothing of the others."""
    await history.store([_with(1, BOB, "c-1"), _with(2, ANN, "c-1"), _with(3, BOB, "c-2"), _with(4, ANN, None)])
    assert _serials(await history.page(HistoryFilter(sight=Sight(ANN)), None, 10)) == [4, 2, 1]


async def test_the_customer_on_the_line_is_seen(history: SqlHistory) -> None:
    """Whoever is offered the call may read what was before."""
    await history.store([_with(1, BOB, "c-1"), _with(2, BOB, "c-2")])
    assert _serials(await history.page(HistoryFilter(sight=Sight(CEM, CustomerId("c-2"))), None, 10)) == [2]


async def test_out_of_sight_is_not_there(history: SqlHistory) -> None:
    """The same answer as for an interaction that does not exist."""
    await history.store([_with(1, BOB, "c-1")])
    assert [await history.get(InteractionId("i-000001"), Sight(agent)) is None for agent in (ANN, BOB)] == [True, False]


async def test_recent_contacts_are_five_newest_first(history: SqlHistory) -> None:
    """What stands on the customer's card."""
    await history.store([record(serial, notes=str(serial)) for serial in range(1, 8)])
    contacts = await history.recent_contacts(CustomerId("c-1"))
    assert [contact.notes for contact in contacts] == ["7", "6", "5", "4", "3"]


async def test_a_recent_contact_says_why_it_came_to_nothing(history: SqlHistory) -> None:
    """As the record does: it is put into the same words."""
    await history.store([record(result=Result.NOT_REACHED, end_cause="cancelled")])
    (contact,) = await history.recent_contacts(CustomerId("c-1"))
    assert (contact.result, contact.end_cause) == ("not_reached", "cancelled")


async def test_hostile_text_is_kept_as_text(history: SqlHistory) -> None:
    """SQL, markup and characters that databases refuse change nothing but themselves."""
    name = "'); DROP TABLE customers;-- \0 \ud800 \u202e"
    await history.store([record(customer_name=name, ivr_answers={"k\0": "v\0"})])
    found = await history.get(InteractionId("i-000001"))
    assert found is not None
    assert (found.customer_name, found.ivr_answers) == (
        "'); DROP TABLE customers;-- \ufffd ? \u202e",
        {"k\ufffd": "v\ufffd"},
    )


async def test_a_record_no_database_takes_is_refused_for_good(history: SqlHistory) -> None:
    """Not mistaken for a database that is away, or everything behind it would wait for ever."""
    then = datetime(2026, 1, 1)
    naive = record(started_at=then, customer_left_at=then, ended_at=then)
    with pytest.raises(Refused, match="record_not_storable"):
        await history.store([record(2), naive])
    assert await history.page(EVERYTHING, None, 10) == []


@pytest.mark.postgres
@pytest.mark.parametrize("empty_url", ["postgresql"], indirect=True)
async def test_a_value_the_driver_refuses_is_refused_for_good(history: SqlHistory) -> None:
    """PostgreSQL's integers end at 2**31."""
    with pytest.raises(Refused, match="record_not_storable"):
        await history.store([record(revision=2**40)])
