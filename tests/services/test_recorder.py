"""The recorder: in order, off the hot path, and a disk that fails costs nothing but a gap."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from tests.properties.plan import make_plan

from ccserver.app.house import know_written_forms
from ccserver.core import events
from ccserver.core.centre import Centre
from ccserver.core.ids import AgentId
from ccserver.core.kernel import Kernel
from ccserver.services import recorder as recorder_module
from ccserver.services.recorder import Recorder
from ccserver.services.replay import replay
from ccserver.services.tasks import TaskTable

know_written_forms()
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ANN = AgentId("ann")


class Disk:
    """Files in memory; `is_away` makes it refuse."""

    def __init__(self) -> None:
        self.files: list[list[bytes]] = []
        self.is_away = False
        self.is_full = False

    def begin(self, header: bytes, at: datetime) -> None:
        self._check()
        self.files.append([header])

    def write(self, lines: bytes) -> None:
        self._check()
        self.files[-1] += lines.splitlines(keepends=True)

    def _check(self) -> None:
        if self.is_away:
            raise OSError("no space left")


class Running:
    """A kernel whose steps are recorded."""

    def __init__(self, tasks: TaskTable, disk: Disk) -> None:
        self.kernel, self.recorder, self.disk = Kernel(Centre(make_plan())), Recorder(), disk
        self.now = NOW
        self.recorder.begin(self.kernel, self.now)
        tasks.spawn("event log", self.recorder.write_on(disk))

    def step(self, event: events.Event | None = None) -> None:
        self.now += timedelta(seconds=1)
        event = event or events.PhoneReachable(ANN)
        self.recorder.taken(event, self.now)
        self.recorder.decided(self.kernel.handle(event, self.now))

    async def until(self, fact: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not fact():
                await asyncio.sleep(0.001)

    def lines(self) -> list[int]:
        return [len(file) for file in self.disk.files]


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder_module, "GATHER", 0.001)
    monkeypatch.setattr(recorder_module, "PAUSE", 0.001)


async def test_steps_follow_the_header_in_order_and_the_last_are_written_at_the_end() -> None:
    """Those that were gathered and those that were being written, once each."""
    tasks, disk = TaskTable(), Disk()
    run = Running(tasks, disk)
    run.step()
    await run.until(lambda: run.lines() == [2])
    for _ in range(300):
        run.step()
    await tasks.close()
    assert run.lines() == [302]
    assert replay(disk.files[0]).events == 301


async def test_a_file_that_is_full_is_followed_by_one_that_stands_for_itself() -> None:
    """The next event begins it."""
    tasks, disk = TaskTable(), Disk()
    run = Running(tasks, disk)
    disk.is_full = True
    run.step()
    await run.until(lambda: run.lines() == [2] and run.recorder._is_cut_wanted)
    disk.is_full = False
    run.step(events.SignInRequested(ANN))
    run.step(events.ReadyRequested(ANN))
    await tasks.close()
    assert run.lines() == [2, 3]
    assert [replay(file).difference for file in disk.files] == [None, None]


async def test_a_day_is_the_longest_that_one_file_may_take() -> None:
    """However little happens."""
    tasks, disk = TaskTable(), Disk()
    run = Running(tasks, disk)
    run.step()
    run.now += timedelta(hours=24)
    run.step()
    await run.until(lambda: run.lines() == [2, 2])
    await tasks.close()
    assert run.lines() == [2, 2]


async def test_a_disk_that_fails_costs_a_gap_and_the_log_goes_on_with_a_new_file() -> None:
    """No file has steps behind a hole, and what is lost is counted."""
    tasks, disk = TaskTable(), Disk()
    run = Running(tasks, disk)
    run.step()
    await run.until(lambda: run.lines() == [2])
    disk.is_away = True
    run.step()
    await run.until(lambda: run.recorder.has_gap)
    run.step()
    disk.is_away = False
    await run.until(lambda: run.recorder._is_cut_wanted)
    run.step()
    await tasks.close()
    assert run.lines()[0] == 2
    assert run.recorder.lost >= 1
    assert [replay(file).difference for file in disk.files] == [None] * len(disk.files)
    assert len(disk.files) == 2


async def test_what_waits_for_the_disk_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond, nothing is kept until a new file begins."""
    monkeypatch.setattr(recorder_module, "MOST_WAITING", 10)
    tasks, disk = TaskTable(), Disk()
    run = Running(tasks, disk)
    for _ in range(30):
        run.step()
    await run.until(lambda: run.lines() == [10])
    await tasks.close()
    assert run.lines() == [10]
    assert run.recorder.lost == 21


def test_one_that_is_not_wanted_keeps_nothing() -> None:
    """Where no event log is asked for."""
    recorder, kernel = Recorder(is_wanted=False), Kernel(Centre(make_plan()))
    recorder.begin(kernel, NOW)
    recorder.taken(events.PhoneReachable(ANN), NOW)
    recorder.refused("no")
    assert list(recorder.drain()) == []
