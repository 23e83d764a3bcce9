"""Small ports of the composition root: readiness, phone accounts, reload, the counts of the day, the plan's names."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.core.playbook import SUPPORT, Play

from ccserver.adapters.asterisk.phones import PhoneBook
from ccserver.adapters.db.database import Database
from ccserver.adapters.db.history import SqlHistory
from ccserver.adapters.db.migrating import upgrade
from ccserver.adapters.system_clock import SystemClock
from ccserver.app import house
from ccserver.app.house import (
    ComponentReadiness,
    PhoneAccounts,
    PlanReload,
    keep_the_day,
    know_written_forms,
    take_targets,
    with_epoch,
)
from ccserver.app.pbx_site import endpoints_of, pbx_plan
from ccserver.app.prompts import PromptStock
from ccserver.config import load_configuration
from ccserver.core.centre import Centre
from ccserver.core.customer import CustomerCard
from ccserver.core.events import PhoneReachable, PlanChanged, SignInRequested
from ccserver.core.ids import AgentId, QueueId
from ccserver.core.kernel import Kernel
from ccserver.core.notices import RecordMade
from ccserver.core.plan import Plan
from ccserver.pbx import AsteriskInstall, EmbeddedAsterisk, PbxPaths, Phone, load_or_create_secrets, render
from ccserver.services import runtime as services_runtime
from ccserver.services.event_log import read_log
from ccserver.services.journal import MemoryJournal
from ccserver.services.office import Component
from ccserver.services.prompt_builder import PromptBuilder
from ccserver.services.recorder import Recorder
from ccserver.services.runtime import Runtime
from ccserver.services.tasks import TaskTable
from ccserver.services.today import Counts, Today

DEMO = Path(__file__).parents[2] / "examples/demo"
ANN = AgentId("ann")
ZOE = '  zoe: {name: Zoe, extension: "1099", skills: {support: 5}, password: demo-zoe}\n'


class Directory:
    """Knows nobody."""

    async def find(self, number: str) -> CustomerCard | None:
        return None


# -- readiness, accounts, the PBX's plan --------------------------------------------------------------------------------


def test_every_component_is_asked_each_time() -> None:
    """What is ready now may be away in a moment."""
    states = iter([False, True])
    readiness = ComponentReadiness([lambda: Component("ari", next(states))])
    assert [readiness.components()[0].is_ready for _ in range(2)] == [False, True]


def test_a_phone_account_is_the_one_the_pbx_knows(tmp_path: Path) -> None:
    """User, secret and where to register; nobody else has one."""
    secrets = load_or_create_secrets(tmp_path, [Phone("ann", "1001", "Ann")])
    accounts = PhoneAccounts(secrets, "127.0.0.1:5060")
    account = accounts.account(ANN)
    assert account is not None
    assert (account.user, account.secret, account.registrar) == (
        "ann",
        secrets.phones["ann"].secret,
        "127.0.0.1:5060",
    )
    assert accounts.account(AgentId("nobody")) is None


def test_the_pbx_gets_a_phone_for_every_agent(tmp_path: Path) -> None:
    """And the ports and trunks of the site."""
    demo = load_configuration(DEMO)
    plan = pbx_plan(tmp_path, demo.plan, demo.site)
    assert {phone.user for phone in plan.phones} == set(demo.plan.agents)
    assert [trunk.name for trunk in plan.trunks] == [trunk.name for trunk in demo.site.trunks]
    assert (plan.sip_port, plan.http_port) == (demo.site.network.sip_port, demo.site.network.asterisk_http_port)


def test_the_telephone_is_rung_before_the_browser() -> None:
    """In this order the endpoints are tried."""
    assert endpoints_of([load_configuration(DEMO).plan.agents[ANN]])[ANN] == ("ann", "ann-web")


def test_the_targets_are_those_of_the_plan_in_force() -> None:
    """The service level is counted against them."""
    demo, today = load_configuration(DEMO), Today()
    take_targets(today, demo)
    assert today.targets == {queue.id: queue.answer_target for queue in demo.plan.queues.values()}


# -- reload -------------------------------------------------------------------------------------------------------------


class Centred:
    """A centre that runs on a copy of the demo, without a PBX."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.tasks, self.today = folder, TaskTable(), Today()
        configuration = with_epoch(load_configuration(folder), 1)
        self.centre = Centre(configuration.plan)
        self.runtime = Runtime(Kernel(self.centre), SystemClock(), MemoryJournal(), Directory(), self.tasks)
        book = PhoneBook(endpoints_of(self.centre.plan.agents.values()))
        self.accounts = accounts = PhoneAccounts(load_or_create_secrets(folder.parent, []), "")
        self.reload = PlanReload(
            lambda: load_configuration(folder), configuration, self.runtime, self.today, book, accounts
        )

    def write(self, file: str, before: str, after: str) -> None:
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert before in text
        path.write_text(text.replace(before, after, 1), encoding="utf-8")


