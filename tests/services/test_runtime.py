"""The runtime: one writer, durable answers, hang-ups behind the journal, bugs that stay with one event."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime

import pytest
from tests.core.playbook import ANN, CLOSED_DNIS, NODE, SUPPORT_DNIS, Play

from ccserver.adapters.system_clock import SystemClock
from ccserver.app.house import know_written_forms
from ccserver.core import events
from ccserver.core.agent import Presence
from ccserver.core.commands import HangUpLeg, RingAgent, StartTimer, TelephonyCommand
from ccserver.core.customer import CustomerCard
from ccserver.core.errors import PortUnavailable, Refused
from ccserver.core.ids import CustomerId, InteractionId, LegId, NodeName
from ccserver.core.kernel import HANDLERS, Kernel
from ccserver.core.notices import CustomerKnown, Notice, RecordMade
from ccserver.core.records import InteractionRecord
from ccserver.core.timers import MaxWait
from ccserver.services import runtime as runtime_module
from ccserver.services.event_log import read_log
from ccserver.services.performer import Performer
from ccserver.services.recorder import Recorder
from ccserver.services.runtime import Runtime
from ccserver.services.tasks import TaskTable

CARD = CustomerCard(CustomerId("7"), "Wang Xiaoming", "gold", 1.0)


class Disk:
    """A journal in memory whose disk can be held up or away."""

    def __init__(self) -> None:
        self.rows: dict[str, bytes | None] = {}
        self.records: list[InteractionRecord] = []
        self.notes: list[str] = []
        self.spins = asyncio.Event()
        self.spins.set()
        self.failures = 0

    async def commit(
        self, state: Mapping[str, bytes | None], records: Sequence[InteractionRecord], notes: Sequence[str]
    ) -> None:
        await self.spins.wait()
        if self.failures:
            self.failures -= 1
            raise PortUnavailable("journal")
        self.rows.update(state)
        self.records += records
        self.notes += notes

    async def load(self) -> Mapping[str, bytes]:
        return {}

    async def pending(self, limit: int) -> Sequence[tuple[int, InteractionRecord]]:
        return []

    async def delivered(self, keys: Sequence[int]) -> None:
        return None


class Pbx:
    """Takes every command."""

    def __init__(self) -> None:
        self.done: list[TelephonyCommand] = []
        self.changed = asyncio.Event()

    async def perform(self, command: TelephonyCommand) -> None:
        self.done.append(command)
        self.changed.set()

    async def snapshot(self, node: NodeName) -> events.PbxSnapshot:
        return events.PbxSnapshot(node)


class Directory:
    async def find(self, number: str) -> CustomerCard | None:
        return CARD


class Stage:
    def __init__(self, tasks: TaskTable, *, is_running: bool = True) -> None:
        play = Play()
        self.disk, self.pbx, self.notices = Disk(), Pbx(), list[Notice]()
        self.runtime = Runtime(Kernel(play.centre), SystemClock(), self.disk, Directory(), tasks)
        self.runtime.performer = Performer(self.pbx, self.runtime.put, tasks)
        self.runtime.subscribe(self.notices.append)
        if is_running:
            tasks.spawn("kernel", self.runtime.run())

    async def until(self, fact: object) -> None:
        async with asyncio.timeout(5):
            while not fact():  # type: ignore[operator]
                await asyncio.sleep(0)

    def rings_in(self, dnis: str = SUPPORT_DNIS) -> None:
        self.runtime.put(events.LegArrived(LegId("leg"), NODE, InteractionId("c1"), "+442079460007", dnis))


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    tasks = TaskTable()
    try:
        yield Stage(tasks)
    finally:
        await tasks.close()


async def test_a_request_is_answered_when_it_is_on_disk() -> None:
    """Not before."""
    async with stage() as s:
        s.disk.spins.clear()
        asking = asyncio.ensure_future(s.runtime.ask(events.SignInRequested(ANN)))  # noqa: TID251
        await s.until(lambda: bool(s.notices))
        assert not asking.done()
        s.disk.spins.set()
        await asyncio.wait_for(asking, 2)
        assert b"not_ready" in (s.disk.rows["agent/ann"] or b"")


async def test_a_refused_request_says_why() -> None:
    """And changes nothing."""
    async with stage() as s:
        with pytest.raises(Refused, match="not_signed_in"):
            await s.runtime.ask(events.ReadyRequested(ANN))
        assert s.disk.rows == {}


async def test_a_hang_up_has_its_reason_on_disk_first() -> None:
    """While the disk is held up, nobody is hung up."""
    async with stage() as s:
        s.rings_in()
        await s.until(lambda: bool(s.pbx.done))
        s.disk.spins.clear()
        s.runtime.put(events.LegEnded(LegId("x")))
        s.runtime.put(events.LegArrived(LegId("leg2"), NODE, InteractionId("c2"), "", CLOSED_DNIS))
        await s.until(lambda: any(getattr(c, "leg", "") == "leg2" for c in s.pbx.done))
        prompt = s.runtime.kernel.centre.interactions[InteractionId("c2")].prompt
        assert prompt is not None
        s.runtime.put(events.PromptFinished(LegId("leg2"), prompt))
        await s.until(lambda: s.runtime.kernel.centre.interactions[InteractionId("c2")].prompt is None)
        assert not [c for c in s.pbx.done if isinstance(c, HangUpLeg)]
        s.disk.spins.set()
        await s.until(lambda: any(isinstance(c, HangUpLeg) for c in s.pbx.done))
        assert any("hang up leg2" in note for note in s.disk.notes)


async def test_records_are_in_the_journal() -> None:
    """The end of a call is written with the step that made it."""
    async with stage() as s:
        s.rings_in()
        s.runtime.put(events.LegEnded(LegId("leg")))
        await s.until(lambda: bool(s.disk.records))
        assert [r.id for r in s.disk.records] == ["c1"]
        assert any(isinstance(n, RecordMade) for n in s.notices)


async def test_a_disk_that_is_away_loses_nothing() -> None:
    """It is tried again until it is written; calls go on."""
    async with stage() as s:
        s.disk.failures = 2
        s.rings_in()
        s.runtime.put(events.LegEnded(LegId("leg")))
        await s.until(lambda: bool(s.disk.records))


async def test_the_customer_card_comes_back_as_an_event() -> None:
    """The look-up runs beside the kernel."""
    async with stage() as s:
        s.rings_in()
        await s.until(lambda: any(isinstance(n, CustomerKnown) for n in s.notices))
        assert s.runtime.kernel.centre.interactions[InteractionId("c1")].customer == CARD


async def test_a_listener_that_fails_stops_nobody() -> None:
    """It is logged."""
    async with stage() as s:

        def bad(_notice: Notice) -> None:
            raise ValueError

        s.runtime.subscribe(bad)
        await s.runtime.ask(events.SignInRequested(ANN))
        assert s.notices


async def test_a_bug_is_counted_and_the_next_event_is_handled() -> None:
    """One call's trouble is not everybody's."""
    async with stage() as s:
        bugs: list[str] = []
        s.runtime.gauges.on_bug = bugs.append
        s.runtime.put("no event")  # type: ignore[arg-type]
        await s.runtime.ask(events.SignInRequested(ANN))
        assert bugs == ["KeyError"]


async def test_a_bug_half_way_ends_the_call_it_hit(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the hang-up was decided: it is carried out, the record is on disk, no timer is left, and others go on."""

    def fail(*_: object) -> Iterator[events.Event]:
        raise ValueError

    broken = (*HANDLERS[events.InteractionGivenUp], fail)
    monkeypatch.setitem(HANDLERS, events.InteractionGivenUp, broken)
    async with stage() as s:
        s.rings_in()
        s.runtime.put(events.InteractionGivenUp(InteractionId("c1"), events.Cause.NORMAL))
        await s.until(lambda: bool(s.disk.records) and any(isinstance(c, HangUpLeg) for c in s.pbx.done))
        assert [r.id for r in s.disk.records] == ["c1"]
        assert s.disk.rows.get("interaction/c1") is None
        assert s.runtime.kernel.centre.timers == {}
        await s.runtime.ask(events.SignInRequested(ANN))


