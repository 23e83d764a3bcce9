"""The stage on the simulated PBX, in virtual time: waiting lets the next due thing happen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import count
from typing import Self

from tests.scenarios import plan as plan_of_scenarios
from tests.scenarios.audit import check_centre, check_rows
from tests.scenarios.rows import Promise, Row, SegmentRow
from tests.scenarios.stage import OUTSIDE, SOON, Agent, Caller, Ears, NotShown, Outside, Screen, Stage

from ccserver.adapters.sim.centre import NODE, SimCentre
from ccserver.adapters.sim.guardian import GRACE
from ccserver.adapters.sim.legs import Party, Prompt, Sense
from ccserver.app.house import know_written_forms
from ccserver.core import events
from ccserver.core.agent import Presence
from ccserver.core.errors import PortUnavailable
from ccserver.core.events import Cause, TransferKind, TransferTarget
from ccserver.core.ids import AgentId, InteractionId, LegId, QueueId
from ccserver.core.records import InteractionRecord
from ccserver.core.sounds import SoundKind
from ccserver.services.callbacks import callback_views
from ccserver.services.recorder import Recorder


def row_of(record: InteractionRecord) -> Row:
    """The record as the history would show it."""
    segments = tuple(
        SegmentRow(s.kind.value, s.started_at, s.ended_at, s.queue or "", s.agent or "") for s in record.segments
    )
    return Row(
        record.id,
        record.direction.value,
        record.result.value,
        record.ani,
        record.dnis,
        record.queue or "",
        record.agent or "",
        record.customer_name,
        record.reason,
        record.ivr_answers,
        record.disposition,
        record.notes,
        record.recordings,
        record.started_at,
        record.customer_left_at,
        record.length,
        segments,
        record.is_final,
        [f"rule {way.rule} {way.kind} {way.outcome}".strip() for way in record.ways],
        record.callback_of or "",
        record.end_cause,
    )


class SimStage(Stage):
    name = "sim"
    tolerance = 0.0
    watch_tolerance = 0.02
    long_while = 300.0
    guardian_grace = GRACE.total_seconds()

    def __init__(self) -> None:
        know_written_forms()
        self.sim = SimCentre(plan_of_scenarios.make_plan(), plan_of_scenarios.CUSTOMERS, recorder=Recorder())
        self.sim.run_for(timedelta(milliseconds=50))
        self._numbers = count(200)
        self._ids = count(1)
        self.callers: list[SimCaller] = []
        self.agents: dict[str, SimAgent] = {}
        self.outsiders: list[SimOutside] = []

    async def until(self, fact: Callable[[], Awaitable[bool]], within: float, what: str) -> None:
        agenda = self.sim.agenda
        limit = agenda.now() + timedelta(seconds=within)
        while not await fact():
            due = agenda.next_at()
            if due is None or due > limit:
                agenda.run_until(limit)
                if await fact():
                    return
                raise NotShown(f"not within {within} s: {what}")
            agenda.run_next()

    async def passes(self, seconds: float) -> None:
        self.sim.run_for(timedelta(seconds=seconds))

    def now(self) -> float:
        return self.sim.agenda.now().timestamp()

    def caller(self, number: str = "", name: str = "") -> SimCaller:
        caller = SimCaller(self, number or f"+442079460{next(self._numbers)}", name)
        self.callers.append(caller)
        return caller

    def agent(self, name: str) -> SimAgent:
        if name not in self.agents:
            self.agents[name] = SimAgent(self, name)
            self.sim.pbx.register(AgentId(name), self.agents[name])
        return self.agents[name]

    def outside(self, number: str = OUTSIDE) -> SimOutside:
        outside = SimOutside(self, number)
        self.sim.pbx.outside[number] = outside
        self.outsiders.append(outside)
        return outside

    async def waiting(self, queue: str) -> list[str]:
        from ccserver.core.acd.line import line

        return [interaction.customer_number for interaction in line(self.sim.centre, QueueId(queue))]

    async def callbacks(self) -> list[Promise]:
        return [Promise(v.id, v.number, v.state, v.attempts) for v in callback_views(self.sim.centre)]

    async def cancels(self, callback: str) -> None:
        self.sim.ask(events.CallbackCancelled(InteractionId(callback)))

    async def rows(self) -> list[Row]:
        return [row_of(record) for record in self.sim.history.rows.values()]

    async def loses_call_control(self) -> None:
        self.is_disturbed = True
        self.sim.lose_calls_link()
        self.sim.run_for(timedelta(milliseconds=50))

    async def regains_call_control(self) -> None:
        self.sim.restore_calls_link()
        self.sim.run_for(timedelta(milliseconds=50))

    async def loses_phone_states(self) -> None:
        self.is_disturbed = True
        self.sim.pbx.registrations.cut()

    async def regains_phone_states(self) -> None:
        self.sim.pbx.mend_registrations()

    async def server_dies(self) -> None:
        self.is_disturbed = True
        self.sim.crash()

    async def server_returns(self) -> None:
        self.sim.start()
        self.sim.run_for(timedelta(milliseconds=50))

    async def pbx_restarts(self) -> None:
        self.is_disturbed = True
        self.sim.restart_pbx()
        self.sim.run_for(timedelta(seconds=6))

    async def loses_database(self) -> None:
        self.sim.lose_database()

    async def regains_database(self) -> None:
        self.sim.restore_database()

    async def ends(self) -> None:
        await self.forgets_callbacks()
        for caller in self.callers:
            await caller.hangs_up()
        for outside in self.outsiders:
            await outside.hangs_up()
        self.sim.run_for(timedelta(seconds=12))
        for agent in self.agents.values():
            if (await agent.presence())[0] != Presence.LOGGED_OUT.value:
                await agent.signs_out()
        self.sim.run_for(timedelta(seconds=3))
        check_centre(self.sim)
        check_rows(await self.rows(), self.tolerance)
        await self.check_watches(self.callers)

    def agents_on_stage(self) -> list[Agent]:
        return list(self.agents.values())

    def new_interaction(self) -> InteractionId:
        return InteractionId(f"click{next(self._ids)}")


CLOSED_SOUNDS = ("im-sorry", "vm-nobodyavail", "please-try-call-later", "vm-goodbye")
"""The dialplan's own last words."""


