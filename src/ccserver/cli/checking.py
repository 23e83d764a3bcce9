"""`ccserver check` and `ccserver doctor`."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import typer
from rich.console import Console
from rich.text import Text
from sqlalchemy.exc import SQLAlchemyError

from ccserver.adapters.db.audit import SqlAudit
from ccserver.adapters.db.database import Database
from ccserver.app.accounts import people_of_demo
from ccserver.cli.configuring import CRM_FILE, lines_about, overridden
from ccserver.cli.environment import unknown_settings, warn_of_unknown_settings
from ccserver.cli.pasting import command
from ccserver.cli.ports import ports_of
from ccserver.cli.running import asterisk_process, server_process
from ccserver.cli.whereabouts import database_beside, network_beside
from ccserver.config import ConfigError, load_configuration
from ccserver.config import check as problems_in
from ccserver.config.settings import read_settings
from ccserver.config.site import Network, Site
from ccserver.core.errors import PortUnavailable
from ccserver.pbx import PbxError, PbxPaths, Quiet, default_cache, fetch_asterisk
from ccserver.pbx.install import installed, read_marker
from ccserver.services.doctor import (
    Check,
    Finding,
    Level,
    check_asterisk,
    check_audit,
    check_clock,
    check_zones,
    is_healthy,
    kernel_clock,
    machine_checks,
    run_checks,
)

MOST_NAMED = 5
COLOURS = {Level.FINE: "green", Level.WARNING: "yellow", Level.RED: "red"}


def check(folder: Path) -> None:
    """Print every problem; exit 2 if there is one that is more than a warning."""
    warn_of_unknown_settings(os.environ)
    problems = problems_in(folder)
    for line in lines_about(folder, problems):
        print(line, file=sys.stderr)
    if not all(problem.is_warning for problem in problems):
        raise typer.Exit(2)
    print(f"{folder}: the configuration is valid")
    site = load_configuration(folder).site
    if not site.is_demo and site.users:
        told = command("user-add", site.users[0].id, config=folder)
        print(f"each agent and user needs a password: {told}, with the server's --data")


def doctor(config: Path, data: Path) -> None:
    """Print what was found and what to do; exit 1 when something is red. Long lines are left to the terminal."""
    findings = run_checks(_checks(config, data))
    console = Console(highlight=False, soft_wrap=True)
    for finding in findings:
        text = Text(str(finding))
        text.stylize(COLOURS[finding.level], 0, len(finding.level.value))
        console.print(text)
    if not is_healthy(findings):
        raise typer.Exit(1)


def _checks(config: Path, data: Path) -> list[Check]:
    data = data.resolve()
    running, url = network_beside(data), database_beside(data)
    site, mistakes = _site_of(config)
    network = running or (site.network if site else read_settings(os.environ).applied_to(Network()))
    server, asterisk = server_process(data), asterisk_process(data)
    ports = ports_of(
        network,
        web="" if server is None else f"ccserver (process {server or 'unknown'})",
        asterisk="" if asterisk is None else f"its Asterisk (process {asterisk})",
    )
    now = datetime.now(UTC)  # noqa: TID251
    return [
        *machine_checks(data, ports, [PbxPaths.of(data).secrets]),
        lambda: check_clock(now, state=kernel_clock()),
        lambda: check_zones(now),
        lambda: check_asterisk(_asterisk_version()),
        lambda: _audit_trail(data, url),
        lambda: mistakes,
        lambda: _voices(config),
        lambda: () if site is None or site.is_demo else _passwords_of_demo(config, data, url),
        lambda: (
            Finding("environment", Level.WARNING, line, "correct or unset it") for line in unknown_settings(os.environ)
        ),
    ]


def _site_of(config: Path) -> tuple[Site | None, Sequence[Finding]]:
    """None with what is wrong: a mistake in the configuration must not hide how the machine is."""
    try:
        return overridden(config).site, ()
    except ConfigError as error:
        lines = lines_about(config, error.problems)
        more = f"; and {len(lines) - 1} more" if len(lines) > 1 else ""
        advice = f"{command('check', str(config))} tells all; a server that runs keeps what it has"
        return None, [Finding("configuration", Level.RED, f"has mistakes: {lines[0]}{more}", advice)]


def _voices(config: Path) -> Iterator[Finding]:
    """Who speaks the prompts, where something else is spoken than Asterisk's English recordings."""
    from ccserver.adapters.tts.espeak import EspeakSpeech
    from ccserver.app.prompts import wanted_prompts

    try:
        tongues = sorted({one.language for one in wanted_prompts(overridden(config).plan)})
    except ConfigError:
        return
    for language in tongues:
        try:
            voice = asyncio.run(EspeakSpeech().voice(language))
            yield Finding("prompts", Level.FINE, f"{language}: {voice}")
        except PortUnavailable as error:
            what, _, advice = error.why.partition("; ")
            yield Finding("prompts", Level.WARNING, f"those in {language} cannot be spoken: {what}", advice)


def _audit_trail(data: Path, url: str) -> Iterator[Finding]:
    """The chain is read to its end; before the first start there is none. The database is changed by nothing here."""
    if not _has_database(data):
        return
    try:
        yield from check_audit(*asyncio.run(_read_trail(url)))
    except (PortUnavailable, SQLAlchemyError) as error:
        words = str(error).splitlines()[0]
        yield Finding("audit trail", Level.WARNING, f"cannot be read: {words}", "see the database; then ask again")


def _has_database(data: Path) -> bool:
    return bool(read_settings(os.environ).database_url) or (data / CRM_FILE).exists()


def _passwords_of_demo(config: Path, data: Path, url: str) -> Iterator[Finding]:
    """Outside a demo: who has a password that everybody can read. The start of the server disables them."""
    name = "demo's passwords"
    if not _has_database(data):
        return
    try:
        people = asyncio.run(people_of_demo(url))
    except (PortUnavailable, SQLAlchemyError) as error:
        words = str(error).splitlines()[0]
        yield Finding(name, Level.WARNING, f"cannot be looked for: {words}", "see the database; then ask again")
        return
    for level, what, is_disabled in (
        (Level.RED, "this is no demo, and these can still sign in by one", False),
        (Level.WARNING, "disabled until they have their own", True),
    ):
        names = [account.user.name for account in people if account.is_disabled is is_disabled]
        if names:
            told = ", ".join(names[:MOST_NAMED]) + (f" and {len(names) - MOST_NAMED} more" * (len(names) > MOST_NAMED))
            yield Finding(
                name,
                level,
                f"{what}: {told}",
                f"{command('user-add', names[0], config=config, data=data)}, or user-disable",
            )


async def _read_trail(url: str) -> tuple[int, str, int | None]:
    database = Database(url)
    try:
        trail = SqlAudit(database)
        fault = await trail.first_fault()
        return (*await trail.last_link(), fault)
    finally:
        await database.close()


def _asterisk_version() -> str | None:
    """What the installed or fetched Asterisk says of itself; None if there is none yet: the doctor fetches nothing."""
    if installed() is None and read_marker(default_cache().absolute() / "asterisk") is None:
        return None
    try:
        return "Asterisk " + ".".join(str(part) for part in fetch_asterisk(default_cache(), Quiet()).version)
    except PbxError:
        return None
