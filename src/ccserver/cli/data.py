"""`ccserver db upgrade` and `ccserver import ...`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy.exc import SQLAlchemyError

from ccserver.adapters.db.customers import SqlCustomers
from ccserver.adapters.db.database import Database
from ccserver.adapters.db.migrating import upgrade as upgrade_tables
from ccserver.adapters.system_clock import SystemClock
from ccserver.cli.configuring import configuration_of
from ccserver.cli.failing import fail, note, say
from ccserver.cli.progress import PlainLines
from ccserver.cli.whereabouts import database_beside
from ccserver.services.imports import ImportReport, error_file_of
from ccserver.services.imports import import_customers as import_file


def upgrade(data: Path) -> None:
    """Bring the tables to this version."""
    url = database_beside(data)
    note("bringing the tables to this version …")
    print(f"the database is at revision {_upgraded(data, url)}")


def make_tables(data: Path) -> str:
    """The URL of the database; SQLite is brought to this version, as the server does it at its start."""
    url = database_beside(data)
    if url.startswith("sqlite"):
        _upgraded(data, url)
    return url


def _upgraded(data: Path, url: str) -> str:
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        return asyncio.run(upgrade_tables(url))
    except (SQLAlchemyError, OSError) as error:
        words = str(getattr(error, "orig", None) or error).splitlines()[0]
        fail(f"the database cannot be used: {words}", "is it there, and is CCSERVER_DATABASE_URL right?", code=1)
    except ValueError as error:
        fail(str(error), "set CCSERVER_DATABASE_URL to a database of SQLite or PostgreSQL")


def import_customers(file: Path, encoding: str, config: Path, data: Path) -> None:
    """Import with a progress bar; exit 1 when rows were rejected."""
    region = configuration_of(config).site.default_region
    if not file.is_file():
        fail(f"there is no file {file}")
    report, tiers = asyncio.run(_import(file, encoding, region, make_tables(data)))
    say(f"{file.name} was read as {report.encoding}")
    say(f"{report.accepted} rows taken, {report.rejected} rejected")
    _warn_of_new_tiers(report, tiers)
    if report.error_file is not None:
        say(f"what was rejected, with line and reason: {report.error_file}")
        raise typer.Exit(1)


async def _import(file: Path, encoding: str, region: str, url: str) -> tuple[ImportReport, frozenset[str]]:
    """The report, and the tiers that customers had before."""
    database = Database(url)
    try:
        customers = SqlCustomers(database, SystemClock(), region)
        tiers = await customers.tiers()
        with _shown(file.name) as progress:
            report = await import_file(file, customers, region, error_file_of(file), progress, encoding or None)
        return report, tiers
    finally:
        await database.close()


def _warn_of_new_tiers(report: ImportReport, known: frozenset[str]) -> None:
    """A tier is a word of the house, so none can be refused; one that nobody had before may be a slip."""
    before = sorted(known - {""})
    new = [(tier, rows) for tier, rows in report.tiers.items() if tier and tier not in known]
    if before:
        for tier, rows in new:
            say(
                f"warning: no customer had the tier {tier!r} before ({rows} rows); there were {', '.join(before)}"[:500]
            )


@contextmanager
def _shown(name: str) -> Iterator[Callable[[ImportReport], None]]:
    """A bar on a terminal, else a line now and every ten seconds."""
    if not sys.stderr.isatty():
        lines = PlainLines()
        lines.step(f"importing {name}")
        yield lambda report: lines.at(report.bytes_done / max(1, report.bytes_total))
        return
    text, share = TextColumn("{task.description}", markup=False), TextColumn("{task.percentage:.0f} %")
    with Progress(text, BarColumn(), share, TimeRemainingColumn(), console=Console(stderr=True)) as bars:
        bar = bars.add_task(name, total=None)
        yield lambda report: bars.update(bar, total=report.bytes_total, completed=report.bytes_done)
