"""`ccserver up`: puts every part together, in the order in which they need one another, and takes them down again."""

from __future__ import annotations

import asyncio
import gc
import random
import uuid
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from ccserver.adapters.asterisk.ami_link import AmiLink, AmiSettings
from ccserver.adapters.asterisk.ari_client import AriClient
from ccserver.adapters.asterisk.ari_events import AriEvents
from ccserver.adapters.asterisk.ari_http import AriSettings
from ccserver.adapters.asterisk.black_box import BlackBox
from ccserver.adapters.asterisk.links import Backoff, ResyncNeeded
from ccserver.adapters.asterisk.node import AsteriskNode
from ccserver.adapters.asterisk.phones import PhoneBook, PhoneFeed
from ccserver.adapters.asterisk.recordings import RecordingFiles
from ccserver.adapters.asterisk.sound_folder import SoundFolder
from ccserver.adapters.asterisk.telephony import AriTelephony
from ccserver.adapters.asterisk.translate import WANTED, Context
from ccserver.adapters.db.audit import SqlAudit
from ccserver.adapters.db.customers import SqlCustomerDirectory, SqlCustomers
from ccserver.adapters.db.database import Database
from ccserver.adapters.db.history import SqlHistory
from ccserver.adapters.db.journal import SqliteJournal
from ccserver.adapters.db.passwords import Passwords
from ccserver.adapters.db.sessions import SignInStore
from ccserver.adapters.db.users import SqlUsers
from ccserver.adapters.event_files import EventFolder
from ccserver.adapters.prometheus import PrometheusMetrics, Sources
from ccserver.adapters.system_clock import SystemClock
from ccserver.adapters.web.api.centre import reload_plan
from ccserver.adapters.web.ports import WebPorts, WebSettings
from ccserver.adapters.web.server import WebServer, create_app
from ccserver.app.demo import DemoTelephony, SimulatedCallers, SimulatedCustomers, address_of
from ccserver.app.house import (
    ComponentReadiness,
    PhoneAccounts,
    PlanReload,
    keep_names,
    keep_the_day,
    know_written_forms,
    reread,
    take_targets,
    with_epoch,
)
from ccserver.app.pbx_site import NODE, endpoints_of
from ccserver.app.pbx_watch import keep_logs_small, keep_running
from ccserver.app.prompts import PromptStock
from ccserver.config import Configuration
from ccserver.core.centre import Centre
from ccserver.core.commands import StartTimer
from ccserver.core.events import ServerStarted
from ccserver.core.ids import AgentId, InteractionId, NodeName
from ccserver.core.kernel import Kernel
from ccserver.pbx import EmbeddedAsterisk
from ccserver.services.desk import CentreDesk
from ccserver.services.guard_line import hold_guard_line
from ccserver.services.logs import log_notice
from ccserver.services.office import Component
from ccserver.services.performer import Performer
from ccserver.services.ports import Telephony
from ccserver.services.recorder import Recorder
from ccserver.services.relay import Relay
from ccserver.services.runtime import Runtime
from ccserver.services.tasks import TaskTable
from ccserver.services.today import Today

_log = structlog.get_logger(__name__)


