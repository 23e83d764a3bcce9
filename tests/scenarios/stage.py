"""The stage: scenarios are told in the language of the field, and play on a simulated PBX or on the real one.

A scenario looks at what callers and agents see and hear and at the rows of the history; it never looks inside. Waiting is
always for a fact, within a limit.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from tests.scenarios.rows import Promise, Row

SOON = 4.0
"""Seconds within which a thing must have happened that needs no waiting of its own."""
SUPPORT, SALES, TINY, BRIEF, LETTER = "support", "sales", "tiny", "brief", "letter"
IVR_LINE = "+448081570100"
SUPPORT_LINE = "+448081570102"
PRIVATE_LINE = "+448081570103"
CLOSED_LINE = "+448081570104"
TINY_LINE = "+448081570105"
BRIEF_LINE = "+448081570106"
LETTER_LINE = "+448081570107"
ORDERS_LINE = "+448081570110"
PROMISE_LINE = "+448081570114"
NIGHT_LINE = "+448081570111"
PARTNER_LINE = "+448081570112"
DUSK_LINE = "+448081570113"
GUEST_LINE = "+448081570115"
PATRON_LINE = "+448081570116"
DUET_LINE = "+448081570117"
ENCORE_LINE = "+448081570118"
CUSTOMER_LINE = "+448081570119"
NO_LINE = "+448081570199"
KNOWN_CALLER = "+442079460007"
KNOWN_NAME = "Grace Ilford"
OUTSIDE = "+442079460999"
"""A number outside that is there and rings."""
RING_LIMIT, WRAP_UP_LIMIT, MAX_WAIT, DIGIT_LIMIT, DIAL_LIMIT, OWN_RING_LIMIT = 8.0, 3.0, 5.0, 2.0, 10.0, 20.0
"""Seconds, as in the configuration of the scenarios."""


class NotShown(AssertionError):
    """A fact did not come within its limit."""


class Stage(ABC):
    """One play: callers, agents, outside numbers, and what can go wrong around them."""

    name: str
    tolerance: float
    """Seconds by which the segments of a row may miss its length."""
    watch_tolerance: float
    """Seconds by which a caller's own watch may differ from the row."""
    long_while: float
    """Seconds for which the database is away: minutes where time costs nothing, else more than twice the longest pause of a retry."""
    guardian_grace: float
    """Seconds for which the server may be away before the PBX looks after its callers."""
    is_disturbed: bool = False
    """A link or a machine was down: what the server saw of a call is not all of it."""

    @abstractmethod
    async def until(self, fact: Callable[[], Awaitable[bool]], within: float, what: str) -> None:
        """Wait until the fact holds. Raises NotShown after `within` seconds."""

    @abstractmethod
    async def passes(self, seconds: float) -> None:
        """Let time pass."""

    @abstractmethod
    def now(self) -> float:
        """Seconds by the watch of the play."""

    async def never(self, fact: Callable[[], Awaitable[bool]], seconds: float, what: str) -> None:
        """The fact does not come to hold for so long."""
        end = self.now() + seconds
        while not await fact():
            if self.now() >= end:
                return
            await self.passes(0.05)
        raise NotShown(f"should not have happened: {what}")

    @abstractmethod
    def caller(self, number: str = "", name: str = "") -> Caller:
        """A new caller; without a number one that nobody knows, and that no other caller of this run has."""

    @abstractmethod
    def agent(self, name: str) -> Agent:
        """An agent of the plan, whose phone is registered."""

    @abstractmethod
    def outside(self, number: str = OUTSIDE) -> Outside:
        """A party outside, reached over the trunk."""

    @abstractmethod
    async def waiting(self, queue: str) -> list[str]:
        """Numbers of those who wait in the queue, in the order of service."""

    @abstractmethod
    async def callbacks(self) -> list[Promise]:
        """Open promises to call back, in the order of service."""

    @abstractmethod
    async def cancels(self, callback: str) -> None:
        """A supervisor takes the promise off the list."""

    async def forgets_callbacks(self) -> None:
        """At the end of a play nobody is called any more."""
        for promise in await self.callbacks():
            await self.cancels(promise.id)

    @abstractmethod
    async def rows(self) -> list[Row]:
        """The history of this scenario, oldest first."""

    # -- what can go wrong ----------------------------------------------------------------------------------------------

    @abstractmethod
    async def loses_call_control(self) -> None:
        """The link for calls between PBX and server (ARI) breaks, and the server has noticed."""

    @abstractmethod
    async def regains_call_control(self) -> None:
        """It is back, and the server has read back what the PBX holds."""

    @abstractmethod
    async def loses_phone_states(self) -> None:
        """The link for phones (AMI) breaks, and the server has noticed."""

    @abstractmethod
    async def regains_phone_states(self) -> None: ...

    @abstractmethod
    async def server_dies(self) -> None:
        """As by kill -9."""

    @abstractmethod
    async def server_returns(self) -> None:
        """Started again, and in charge of calls again."""

    @abstractmethod
    async def loses_database(self) -> None:
        """Nothing can be read from it or written to it."""

    @abstractmethod
    async def regains_database(self) -> None: ...

    @abstractmethod
    async def pbx_restarts(self) -> None:
        """The PBX loses all calls and comes back; phones register again."""

    @abstractmethod
    async def ends(self) -> None:
        """Everybody hangs up and signs out. Then nothing may be left behind, and every row must add up."""

    # -- the history ----------------------------------------------------------------------------------------------------

    async def row_of(self, caller: Customer, within: float = SOON) -> Row:
        """The caller's row, once it is there."""
        await self.until(lambda: self._has_row(caller.number, False), within, f"a row of {caller.number}")
        return next(row for row in await self.rows() if caller.number in (row.ani, row.dnis))

    async def final_row_of(self, caller: Customer, within: float = WRAP_UP_LIMIT + SOON) -> Row:
        """The caller's row, once nothing will be added any more. Agents in wrap-up are done with it at once."""
        await self.until(lambda: self._has_row(caller.number, False), within, f"a row of {caller.number}")
        await self.everybody_wraps_up()
        await self.until(lambda: self._has_row(caller.number, True), within, f"a final row of {caller.number}")
        return next(row for row in await self.rows() if caller.number in (row.ani, row.dnis))

    async def everybody_wraps_up(self) -> None:
        """Whoever is in wrap-up ends it."""
        for agent in self.agents_on_stage():
            screen = await agent.screen()
            if screen is not None and screen.state == "wrap_up":
                await agent.wraps_up()

    @abstractmethod
    def agents_on_stage(self) -> list[Agent]:
        """Those who were called for."""

    async def check_watches(self, callers: Sequence[Caller]) -> None:
        """The customer's side of each row is as long as the caller says."""
        for caller in callers if not self.is_disturbed else ():
            rows = [row for row in await self.rows() if row.ani == caller.number]
            if caller.on_line is not None and len(rows) == 1:
                told = (rows[0].customer_left_at - rows[0].started_at).total_seconds()
                assert abs(told - caller.on_line) <= self.watch_tolerance, (
                    f"{caller.on_line} s, but the row says {told}"
                )

    async def _has_row(self, number: str, is_final: bool) -> bool:
        return any(number in (row.ani, row.dnis) and (row.is_final or not is_final) for row in await self.rows())


