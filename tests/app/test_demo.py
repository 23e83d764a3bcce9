"""The demo's simulated callers and customers, in front of a small proxy."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from tests.adapters.softphone.proxy_peer import ProxyPeer

from ccserver.adapters.softphone import Call, Softphone
from ccserver.adapters.softphone.call import CallState
from ccserver.app import demo
from ccserver.app.demo import (
    BEHAVIOUR,
    DEFAULT_DNIS,
    DemoTelephony,
    SimulatedCallers,
    SimulatedCustomers,
    a_customer,
    address_of,
)
from ccserver.app.demo_past import past_of
from ccserver.core.commands import DialNumber, HangUpLeg, TelephonyCommand
from ccserver.core.customer import CustomerCard
from ccserver.core.errors import PortUnavailable, Refused
from ccserver.core.events import PbxSnapshot
from ccserver.core.ids import CustomerId, InteractionId, LegId, NodeName
from ccserver.services.tasks import TaskTable


class Line:
    """The number of the demo, answered by a telephone."""

    def __init__(self, proxy: ProxyPeer) -> None:
        self.proxy, self.tasks = proxy, TaskTable()
        self.phone = Softphone(DEFAULT_DNIS, proxy.address)
        self.phone.on_call = self._rung
        self.calls: list[Call] = []
        self.rings = asyncio.Event()
        self.callers = SimulatedCallers(*proxy.address, random.Random(7), self.tasks, lambda agent: f"be {agent}")

    def _rung(self, call: Call) -> None:
        self.calls.append(call)
        self.rings.set()

    async def rung(self) -> Call:
        async with asyncio.timeout(5):
            await self.rings.wait()
        return self.calls[-1]


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    line = Line(await ProxyPeer.open())
    await line.phone.open()
    await line.phone.register()
    yield line
    await line.callers.close()
    await line.tasks.close()
    await line.phone.close()
    line.proxy.close()


async def test_a_caller_rings_the_number_that_was_asked_for(line: Line) -> None:
    """With the number that was asked for."""
    answer = await line.callers.ring_in("+442079460007", DEFAULT_DNIS)
    assert (answer.caller, answer.dialled) == ("+442079460007", DEFAULT_DNIS)
    assert ((await line.rung()).number, (await line.rung()).name) == ("+442079460007", "Simulated caller")


async def test_without_numbers_a_customer_rings_support(line: Line) -> None:
    """Somebody whom the demo knows."""
    answer = await line.callers.ring_in("", "")
    assert answer.dialled == DEFAULT_DNIS
    assert answer.caller.startswith("+442079460")


async def test_the_first_callers_have_a_past_with_notes(line: Line) -> None:
    """The first screen pop shows what a screen pop is for; customers of the file, whose place is in their number."""
    for _ in range(3):
        answer = await line.callers.ring_in("", "")
        place = int(answer.caller[-3:])
        card = CustomerCard(CustomerId("x"), "X", "gold", 0.0, (answer.caller,))
        newest = next(past_of(place, card, datetime(2026, 11, 22, tzinfo=UTC)))
        assert newest.notes


@pytest.mark.parametrize(
    ("caller", "dialled"), [("999", ""), ("", "support"), ("+44\r\nX: y", ""), ("", "+4480815701020000")]
)
async def test_what_is_no_number_is_refused(line: Line, caller: str, dialled: str) -> None:
    """Nothing of it reaches the line."""
    with pytest.raises(Refused, match="bad_number"):
        await line.callers.ring_in(caller, dialled)
    assert line.proxy.seen["INVITE"] == 0


async def test_callers_at_once_are_bounded(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """The button may be pressed often."""
    monkeypatch.setattr(demo, "MOST_AT_ONCE", 1)
    await line.callers.ring_in("", "")
    with pytest.raises(Refused, match="enough_callers"):
        await line.callers.ring_in("", "")


async def test_a_caller_does_not_stay_for_ever(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three minutes at the most; here it is shorter."""
    monkeypatch.setattr(demo, "STAYS_SECONDS", 0.2)
    await line.callers.ring_in("", "")
    call = await line.rung()
    call.answer()
    async with asyncio.timeout(5):
        await call.ended.wait()


async def test_a_caller_who_is_hung_up_is_gone(line: Line) -> None:
    """And makes room for the next."""
    await line.callers.ring_in("", "")
    call = await line.rung()
    call.answer()
    call.hang_up()
    async with asyncio.timeout(5):
        while "simulated caller" in line.tasks.names():
            await asyncio.sleep(0.01)