@dataclass
class Server:
    """One cell: its kernel, one Asterisk, one web server. `run` returns when `stop` was called or something vital failed."""

    configuration: Configuration
    load: Callable[[], Configuration]
    """Reads the configuration again, with what the environment overrides. Raises ConfigError."""
    data: Path
    database_url: str
    pbx: EmbeddedAsterisk
    journal: SqliteJournal
    stopping: asyncio.Event
    log_lines_dropped: Callable[[], int] = lambda: 0
    phone_command: Callable[[AgentId], str] = lambda agent: f"ccserver demo phone {agent}"
    """What to type for a simulated phone of an agent."""
    prompts: PromptStock | None = None
    """Where a reload gets its prompts from; None: there are none but recordings."""
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    """Everything is up: calls can come."""
    failure: BaseException | None = None

    def stop(self) -> None:
        """Let `run` come to its end. Calls go on: the PBX is not touched."""
        self.stopping.set()

    def reread(self, tell: Callable[[str], None]) -> None:
        """Put the configuration of the files in force, by the API's way: it is in the audit trail, and pages show it."""
        self.tasks.spawn("reload", reread(lambda actor: reload_plan(self.app, actor), "SIGHUP", tell))

    async def run(self) -> None:
        """Serve. Raises what made it fail, if something vital did."""
        async with AsyncExitStack() as stack:
            await self._compose(stack)
            self.tasks.spawn("ready", self._become_ready())
            spare_the_collector()
            await self.stopping.wait()
        if self.failure is not None:
            raise self.failure

    async def _become_ready(self) -> None:
        questions = [question for question in self._questions() if question().is_needed]
        while not all(question().is_ready for question in questions):  # noqa: ASYNC110  several links, at the start only
            await asyncio.sleep(0.05)
        self.ready.set()

    def _failed(self, name: str, error: BaseException) -> None:
        _log.error("a task failed", task=name, exc_info=error)
        if name in VITAL:
            self.failure = error
            self.stopping.set()

    # -- putting together -----------------------------------------------------------------------------------------------

    async def _compose(self, stack: AsyncExitStack) -> None:
        know_written_forms()
        self.clock = SystemClock()
        self.tasks = TaskTable(self._failed)
        stack.push_async_callback(self.tasks.close)
        await self._open_stores(stack)
        await self._wake_centre()
        await self._open_telephony(stack)
        self._start_watching()
        self.tasks.spawn("kernel", self.runtime.run())
        self.tasks.spawn("today", keep_the_day(self.today, self.history, self.clock))
        self.tasks.spawn("names", keep_names(self.database, self.runtime))
        await self._open_web(stack)

    async def _open_stores(self, stack: AsyncExitStack) -> None:
        self.database = Database(self.database_url)
        stack.push_async_callback(self.database.close)
        self.sessions = await SignInStore.open_file(self.data / SESSIONS_FILE, self.clock)
        stack.push_async_callback(self.sessions.close_file)
        self.passwords = Passwords()
        stack.callback(self.passwords.close)
        self.history = SqlHistory(self.database)
        self.directory = SqlCustomerDirectory(self.database)
        self.relay = Relay(self.journal, self.history, random.Random())  # noqa: S311  jitter of retries, no secret

    async def _wake_centre(self) -> None:
        """The centre as it was before the last end, then its timers; the PBX is compared when the link comes up."""
        self.today = Today()
        take_targets(self.today, self.configuration)
        kernel = Kernel(Centre(with_epoch(self.configuration, 1).plan))
        self.runtime = Runtime(kernel, self.clock, self.journal, self.directory, self.tasks)
        self._open_event_log()
        unreadable = self.runtime.memory.restore(await self.journal.load())
        if unreadable:
            _log.error("rows of the journal could not be read and are left out", rows=unreadable[:20])
        for agent in kernel.centre.plan.agents:
            kernel.centre.agent(agent)
        kernel.centre.touched.clear()
        self.runtime.timekeeper.apply([StartTimer(key, due) for key, due in kernel.centre.timers.items()])
        self.runtime.put(ServerStarted())
        self.desk = CentreDesk(self.runtime, self.clock, self.today)
        self.metrics = PrometheusMetrics(sources=self._sources())

    def _open_event_log(self) -> None:
        """Everything that is decided is recorded, if a log of it is wanted."""
        kept = self.configuration.site.event_log
        self.runtime.recorder = recorder = Recorder(is_wanted=bool(kept.keep))
        folder = EventFolder(self.data / EVENTS_FOLDER, kept.keep, kept.most_bytes)
        self._keep("event log", lambda: recorder.write_on(folder))

    async def _open_telephony(self, stack: AsyncExitStack) -> None:
        plan, secrets, node = self.pbx.plan, self.pbx.secrets, NodeName(NODE)
        self.book = PhoneBook(endpoints_of(self.configuration.plan.agents.values()))
        settings = AriSettings(
            host="127.0.0.1",
            port=plan.http_port,
            username=secrets.ari.user,
            password=secrets.ari.secret,
            app=plan.stasis_app,
        )
        client = await stack.enter_async_context(AriClient(settings))
        ami = AmiSettings(
            host="127.0.0.1", port=plan.ami_port, username=secrets.ami_events.user, secret=secrets.ami_events.secret
        )
        self.ami = AmiLink(ami, Backoff(random.Random()))  # noqa: S311
        stack.callback(self.ami.close)
        feed = PhoneFeed(self.ami, self.book, self.runtime.put)
        trunk = plan.trunks[0].name if plan.trunks else ""
        telephony = AriTelephony(
            client, node, trunk, self.book.endpoint_of, SoundFolder(self.pbx.paths.share / "sounds")
        )
        self.performer = Performer(
            self._with_customers(telephony, stack), self.runtime.put, self.tasks, self._command_failed
        )
        self.runtime.performer = self.performer
        self.node = AsteriskNode(
            Context(node, self.book.agent_of_endpoint, self.configuration.site.default_region),
            telephony,
            self.runtime.put,
            self.tasks,
            self.performer.settled,
            telephony.heard,
        )
        self.node.on_stepped_down = self.stop
        black_box = BlackBox(
            self.pbx.paths.queue_log,
            self.node.context,
            self.runtime.offer,
            self.runtime.kernel.centre.black_box.get(node, ""),
            lambda: self.pbx.rx("logger reload"),
        )
        self.node.catch_up = black_box.catch_up
        events = AriEvents(client, self.node.hear, WANTED, Backoff(random.Random()))  # noqa: S311
        stack.callback(events.close)
        self.tasks.spawn("ARI events", events.run())
        self._keep("AMI link", self.ami.run)
        self._keep("phones", feed.run)
        self._keep("black box", black_box.follow)
        self._keep("audit", self.node.audit)
        self._keep("Asterisk", lambda: keep_running(self.pbx))
        self._keep("Asterisk's logs", lambda: keep_logs_small(self.pbx))
        self._keep("guard line", lambda: hold_guard_line(self.pbx.paths.guardian_socket))
        self._keep("relay", self.relay.run)

    def _keep(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run `work` for as long as the server runs: a failure is logged, and it begins again after a moment."""

        async def again() -> None:
            while True:
                try:
                    return await work()
                except Exception:
                    _log.exception("a task failed and begins again", task=name)
                    self.metrics.bug(name)
                    await asyncio.sleep(BEGIN_AGAIN_AFTER)

        self.tasks.spawn(name, again())

    def _command_failed(self, command: object) -> None:
        self.metrics.command_failed(type(command).__name__)

    def _make_up(self) -> None:
        """Events were not taken: calls and phones are asked how they stand."""
        self.node.read_back()
        self.ami.inbox.offer(ResyncNeeded(1))

    def _start_watching(self) -> None:
        self.runtime.gauges.on_step = self.metrics.kernel_took
        self.runtime.gauges.on_bug = self.metrics.bug
        self.runtime.gauges.on_overflow = self.metrics.inbox_overflowed
        self.runtime.gauges.on_room = self._make_up
        self.runtime.gauges.on_records = self.relay.wake
        self.runtime.subscribe(self.today.take)
        self.runtime.subscribe(lambda notice: self.metrics.notice(notice, self.clock.now()))
        self.runtime.subscribe(log_notice)

    def _presences(self) -> Mapping[str, float]:
        return self.desk.presences()

    def _sources(self) -> Sources:
        return Sources(
            waiting=lambda: {queue.id: queue.waiting for queue in self.desk.queues()},
            callbacks=lambda: {queue.id: queue.callbacks for queue in self.desk.queues()},
            longest_wait=lambda: {queue.id: queue.longest_wait_seconds for queue in self.desk.queues()},
            agents=self._presences,
            links=lambda: {"ari": float(self.node.is_up), "ami": float(self.ami.is_up)},
            journal_depth=lambda: float(self.relay.depth),
            inbox_depth=lambda: float(self.runtime.inbox_depth),
            log_lines_dropped=lambda: float(self.log_lines_dropped()),
            event_log_lost=lambda: float(self.runtime.recorder.lost),
            set_aside=lambda: float(self.journal.set_aside_count),
            damaged=lambda: float(self.journal.damaged),
            clock_step=lambda: self.clock.step().total_seconds(),
            tasks=lambda: float(len(asyncio.all_tasks())),
        )

    async def _open_web(self, stack: AsyncExitStack) -> None:
        network, site = self.configuration.site.network, self.configuration.site
        accounts = PhoneAccounts(self.pbx.secrets, f"{network.sip_host}:{network.sip_port}")
        self.reload = PlanReload(self.load, self.configuration, self.runtime, self.today, self.book, accounts)
        self.reload.embedded, self.reload.prompts = self.pbx, self.prompts
        ports = WebPorts(
            desk=self.desk,
            users=SqlUsers(self.database, self.clock, self.passwords),
            sessions=self.sessions,
            customers=SqlCustomers(self.database, self.clock, site.default_region),
            history=self.history,
            audit=SqlAudit(self.database),
            reload=self.reload,
            readiness=ComponentReadiness(self._questions()),
            clock=self.clock,
            metrics=self.metrics.render,
            new_interaction=lambda: InteractionId(str(uuid.uuid4())),
            node=NodeName(NODE),
            phones=accounts,
            demo=self._callers(stack) if site.is_demo else None,
            recordings=RecordingFiles(self.pbx.paths.spool),
            user_names=lambda: {user.id: user.name for user in self.reload.in_force.site.users},
            settings=WebSettings(region=site.default_region),
        )
        self.app = create_app(ports)
        server = WebServer(self.app, network.web_host, network.web_port)
        await server.start()
        stack.push_async_callback(server.stop)

    def _callers(self, stack: AsyncExitStack) -> SimulatedCallers:
        network = self.configuration.site.network
        rng = random.Random()  # noqa: S311  which simulated caller rings is no secret
        callers = SimulatedCallers(network.sip_host, network.sip_port, rng, self.tasks, self.phone_command)
        stack.push_async_callback(callers.close)
        return callers

    def _with_customers(self, telephony: AriTelephony, stack: AsyncExitStack) -> Telephony:
        """In the demo somebody takes the calls that go out."""
        site = self.configuration.site
        address = address_of(site.trunks[0].target) if site.is_demo and site.trunks else None
        if address is None:
            return telephony
        customers = SimulatedCustomers(address, (site.network.sip_host, site.network.sip_port), self.tasks)
        stack.push_async_callback(customers.close)
        return DemoTelephony(telephony, customers)

    def _questions(self) -> list[Callable[[], Component]]:
        return [
            lambda: Component("ari", self.node.is_up),
            lambda: Component("ami", self.ami.is_up),
            lambda: Component("journal", not self.journal.last_error, self.journal.last_error),
            lambda: Component("history", not self.relay.last_error, self.relay.last_error, is_needed=False),
        ]


def spare_the_collector() -> None:
    """What is there at the start stays: the garbage collector need not walk it again and again while calls wait."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


JOURNAL_FILE, SESSIONS_FILE = "journal.sqlite", "sessions.sqlite"
EVENTS_FOLDER = "events"
BEGIN_AGAIN_AFTER = 1.0
VITAL = frozenset({"kernel", "ARI events", "journal"})
"""Tasks without which serving makes no sense; everything else restarts or is missed only by some."""
