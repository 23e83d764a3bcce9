"""The stage on the real PBX: a real Asterisk, the server as a process of its own, SIP telephones with real audio.

Every telephone sends a tone of its own, so that one can tell who hears whom.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Self

from tests.scenarios.api_rows import row_of
from tests.scenarios.audit import check_rows
from tests.scenarios.house import GUARDIAN_GRACE, House
from tests.scenarios.rows import Promise, Row
from tests.scenarios.stage import OUTSIDE, SOON, Agent, Caller, Ears, NotShown, Outside, Screen, Stage

from ccserver.adapters.softphone import Call, CallState, Softphone
from ccserver.adapters.softphone.audio import tone
from ccserver.core.errors import PortUnavailable
from ccserver.services.tasks import spawn

POLL = 0.04
PATIENCE = 3.0  # how often as long as on the simulator something may take on a machine that is busy
FRESH = 0.25
"""Seconds after the last packet in which what was heard last still counts."""
LOWEST_TONE, TONE_STEP, TONES = 2200, 110, 10
"""Hertz; music has little up there."""
SPEECH = 440.0
_numbers = count(200)
_tones = count()


class AsteriskStage(Stage):
    name = "asterisk"
    tolerance = 0.05
    watch_tolerance = 1.0  # the machine may be busy with other things
    long_while = 20.0
    guardian_grace = GUARDIAN_GRACE

    def __init__(self, house: House) -> None:
        self.house = house
        self.telephones: list[Telephone] = []
        self.agents: dict[str, SipAgent] = {}
        self.callers: list[SipCaller] = []
        self._outside: Softphone | None = None
        self._outsiders: dict[str, SipOutside] = {}
        self._since = ""

    async def begins(self) -> None:
        """Only rows from now on belong to this scenario."""
        await self.house.until_ready()
        rows = await self.house.ask("root", "GET", "/interactions?limit=1")
        latest = rows["items"][0]["started_at"] if rows["items"] else "2000-01-01T00:00:00Z"
        self._since = (datetime.fromisoformat(latest) + timedelta(milliseconds=1)).isoformat().replace("+00:00", "Z")
        self._outside = Softphone("trunk", self.sip, host="127.0.0.2", frequency=next_tone())
        await self._outside.open(self.house.trunk_port)
        self._outside.on_call = self._rings_outside

    @property
    def sip(self) -> tuple[str, int]:
        return "127.0.0.1", self.house.ports["SIP_PORT"]

    async def until(self, fact: Callable[[], Awaitable[bool]], within: float, what: str) -> None:
        limit = time.monotonic() + within * PATIENCE
        while not await fact():
            if time.monotonic() > limit:
                raise NotShown(f"not within {within * PATIENCE} s: {what}; the server said: {self.house.log_tail()}")
            await asyncio.sleep(POLL)

    async def passes(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def now(self) -> float:
        return time.monotonic()

    def caller(self, number: str = "", name: str = "") -> SipCaller:
        caller = SipCaller(self, number or f"+442079460{200 + next(_numbers) % 700}", name)
        self.callers.append(caller)
        return caller

    def agent(self, name: str) -> SipAgent:
        if name not in self.agents:
            self.agents[name] = SipAgent(self, name)
        return self.agents[name]

    def outside(self, number: str = OUTSIDE) -> SipOutside:
        self._outsiders[number] = SipOutside(self, number)
        return self._outsiders[number]

    def _rings_outside(self, call: Call) -> None:
        number = call.dialog.local.partition("sip:")[2].partition("@")[0]
        party = self._outsiders.get(number)
        if party is None:
            call.decline()
        else:
            party.rung(call)

    async def waiting(self, queue: str) -> list[str]:
        line = (await self.house.ask("root", "GET", f"/queues/{queue}"))["line"]
        return [place["ani"] for place in line if not place["offered_to"]]

    async def callbacks(self) -> list[Promise]:
        found = (await self.house.ask("root", "GET", "/callbacks"))["items"]
        return [Promise(one["id"], one["number"], one["state"], one["attempts"]) for one in found]

    async def cancels(self, callback: str) -> None:
        await self.house.ask("root", "POST", f"/callbacks/{callback}/cancel", {})

    async def rows(self) -> list[Row]:
        found = await self.house.ask("root", "GET", f"/interactions?since={self._since}&limit=100")
        rows = [await self.house.ask("root", "GET", f"/interactions/{item['id']}") for item in found["items"]]
        return [row_of(row) for row in reversed(rows)]

    # -- what can go wrong ----------------------------------------------------------------------------------------------

    async def loses_call_control(self) -> None:
        self.is_disturbed = True
        await self.house.call_control.cut()
        await self.house.until_component("ari", False)

    async def regains_call_control(self) -> None:
        await self.house.call_control.mend()
        await self.house.until_component("ari", True)

    async def loses_phone_states(self) -> None:
        self.is_disturbed = True
        await self.house.phone_states.cut()
        await self.house.until_component("ami", False)

    async def regains_phone_states(self) -> None:
        await self.house.phone_states.mend()
        await self.house.until_component("ami", True)

    async def server_dies(self) -> None:
        self.is_disturbed = True
        await self.house.kill_server()

    async def server_returns(self) -> None:
        await self.house.start_server()

    async def loses_database(self) -> None:
        self.house.lose_database()

    async def regains_database(self) -> None:
        self.house.restore_database()

    async def pbx_restarts(self) -> None:
        self.is_disturbed = True
        await self.house.restart_pbx()
        for telephone in self.telephones:
            telephone.lose_call()
        await self.house.until_ready()
        for agent in self.agents.values():
            if agent.is_registered:
                await agent.phone_registers()

    # -- the end --------------------------------------------------------------------------------------------------------

    async def ends(self) -> None:
        try:
            await self.forgets_callbacks()
            await self._everybody_leaves()
            await self.until(self._is_clean, 15, "nothing is left behind")
            check_rows(await self.rows(), self.tolerance)
            await self.check_watches(self.callers)
        finally:
            for telephone in self.telephones:
                await telephone.close()
            if self._outside is not None:
                await self._outside.close()

    def agents_on_stage(self) -> list[Agent]:
        return list(self.agents.values())

    async def _everybody_leaves(self) -> None:
        for telephone in self.telephones:
            await telephone.hangs_up()
        for outsider in self._outsiders.values():
            await outsider.hangs_up()
        for agent in self.agents.values():
            await agent.goes_home()

    async def _is_clean(self) -> bool:
        return not await self.left_behind()

    async def left_behind(self) -> list[str]:
        """Channels, connections, waiting callers, open work, rows that are not final."""
        left = [f"channel {channel['id']}" for channel in await self.house.on_pbx("channels")]
        bridges = await self.house.on_pbx("bridges")
        left += [f"bridge {bridge['id']}" for bridge in bridges if bridge["bridge_type"] != "holding"]
        left += [f"waiting {bridge['channels']}" for bridge in bridges if bridge["channels"]]
        for queue in (await self.house.ask("root", "GET", "/queues"))["items"]:
            left += [f"in {queue['id']}: {place['ani']}" for place in queue["line"]]
        for agent in (await self.house.ask("root", "GET", "/agents"))["items"]:
            left += [f"work of {agent['id']}"] if agent["work"] else []
        return left + [f"row {row.id}" for row in await self.rows() if not row.is_final]


def next_tone() -> float:
    return LOWEST_TONE + TONE_STEP * (next(_tones) % TONES)


class Telephone(Ears):
    """A SIP telephone with at most one call."""

    def __init__(self, stage: AsteriskStage) -> None:
        self.stage: AsteriskStage = stage
        self.tone = next_tone()
        self.call: Call | None = None
        self.softphone: Softphone | None = None
        self._heard_packets, self._heard_at = 0, 0.0
        stage.telephones.append(self)

    async def heard(self) -> str:
        call = self.call
        if call is None or call.state is CallState.ENDED:
            return "gone"
        if call.audio.packets_received != self._heard_packets:
            self._heard_packets, self._heard_at = call.audio.packets_received, time.monotonic()
        if time.monotonic() - self._heard_at > FRESH:
            return "silence" if call.state is CallState.UP else "ringing"
        others = {phone.tone for phone in self.stage.telephones if phone is not self and phone.is_in_call}
        if any(call.audio.hears(tone) for tone in others):
            return "speech"
        return "sound" if call.audio.hears_something() else "silence"

    def forgets(self) -> None:
        if self.call is not None:
            self.call.audio._frames.clear()

    async def is_told(self, sound: str, within: float = SOON) -> Self:
        recorded = self.stage.house.recorded(sound)

        async def fact() -> bool:
            return self.call is not None and recorded.is_heard_in(self.call.audio.heard)

        await self.stage.until(fact, within, f"{self} is told {sound}")
        return self

    @property
    def is_in_call(self) -> bool:
        return self.call is not None and self.call.state is CallState.UP

    def lose_call(self) -> None:
        """The other side is gone without a word."""
        if self.call is not None:
            self.call.is_over()

    async def hangs_up(self) -> Self:
        if self.call is not None:
            self.call.hang_up()
        return self

    async def close(self) -> None:
        if self.softphone is not None:
            await self.softphone.close()


class SipCaller(Telephone, Caller):
    def __init__(self, stage: AsteriskStage, number: str, name: str) -> None:
        super().__init__(stage)
        self.number, self.name = number, name
        self._speech: float | None = None

    async def dials(self, dnis: str) -> Self:
        self.softphone = Softphone("", self.stage.sip, host="127.0.0.2", frequency=self.tone)
        await self.softphone.open()
        self._dialled_at = time.monotonic()
        self.call = await self.softphone.call(dnis, self.number, self.name)
        if self._speech is not None:
            spawn("message", self._leave_message(self.call, self._speech))
        return self

    async def presses(self, digits: str) -> Self:
        assert self.call is not None
        self.call.press(digits)
        await self.stage.passes(0.27 * len(digits))
        return self

    def will_speak(self, seconds: float) -> Self:
        self._speech = seconds
        self.tone = 0.0
        return self

    async def hangs_up(self) -> Self:
        """A call that the PBX has not even heard of cannot be ended: wait for that first."""

        async def fact() -> bool:
            return self.call is None or self.call.state is not CallState.CALLING

        await self.stage.until(fact, SOON, f"the PBX knows of the call of {self.number}")
        if self.call is not None and self.call.state is not CallState.ENDED:
            self.on_line = time.monotonic() - self._dialled_at
        return await super().hangs_up()

    async def _leave_message(self, call: Call, seconds: float) -> None:
        """Hum when it becomes silent, for that is when the tone is over and the recording runs."""
        with suppress(NotShown):
            await self.hears("prompt", within=10)
            await self.hears("silence", "gone", within=60)
        call.audio._sound = tone(SPEECH)
        await asyncio.sleep(seconds)
        call.audio._sound = tone(0)


class SipAgent(Telephone, Agent):
    def __init__(self, stage: AsteriskStage, name: str) -> None:
        super().__init__(stage)
        self.name = name
        self.is_registered = False

    async def _ask(self, action: str, body: dict[str, Any] | None = None) -> Self:
        await self.stage.house.ask(self.name, "POST", f"/agents/{self.name}/{action}", body or {})
        return self

    async def _view(self) -> dict[str, Any]:
        view: dict[str, Any] = await self.stage.house.ask(self.name, "GET", f"/agents/{self.name}")
        return view

    # -- the phone ------------------------------------------------------------------------------------------------------

    async def phone_registers(self) -> Self:
        if self.softphone is None:
            account = await self.stage.house.ask(self.name, "GET", f"/agents/{self.name}/phone")
            self.softphone = Softphone(account["user"], self.stage.sip, secret=account["secret"], frequency=self.tone)
            await self.softphone.open()
            self.softphone.on_call = self._rung
        await self.softphone.register()
        self.is_registered = True
        await self._until_reachable(True)
        return self

    async def phone_unregisters(self) -> Self:
        assert self.softphone is not None
        await self.softphone.unregister()
        self.is_registered = False
        await self._until_reachable(False)
        return self

    async def _until_reachable(self, wanted: bool) -> None:
        if not (await self.stage.house.components()).get("ami"):
            return  # nobody can tell before the link is back

        async def fact() -> bool:
            return bool((await self._view())["is_phone_reachable"]) is wanted

        await self.stage.until(fact, 5, f"{self.name}'s phone is {'there' if wanted else 'away'}")

    def _rung(self, call: Call) -> None:
        self.call = call

    async def phone_rings(self) -> bool:
        return self.call is not None and self.call.is_incoming and self.call.state is CallState.RINGING

    async def answers(self) -> Self:
        assert self.call is not None
        assert await self.phone_rings()
        self.call.answer()
        return self

    async def declines(self) -> Self:
        assert self.call is not None
        assert await self.phone_rings()
        self.call.decline()
        return self

    async def dials(self, number: str) -> Self:
        assert self.softphone is not None
        self.call = await self.softphone.call(number)
        return self

    # -- the desktop ----------------------------------------------------------------------------------------------------

    async def signs_in(self) -> Self:
        if not self.is_registered:
            await self.phone_registers()
        return await self._ask("presence", {"presence": "NOT_READY", "reason": "break"})

    async def signs_out(self) -> Self:
        return await self._ask("presence", {"presence": "LOGGED_OUT"})

    async def is_ready(self) -> Self:
        return await self._ask("presence", {"presence": "READY"})

    async def is_not_ready(self, reason: str) -> Self:
        return await self._ask("presence", {"presence": "NOT_READY", "reason": reason})

    async def presence(self) -> tuple[str, str]:
        view = await self._view()
        return view["presence"], view["reason"]

    async def screen(self) -> Screen | None:
        work = (await self._view())["work"]
        if work is None:
            return None
        name = work["customer"]["name"] if work["customer"] else work["caller_name"]
        return Screen(
            work["state"],
            work["ani"],
            name,
            work["queue"],
            work["reason"],
            work["answers"],
            work["waited_seconds"],
            tuple(work["dispositions"]),
        )

    async def clicks_hang_up(self) -> Self:
        return await self._ask("hangup")

    async def holds(self) -> Self:
        return await self._ask("hold")

    async def retrieves(self) -> Self:
        return await self._ask("retrieve")

    async def transfers(self, kind: str, value: str) -> Self:
        return await self._ask("transfer", {kind: value})

    async def calls(self, number: str) -> Self:
        await self.stage.house.ask(self.name, "POST", "/calls", {"number": number})
        return self

    async def wraps_up(self, disposition: str = "", notes: str = "") -> Self:
        work = (await self._view())["work"]
        assert work is not None, f"{self.name} has nothing to wrap up"
        body = {"work_item": work["id"], "disposition": disposition, "notes": notes, "done": True}
        return await self._ask("wrap-up", body)

    async def goes_home(self) -> None:
        """The end of the scenario, whatever was left open."""
        with suppress(NotShown):
            await self.stage.until(self._is_done, 6, f"{self.name} is done")
        await self.signs_out()
        if self.softphone is not None and self.is_registered:
            with suppress(PortUnavailable):
                await self.softphone.unregister()

    async def _is_done(self) -> bool:
        work = (await self._view())["work"]
        if work is not None and work["state"] == "wrap_up":
            await self.wraps_up()
        return work is None


class SipOutside(Telephone, Outside):
    def __init__(self, stage: AsteriskStage, number: str) -> None:
        super().__init__(stage)
        self.number = number
        self._is_busy = False
        if stage._outside is not None:
            self.tone = stage._outside._frequency

    def is_free(self) -> Self:
        self._is_busy = False
        return self

    def is_busy(self) -> Self:
        self._is_busy = True
        return self

    def rung(self, call: Call) -> None:
        if self._is_busy:
            call.decline()
        else:
            self.call = call

    async def rings(self, within: float = 4.0) -> Self:
        async def fact() -> bool:
            return self.call is not None and self.call.state is CallState.RINGING

        await self.stage.until(fact, within, f"{self.number} rings")
        return self

    async def answers(self) -> Self:
        assert self.call is not None
        self.call.answer()
        return self
