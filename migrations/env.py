"""Alembic's entry: runs revisions on the connection it is given, or on the database of CCSERVER_DATABASE_URL."""

from __future__ import annotations

import asyncio
import os

from alembic import context
from sqlalchemy import Connection, text

from ccserver.adapters.db.engine import make_engine
from ccserver.adapters.db.tables import metadata

_UPGRADE_LOCK = 0x63637372
"""Any fixed number: who holds this advisory lock of PostgreSQL upgrades. SQLite's write transaction is lock enough."""


def run(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_UPGRADE_LOCK})"))
    context.configure(connection=connection, target_metadata=metadata, compare_type=True, compare_server_default=True)
    with context.begin_transaction():
        context.run_migrations()


async def run_alone() -> None:
    engine = make_engine(os.environ["CCSERVER_DATABASE_URL"])
    async with engine.begin() as connection:
        await connection.run_sync(run)
    await engine.dispose()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    asyncio.run(run_alone())
