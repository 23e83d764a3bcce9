"""Hours of calls on the real core in virtual time, and what comes of them: callers and agents are simulated, nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Final

from ccserver.adapters.sim.centre import SimCentre
from ccserver.adapters.sim.clock import START
from ccserver.adapters.sim.people import Crowd, Habits, Shift, exponential
from ccserver.adapters.sim.score import Score
from ccserver.core.customer import CustomerCard
from ccserver.core.ids import AgentId, CustomerId
from ccserver.core.plan import Plan

USUAL_OCCUPANCY: Final = 0.8
RUN_OUT: Final = timedelta(hours=2)
"""How long calls of the last minute may take at the most."""
_FORGET_EVERY: Final = 500
NOBODYS: Final = "+999"
"""A country code that the ITU keeps in reserve: simulated callers have numbers of nobody."""

Watch = Callable[[float], bool]
"""Told the share that is done now and then; False ends the simulation there."""


@dataclass(frozen=True, slots=True)
class Load:
    """Who calls and who works. Empty: every entry point alike, every agent."""

    calls_per_hour: float | None = None
    """None: as many as keep the agents busy four fifths of the time."""
    dnis: Mapping[str, float] = field(default_factory=dict)
    """Numbers called, with how often each is called beside the others."""
    agents: Sequence[AgentId] = ()
    tiers: Mapping[str, float] = field(default_factory=dict)
    """Share of the callers whom the CRM knows to be of the tier; the rest are unknown."""
    habits: Habits = field(default_factory=Habits)

    def rate(self, agent_count: int) -> float:
        """Calls per hour."""
        habits = self.habits
        handling = (habits.talk + habits.wrap_up + habits.answer_delay).total_seconds()
        return self.calls_per_hour or max(1.0, USUAL_OCCUPANCY * agent_count * 3600 / handling)


@dataclass(frozen=True, slots=True)
class Span:
    """When it is played. Calls of the warm-up are played and not counted: a centre does not begin empty."""

    hours: float
    warm_up: timedelta = timedelta()
    start: datetime = START

    @property
    def opens_at(self) -> datetime:
        return self.start + self.warm_up

    @property
    def closes_at(self) -> datetime:
        return self.opens_at + timedelta(hours=self.hours)


def simulate(plan: Plan, span: Span, seed: int, load: Load | None = None, watch: Watch = lambda _: True) -> Score:
    """Play it; the same seed gives the same score. Blocks: a thousand calls take some seconds.

    The calls are drawn apart from the rest: with the same seed and rate the same callers call at the same instants with the
    same patience, however many agents there are.
    """
    load = load or Load()
    sim = SimCentre(plan, chance=_chance(seed, "pbx"), has_journal=False, start=span.start)
    score = Score(plan, span.opens_at, span.closes_at)
    sim.subscribe(score)
    agents = load.agents or tuple(plan.agents)
    Shift(sim, agents, load.habits, _chance(seed, "agents")).start_work()
    crowd = Crowd(sim, load.habits)
    for serial, (at, dnis) in enumerate(_arrivals(plan, span, load, len(agents), _chance(seed, "calls")), start=1):
        sim.agenda.run_until(at)
        if not watch((at - span.start) / (span.closes_at - span.start)):
            break
        chance = _chance(seed, f"call {serial}")
        crowd.ring_in(_somebody(sim, load, chance, serial), dnis, chance)
        if not serial % _FORGET_EVERY:
            forget(sim)
    else:
        sim.agenda.run_until(span.closes_at)
    score.closes_at = max(sim.agenda.now(), span.opens_at)
    run_out(sim)
    score.unfinished = len(sim.centre.interactions)
    return score


def _chance(seed: int, what: str) -> Random:
    return Random(f"{seed} {what}")  # noqa: S311  repeatable on purpose


def _somebody(sim: SimCentre, load: Load, chance: Random, serial: int) -> str:
    """A caller's number; the directory knows those who have a tier."""
    number, drawn = f"{NOBODYS}{serial:09}", chance.random()
    for tier, share in load.tiers.items():
        drawn -= share
        if drawn < 0:
            sim.customers[number] = CustomerCard(CustomerId(number), number, tier, 0.0, (number,))
            break
    return number


def run_out(sim: SimCentre) -> None:
    """No more calls come; those that are there come to their end."""
    latest = sim.agenda.now() + RUN_OUT
    while sim.centre.interactions and sim.agenda.now() < latest:
        sim.run_for(timedelta(minutes=1))


def forget(sim: SimCentre) -> None:
    """What was counted need not stay in memory."""
    sim.records.clear()
    sim.history.rows.clear()


def _arrivals(plan: Plan, span: Span, load: Load, agent_count: int, chance: Random) -> Iterator[tuple[datetime, str]]:
    """Poisson arrivals: when, on which number."""
    often = load.dnis or dict.fromkeys(plan.entry_points, 1.0)
    lines, weights = list(often), list(often.values())
    between = timedelta(hours=1) / load.rate(agent_count)
    at = span.start
    while True:
        at += exponential(chance, between)
        if at >= span.closes_at or not lines:
            return
        yield at, chance.choices(lines, weights)[0]
