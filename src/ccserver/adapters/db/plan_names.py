"""Names of agents, queues and dispositions of the plan, copied into the database so that reports can join them.

The plan stays the truth. What is no longer in it is kept and marked, as old interactions refer to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from ccserver.adapters.db.database import Database
from ccserver.adapters.db.tables import agents, dispositions, queues
from ccserver.core.plan import Plan

Row = dict[str, Any]


class SqlPlanNames:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def store(self, plan: Plan) -> None:
        """Copy the names of the plan in force. Raises PortUnavailable; may be repeated at will."""
        agent_rows = [
            {"id": each.id, "name": each.name, "extension": each.extension, "team": each.team, "is_active": True}
            for each in plan.agents.values()
        ]
        queue_rows = [{"id": each.id, "name": each.name, "is_active": True} for each in plan.queues.values()]
        disposition_rows = [
            {"queue": each.id, "code": code, "is_active": True}
            for each in plan.queues.values()
            for code in dict.fromkeys(each.dispositions)
        ]

        async def work(connection: AsyncConnection) -> None:
            for table, rows in ((agents, agent_rows), (queues, queue_rows), (dispositions, disposition_rows)):
                await connection.execute(update(table).values(is_active=False))
                await _upsert(connection, table, rows)

        await self._database.write(work)


async def _upsert(connection: AsyncConnection, table: Table, rows: Sequence[Row]) -> None:
    if not rows:
        return
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    new = dialect.insert(table)
    keys = [column.name for column in table.primary_key]
    changes = {name: new.excluded[name] for name in rows[0] if name not in keys}
    await connection.execute(new.on_conflict_do_update(index_elements=keys, set_=changes), rows)
