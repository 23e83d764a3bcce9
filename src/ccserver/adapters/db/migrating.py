"""Bringing the schema of the CRM database to a revision; the revisions themselves are in `migrations/`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from ccserver.adapters.db import migrations_folder
from ccserver.adapters.db.engine import database_url, make_engine
from ccserver.adapters.db.private_files import make_private
from ccserver.adapters.db.tables import metadata
from ccserver.core.errors import CcserverError

_T = TypeVar("_T")


class TablesDiffer(CcserverError):
    """The database says that it is at this version's revision, and has other tables. Nothing was changed in it."""

    def __init__(self, differences: list[str]) -> None:
        shown = "\n  ".join(differences[:5])
        super().__init__(
            f"the database does not have the tables of this version, though it says so:\n  {shown}\n"
            "  what to do: it was made by a version in development, or changed by hand; move it away (a fresh one is made), "
            "or bring its tables to the form that the folder migrations describes"
        )


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


async def _in_transaction(url: str, work: Callable[[Connection], _T]) -> _T:
    engine = make_engine(url)
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(work)
    finally:
        await engine.dispose()


async def upgrade(url: str, revision: str = "head") -> str:
    """Bring the database to `revision`, in one transaction: all of it or nothing. Answers the revision it then has.

    A SQLite file is made if it is not there, readable by its owner only.

    Two processes that upgrade at once do it one after the other; within one process call it once at a time (Alembic
    keeps the revision being run in module globals). Raises what the driver raises when the database is
    away, ValueError for a URL that is neither SQLite nor PostgreSQL, and TablesDiffer where no revision explains the tables.
    """

    await asyncio.to_thread(_make_file, url)

    def work(connection: Connection) -> str:
        command.upgrade(_config(connection), revision)
        if revision == "head" and (differences := _differences(connection)):
            raise TablesDiffer(differences)
        return _revision_of(connection)

    return await _in_transaction(url, work)


async def downgrade(url: str, revision: str) -> None:
    """Back to `revision`; `base` drops everything."""
    await _in_transaction(url, lambda connection: command.downgrade(_config(connection), revision))


async def current_revision(url: str) -> str:
    """Empty for a database that was never upgraded."""
    return await _in_transaction(url, _revision_of)


async def drift(url: str) -> list[str]:
    """What differs between the database and `tables`, in words; empty when nothing does."""

    return await _in_transaction(url, _differences)


def _differences(connection: Connection) -> list[str]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return [str(difference) for difference in compare_metadata(context, metadata)]


def _make_file(url: str) -> None:
    target = database_url(url)
    if target.get_backend_name() == "sqlite":
        path = Path(target.database or "")
        path.parent.mkdir(parents=True, exist_ok=True)
        make_private(path)


def _revision_of(connection: Connection) -> str:
    return MigrationContext.configure(connection).get_current_revision() or ""
