"""Names of the plan in the database."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from ccserver.adapters.db.database import Database
from ccserver.adapters.db.plan_names import SqlPlanNames
from ccserver.adapters.db.tables import agents, dispositions, queues
from ccserver.core.ids import AgentId, QueueId
from ccserver.core.plan import AgentProfile, Exit, ExitKind, Plan, QueuePlan
from ccserver.core.skills import EVERYBODY


def _plan(agent_names: dict[str, str], codes: tuple[str, ...]) -> Plan:
    way_out, long = Exit(ExitKind.MESSAGE), timedelta(minutes=5)
    queue = QueuePlan(
        QueueId("sales"), "Sales", EVERYBODY, 0, "default", None, long, way_out, 10, way_out, long, long, long, codes
    )
    return Plan(
        queues={queue.id: queue},
        agents={AgentId(key): AgentProfile(AgentId(key), name, "1001", {}) for key, name in agent_names.items()},
    )


async def _all(database: Database) -> list[tuple[object, ...]]:
    async def work(connection: AsyncConnection) -> list[tuple[object, ...]]:
        found: list[tuple[object, ...]] = []
        for columns in (
            (agents.c.id, agents.c.name, agents.c.is_active),
            (queues.c.id, queues.c.name, queues.c.is_active),
            (dispositions.c.queue, dispositions.c.code, dispositions.c.is_active),
        ):
            found += [tuple(row) for row in (await connection.execute(select(*columns).order_by(*columns))).all()]
        return found

    return await database.read(work)


async def test_names_follow_the_plan_and_what_is_gone_is_kept(database: Database) -> None:
    """Renamed, added, removed; storing again changes nothing."""
    names = SqlPlanNames(database)
    await names.store(_plan({"ann": "Ann", "bob": "Bob"}, ("sold", "lost")))
    for _ in range(2):
        await names.store(_plan({"ann": "Ann Lee", "cem": "Cem"}, ("sold", "later", "later")))
    assert await _all(database) == [
        ("ann", "Ann Lee", True), ("bob", "Bob", False), ("cem", "Cem", True),
        ("sales", "Sales", True),
        ("sales", "later", True), ("sales", "lost", False), ("sales", "sold", True),
    ]  # fmt: skip


async def test_an_empty_plan_is_fine(database: Database) -> None:
    """Before the first configuration."""
    await SqlPlanNames(database).store(Plan())
    assert await _all(database) == []