class Ears(ABC):
    """Somebody with a telephone."""

    stage: Stage

    @abstractmethod
    async def heard(self) -> str:
        """silence, ringing, music, prompt, speech, or gone when there is no call. On the real PBX, where music and
        prompts are both just sound, `sound` stands for either."""

    @abstractmethod
    async def is_told(self, sound: str, within: float = SOON) -> Self:
        """Wait until this recorded sound is played here; the names are those of the files."""

    async def hears(self, *wanted: str, within: float = SOON) -> Self:
        """Wait until one of `wanted` is heard."""

        async def fact() -> bool:
            heard = await self.heard()
            return heard in wanted or (heard == "sound" and bool({"music", "prompt"} & set(wanted)))

        await self.stage.until(fact, within, f"{self} hears {' or '.join(wanted)}")
        return self

    def forgets(self) -> None:  # noqa: B027  where sound has no length there is nothing to forget
        """What was heard so far: on the real PBX the last half second of a talk would pass for music."""

    async def hears_music(self, within: float = SOON) -> Self:
        """From now on."""
        self.forgets()
        return await self.hears("music", "prompt", within=within)

    async def hears_somebody(self, within: float = SOON) -> Self:
        """The other person of the call."""
        return await self.hears("speech", within=within)

    async def is_left_in_silence(self, within: float = 12.0, seconds: float = 0.8) -> Self:
        """Nothing is heard for so long: no pause between two words, but the time to speak oneself."""

        async def breaks() -> bool:
            return await self.heard() != "silence"

        async def fact() -> bool:
            if await breaks():
                return False
            try:
                await self.stage.never(breaks, seconds, f"{self} hears something")
            except NotShown:
                return False
            return True

        await self.stage.until(fact, within, f"{self} is left in silence")
        return self

    async def is_hung_up(self, within: float = SOON) -> Self:
        """The call is over here."""
        return await self.hears("gone", within=within)


class Customer(Ears):
    """The other side of a call: who rings in, or who is rung outside."""

    number: str

    @abstractmethod
    async def hangs_up(self) -> Self: ...

    async def row(self, within: float = SOON) -> Row:
        return await self.stage.row_of(self, within)

    async def final_row(self, within: float = WRAP_UP_LIMIT + SOON) -> Row:
        return await self.stage.final_row_of(self, within)

    async def waits_in(self, queue: str, within: float = SOON) -> Self:
        async def fact() -> bool:
            return self.number in await self.stage.waiting(queue)

        await self.stage.until(fact, within, f"{self.number} waits in {queue}")
        return self


