"""Revisions: up, down, drift; found in a checkout and in a wheel."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import inspect

from ccserver.adapters.db import migrations_folder
from ccserver.adapters.db.engine import database_url, make_engine
from ccserver.adapters.db.migrating import TablesDiffer, current_revision, downgrade, drift, upgrade
from ccserver.adapters.db.tables import metadata


async def _tables(url: str) -> set[str]:
    engine = make_engine(url)
    async with engine.connect() as connection:
        names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    await engine.dispose()
    return set(names)


async def test_up_makes_every_table(empty_url: str) -> None:
    """After the upgrade every table of the model is there."""
    assert await upgrade(empty_url) == "0001"
    assert await _tables(empty_url) >= set(metadata.tables)


async def test_down_leaves_nothing(empty_url: str) -> None:
    """Down to the base drops everything, and up works again."""
    await upgrade(empty_url)
    await downgrade(empty_url, "base")
    assert await _tables(empty_url) == {"alembic_version"}
    assert await upgrade(empty_url) == "0001"


async def test_revisions_and_model_agree(url: str) -> None:
    """What the revisions make is what the code believes in."""
    assert await drift(url) == []


async def test_drift_is_seen(empty_url: str) -> None:
    """The comparison is not blind."""
    await upgrade(empty_url)
    engine = make_engine(empty_url)
    async with engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE agents DROP COLUMN team")
    await engine.dispose()
    assert len(await drift(empty_url)) == 1


async def test_tables_that_no_revision_explains_are_refused(empty_url: str) -> None:
    """At the start, in words: else each record would be refused later, one by one, and wait for ever."""
    await upgrade(empty_url)
    engine = make_engine(empty_url)
    async with engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE interactions DROP COLUMN notes")
    await engine.dispose()
    with pytest.raises(TablesDiffer, match=r"notes[\s\S]*what to do"):
        await upgrade(empty_url)


async def test_an_upgrade_of_an_upgraded_database_changes_nothing(url: str) -> None:
    """At each start the same call is made."""
    await upgrade(url)
    assert await current_revision(url) == "0001"


async def test_two_processes_may_upgrade_at_once(empty_url: str) -> None:
    """The second waits for the first and finds nothing to do."""
    program = (
        "import asyncio, sys; from ccserver.adapters.db.migrating import upgrade; asyncio.run(upgrade(sys.argv[1]))"
    )
    both = [subprocess.Popen([sys.executable, "-c", program, empty_url]) for _ in range(2)]
    assert [process.wait(30) for process in both] == [0, 0]
    assert await current_revision(empty_url) == "0001"


async def test_a_fresh_database_has_no_revision(empty_url: str) -> None:
    """An empty answer, not an error."""
    assert await current_revision(empty_url) == ""


async def test_other_databases_are_refused() -> None:
    """The message says what would be right."""
    with pytest.raises(ValueError, match="sqlite:///FILE or postgresql://"):
        await upgrade("mysql://u@h/d")


async def test_a_sqlite_file_is_made_private(tmp_path: Path) -> None:
    """With its folder; names, numbers and password hashes are in it."""
    folder = tmp_path / "new" / "data"
    await upgrade(f"sqlite:///{folder}/crm.db")
    assert {stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()} == {0o600}


async def test_a_database_in_memory_is_refused() -> None:
    """Each connection would have its own."""
    with pytest.raises(ValueError, match="name a file"):
        await upgrade("sqlite://")


def test_sslmode_is_understood() -> None:
    """As psql and other programs write it."""
    assert database_url("postgres://u@h/d?sslmode=require").query == {"ssl": "require"}


def test_a_checkout_has_its_migrations() -> None:
    """The folder at the top of the repository is found."""
    assert (migrations_folder() / "versions" / "0001_first_tables.py").is_file()


def test_a_wheel_has_its_migrations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an installed package the folder inside it is found."""
    bundled = tmp_path / "site-packages" / "ccserver" / "_bundled" / "migrations"
    bundled.mkdir(parents=True)
    (bundled / "env.py").touch()
    monkeypatch.setattr("ccserver.__file__", str(bundled.parents[1] / "__init__.py"))
    assert migrations_folder() == bundled


def test_a_damaged_installation_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without revisions there is a clear error."""
    monkeypatch.setattr("ccserver.__file__", str(tmp_path / "a" / "b" / "__init__.py"))
    with pytest.raises(FileNotFoundError, match="install ccserver again"):
        migrations_folder()
