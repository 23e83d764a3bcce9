"""Callers and agents with habits: patience, talk time, how long it takes to answer, who forgets the phone.

They only do what people with a telephone and a desktop can do; all chance comes from the one seeded source handed in.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Final

from ccserver.adapters.sim.centre import SimCentre
from ccserver.adapters.sim.clock import Appointment
from ccserver.adapters.sim.legs import Party
from ccserver.core.agent import Presence, SystemReason
from ccserver.core.errors import PortUnavailable, Refused
from ccserver.core.events import Cause, Event, ReadyRequested, SignInRequested, WrapUpSaved
from ccserver.core.ids import AgentId, InteractionId, LegId, WorkItemId, interaction_of_work
from ccserver.core.notices import JoinedQueue, Notice, PresenceChanged, RecordMade, WorkItemChanged
from ccserver.core.work_item import WorkState

NO_KEY: Final = "-"
_NONE: Final = InteractionId("")


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


@dataclass(frozen=True, slots=True)
class Manner:
    """What one caller is going to do, whatever the centre does: `patience` begins in the queue, keys come so long after ringing in."""

    patience: timedelta
    talk: timedelta
    keys: tuple[tuple[timedelta, str], ...] = ()

    @classmethod
    def drawn(cls, habits: Habits, chance: Random) -> Manner:
        """By these habits."""
        keys: tuple[tuple[timedelta, str], ...] = ()
        if habits.keys:
            key, after = chance.choice(habits.keys), timedelta(seconds=chance.uniform(2, 5))
            keys = () if key == NO_KEY else ((after, key),)
        return cls(exponential(chance, habits.patience), exponential(chance, habits.talk), keys)


class SimulatedCaller(Party):
    """Rings in, perhaps presses keys, hangs up when patience or talk is over."""

    def __init__(self, sim: SimCentre, manner: Manner) -> None:
        self._sim, self._manner = sim, manner
        self._patience: Appointment | None = None
        self._has_joined = False
        self.leg: LegId | None = None

    def ring_in(self, ani: str, dnis: str) -> InteractionId | None:
        """Call now; how the call will be known."""
        leg = self.leg = self._sim.pbx.call_in(self, ani, dnis)
        for after, key in self._manner.keys:
            self._sim.agenda.after(after, partial(self._sim.pbx.press, leg, key))
        return self._sim.pbx.legs[leg].interaction

    def joined(self) -> None:
        """Waits in a queue. Back in one after a missed offer the old patience goes on."""
        if not self._has_joined:
            self._has_joined = True
            self._hang_up_after(self._manner.patience)

    def connected(self, leg: LegId) -> None:
        """From the first word to the last."""
        self._hang_up_after(self._manner.talk)

    def ended(self, leg: LegId, cause: Cause) -> None:
        if self._patience is not None:
            self._patience.cancel()

    def _hang_up_after(self, length: timedelta) -> None:
        if self._patience is not None:
            self._patience.cancel()
        leg = self.leg
        if leg is not None:
            self._patience = self._sim.agenda.after(length, lambda: self._sim.pbx.hang_up(leg))


class Crowd:
    """All callers: tells each of them what the centre does with the call."""

    def __init__(self, sim: SimCentre, habits: Habits) -> None:
        self._sim, self._habits = sim, habits
        self._callers: dict[str, SimulatedCaller] = {}
        sim.subscribe(self._see)

    def ring_in(self, ani: str, dnis: str, chance: Random) -> None:
        """One more caller, whose chance decides on patience and talk whatever happens to others."""
        self.ring_in_as(ani, dnis, Manner.drawn(self._habits, chance))

    def ring_in_as(self, ani: str, dnis: str, manner: Manner) -> InteractionId | None:
        """One more, of whom it is known how he or she will be; how the call will be known."""
        caller = SimulatedCaller(self._sim, manner)
        interaction = caller.ring_in(ani, dnis)
        if interaction is not None:
            self._callers[interaction] = caller
        return interaction

    def _see(self, notice: Notice, _now: datetime) -> None:
        if isinstance(notice, JoinedQueue):
            caller = self._callers.get(notice.interaction)
            if caller is not None:
                caller.joined()
        elif isinstance(notice, RecordMade):
            self._callers.pop(notice.record.id, None)


class SimulatedAgent(Party):
    """Takes calls. How long it takes to answer and to write is drawn for each call apart, and by the call alone: whatever
    changes elsewhere, the same offer of the same call to the same agent is answered as fast."""

    def __init__(self, sim: SimCentre, agent: AgentId, habits: Habits, salt: int) -> None:
        self._sim, self.agent, self._habits, self._salt = sim, agent, habits, salt

    def start_work(self) -> None:
        """Phone, sign-in, ready."""
        self._sim.pbx.register(self.agent, self)
        self.ask(SignInRequested(self.agent))
        self.ask(ReadyRequested(self.agent))

    def rang(self, leg: LegId) -> None:
        chance = self._chance(leg)
        if chance.random() >= self._habits.missed_ratio:
            delay = self._habits.answer_delay * chance.uniform(0.5, 1.5)
            self._sim.agenda.after(delay, lambda: self._sim.pbx.answer(leg))

    def wraps_up(self, work_item: WorkItemId, length: timedelta | None = None) -> None:
        """Writes, and is done after a while."""
        done = WrapUpSaved(self.agent, work_item, "", "", True)
        length = exponential(self._chance(work_item), self._habits.wrap_up) if length is None else length
        self._sim.agenda.after(length, lambda: self.ask(done))

    def _chance(self, what: str) -> Random:
        return Random(f"{self._salt} {what}")  # noqa: S311  repeatable on purpose

    def missed_a_call(self) -> None:
        """Comes back after a while."""
        self._sim.agenda.after(self._habits.returns_after, lambda: self.ask(ReadyRequested(self.agent)))

    def ask(self, event: Event) -> None:
        with suppress(Refused, PortUnavailable):
            self._sim.ask(event)


class Shift:
    """All agents at work: tells each of them what the desktop shows."""

    def __init__(self, sim: SimCentre, agents: Sequence[AgentId], habits: Habits, chance: Random) -> None:
        salt = chance.getrandbits(64)
        self._agents = {agent: SimulatedAgent(sim, agent, habits, salt) for agent in agents}
        self.wrap_ups: dict[InteractionId, timedelta] = {}
        """How long the wrap-up of a call takes, where it is known."""
        sim.subscribe(self._see)

    def start_work(self) -> None:
        """All of them."""
        for agent in self._agents.values():
            agent.start_work()

    def ask(self, agent: AgentId, event: Event) -> None:
        """One of them asks for something; for whoever is not of the shift nothing happens."""
        if agent in self._agents:
            self._agents[agent].ask(event)

    def register(self, sim: SimCentre) -> None:
        """Their phones, all of them."""
        for name, agent in self._agents.items():
            sim.pbx.register(name, agent)

    def _see(self, notice: Notice, _now: datetime) -> None:
        if isinstance(notice, WorkItemChanged):
            agent = self._agents.get(notice.agent)
            if agent is not None and notice.state == WorkState.WRAP_UP:
                agent.wraps_up(notice.work_item, self.wrap_ups.get(interaction_of_work(notice.work_item) or _NONE))
        elif isinstance(notice, PresenceChanged):
            agent = self._agents.get(notice.agent)
            if agent is not None and (notice.presence, notice.reason) == (Presence.NOT_READY, SystemReason.RONA):
                agent.missed_a_call()