async def test_without_the_trunks_address_it_says_so(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some machines have 127.0.0.1 only."""
    monkeypatch.setattr(demo, "TRUNK_ADDRESS", "192.0.2.1")
    with pytest.raises(Refused, match="no_trunk_address"):
        await line.callers.ring_in("", "")


async def test_the_first_two_callers_at_once_share_a_telephone(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second one finds it being opened."""
    opened: list[Softphone] = []
    whole = Softphone.open

    async def watched(phone: Softphone, port: int = 0) -> None:
        opened.append(phone)
        await whole(phone, port)

    monkeypatch.setattr(Softphone, "open", watched)
    await asyncio.gather(line.callers.ring_in("", ""), line.callers.ring_in("", ""))
    assert len(opened) == 1


def test_customers_of_the_demo_are_in_the_range_for_fiction() -> None:
    """Two hundred numbers, no other."""
    rng = random.Random(1)
    numbers = {a_customer(rng) for _ in range(2000)}
    assert (len(numbers), min(numbers), max(numbers)) == (200, "+442079460000", "+442079460199")


# -- customers who are called -------------------------------------------------------------------------------------------


class Outside:
    """An agent's phone at the proxy, which passes calls on to where the customers are to be."""

    def __init__(self, proxy: ProxyPeer, address: tuple[str, int]) -> None:
        self.proxy, self.address, self.tasks = proxy, address, TaskTable()
        self.agent = Softphone("ann", proxy.address)
        self.customers = SimulatedCustomers(address, proxy.address, self.tasks)

    async def calls(self, number: str) -> Call:
        self.proxy.contacts[number] = self.address
        await self.customers.come()
        return await self.agent.call(number)


async def free_port(host: str) -> int:
    probe = Softphone("", (host, 9), host=host)
    await probe.open()
    port = probe.port
    await probe.close()
    return port


async def comes(event: asyncio.Event) -> None:
    async with asyncio.timeout(5):
        await event.wait()


@pytest.fixture
async def outside(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Outside]:
    """Everything is quick."""
    monkeypatch.setattr(demo, "ANSWERS_AFTER", 0.05)
    monkeypatch.setattr(demo, "BEHAVIOUR", {key: (0.05, status) for key, (_, status) in BEHAVIOUR.items()})
    monkeypatch.setattr(demo, "LOOKS_EVERY", 0.01)
    outside = Outside(await ProxyPeer.open(), ("127.0.0.2", await free_port("127.0.0.2")))
    await outside.agent.open()
    yield outside
    await outside.agent.close()
    await outside.customers.close()
    await outside.tasks.close()
    outside.proxy.close()


async def test_a_customer_answers_and_hums(outside: Outside) -> None:
    """Until the agent hangs up."""
    call = await outside.calls("+442079460007")
    await comes(call.answered)
    assert call.state is CallState.UP


@pytest.mark.parametrize(("digits", "status"), [("486", 486), ("480", 480), ("404", 404), ("603", 603)])
async def test_the_last_digits_are_the_answer(outside: Outside, digits: str, status: int) -> None:
    """Busy, nobody there, no such number, declined."""
    call = await outside.calls(f"+442079460{digits}")
    await comes(call.ended)
    assert call.status == status


async def test_a_customer_does_not_stay_for_ever(outside: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three minutes at the most; here it is shorter."""
    monkeypatch.setattr(demo, "STAYS_SECONDS", 0.1)
    call = await outside.calls("+442079460007")
    await comes(call.ended)
    assert call.answered.is_set()


async def test_customers_leave_after_the_last_call(outside: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    """The address is free for somebody else, and they come again when they are called."""
    monkeypatch.setattr(demo, "WAITS_FOR_CALL", 0.5)
    call = await outside.calls("+442079460007")
    await comes(call.answered)
    call.hang_up()
    async with asyncio.timeout(5):
        while "simulated customers" in outside.tasks.names():
            await asyncio.sleep(0.01)
    another = Softphone("", outside.proxy.address, host=outside.address[0])
    await another.open(outside.address[1])
    await another.close()
    await comes((await outside.calls("+442079460008")).answered)


async def test_who_is_there_already_takes_the_calls(outside: Outside) -> None:
    """A tester's own telephone at the end of the trunk."""
    tester = Softphone("", outside.proxy.address, host=outside.address[0])
    await tester.open(outside.address[1])
    tester.on_call = lambda call: call.refuse("488 Not Acceptable Here")
    call = await outside.calls("+442079460007")
    await comes(call.ended)
    assert call.status == 488
    await tester.close()


async def test_customers_at_once_are_bounded(outside: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest hears that there is no line."""
    monkeypatch.setattr(demo, "MOST_AT_ONCE", 0)
    call = await outside.calls("+442079460007")
    await comes(call.ended)
    assert call.status == 503


class Pbx:
    """Keeps what it was told, and whether the place at the end of the trunk was taken then."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.address = address
        self.told: list[tuple[TelephonyCommand, bool]] = []

    async def perform(self, command: TelephonyCommand) -> None:
        probe = Softphone("", ("127.0.0.1", 9), host=self.address[0])
        try:
            await probe.open(self.address[1])
        except PortUnavailable:
            self.told.append((command, True))
        else:
            await probe.close()
            self.told.append((command, False))

    async def snapshot(self, node: NodeName) -> PbxSnapshot:
        return PbxSnapshot(node, ())


async def test_customers_come_when_a_number_is_dialled(outside: Outside) -> None:
    """Before the PBX dials; for nothing else."""
    pbx = Pbx(outside.address)
    telephony = DemoTelephony(pbx, outside.customers)
    node = NodeName("pbx1")
    hang_up = HangUpLeg(LegId("leg"), "done")
    dial = DialNumber(LegId("leg"), node, InteractionId("c1"), "+442079460007", "", timedelta(seconds=45))
    await telephony.perform(hang_up)
    await telephony.perform(dial)
    assert pbx.told == [(hang_up, False), (dial, True)]
    assert await telephony.snapshot(node) == PbxSnapshot(node, ())


def test_only_a_trunk_on_the_loopback_has_simulated_customers() -> None:
    """Nobody answers for a carrier."""
    targets = ("127.0.0.2:5070", "192.0.2.7:5060", "sip.example.com", "127.0.0.2")
    assert [address_of(target) for target in targets] == [("127.0.0.2", 5070), None, None, None]
