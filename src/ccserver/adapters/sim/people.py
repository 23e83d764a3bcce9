"""Callers and agents with habits: patience, talk time, how long it takes to answer, who forgets the phone.

They only do what people with a telephone and a desktop can do; all chance comes from the one seeded source handed in.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

from ccserver.adapters.sim.centre import SimCentre
from ccserver.adapters.sim.clock import Appointment
from ccserver.adapters.sim.legs import Party
from ccserver.core.agent import Presence, SystemReason
from ccserver.core.errors import PortUnavailable, Refused
from ccserver.core.events import Cause, Event, ReadyRequested, SignInRequested, WrapUpSaved
from ccserver.core.ids import AgentId, InteractionId, LegId, WorkItemId
from ccserver.core.notices import JoinedQueue, Notice, PresenceChanged, RecordMade, WorkItemChanged
from ccserver.core.work_item import WorkState

NO_KEY: Final = "-"


@dataclass(frozen=True, slots=True)
class Habits:
    """Means of exponential lengths, but for `answer_delay`, which is spread evenly from half to one and a half."""

    patience: timedelta = timedelta(minutes=3)
    talk: timedelta = timedelta(minutes=3)
    wrap_up: timedelta = timedelta(seconds=20)
    answer_delay: timedelta = timedelta(seconds=4)
    missed_ratio: float = 0.02
    """Share of offers that nobody answers."""
    returns_after: timedelta = timedelta(minutes=1)
    """How long an agent stays away after a missed call."""
    keys: str = "12"
    """What callers press in a menu, one of them at random; `-` is nothing."""


def exponential(chance: Random, mean: timedelta) -> timedelta:
    """One drawn length."""
    return mean * chance.expovariate(1.0)


class SimulatedCaller(Party):
    """Rings in, perhaps presses a key, hangs up when patience or talk is over. Patience begins in the queue."""

    def __init__(self, sim: SimCentre, habits: Habits, chance: Random) -> None:
        self._sim, self._habits, self._chance = sim, habits, chance
        self._patience: Appointment | None = None
        self._has_joined = False
        self.leg: LegId | None = None

    def ring_in(self, ani: str, dnis: str) -> InteractionId | None:
        """Call now; how the call will be known."""
        leg = self.leg = self._sim.pbx.call_in(self, ani, dnis)
        if self._habits.keys:
            key = self._chance.choice(self._habits.keys)
            after = timedelta(seconds=self._chance.uniform(2, 5))
            if key != NO_KEY:
                self._sim.agenda.after(after, lambda: self._sim.pbx.press(leg, key))
        return self._sim.pbx.legs[leg].interaction

    def joined(self) -> None:
        """Waits in a queue. Back in one after a missed offer the old patience goes on."""
        if not self._has_joined:
            self._has_joined = True
            self._hang_up_after(self._habits.patience)

    def connected(self, leg: LegId) -> None:
        """From the first word to the last."""
        self._hang_up_after(self._habits.talk)

    def ended(self, leg: LegId, cause: Cause) -> None:
        if self._patience is not None:
            self._patience.cancel()

    def _hang_up_after(self, mean: timedelta) -> None:
        if self._patience is not None:
            self._patience.cancel()
        leg = self.leg
        if leg is not None:
            length = exponential(self._chance, mean)
            self._patience = self._sim.agenda.after(length, lambda: self._sim.pbx.hang_up(leg))


class Crowd:
    """All callers: tells each of them what the centre does with the call."""

    def __init__(self, sim: SimCentre, habits: Habits) -> None:
        self._sim, self._habits = sim, habits
        self._callers: dict[str, SimulatedCaller] = {}
        sim.subscribe(self._see)

    def ring_in(self, ani: str, dnis: str, chance: Random) -> None:
        """One more caller, whose chance decides on patience and talk whatever happens to others."""
        caller = SimulatedCaller(self._sim, self._habits, chance)
        interaction = caller.ring_in(ani, dnis)
        if interaction is not None:
            self._callers[interaction] = caller

    def _see(self, notice: Notice, _now: datetime) -> None:
        if isinstance(notice, JoinedQueue):
            caller = self._callers.get(notice.interaction)
            if caller is not None:
                caller.joined()
        elif isinstance(notice, RecordMade):
            self._callers.pop(notice.record.id, None)


class SimulatedAgent(Party):
    """Takes calls for a whole shift."""

    def __init__(self, sim: SimCentre, agent: AgentId, habits: Habits, chance: Random) -> None:
        self._sim, self.agent, self._habits, self._chance = sim, agent, habits, chance

    def start_work(self) -> None:
        """Phone, sign-in, ready."""
        self._sim.pbx.register(self.agent, self)
        self._ask(SignInRequested(self.agent))
        self._ask(ReadyRequested(self.agent))

    def rang(self, leg: LegId) -> None:
        if self._chance.random() >= self._habits.missed_ratio:
            delay = self._habits.answer_delay * self._chance.uniform(0.5, 1.5)
            self._sim.agenda.after(delay, lambda: self._sim.pbx.answer(leg))

    def wraps_up(self, work_item: WorkItemId) -> None:
        """Writes, and is done after a while."""
        done = WrapUpSaved(self.agent, work_item, "", "", True)
        self._sim.agenda.after(exponential(self._chance, self._habits.wrap_up), lambda: self._ask(done))

    def missed_a_call(self) -> None:
        """Comes back after a while."""
        self._sim.agenda.after(self._habits.returns_after, lambda: self._ask(ReadyRequested(self.agent)))

    def _ask(self, event: Event) -> None:
        with suppress(Refused, PortUnavailable):
            self._sim.ask(event)


class Shift:
    """All agents at work: tells each of them what the desktop shows."""

    def __init__(self, sim: SimCentre, agents: Sequence[AgentId], habits: Habits, chance: Random) -> None:
        self._agents = {agent: SimulatedAgent(sim, agent, habits, chance) for agent in agents}
        sim.subscribe(self._see)

    def start_work(self) -> None:
        """All of them."""
        for agent in self._agents.values():
            agent.start_work()

    def _see(self, notice: Notice, _now: datetime) -> None:
        if isinstance(notice, WorkItemChanged):
            agent = self._agents.get(notice.agent)
            if agent is not None and notice.state == WorkState.WRAP_UP:
                agent.wraps_up(notice.work_item)
        elif isinstance(notice, PresenceChanged):
            agent = self._agents.get(notice.agent)
            if agent is not None and (notice.presence, notice.reason) == (Presence.NOT_READY, SystemReason.RONA):
                agent.missed_a_call()
