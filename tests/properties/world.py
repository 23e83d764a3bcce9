"""A small centre with callers, phones and outside numbers whose every move is drawn: what the properties are checked on."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import count
from random import Random

from tests.properties.invariants import Watch
from tests.properties.plan import make_plan
from tests.scenarios import plan as plan_of_scenarios
from tests.scenarios.audit import check_centre
from tests.scenarios.sim_stage import row_of

from ccserver.adapters.sim.centre import NODE, SimCentre
from ccserver.adapters.sim.legs import Party
from ccserver.core import events
from ccserver.core.commands import StartTimer
from ccserver.core.errors import PortUnavailable, Refused
from ccserver.core.events import Cause, Event
from ccserver.core.ids import AgentId, InteractionId, LegId
from ccserver.core.kernel import Outcome
from ccserver.services.memory import Memory

AGENTS = ("ann", "bob", "cem")
OUTSIDE_NUMBERS = ("+442079460999", "+442079460998")
UNDECIDED = "undecided"


class Phone(Party):
    """A telephone with at most a few calls; the draw decides what is done with them."""

    def __init__(self, is_busy: bool = False) -> None:
        self.ringing: list[LegId] = []
        self.talking: list[LegId] = []

    def rang(self, leg: LegId) -> None:
        self.ringing.append(leg)

    def ended(self, leg: LegId, cause: Cause) -> None:
        for legs in (self.ringing, self.talking):
            if leg in legs:
                legs.remove(leg)


class World:
    """`seed` decides the lags on the lines; in every third world no agent is ever kept free."""

    def __init__(self, seed: int) -> None:
        self.full_plan = make_plan(keeps=seed % 3 != 1)
        self.sim = SimCentre(self.full_plan, plan_of_scenarios.CUSTOMERS, Random(seed))
        self.watch = Watch(self.sim)
        self.sim.on_step = self._on_step
        self.is_broken = False
        """An invariant did not hold: there is no way on from here."""
        self.recent: deque[Event] = deque(maxlen=60)
        self.callers: list[Phone] = []
        self.phones = {name: Phone() for name in AGENTS}
        self.outside = {number: Phone() for number in OUTSIDE_NUMBERS}
        self.sim.pbx.outside.update(self.outside)
        self._ids = count(1)
        for name, phone in self.phones.items():
            self.sim.pbx.register(AgentId(name), phone)

    def _on_step(self, event: Event, outcome: Outcome) -> None:
        self.recent.append(event)
        self.is_broken = True
        self.watch.after_step(event, outcome)
        self.is_broken = False

    # -- moves ----------------------------------------------------------------------------------------------------------

    def arrives(self, ani: str, dnis: str) -> Phone:
        """A caller dials in."""
        caller = Phone()
        self.callers.append(caller)
        caller.talking.append(self.sim.pbx.call_in(caller, ani, dnis))
        return caller

    def ask(self, event: Event) -> None:
        """A request; what is refused must not have changed anything."""
        before = self.rows() if self.sim.is_running else {}
        try:
            self.sim.ask(event)
        except PortUnavailable:
            return
        except Refused:
            assert self.rows() == before, f"{event} was refused but changed something"

    def repeat(self, event: Event) -> None:
        """Something that was said already is said again, maybe much later."""
        with suppress(Refused):
            self.sim.tell(event)

    def new_interaction(self) -> InteractionId:
        return InteractionId(f"click{next(self._ids)}")

    def calls_out(self, agent: AgentId, number: str) -> None:
        self.ask(events.CallRequested(agent, number, self.new_interaction(), NODE))

    def dials(self, agent: AgentId, number: str) -> None:
        phone = self.phones[agent]
        if agent in self.sim.pbx.registered and not phone.ringing and not phone.talking:
            phone.talking.append(self.sim.pbx.dial_from_phone(agent, number))

    def takes(self, phone: Phone) -> None:
        for leg in phone.ringing[:1]:
            phone.ringing.remove(leg)
            phone.talking.append(leg)
            self.sim.pbx.answer(leg)

    def refuses(self, phone: Phone) -> None:
        for leg in phone.ringing[:1]:
            self.sim.pbx.hang_up(leg, Cause.BUSY)

    def hangs_up(self, phone: Phone) -> None:
        for leg in phone.talking[:1]:
            self.sim.pbx.hang_up(leg)

    def reloads(self, *, lost_queue: str | None, lost_agent: str | None) -> None:
        """A new plan is in force, with or without one of its queues and agents."""
        queues = {key: plan for key, plan in self.full_plan.queues.items() if key != lost_queue}
        agents = {key: profile for key, profile in self.full_plan.agents.items() if key != lost_agent}
        epoch = self.sim.plan.epoch + 1
        self.sim.plan = replace(self.full_plan, epoch=epoch, queues=queues, agents=agents)
        self.sim.tell(events.PlanChanged(self.sim.plan))

    def crashes(self) -> None:
        self.sim.crash()
        self.watch.after_crash()
        self.recent.clear()  # a line of old brings nothing to the new server

    # -- looking --------------------------------------------------------------------------------------------------------

    def rows(self) -> dict[str, bytes]:
        """Everything that must survive, encoded afresh from the live state."""
        centre = self.sim.centre
        touched = [
            *(("interaction", str(key)) for key in centre.interactions),
            *(("agent", str(key)) for key in centre.agents),
            *(("work_item", str(key)) for key in centre.work_items),
        ]
        timers = [StartTimer(key, due_at) for key, due_at in centre.timers.items()]
        rows = Memory(centre).changes(touched, timers)
        centre.touched.clear()
        return {name: row for name, row in rows.items() if row is not None}

    def comes_to_rest(self) -> None:
        """Everything is repaired, everybody hangs up and goes home: nothing may be left."""
        sim = self.sim
        self.reloads(lost_queue=None, lost_agent=None)
        sim.start()
        sim.restore_calls_link()
        if not sim.pbx.registrations.is_up:
            sim.pbx.mend_registrations()
        for _ in range(3):
            for key in list(sim.centre.callbacks):
                self.ask(events.CallbackCancelled(key))
            for phone in (*self.callers, *self.phones.values(), *self.outside.values()):
                for leg in [*phone.ringing, *phone.talking]:
                    sim.pbx.hang_up(leg)
            sim.run_for(timedelta(seconds=40))
        for name in AGENTS:
            self.ask(events.SignOutRequested(AgentId(name)))
        sim.run_for(timedelta(minutes=12))
        check_centre(sim)
        self.watch.at_rest()
        for records in sim.records.values():
            row_of(records[-1])