class Caller(Customer):
    on_line: float | None = None
    """Seconds from dialling to the own hang-up, by the caller's own watch; None when the other side ended the call."""

    @abstractmethod
    async def dials(self, dnis: str) -> Self: ...

    @abstractmethod
    async def presses(self, digits: str) -> Self:
        """Keys, one after the other, without waiting for what the server makes of them."""

    @abstractmethod
    def will_speak(self, seconds: float) -> Self:
        """How long the caller's voicemail message will be."""


@dataclass(frozen=True, slots=True)
class Screen:
    """What the agent's desktop shows of the call in front of the agent."""

    state: str
    ani: str
    customer_name: str
    queue: str
    reason: str
    answers: Mapping[str, str]
    waited_seconds: float
    dispositions: tuple[str, ...]


class Agent(Ears):
    name: str

    @abstractmethod
    async def signs_in(self) -> Self: ...

    @abstractmethod
    async def signs_out(self) -> Self: ...

    @abstractmethod
    async def is_ready(self) -> Self:
        """Declares it."""

    @abstractmethod
    async def is_not_ready(self, reason: str) -> Self:
        """Declares it."""

    @abstractmethod
    async def presence(self) -> tuple[str, str]:
        """Presence and not-ready reason, as shown."""

    @abstractmethod
    async def screen(self) -> Screen | None: ...

    @abstractmethod
    async def phone_rings(self) -> bool: ...

    @abstractmethod
    async def answers(self) -> Self:
        """Takes the phone that rings."""

    @abstractmethod
    async def declines(self) -> Self:
        """Refuses on the phone."""

    @abstractmethod
    async def hangs_up(self) -> Self:
        """On the phone."""

    @abstractmethod
    async def clicks_hang_up(self) -> Self: ...

    @abstractmethod
    async def holds(self) -> Self: ...

    @abstractmethod
    async def retrieves(self) -> Self: ...

    @abstractmethod
    async def transfers(self, kind: str, value: str) -> Self:
        """Blind, to a `queue`, an `agent` or a `number`."""

    @abstractmethod
    async def calls(self, number: str) -> Self:
        """Click to call."""

    @abstractmethod
    async def dials(self, number: str) -> Self:
        """On the phone itself."""

    @abstractmethod
    async def wraps_up(self, disposition: str = "", notes: str = "") -> Self: ...

    @abstractmethod
    async def phone_unregisters(self) -> Self: ...

    @abstractmethod
    async def phone_registers(self) -> Self: ...

    # -- what all stages share ------------------------------------------------------------------------------------------

    async def starts_work(self) -> Self:
        """Signed in, phone there, ready."""
        await self.signs_in()
        await self.is_ready()
        return self

    async def alerted(self, within: float = SOON) -> Self:
        await self.stage.until(self.phone_rings, within, f"{self.name}'s phone rings")
        return self

    async def is_left_alone(self, seconds: float) -> Self:
        """No call is offered for so long."""
        await self.stage.never(self.phone_rings, seconds, f"{self.name}'s phone rings")
        return self

    async def stops_ringing(self, within: float = SOON) -> Self:
        async def fact() -> bool:
            return not await self.phone_rings()

        await self.stage.until(fact, within, f"{self.name}'s phone stops ringing")
        return self

    async def has_presence(self, presence: str, reason: str | None = None, within: float = SOON) -> Self:
        async def fact() -> bool:
            shown = await self.presence()
            return shown[0] == presence and reason in (None, shown[1])

        await self.stage.until(fact, within, f"{self.name} is {presence} {reason or ''}")
        return self

    async def sees(self, state: str, within: float = SOON) -> Screen:
        """The screen, once it shows the call in this state."""

        async def fact() -> bool:
            screen = await self.screen()
            return screen is not None and screen.state == state

        await self.stage.until(fact, within, f"{self.name}'s screen shows {state}")
        screen = await self.screen()
        assert screen is not None
        return screen

    async def sees_caller(self, name: str, within: float = SOON) -> Self:
        """The name of the customer is on the screen."""

        async def fact() -> bool:
            screen = await self.screen()
            return screen is not None and screen.customer_name == name

        await self.stage.until(fact, within, f"{self.name}'s screen names {name}")
        return self

    async def sees_nothing(self, within: float = SOON) -> Self:
        """No work is open any more."""

        async def fact() -> bool:
            return await self.screen() is None

        await self.stage.until(fact, within, f"{self.name}'s screen is empty")
        return self

    async def talks_with(self, caller: Ears, within: float = SOON) -> Self:
        """Both hear one another."""
        await self.hears_somebody(within)
        await caller.hears_somebody(within)
        return self


class Outside(Customer):
    """A party outside. Rings and waits, unless told otherwise before."""

    @abstractmethod
    async def rings(self, within: float = SOON) -> Self: ...

    @abstractmethod
    async def answers(self) -> Self: ...

    @abstractmethod
    def is_free(self) -> Self:
        """Not busy any more."""

    @abstractmethod
    def is_busy(self) -> Self:
        """Will refuse the next call as busy."""