def _said(prompt: Prompt) -> list[str]:
    """The names of the files that would be played. A number is one file here."""
    return [f"digits/{s.value}" if s.kind is SoundKind.NUMBER else s.value for s in prompt.sounds]


class SimEars(Ears, Party):
    """A telephone: facts for scenarios, told by the PBX."""

    def __init__(self, stage: SimStage) -> None:
        self.stage: SimStage = stage
        self.leg: LegId | None = None

    async def heard(self) -> str:
        return Sense.GONE.value if self.leg is None else self.stage.sim.pbx.hears(self.leg).value

    def ended(self, leg: LegId, cause: Cause) -> None:
        if leg == self.leg:
            self.leg = None

    async def is_told(self, sound: str, within: float = SOON) -> Self:
        async def fact() -> bool:
            leg = None if self.leg is None else self.stage.sim.pbx.legs.get(self.leg)
            said = [] if leg is None else [name for prompt in leg.prompts for name in _said(prompt)]
            return sound in (CLOSED_SOUNDS if leg is not None and leg.is_told_good_bye else said)

        await self.stage.until(fact, within, f"{self} is told {sound}")
        return self

    async def hangs_up(self) -> Self:
        if self.leg is not None:
            self.stage.sim.pbx.hang_up(self.leg)
        return self


class SimCaller(SimEars, Caller):
    def __init__(self, stage: SimStage, number: str, name: str) -> None:
        super().__init__(stage)
        self.number, self.name = number, name
        self._speech: float | None = None

    async def dials(self, dnis: str) -> Self:
        self._dialled_at = self.stage.sim.agenda.now()
        self.leg = self.stage.sim.pbx.call_in(self, self.number, dnis, self.name)
        if self._speech is not None:
            self.stage.sim.pbx.legs[self.leg].speech_after = timedelta(seconds=self._speech)
        return self

    async def hangs_up(self) -> Self:
        if self.leg is not None:
            self.on_line = (self.stage.sim.agenda.now() - self._dialled_at).total_seconds()
        return await super().hangs_up()

    async def presses(self, digits: str) -> Self:
        for digit in digits:
            assert self.leg is not None
            self.stage.sim.pbx.press(self.leg, digit)
            await self.stage.passes(0.1)
        return self

    def will_speak(self, seconds: float) -> Self:
        self._speech = seconds
        return self


