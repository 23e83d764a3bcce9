"""Small ports that the composition root fills itself: readiness, reload of the configuration, phone accounts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, time

import structlog

from ccserver.adapters.asterisk.phones import PhoneBook
from ccserver.adapters.db.database import Database
from ccserver.adapters.db.history import SqlHistory
from ccserver.adapters.db.plan_names import SqlPlanNames
from ccserver.app.pbx_site import endpoints_of, pbx_plan
from ccserver.app.prompts import PromptStock, placed
from ccserver.config import ConfigError, Configuration, Site
from ccserver.config.calendar import Calendar, read_calendar
from ccserver.config.expressions import CelExpression, read_expression
from ccserver.config.numbers import CountryNumbers, read_numbers
from ccserver.core.errors import PortUnavailable, Refused
from ccserver.core.events import PlanChanged
from ccserver.core.expression import Expression
from ccserver.core.ids import AgentId, InteractionId
from ccserver.core.plan import CallableNumbers, OpeningHours
from ccserver.core.records import InteractionRecord
from ccserver.pbx import EmbeddedAsterisk, PbxError, Secrets, load_or_create_secrets, render
from ccserver.services.codec import teach
from ccserver.services.office import Component, ConfigProblem, HistoryFilter, PhoneAccount, Reloaded
from ccserver.services.ports import Clock
from ccserver.services.prompt_builder import Built
from ccserver.services.runtime import Runtime
from ccserver.services.today import Today

NAMES_EVERY = 2.0
DAY_CHECKED_EVERY = 10.0
PROMPTS_WITHIN = 15.0
"""Seconds of a reload for prompts of a new language; whoever asked for the reload waits."""
MOST_RECOUNTED, PAGE = 100_000, 500
_log = structlog.get_logger(__name__)


def know_written_forms() -> None:
    """Let the event log write plans with their opening hours, expressions and the numbers that may be called back."""
    teach(OpeningHours, Calendar.written, read_calendar)
    teach(Expression, CelExpression.written, read_expression)
    teach(CallableNumbers, CountryNumbers.written, read_numbers)


class ComponentReadiness:
    """Asks a list of small questions, none of which waits."""

    def __init__(self, questions: Sequence[Callable[[], Component]]) -> None:
        self._questions = questions

    def components(self) -> Sequence[Component]:
        return [question() for question in self._questions]


class PhoneAccounts:
    """SIP accounts of the agents' phones."""

    def __init__(self, secrets: Secrets, registrar: str) -> None:
        self.secrets, self._registrar = secrets, registrar

    def account(self, agent: AgentId) -> PhoneAccount | None:
        found = self.secrets.phones.get(agent)
        return PhoneAccount(found.user, found.secret, self._registrar) if found else None


class PlanReload:
    """Reads the configuration again and puts it in force as a whole: the centre's plan, and the PBX's phones."""

    def __init__(
        self,
        load: Callable[[], Configuration],
        in_force: Configuration,
        runtime: Runtime,
        today: Today,
        book: PhoneBook,
        accounts: PhoneAccounts,
    ) -> None:
        self._load, self._in_force, self._runtime, self._today = load, in_force, runtime, today
        self._book, self._accounts = book, accounts
        self._one_at_a_time = asyncio.Lock()
        self.embedded: EmbeddedAsterisk | None = None
        self.prompts: PromptStock | None = None

    @property
    def in_force(self) -> Configuration:
        return self._in_force

    async def reload(self, actor: str) -> Reloaded:
        """Nothing changes when the configuration has a problem, changes what needs a restart, or PBX or kernel refuse it."""
        async with self._one_at_a_time:
            before = self.embedded
            try:
                fresh = await asyncio.to_thread(self._load)
                problems = needs_restart(self._in_force.site, fresh.site)
                if not problems:
                    await self._to_pbx(fresh)
                    problems = await self._put_in_force(fresh, actor)
                    if problems and before is not None:
                        await self._back_to(before)
            except ConfigError as error:
                problems = [ConfigProblem(str(p.path), p.line, p.column, p.what, p.advice) for p in error.problems]
            except (PbxError, OSError) as error:
                problems = [ConfigProblem("", 0, 0, str(error))]
            return Reloaded(self._runtime.kernel.centre.plan.epoch, problems)

    async def _put_in_force(self, fresh: Configuration, actor: str) -> list[ConfigProblem]:
        """Hand the plan to the kernel, which alone changes it, and follow it with what hangs on it."""
        epoch = self._runtime.kernel.centre.plan.epoch + 1
        try:
            await self._runtime.ask(PlanChanged(with_epoch(fresh, epoch).plan))
        except Refused as refusal:
            # Otherwise it is in force, and only the disk is slow. One that was not decided in time is never decided.
            if self._runtime.kernel.centre.plan.epoch != epoch:
                return [ConfigProblem("", 0, 0, str(refusal))]
        self._in_force = fresh
        take_targets(self._today, fresh)
        for event in self._book.assign(endpoints_of(fresh.plan.agents.values())):
            self._runtime.put(event)
        _log.info("configuration in force", epoch=epoch, by=actor)
        return []

    async def _to_pbx(self, fresh: Configuration) -> None:
        """Phones, recordings and music; when the PBX does not take them, it gets its old files back."""
        pbx = self.embedded
        if pbx is None:
            return
        built = await self.prompts.prepare(fresh, lambda share: None, PROMPTS_WITHIN) if self.prompts else Built()
        plan = pbx_plan(pbx.plan.data, fresh.plan, fresh.site, placed(built))
        secrets = load_or_create_secrets(plan.data, plan.phones)
        try:
            await asyncio.to_thread(render, plan, secrets, pbx.install)
            await pbx.reload()
        except (PbxError, OSError):
            await self._back_to(pbx)
            raise
        self.embedded = replace(pbx, plan=plan, secrets=secrets)
        self._accounts.secrets = secrets

    async def _back_to(self, pbx: EmbeddedAsterisk) -> None:
        """As before: the old files, and the PBX reads them. When it does not, it does so at its next reload or start."""
        await asyncio.to_thread(render, pbx.plan, pbx.secrets, pbx.install)
        self.embedded, self._accounts.secrets = pbx, pbx.secrets
        try:
            await pbx.reload()
        except PbxError as error:
            _log.error("the PBX has not read its old files again", why=str(error))


