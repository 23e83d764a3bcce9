"""The demo's people outside: simulated callers who ring in from the trunk's address, and customers who take calls out."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ccserver.adapters.softphone import Call, Softphone
from ccserver.core.commands import DialNumber, TelephonyCommand
from ccserver.core.dialling import E164
from ccserver.core.errors import PortUnavailable, Refused
from ccserver.core.events import PbxSnapshot
from ccserver.core.ids import AgentId, NodeName
from ccserver.services.office import DemoCall
from ccserver.services.ports import Telephony
from ccserver.services.tasks import TaskTable

TRUNK_ADDRESS = "127.0.0.2"
DEFAULT_DNIS = "+448081570102"
MOST_AT_ONCE = 20
STAYS_SECONDS = 180.0
HUM = 420.0
ANSWERS_AFTER = 3.0
RINGS_IN_VAIN = 15.0
BEHAVIOUR: Final = {
    "404": (0.5, "404 Not Found"),
    "480": (RINGS_IN_VAIN, "480 Temporarily Unavailable"),
    "486": (0.5, "486 Busy Here"),
    "603": (2.0, "603 Decline"),
}
"""By the last three digits of the number called, which are the SIP status: seconds of ringing, then the answer. All other
numbers are answered."""
WAITS_FOR_CALL = 5.0
"""Seconds the customers stay at the end of the trunk when no call comes."""
LOOKS_EVERY = 0.5

FIRST_CUSTOMERS: Final = (1, 13, 19, 3, 9)
"""Places in the customers' file of those who ring first: all have a past with notes, which the first screen pops shall show."""


def a_customer(rng: random.Random) -> str:
    """One of the 200 numbers that the demo's customers have."""
    return number_of(rng.randrange(200))


def number_of(place: int) -> str:
    """The main number of the customer at this place of the demo's file; 0 is the first."""
    return f"+442079460{place:03d}"


class SimulatedCallers:
    """Implements `office.DemoCalls`. Each caller stays until hung up, three minutes at the most.

    `phone_command` is what to type in a terminal for a simulated phone of an agent.
    """

    def __init__(
        self, host: str, port: int, rng: random.Random, tasks: TaskTable, phone_command: Callable[[AgentId], str]
    ) -> None:
        self._proxy, self._rng, self._tasks = (host, port), rng, tasks
        self.phone_command = phone_command
        self._phone: Softphone | None = None
        self._opening = asyncio.Lock()
        self._first = iter(FIRST_CUSTOMERS)

    async def ring_in(self, caller: str, dialled: str) -> DemoCall:
        """Let a caller ring. Raises Refused for numbers that are none, or when enough simulated callers are there."""
        caller, dialled = caller or self._next_customer(), dialled or DEFAULT_DNIS
        if not (E164.fullmatch(caller) and E164.fullmatch(dialled)):
            raise Refused("bad_number", "use the international form, such as +442079460007")
        phone = await self._open()
        if len(phone.calls) >= MOST_AT_ONCE:
            raise Refused("enough_callers", f"{MOST_AT_ONCE} simulated callers are there already")
        call = await phone.call(dialled, caller, "Simulated caller")
        self._tasks.spawn("simulated caller", _stay(call))
        return DemoCall(caller, dialled)

    async def close(self) -> None:
        if self._phone is not None:
            await self._phone.close()

    def _next_customer(self) -> str:
        place = next(self._first, None)
        return a_customer(self._rng) if place is None else number_of(place)

    async def _open(self) -> Softphone:
        """One telephone for all, however many are wanted at once before it is there."""
        async with self._opening:
            if self._phone is None:
                phone = Softphone("", self._proxy, host=TRUNK_ADDRESS, frequency=HUM)
                try:
                    await phone.open()
                except PortUnavailable as error:
                    raise Refused("no_trunk_address", f"{TRUNK_ADDRESS} cannot be used here: {error}") from error
                self._phone = phone
            return self._phone


class SimulatedCustomers:
    """Those whom the demo's agents call, at `address`, the other end of the trunk. What they do is `BEHAVIOUR`.

    They come when a number is dialled and leave after the last call, and only if nobody else is at that address: whoever
    listens there takes the calls instead.
    """

    def __init__(self, address: tuple[str, int], proxy: tuple[str, int], tasks: TaskTable) -> None:
        self._address, self._proxy, self._tasks = address, proxy, tasks
        self._phone: Softphone | None = None
        self._changing = asyncio.Lock()
        self._waits_until = 0.0

    async def come(self) -> None:
        """Be there for the call that is about to be made."""
        async with self._changing:
            self._waits_until = asyncio.get_running_loop().time() + WAITS_FOR_CALL
            if self._phone is not None:
                return
            phone = Softphone("", self._proxy, host=self._address[0], frequency=HUM)
            phone.on_call = self._rung
            try:
                await phone.open(self._address[1])
            except PortUnavailable:
                return  # somebody else is there
            self._phone = phone
            self._tasks.spawn("simulated customers", self._leave(phone))

    async def close(self) -> None:
        if self._phone is not None:
            await self._phone.close()

    def _rung(self, call: Call) -> None:
        phone = self._phone
        if phone is None or len(phone.calls) > MOST_AT_ONCE:
            call.refuse("503 Service Unavailable")
        else:
            self._tasks.spawn("simulated customer", _behave(call))

    async def _leave(self, phone: Softphone) -> None:
        """Make room when the last call is over."""
        while True:
            async with self._changing:
                if not phone.calls and asyncio.get_running_loop().time() >= self._waits_until:
                    self._phone = None
                    return await phone.close()
            await asyncio.sleep(LOOKS_EVERY)


@dataclass(frozen=True)
class DemoTelephony:
    """The PBX, with somebody at the other end of the trunk when a number is dialled."""

    pbx: Telephony
    customers: SimulatedCustomers

    async def perform(self, command: TelephonyCommand) -> None:
        """As the PBX does. Raises what it raises."""
        if isinstance(command, DialNumber):
            await self.customers.come()
        await self.pbx.perform(command)

    async def snapshot(self, node: NodeName) -> PbxSnapshot:
        return await self.pbx.snapshot(node)


def address_of(target: str) -> tuple[str, int] | None:
    """The address of a trunk's target if it is on this machine's loopback; None for a real trunk."""
    host, _, port = target.rpartition(":")
    return (host, int(port)) if host.startswith("127.") and port.isdecimal() else None


async def _behave(call: Call) -> None:
    """Ring, then answer or not, as the number says."""
    rings, status = BEHAVIOUR.get(call.called[-3:], (ANSWERS_AFTER, ""))
    try:
        async with asyncio.timeout(rings):
            await call.ended.wait()
    except TimeoutError:
        if status:
            call.refuse(status)
        else:
            call.answer()
            await _stay(call)


async def _stay(call: Call) -> None:
    try:
        async with asyncio.timeout(STAYS_SECONDS):
            await call.ended.wait()
    except TimeoutError:
        call.hang_up()
