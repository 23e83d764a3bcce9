"""Looking for interactions: time, direction, result, names and numbers; and what a card shows of the past."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.adapters.db.records import NOON, record

from ccserver.adapters.db.database import Database
from ccserver.adapters.db.history import SqlHistory
from ccserver.adapters.db.plan_names import SqlPlanNames
from ccserver.core.ids import AgentId, CustomerId, QueueId
from ccserver.core.plan import AgentProfile, Plan
from ccserver.core.records import Direction, Result
from ccserver.services.office import HistoryFilter


@pytest.fixture
async def history(database: Database) -> SqlHistory:
    """Three interactions, a second apart."""
    history = SqlHistory(database)
    await history.store(
        [
            record(1),
            record(2, customer_name="Élodie Roy", customer_number="+33612345678", ani="", dnis="+33612345678",
                   direction=Direction.OUTBOUND, result=Result.NOT_REACHED),
            record(3, customer_name="100% Ltd", customer_number="+442079460777", ani="+442079460777", result=Result.ABANDONED),
        ]
    )  # fmt: skip
    return history


@pytest.mark.parametrize(
    ("where", "found"),
    [
        (HistoryFilter(until=NOON + timedelta(seconds=3)), [2, 1]),
        (HistoryFilter(since=NOON + timedelta(seconds=2), until=NOON + timedelta(seconds=3)), [2]),
        (HistoryFilter(direction=Direction.OUTBOUND), [2]),
        (HistoryFilter(result=Result.ABANDONED), [3]),
        (HistoryFilter(search="ÉLODIE"), [2]),
        (HistoryFilter(search="0%"), [3]),
        (HistoryFilter(search="_"), []),
        (HistoryFilter(search="020 7946 0777"), [3]),
        (HistoryFilter(search="+33 6 12"), [2]),
        (HistoryFilter(search="  "), [3, 2, 1]),
    ],
)
async def test_conditions(history: SqlHistory, where: HistoryFilter, found: list[int]) -> None:
    """The end is not included; a number is found in any spelling, and signs of SQL are only signs."""
    page = await history.page(where, None, 10)
    assert [int(each.id.rpartition("-")[2]) for each in page] == found


async def test_the_past_on_a_card_has_names(history: SqlHistory, database: Database) -> None:
    """Of the agent and the queue, as far as the plan ever had them, with the disposition and the way to the record."""
    agent = AgentProfile(AgentId("ann"), "Ann Okafor", "1001", {})
    await SqlPlanNames(database).store(Plan(agents={agent.id: agent}))
    await history.store([record(4, disposition="solved", queue=QueueId("gone"))])
    contact = (await history.recent_contacts(CustomerId("c-1")))[0]
    assert (contact.interaction, contact.agent_name, contact.queue_name, contact.disposition) == (
        "i-000004", "Ann Okafor", "", "solved",
    )  # fmt: skip