async def reread(reload: Callable[[str], Awaitable[Reloaded]], actor: str, tell: Callable[[str], None]) -> None:
    """Reload without anybody who asked through the API: every problem goes to the log, what came of it to `tell`."""
    outcome = await reload(actor)
    for problem in outcome.problems:
        place = f"{problem.file}:{problem.line}:{problem.column}: " if problem.line else ""
        words = place + problem.problem + (f"; {problem.advice}" if problem.advice else "")
        _log.error("configuration refused", problem=words, by=actor)
    was = f"nothing was changed, {_mistakes(len(outcome.problems))}" if outcome.problems else "in force"
    tell(f"configuration {outcome.epoch}: {was}")


def _mistakes(count: int) -> str:
    return "the log has the mistake" if count == 1 else f"the log has all {count} mistakes"


def needs_restart(old: Site, new: Site) -> list[ConfigProblem]:
    """What a reload cannot change: where things listen, the trunks, the region, whether it is a demo, the event log."""
    parts = ("network", "trunks", "default_region", "is_demo", "event_log")
    return [
        ConfigProblem(str(new.folder), 0, 0, f"{part} has changed", "restart ccserver for it; nothing was reloaded")
        for part in parts
        if getattr(old, part) != getattr(new, part)
    ]


def with_epoch(configuration: Configuration, epoch: int) -> Configuration:
    """The same configuration under its number."""
    return replace(configuration, plan=replace(configuration.plan, epoch=epoch))


def take_targets(today: Today, configuration: Configuration) -> None:
    """Service levels are counted against the answer targets in force."""
    today.targets = {queue.id: queue.answer_target for queue in configuration.plan.queues.values()}


async def keep_names(database: Database, runtime: Runtime) -> None:
    """Copy the plan's names into the database, now and after each change of the plan; tried again while it is away."""
    names, written = SqlPlanNames(database), -1
    while True:
        plan = runtime.kernel.centre.plan
        if plan.epoch != written:
            try:
                await names.store(plan)
                written = plan.epoch
            except PortUnavailable as error:
                _log.warning("the plan's names are not in the database yet", why=str(error))
        await asyncio.sleep(NAMES_EVERY)


async def keep_the_day(today: Today, history: SqlHistory, clock: Clock) -> None:
    """Count what the history has of this day, then begin anew at each midnight of the server's time zone."""
    day = clock.now().astimezone().date()
    begin = datetime.combine(day, time()).astimezone()
    try:
        today.recount(await _since(history, begin))
    except PortUnavailable as error:
        _log.warning("the counts of the day begin now; the history is away", why=str(error))
        today.recount(())
    while True:
        await asyncio.sleep(DAY_CHECKED_EVERY)
        if clock.now().astimezone().date() != day:
            day = clock.now().astimezone().date()
            today.begin_anew()


async def _since(history: SqlHistory, begin: datetime) -> list[InteractionRecord]:
    found: list[InteractionRecord] = []
    after: tuple[datetime, InteractionId] | None = None
    while len(found) < MOST_RECOUNTED:
        page = await history.page(HistoryFilter(since=begin), after, PAGE)
        found += page
        if len(page) < PAGE:
            break
        after = (page[-1].started_at, page[-1].id)
    return found