class WritingEngine:
    """Speaks by writing down what it says."""

    async def voice(self, language: str) -> str:
        return language

    async def speak(self, text: str, language: str) -> bytes:
        return f"{language} {text}".encode().ljust(100, b".")


class NotingPbx:
    """A program in the place of Asterisk's console: it keeps what was in the files each time it was told to read them."""

    def __init__(self, folder: Path, centred: Centred, refusals: int = 0) -> None:
        configuration = load_configuration(centred.folder)
        plan = pbx_plan(folder / "data", configuration.plan, configuration.site)
        secrets = load_or_create_secrets(plan.data, plan.phones)
        self._etc, self._read = PbxPaths.of(plan.data).asterisk_conf.parent, folder / "read"
        self._read.mkdir()
        program = folder / "console"
        program.write_text(
            f"#!/bin/sh\nn=$(ls {self._read} | wc -l)\ncp -r {self._etc} {self._read}/$n\n[ $n -ge {refusals} ]\n"
        )
        program.chmod(0o755)
        install = AsteriskInstall((str(program),), (22, 10, 1), folder / "modules", folder / "share")
        render(plan, secrets, install)
        centred.reload.embedded = EmbeddedAsterisk(install, plan, secrets)
        centred.accounts.secrets = secrets

    def files(self) -> dict[str, bytes]:
        """What it would read now."""
        return {file.name: file.read_bytes() for file in self._etc.iterdir()}

    def has_read(self) -> list[dict[str, bytes]]:
        """What it read, each time."""
        return [{file.name: file.read_bytes() for file in each.iterdir()} for each in sorted(self._read.iterdir())]


@pytest.fixture
async def centred(tmp_path: Path) -> AsyncIterator[Centred]:
    shutil.copytree(DEMO, tmp_path / "demo")
    centred = Centred(tmp_path / "demo")
    centred.tasks.spawn("kernel", centred.runtime.run())
    yield centred
    await centred.tasks.close()


async def test_a_right_configuration_is_in_force_as_a_whole(centred: Centred) -> None:
    """Under the next number, with its targets."""
    centred.write("ccserver.yaml", "version: 1", "version: 1\nmax_interactions: 77")
    answer = await centred.reload.reload("root")
    assert (answer.epoch, list(answer.problems)) == (2, [])
    assert (centred.centre.plan.epoch, centred.centre.plan.max_interactions) == (2, 77)
    assert SUPPORT in centred.today.targets