class SimAgent(SimEars, Agent):
    def __init__(self, stage: SimStage, name: str) -> None:
        super().__init__(stage)
        self.name, self.id = name, AgentId(name)
        self.is_ringing = False

    def rang(self, leg: LegId) -> None:
        self.leg, self.is_ringing = leg, True

    def ended(self, leg: LegId, cause: Cause) -> None:
        super().ended(leg, cause)
        self.is_ringing = self.is_ringing and self.leg is not None

    async def phone_rings(self) -> bool:
        return self.is_ringing

    async def answers(self) -> Self:
        assert self.leg is not None
        assert self.is_ringing
        self.is_ringing = False
        self.stage.sim.pbx.answer(self.leg)
        return self

    async def declines(self) -> Self:
        assert self.leg is not None
        assert self.is_ringing
        self.stage.sim.pbx.hang_up(self.leg, Cause.BUSY)
        return self

    async def _ask(self, event: events.Event) -> Self:
        self.stage.sim.ask(event)
        return self

    async def signs_in(self) -> Self:
        await self.stage.passes(0.01)
        return await self._ask(events.SignInRequested(self.id))

    async def signs_out(self) -> Self:
        return await self._ask(events.SignOutRequested(self.id))

    async def is_ready(self) -> Self:
        return await self._ask(events.ReadyRequested(self.id))

    async def is_not_ready(self, reason: str) -> Self:
        return await self._ask(events.NotReadyRequested(self.id, reason))

    async def presence(self) -> tuple[str, str]:
        agent = self.stage.sim.centre.agent(self.id)
        return agent.presence.value, agent.reason

    async def screen(self) -> Screen | None:
        centre = self.stage.sim.centre
        item = centre.current_work(self.id)
        if item is None:
            return None
        interaction = centre.interactions[item.interaction]
        plan = centre.plan.queues.get(item.queue) if item.queue else None
        name = interaction.customer.name if interaction.customer else interaction.caller_name
        waited = (item.offered_at - interaction.started_at).total_seconds()
        return Screen(
            item.state.value,
            interaction.ani,
            name,
            item.queue or "",
            interaction.reason,
            interaction.answers,
            waited,
            plan.dispositions if plan else (),
        )

    async def clicks_hang_up(self) -> Self:
        return await self._ask(events.HangUpRequested(self.id))

    async def holds(self) -> Self:
        return await self._ask(events.HoldRequested(self.id))

    async def retrieves(self) -> Self:
        return await self._ask(events.RetrieveRequested(self.id))

    async def transfers(self, kind: str, value: str) -> Self:
        return await self._ask(events.BlindTransferRequested(self.id, TransferTarget(TransferKind(kind), value)))

    async def calls(self, number: str) -> Self:
        return await self._ask(events.CallRequested(self.id, number, self.stage.new_interaction(), NODE))

    async def dials(self, number: str) -> Self:
        self.leg = self.stage.sim.pbx.dial_from_phone(self.id, number)
        return self

    async def wraps_up(self, disposition: str = "", notes: str = "") -> Self:
        item = self.stage.sim.centre.current_work(self.id)
        assert item is not None, f"{self.name} has nothing to wrap up"
        return await self._ask(events.WrapUpSaved(self.id, item.id, disposition, notes, True))

    async def phone_unregisters(self) -> Self:
        self.stage.sim.pbx.unregister(self.id)
        await self.stage.passes(0.01)
        return self

    async def phone_registers(self) -> Self:
        self.stage.sim.pbx.register(self.id, self)
        await self.stage.passes(0.01)
        return self


class SimOutside(SimEars, Outside):
    def __init__(self, stage: SimStage, number: str) -> None:
        super().__init__(stage)
        self.number = number
        self._is_busy = False
        self._is_ringing = False

    def is_free(self) -> Self:
        self._is_busy = False
        return self

    def is_busy(self) -> Self:
        self._is_busy = True
        return self

    def rang(self, leg: LegId) -> None:
        if self._is_busy:
            self.stage.sim.pbx.hang_up(leg, Cause.BUSY)
        else:
            self.leg, self._is_ringing = leg, True

    async def rings(self, within: float = 4.0) -> Self:
        async def fact() -> bool:
            return self._is_ringing and self.leg is not None

        await self.stage.until(fact, within, f"{self.number} rings")
        return self

    async def answers(self) -> Self:
        assert self.leg is not None
        self._is_ringing = False
        self.stage.sim.pbx.answer(self.leg)
        return self


__all__ = ["PortUnavailable", "SimStage"]