async def test_a_timer_that_started_before_a_bug_fires(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever's it is: what the centre has is armed."""
    key = MaxWait(InteractionId("c1"))

    def fail(_centre: object, _event: object, now: datetime) -> Iterator[StartTimer]:
        yield StartTimer(key, now)
        raise ValueError

    monkeypatch.setitem(HANDLERS, events.LegEnded, (fail,))
    async with stage() as s:
        s.rings_in()
        await s.until(lambda: key in s.runtime.kernel.centre.timers)
        s.runtime.put(events.LegEnded(LegId("x")))
        await s.until(lambda: key not in s.runtime.kernel.centre.timers)


async def test_a_full_inbox_is_counted_and_refuses_people() -> None:
    """Nothing grows without bound."""
    async with stage() as s:
        dropped: list[int] = []
        s.runtime.gauges.on_overflow = lambda: dropped.append(1)
        for _ in range(50_001):
            s.runtime.put(events.LegEnded(LegId("x")))
        assert dropped
        with pytest.raises(Refused, match="overloaded"):
            await s.runtime.ask(events.SignInRequested(ANN))


async def test_a_request_given_up_before_its_turn_is_never_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asked was told that nothing was changed; what others handed in meanwhile is decided, and recorded, as ever."""
    monkeypatch.setattr(runtime_module, "ANSWER_LIMIT", 0.01)
    tasks = TaskTable()
    try:
        s = Stage(tasks, is_running=False)
        s.runtime.put(events.PhoneReachable(ANN))
        with pytest.raises(Refused, match="overloaded: nothing was changed"):
            await s.runtime.ask(events.SignInRequested(ANN))
        s.rings_in()
        know_written_forms()
        centre = s.runtime.kernel.centre
        centre.plan = replace(centre.plan, hours={})
        s.runtime.recorder = recorder = Recorder()
        tasks.spawn("kernel", s.runtime.run())
        await s.until(lambda: not s.runtime.inbox_depth)
        decided = [type(step.event) for step in read_log(line for _, line in recorder.drain())[1]]
        assert decided[:2] == [events.PhoneReachable, events.LegArrived]
        assert events.SignInRequested not in decided
    finally:
        await tasks.close()


async def test_a_request_that_was_decided_is_not_taken_back_by_a_slow_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """The refusal says that it was taken, and it is in force."""
    monkeypatch.setattr(runtime_module, "ANSWER_LIMIT", 0.01)
    async with stage() as s:
        s.disk.spins.clear()
        with pytest.raises(Refused, match="not_durable"):
            await s.runtime.ask(events.SignInRequested(ANN))
        assert s.runtime.kernel.centre.agents[ANN].presence is Presence.NOT_READY


async def test_what_was_dropped_is_read_back_when_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, however many were dropped."""
    monkeypatch.setattr(runtime_module, "SIZE", 10)
    monkeypatch.setattr(runtime_module, "ROOM", 5)
    async with stage() as s:
        depths: list[int] = []
        s.runtime.gauges.on_room = lambda: depths.append(s.runtime.inbox_depth)
        for _ in range(50):
            s.runtime.put(events.LegEnded(LegId("x")))
        assert depths == []
        await s.until(lambda: not s.runtime.inbox_depth)
        assert depths == [5]


async def test_the_return_of_the_link_is_never_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the node stayed away for the kernel although it is there."""
    monkeypatch.setattr(runtime_module, "SIZE", 10)
    async with stage() as s:
        s.runtime.put(events.TelephonyLost(NODE))
        for _ in range(50):
            s.runtime.put(events.LegEnded(LegId("x")))
        s.runtime.put(events.TelephonyRestored(events.PbxSnapshot(NODE)))
        await s.until(lambda: not s.runtime.inbox_depth)
        assert NODE in s.runtime.kernel.centre.nodes_up


async def test_a_timer_that_met_a_full_inbox_fires(monkeypatch: pytest.MonkeyPatch) -> None:
    """The maximum wait of a caller comes to its end all the same."""
    monkeypatch.setattr(runtime_module, "SIZE", 10)
    async with stage() as s:
        s.rings_in()
        key = MaxWait(InteractionId("c1"))
        await s.until(lambda: key in s.runtime.kernel.centre.timers)
        for _ in range(50):
            s.runtime.put(events.LegEnded(LegId("x")))
        due = s.runtime.kernel.centre.timers[key] = SystemClock().now()
        s.runtime.timekeeper.apply([StartTimer(key, due)])
        s.runtime.timekeeper._fire()  # while it is full
        await s.until(lambda: key not in s.runtime.kernel.centre.timers)


async def test_a_full_inbox_does_not_hold_up_the_loop() -> None:
    """Others have their turn after every few events: heartbeats, the page, the journal."""
    async with stage() as s:
        for _ in range(2_000):
            s.runtime.put(events.LegEnded(LegId("x")))
        turns = 0
        while s.runtime.inbox_depth:
            await asyncio.sleep(0)
            turns += 1
        assert turns >= 2_000 // 50


async def test_commands_leave_while_events_wait() -> None:
    """The caller hears something before the whole backlog is decided."""
    async with stage() as s:
        s.rings_in()
        for _ in range(2_000):
            s.runtime.put(events.LegEnded(LegId("x")))
        await s.until(lambda: bool(s.pbx.done))
        assert s.runtime.inbox_depth > 1_000


@pytest.mark.parametrize("between", [0, 500])
async def test_no_phone_rings_for_a_caller_who_is_gone(between: int) -> None:
    """After a pause of ours arrival and end are read late, one behind the other or far apart: only the record tells of the call."""
    async with stage() as s:
        for request in (events.PhoneReachable(ANN), events.SignInRequested(ANN), events.ReadyRequested(ANN)):
            s.runtime.put(request)
        s.rings_in()
        for _ in range(between):
            s.runtime.put(events.LegEnded(LegId("x")))
        s.runtime.put(events.LegEnded(LegId("leg")))
        await s.until(lambda: bool(s.disk.records) and not s.runtime.inbox_depth)
        assert s.runtime.performer is not None
        await s.runtime.performer.settled()
        assert [c for c in s.pbx.done if isinstance(c, RingAgent)] == []
        await s.until(lambda: s.runtime.kernel.centre.agents[ANN].is_available)
        s.runtime.put(events.LegArrived(LegId("leg2"), NODE, InteractionId("c2"), "", SUPPORT_DNIS))
        await s.until(lambda: any(isinstance(c, RingAgent) for c in s.pbx.done))