async def test_the_plan_is_one_of_the_recorded_events(tmp_path: Path) -> None:
    """The first and every later one, whole, with its opening hours: from the record a replay knows by what was decided."""
    shutil.copytree(DEMO, tmp_path / "demo")
    centred = Centred(tmp_path / "demo")
    know_written_forms()
    centred.runtime.recorder = recorder = Recorder()
    centred.tasks.spawn("kernel", centred.runtime.run())
    await centred.reload.reload("root")
    await centred.tasks.close()
    header, steps = read_log(line for _, line in recorder.drain())
    plans = [header.centre.plan, *(step.event.plan for step in steps if isinstance(step.event, PlanChanged))]
    assert [plan.epoch for plan in plans] == [1, 2]
    assert replace(plans[1], hours={}) == replace(centred.centre.plan, hours={})
    instants = [datetime(2026, 3, day, hour, tzinfo=UTC) for day in range(1, 9) for hour in range(24)]
    for name, hours in centred.centre.plan.hours.items():
        assert [plans[1].hours[name].is_open(at) for at in instants] == [hours.is_open(at) for at in instants]


async def test_a_plan_that_the_kernel_does_not_take_is_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An inbox that is full refuses it: nothing follows."""
    monkeypatch.setattr(services_runtime, "SIZE", 1)
    shutil.copytree(DEMO, tmp_path / "demo")
    centred = Centred(tmp_path / "demo")
    centred.runtime.put(PhoneReachable(ANN))
    answer = await centred.reload.reload("root")
    assert (answer.epoch, [each.problem for each in answer.problems]) == (1, ["overloaded: try again in a moment"])
    assert centred.today.targets == {}


async def test_a_plan_that_the_kernel_refuses_leaves_the_phones_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The PBX took the new phone first: its files, what it has read, and the accounts are the old ones again."""
    monkeypatch.setattr(services_runtime, "SIZE", 1)
    shutil.copytree(DEMO, tmp_path / "demo")
    centred = Centred(tmp_path / "demo")
    pbx = NotingPbx(tmp_path, centred)
    before = pbx.files()
    centred.write("agents.yaml", "agents:\n", "agents:\n" + ZOE)
    centred.runtime.put(PhoneReachable(ANN))
    answer = await centred.reload.reload("root")
    assert [each.problem for each in answer.problems] == ["overloaded: try again in a moment"]
    assert pbx.files() == before
    assert ["zoe" in read["pjsip.conf"].decode() for read in pbx.has_read()] == [True, False]
    assert centred.accounts.account(AgentId("zoe")) is None


