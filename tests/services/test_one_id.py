"""One id follows a call through everything: each log line about a call carries its interaction."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import structlog
from tests.core.playbook import ANN, IVR_DNIS, SUPPORT_DNIS, plan

from ccserver.adapters.sim.clock import Agenda
from ccserver.adapters.sim.legs import Party
from ccserver.adapters.sim.pbx import SimPbx
from ccserver.adapters.sim.telephony import SimTelephony
from ccserver.core import events
from ccserver.core.centre import Centre
from ccserver.core.commands import ConnectLegs, TelephonyCommand
from ccserver.core.customer import CustomerCard
from ccserver.core.errors import PortUnavailable
from ccserver.core.ids import LegId, NodeName
from ccserver.core.kernel import Kernel
from ccserver.core.notices import Notice, RecordMade, TalkStarted
from ccserver.services.journal import MemoryJournal
from ccserver.services.logs import LogSettings, log_notice, set_up_logs
from ccserver.services.performer import Performer
from ccserver.services.ports import CommandRefused
from ccserver.services.runtime import Runtime
from ccserver.services.tasks import TaskTable

NODE = NodeName("sim01")
NO_CALL = {"presence_changed", "phone_changed", "link_changed"}


class AwayDirectory:
    """The customers' store is away, and says so in the log."""

    async def find(self, number: str) -> CustomerCard | None:
        raise PortUnavailable("directory")


class Reluctant(SimTelephony):
    """Refuses to connect legs once, so that there is something to tell of a command."""

    refused = False

    async def perform(self, command: TelephonyCommand) -> None:
        if isinstance(command, ConnectLegs) and not self.refused:
            self.refused = True
            raise CommandRefused(events.Cause.UNKNOWN, "no")
        await super().perform(command)


class Phone(Party):
    """Answers at once."""

    def __init__(self, answer: Callable[[LegId], None]) -> None:
        self._answer = answer

    def rang(self, leg: LegId) -> None:
        self._answer(leg)


class Stage:
    """Runtime, performer and log on the simulated PBX, in the time of the loop."""

    def __init__(self, tasks: TaskTable) -> None:
        self.stream = io.StringIO()
        self.writer = set_up_logs(LogSettings(level="debug", form="json"), self.stream)
        agenda = Agenda()
        self.runtime = Runtime(Kernel(Centre(plan())), agenda, MemoryJournal(), AwayDirectory(), tasks)
        self.pbx = SimPbx(agenda, self.runtime.put, NODE)
        telephony = Reluctant(self.pbx)
        self.runtime.performer = Performer(telephony, self.runtime.put, tasks)
        self.told: asyncio.Queue[Notice] = asyncio.Queue()
        self.runtime.subscribe(log_notice)
        self.runtime.subscribe(self.told.put_nowait)
        self.pbx.calls.mend()
        self.pbx.mend_registrations()
        self.runtime.put(events.TelephonyRestored(self.pbx.snapshot()))
        tasks.spawn("kernel", self.runtime.run())
        tasks.spawn("time", telephony.keep_step())

    async def until(self, kind: type[Notice]) -> None:
        async with asyncio.timeout(10):
            while not isinstance(await self.told.get(), kind):
                pass

    def lines(self) -> list[dict[str, Any]]:
        self.writer.close()
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]


@asynccontextmanager
async def staged() -> AsyncIterator[Stage]:
    root, tasks = logging.getLogger(), TaskTable()
    before = root.handlers, root.level
    try:
        yield Stage(tasks)
    finally:
        await tasks.close()
        structlog.reset_defaults()
        root.handlers, root.level = before


@pytest.fixture
async def lines() -> list[dict[str, Any]]:
    """What was logged while Ann talked with one caller and another one listened to the menu."""
    async with staged() as stage:
        stage.pbx.register(ANN, Phone(stage.pbx.answer))
        await stage.runtime.ask(events.SignInRequested(ANN))
        await stage.runtime.ask(events.ReadyRequested(ANN))
        other = stage.pbx.call_in(Party(), "+442079460008", IVR_DNIS)
        leg = stage.pbx.call_in(Party(), "+442079460007", SUPPORT_DNIS)
        await stage.until(TalkStarted)
        await stage.runtime.ask(events.HoldRequested(ANN))
        await stage.runtime.ask(events.HangUpRequested(ANN))
        for each in (leg, other):
            stage.pbx.hang_up(each)
            await stage.until(RecordMade)
        return stage.lines()


async def test_every_line_about_a_call_carries_its_interaction(lines: list[dict[str, Any]]) -> None:
    """Notices, what failed, and what tasks say; only people and lines have none."""
    assert [line for line in lines if "interaction" not in line and line["event"] not in NO_CALL] == []
    assert len({line["interaction"] for line in lines if "interaction" in line}) == 2


async def test_what_fails_in_a_task_says_for_which_call(lines: list[dict[str, Any]]) -> None:
    """The command that was refused, and the look-ups that found nobody at home."""
    calls = {line["ani"][-3:]: line["interaction"] for line in lines if line["event"] == "interaction_started"}
    assert [line["interaction"] for line in lines if line["event"] == "command failed"] == [calls["007"]]
    away = {line["interaction"] for line in lines if line["event"] == "customer directory away"}
    assert away == set(calls.values())


async def test_two_calls_at_once_are_not_mixed(lines: list[dict[str, Any]]) -> None:
    """The talk is told of the caller who talked only."""
    calls = {line["ani"][-3:]: line["interaction"] for line in lines if line["event"] == "interaction_started"}
    talk = {
        line["interaction"] for line in lines if line["event"] in ("offer_made", "talk_started", "work_item_changed")
    }
    assert talk == {calls["007"]}
