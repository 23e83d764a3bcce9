"""Engines for the CRM database: one factory for SQLite and PostgreSQL with the settings each needs to be safe."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
_SQLITE_PATIENCE_SECONDS = 10
_READS_ONLY = "ccserver_reads_only"
POOL_SIZE = 4


def database_url(text: str) -> URL:
    """`sqlite:///file` or `postgresql://...`, with our driver put in. Raises ValueError for any other database.

    libpq's `sslmode` is understood; asyncpg calls it `ssl`.
    """
    url = make_url(text)
    kind = url.get_backend_name()
    if kind not in _DRIVERS:
        raise ValueError(f"{kind} is not supported: use sqlite:///FILE or postgresql://USER@HOST/NAME")
    if kind == "sqlite" and (url.database or ":memory:") == ":memory:":
        raise ValueError("a database in memory would be another one for each connection: name a file")
    query = {("ssl" if name == "sslmode" else name): value for name, value in url.query.items()}
    return url.set(drivername=_DRIVERS[kind], query=query)


def make_engine(text: str) -> AsyncEngine:
    """An engine on which every transaction is a write transaction; see `reading`. Connects at first use."""
    url = database_url(text)
    return _sqlite_engine(url) if url.get_backend_name() == "sqlite" else _postgresql_engine(url)


def reading(engine: AsyncEngine) -> AsyncEngine:
    """The same pool for transactions that only read: on SQLite they wait for no writer."""
    return engine.execution_options(**{_READS_ONLY: True})


def _dumps(value: Any) -> str:
    return orjson.dumps(value).decode()


def _postgresql_engine(url: URL) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_size=POOL_SIZE,
        max_overflow=0,
        pool_timeout=3,
        pool_pre_ping=True,
        pool_recycle=1800,
        json_serializer=_dumps,
        json_deserializer=orjson.loads,
        hide_parameters=True,
        connect_args={"timeout": 3, "command_timeout": 10, "server_settings": {"application_name": "ccserver"}},
    )


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _sqlite_engine(url: URL) -> AsyncEngine:
    """WAL, full sync, foreign keys, and transactions that we begin ourselves.

    The driver's own deferred begin lets two read-add-write transactions both read the old value and lose one update
    without an error; BEGIN IMMEDIATE takes the write lock before the read.
    """
    engine = create_async_engine(
        url,
        pool_size=POOL_SIZE,
        max_overflow=0,
        pool_timeout=3,
        json_serializer=_dumps,
        json_deserializer=orjson.loads,
        hide_parameters=True,
        connect_args={"timeout": _SQLITE_PATIENCE_SECONDS, "isolation_level": None},
    )

    @event.listens_for(engine.sync_engine, "do_connect")
    def _refuse_early(_dialect: Any, _record: Any, arguments: list[Any], _options: Any) -> None:
        # A failed open leaves aiosqlite's thread (0.22) answering to an event loop that may be gone by then.
        folder = Path(arguments[0]).parent
        if not folder.is_dir():
            raise FileNotFoundError(f"unable to open the database: there is no folder {folder}")

    @event.listens_for(engine.sync_engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
        # SQLite's own lower() knows only ASCII; a search for "élodie" must find "Élodie" as on PostgreSQL.
        connection.create_function("lower", 1, _lower, deterministic=True)

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        is_reading = connection.get_execution_options().get(_READS_ONLY, False)
        connection.exec_driver_sql("BEGIN" if is_reading else "BEGIN IMMEDIATE")

    return engine