async def test_a_plan_that_the_kernel_does_not_decide_in_time_never_comes_into_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The problem was told and the PBX has its old files: the plan that waited in the inbox is left alone."""
    monkeypatch.setattr(services_runtime, "ANSWER_LIMIT", 0.01)
    shutil.copytree(DEMO, tmp_path / "demo")
    centred = Centred(tmp_path / "demo")
    pbx = NotingPbx(tmp_path, centred)
    before = pbx.files()
    centred.write("agents.yaml", "agents:\n", "agents:\n" + ZOE)
    answer = await centred.reload.reload("root")
    assert [each.problem for each in answer.problems] == ["overloaded: nothing was changed; try again in a moment"]
    monkeypatch.undo()
    centred.tasks.spawn("kernel", centred.runtime.run())
    await centred.runtime.ask(SignInRequested(ANN))  # behind the plan in the inbox
    await centred.tasks.close()
    assert (centred.centre.plan.epoch, AgentId("zoe") in centred.centre.plan.agents) == (1, False)
    assert pbx.files() == before


async def test_prompts_of_a_new_language_are_there_when_the_pbx_reads(centred: Centred, tmp_path: Path) -> None:
    """And those of a configuration that is refused by the PBX are not."""
    pbx = NotingPbx(tmp_path, centred, refusals=1)
    centred.reload.prompts = PromptStock(PromptBuilder(WritingEngine(), PbxPaths.of(tmp_path / "data").prompts))
    prompt = PbxPaths.of(tmp_path / "data").share / "sounds/zh_CN/queue-thankyou.wav"
    centred.write("ccserver.yaml", "default_language: en", "default_language: zh-CN")
    refused = await centred.reload.reload("root")
    assert (bool(refused.problems), prompt.exists()) == (True, False)
    assert not (await centred.reload.reload("root")).problems
    assert prompt.read_text().startswith("zh-CN 感谢")
    assert len(pbx.has_read()) == 3


async def test_phones_the_pbx_does_not_read_are_taken_back(centred: Centred, tmp_path: Path) -> None:
    """It may have read half of them: it reads the old files again."""
    pbx = NotingPbx(tmp_path, centred, refusals=1)
    before = pbx.files()
    centred.write("agents.yaml", "agents:\n", "agents:\n" + ZOE)
    answer = await centred.reload.reload("root")
    assert "refused" in answer.problems[0].problem
    assert (pbx.files(), pbx.has_read()[-1]) == (before, before)
    assert centred.accounts.account(AgentId("zoe")) is None


async def test_a_wrong_configuration_changes_nothing(centred: Centred) -> None:
    """The problems say where they are."""
    plan: Plan = centred.centre.plan
    centred.write("ccserver.yaml", "version: 1", "version: 1\nmax_interactions: many")
    answer = await centred.reload.reload("root")
    assert centred.centre.plan is plan
    assert answer.epoch == 1
    (problem,) = answer.problems
    assert problem.file.endswith("ccserver.yaml")
    assert problem.line > 0


async def test_what_needs_a_restart_changes_nothing(centred: Centred) -> None:
    """A port cannot be moved under calls."""
    plan: Plan = centred.centre.plan
    centred.write("ccserver.yaml", "version: 1", "version: 1\nnetwork:\n  sip_port: 5999")
    answer = await centred.reload.reload("root")
    assert centred.centre.plan is plan
    assert answer.problems


async def test_reloads_come_one_after_the_other(centred: Centred) -> None:
    """Each has its own number."""
    answers = await asyncio.gather(*(centred.reload.reload("root") for _ in range(3)))
    assert sorted(answer.epoch for answer in answers) == [2, 3, 4]


# -- the day ------------------------------------------------------------------------------------------------------------


class SlowClock:
    """Stands still until it is set."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


@pytest.fixture
async def history(tmp_path: Path) -> AsyncIterator[SqlHistory]:
    url = f"sqlite:///{tmp_path}/crm.db"
    await upgrade(url)
    database = Database(url)
    yield SqlHistory(database)
    await database.close()


async def until(today: Today, counts: Counts) -> None:
    async with asyncio.timeout(5):
        while today.queues[QueueId(SUPPORT)] != counts:
            await asyncio.sleep(0.01)


async def test_the_day_is_counted_again_after_a_restart(history: SqlHistory, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the history, page by page; at midnight it begins anew."""
    monkeypatch.setattr(house, "DAY_CHECKED_EVERY", 0.01)
    monkeypatch.setattr(house, "PAGE", 2)
    play = Play()
    for name in ("c1", "c2", "c3"):
        play.calls(name=name)
        play.leaves(name)
    await history.store([made.record for made in play.all(RecordMade)])
    today, clock, tasks = Today(), SlowClock(play.now), TaskTable()
    tasks.spawn("the day", keep_the_day(today, history, clock))
    await until(today, Counts(offered=3, abandoned=3))
    clock.at += timedelta(days=1)
    await until(today, Counts())
    await tasks.close()


async def test_what_was_before_this_day_does_not_count(history: SqlHistory) -> None:
    """Yesterday is over."""
    play = Play()
    play.calls(name="yesterday")
    play.leaves("yesterday")
    play.passes(86_400)
    play.calls(name="today")
    play.leaves("today")
    await history.store([made.record for made in play.all(RecordMade)])
    today, tasks = Today(), TaskTable()
    tasks.spawn("the day", keep_the_day(today, history, SlowClock(play.now)))
    await until(today, Counts(offered=1, abandoned=1))
    await tasks.close()
