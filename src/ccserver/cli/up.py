"""`ccserver up`: check the configuration, bring up the PBX, serve until told to stop."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO, cast

import structlog
import uvloop

from ccserver.adapters.db.journal import SqliteJournal
from ccserver.adapters.db.migrating import upgrade
from ccserver.app.accounts import furnish_demo, keep_locking_out, keep_people, lock_out_demo
from ccserver.app.pbx_site import pbx_plan
from ccserver.app.prompts import PromptStock, placed, wanted_prompts
from ccserver.app.server import JOURNAL_FILE, SESSIONS_FILE, Server
from ccserver.cli.announcing import announce, users_of
from ccserver.cli.configuring import configuration_of, database_url, overridden
from ccserver.cli.demo_log import DemoLog, log_file
from ccserver.cli.failing import fail, note
from ccserver.cli.pasting import command
from ccserver.cli.ports import require_free_ports
from ccserver.cli.progress import PlainLines, shown
from ccserver.cli.running import asterisk_process, server_process
from ccserver.cli.whereabouts import remove_whereabouts, write_whereabouts
from ccserver.config import Configuration
from ccserver.core.errors import PortUnavailable
from ccserver.pbx import EmbeddedAsterisk, default_cache, fetch_asterisk, load_or_create_secrets, prepare
from ccserver.services.logs import LineWriter, LogSettings, set_up_logs
from ccserver.services.tasks import TaskTable


@dataclass(frozen=True, slots=True)
class Start:
    """What one run of the server was called with. `config` and `data` are as they were typed, for what is printed."""

    configuration: Configuration
    config: Path
    data: Path
    keep_pbx: bool
    log: DemoLog | None
    """None: every line goes to standard output."""


def up(config: Path, data: Path, keep_pbx: bool) -> None:
    """Serve until SIGINT or SIGTERM, then stop the PBX too, unless `keep_pbx`: an upgrade that keeps the calls.

    SIGHUP puts a changed configuration in force, as a whole or not at all.

    After kill -9 the PBX goes on by itself, and the next start on the same data folder takes its calls over.
    """
    configuration = configuration_of(config)
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings = LogSettings.of(os.environ)
    log = DemoLog(log_file(data)) if configuration.site.is_demo and settings.form == "auto" else None
    start = Start(configuration, config, data, keep_pbx, log)
    writer = set_up_logs(settings, cast(TextIO, log) if log else None)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(start, writer))
    finally:
        writer.close()
        if log is not None:
            log.close()
    note("stopped; Asterisk and its calls go on" if keep_pbx else "stopped")


async def _serve(start: Start, writer: LineWriter) -> None:
    """The journal comes first: whoever has it is in charge of this data folder and its PBX; a second server is refused."""
    configuration, data = start.configuration, start.data.resolve()
    async with AsyncExitStack() as stack:
        journal = await SqliteJournal.open(data / JOURNAL_FILE)
        stack.push_async_callback(journal.close)
        require_free_ports(configuration.site.network, data)
        stopping = _listen_for_signals(start.log)
        url = database_url(data)
        write_whereabouts(data, configuration.site.network, url)
        stack.callback(remove_whereabouts, data)
        await _furnish(url, configuration, start.config.resolve())
        if not configuration.site.is_demo:
            await _lock_out_demo(url, data / SESSIONS_FILE, stack)
        prompts = PromptStock.of(data)
        pbx = await _pbx(configuration, data, prompts)
        if not start.keep_pbx:
            stack.push_async_callback(pbx.stop)
        await _bring_up(pbx)
        server = Server(
            configuration, lambda: overridden(start.config), data, url, pbx, journal, stopping, lambda: writer.dropped
        )
        server.prompts = prompts
        server.phone_command = lambda agent: command("demo", "phone", agent, config=start.config, data=start.data)
        serving = asyncio.create_task(server.run())  # noqa: TID251  the one task of the process
        if await _is_ready(server, serving):
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, server.reread, note)
            if configuration.site.is_demo:
                server.tasks.spawn("the demo's people", keep_people(url, lambda: server.reload.in_force))
            users = [] if configuration.site.is_demo else await users_of(url)
            announce(configuration, start.config, start.data, start.log is not None, users)
            if start.keep_pbx:
                note("  Asterisk and its calls go on then; `ccserver down` ends them\n")
        await serving


async def _furnish(url: str, configuration: Configuration, folder: Path) -> None:
    if url.startswith("sqlite"):
        note("bringing the database to this version …")
        await upgrade(url)
    if configuration.site.is_demo:
        note("looking after the demo's people and customers …")
    try:
        await furnish_demo(url, configuration, folder)
    except PortUnavailable as error:
        structlog.get_logger(__name__).warning("the demo's people are not in the database", why=str(error))


async def _lock_out_demo(url: str, sessions: Path, stack: AsyncExitStack) -> None:
    """Before anybody can sign in; a database that is away is asked again and again beside the server, and calls go on."""
    if not await lock_out_demo(url, sessions):
        tasks = TaskTable()
        stack.push_async_callback(tasks.close)
        tasks.spawn("the demo's people", keep_locking_out(url, sessions))


async def _pbx(configuration: Configuration, data: Path, prompts: PromptStock) -> EmbeddedAsterisk:
    with shown() as progress:
        if wanted_prompts(configuration.plan):
            progress.step("speaking the prompts")
        built = await prompts.prepare(configuration, progress.at)
        plan = pbx_plan(data, configuration.plan, configuration.site, placed(built))
        pbx = await asyncio.to_thread(prepare, plan, default_cache(), progress)
    for problem in built.problems:
        note(
            f"{problem}\n  English is heard in their place, and silence where a text of the configuration was to be said"
        )
    return pbx


async def _bring_up(pbx: EmbeddedAsterisk) -> None:
    """Start it, or take over the one that runs; then the process that looks after callers when we are gone."""
    was_started = pbx.start()
    note("starting Asterisk …" if was_started else "taking over the Asterisk that runs …")
    await pbx.wait_ready()
    if not was_started:
        await pbx.reload()
    pbx.start_guardian()


async def _is_ready(server: Server, serving: asyncio.Task[None]) -> bool:
    """Wait until it is; False when the server ended instead."""
    is_ready = asyncio.ensure_future(server.ready.wait())  # noqa: TID251  ended right here
    await asyncio.wait({serving, is_ready}, return_when=asyncio.FIRST_COMPLETED)
    is_ready.cancel()
    return server.ready.is_set()


def _listen_for_signals(log: DemoLog | None) -> asyncio.Event:
    """Set when the process is told to end. SIGHUP, which would end it, is answered."""
    stopping = asyncio.Event()

    def stop() -> None:
        if not stopping.is_set():
            note("\nstopping …")
            if log is not None:
                log.is_stopping = True
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, note, "not up yet: the configuration was just read")
    return stopping


def down(config: Path, data: Path) -> None:
    """Stop the Asterisk of this data folder and whatever calls it has. A server that runs would start it again."""
    configuration = configuration_of(config)
    server = server_process(data)
    if server is not None:
        fail(
            f"process {server or 'unknown'} serves from {data}",
            "stop it with Ctrl-C or SIGTERM: that ends Asterisk too",
        )
    if asterisk_process(data) is None:
        print(f"no Asterisk of {data} runs")
        return
    plan = pbx_plan(data.resolve(), configuration.plan, configuration.site)
    install = fetch_asterisk(default_cache(), PlainLines())
    note("stopping Asterisk …")
    asyncio.run(EmbeddedAsterisk(install, plan, load_or_create_secrets(plan.data, plan.phones)).stop())
    print("Asterisk is stopped")
