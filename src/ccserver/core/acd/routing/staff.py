"""Who could take a contact: agents by profile, the needs each profile serves, and how many idle agents cover each need.

A profile is a set of agents with the same abilities. Which needs a profile serves, and how well, is asked once of `fit`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ccserver.core.acd.routing.demand import Floats
from ccserver.core.acd.routing.lines import Lines

Ints = NDArray[np.intp]
ASKED_AT_ONCE = 500
"""Profiles asked about a new need in one go, so that nobody has to wait for all of a big centre (1 to 5 us each)."""
MOST_COVER = 13
"""Idle agents beyond this number change nothing in what one of them is worth."""
Fit = Callable[[Hashable, Hashable], int]
"""Proficiency (1 to 10) of a profile for a need; 0: cannot take it."""


@dataclass(slots=True, eq=False)
class Profile:
    """`able` gives the proficiency for each need (number) it serves."""

    key: Hashable
    number: int
    able: dict[int, int] = field(default_factory=dict)
    online: int = 0
    """Agents signed in."""
    idle: dict[Hashable, Agent] = field(default_factory=dict)
    """Longest idle first."""
    first: Agent | None = None
    """Who is idle for longest."""
    pick: Callable[[Sequence[Any]], Sequence[Any]] = tuple
    """Of figures by need those of the needs it serves; in C, for speed."""
    factors: Sequence[float] = ()
    """Factors of urgency of the needs it serves, made of `factors_of`."""
    factors_of: object = None
    top: float = math.inf
    """Bound of the urgency of all who wait, before `top_until`, unless lines changed since `top_of`."""
    top_until: float = -math.inf
    top_of: int = -1
    lines: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.intp))
    """Numbers of the lines it serves, of the first `seen` lines, ascending."""
    seen: int = 0
    gains: Floats = field(default_factory=lambda: np.zeros(0))
    """Factors of urgency by line, made of `gains_of`."""
    gains_of: object = None
    price: float = 0.0
    """What one idle agent's time is worth, of the table `price_of`, in the scarcity `priced_in`."""
    price_of: object = None
    priced_in: int = -1
    dearest: float = 0.0
    """Bound of the price, of the same table."""

    def join(self, agent: Agent, since: float) -> None:
        """One more is idle, maybe for longer than others: a phone that was away for a moment changes no order."""
        if not self.idle:
            self.idle[agent.id] = self.first = agent
            return
        last = next(reversed(self.idle.values()))
        self.idle[agent.id] = agent
        if (last.idle_since or since) > since:
            self.idle = dict(sorted(self.idle.items(), key=lambda item: item[1].idle_since or since))
            self.first = next(iter(self.idle.values()))

    def leave(self, agent: Agent) -> None:
        """One less is idle."""
        del self.idle[agent.id]
        self.first = next(iter(self.idle.values())) if self.idle else None

    def longest(self, refused_by: frozenset[Hashable]) -> Agent | None:
        """The longest idle who has not refused, else the longest idle, if any."""
        return next((agent for agent in self.idle.values() if agent.id not in refused_by), self.first)

    def settle(self) -> None:
        """After a change of `able`: what was derived from it holds no more."""
        needs = tuple(self.able)
        self.factors_of = self.gains_of = self.price_of = None
        self.top_until = -math.inf
        self.lines, self.seen = np.zeros(0, dtype=np.intp), 0
        self.pick = itemgetter(*needs) if len(needs) > 1 else lambda figures: [figures[need] for need in needs]

    def look_at(self, lines: Lines) -> None:
        """Take notice of lines opened since the last look."""
        if self.seen == len(lines.all):
            return
        if self.seen:
            new = [line.number for line in lines.all[self.seen :] if line.need in self.able]
        else:
            new = sorted(line.number for need in self.able for line in lines.of_need[need])
        self.lines = np.append(self.lines, np.array(new, dtype=np.intp))
        self.seen = len(lines.all)


@dataclass(slots=True, eq=False)
class Agent:
    id: Hashable
    profile: Profile
    idle_since: float | None = None


class Staff:
    """Agents signed in. `cover[need]` counts the idle, `online[need]` all of them."""

    def __init__(self, fit: Fit) -> None:
        self._fit = fit
        self._needs: list[Hashable] = []
        self._unasked: dict[int, list[Profile]] = {}
        """By need: profiles not yet asked about it, the next at the end."""
        self._profiles: dict[Hashable, Profile] = {}
        self._agents: dict[Hashable, Agent] = {}
        self._free: dict[int, Profile] = {}
        self.cover: list[int] = []
        self.scarce: list[int] = []
        """The cover, but never more than MOST_COVER."""
        self.scarcity = 0
        """Grows whenever `scarce` changes."""
        self.online: list[int] = []
        self.idle: list[dict[int, Profile]] = []
        """By need: profiles with somebody idle, by number; those first that have had somebody idle for longest."""

    def __len__(self) -> int:
        return len(self._agents)

    def __iter__(self) -> Iterator[Agent]:
        return iter(self._agents.values())

    def add_need(self, need: Hashable) -> int:
        """Number a new need and ask the profiles about it, in a big centre the first of them only."""
        number = len(self._needs)
        self._needs.append(need)
        self.cover.append(0)
        self.scarce.append(0)
        self.online.append(0)
        self.idle.append({})
        if self._profiles:
            self._unasked[number] = list(reversed(self._profiles.values()))
            self.ask()
        return number

    @property
    def is_asking(self) -> bool:
        """Whether there are profiles still to be asked."""
        return bool(self._unasked)

    def ask(self) -> int:
        """Go on with the oldest need about which not all were asked; its number."""
        number = next(iter(self._unasked))
        profiles = self._unasked[number]
        for profile in profiles[: -ASKED_AT_ONCE - 1 : -1]:
            self._learn(profile, number)
        del profiles[-ASKED_AT_ONCE:]
        if not profiles:
            del self._unasked[number]
        return number

    def _learn(self, profile: Profile, number: int) -> None:
        level = 0 if number in profile.able else self._fit(self._needs[number], profile.key)
        if level:
            profile.able[number] = level
            profile.settle()
            self.online[number] += profile.online
            if profile.idle:
                self.cover[number] += len(profile.idle)
                self.scarce[number] = min(self.cover[number], MOST_COVER)
                self.scarcity += 1
                self.idle[number][profile.number] = profile

    def _profile(self, key: Hashable) -> Profile:
        found = self._profiles.get(key)
        if found is None:
            fit = self._fit
            found = self._profiles[key] = Profile(key, len(self._profiles))
            levels = ((number, fit(need, key)) for number, need in enumerate(self._needs))
            found.able = {number: level for number, level in levels if level}
            found.settle()
        return found

    def sign_in(self, agent: Hashable, profile: Hashable) -> Agent:
        """An agent with these abilities is at work; not idle yet. Signing in again changes the abilities."""
        self.sign_out(agent)
        entry = self._agents[agent] = Agent(agent, self._profile(profile))
        entry.profile.online += 1
        for need in entry.profile.able:
            self.online[need] += 1
        return entry

    def sign_out(self, agent: Hashable) -> None:
        """Gone; unknown agents are none of its business."""
        self.set_busy(agent)
        entry = self._agents.pop(agent, None)
        if entry is not None:
            entry.profile.online -= 1
            for need in entry.profile.able:
                self.online[need] -= 1

    def need(self, number: int) -> Any:
        """The need of this number."""
        return self._needs[number]

    def get(self, agent: Hashable) -> Agent:
        """Somebody who is signed in; raises KeyError for others."""
        return self._agents[agent]

    def find(self, agent: Hashable) -> Agent | None:
        """The same for those who may not be."""
        return self._agents.get(agent)

    def idle_without(self, need: int) -> Iterator[Agent]:
        """Those who are idle and cannot take the need."""
        return (agent for each in self._free.values() if need not in each.able for agent in each.idle.values())

    def set_idle(self, agent: Hashable, since: float) -> None:
        """Free for one contact. Raises KeyError for one who is not signed in."""
        entry = self._agents[agent]
        if entry.idle_since is not None:
            return
        for need in self._unasked:
            self._learn(entry.profile, need)
        entry.idle_since = since
        profile, number, cover, idle, is_scarce = entry.profile, entry.profile.number, self.cover, self.idle, False
        profile.join(entry, since)
        self._free[number] = profile
        for need in profile.able:
            count = cover[need] = cover[need] + 1
            idle[need][number] = profile
            if count <= MOST_COVER:
                self.scarce[need], is_scarce = count, True
        self.scarcity += is_scarce

    def set_busy(self, agent: Hashable) -> None:
        """Not free any more; nothing for one who was not."""
        entry = self._agents.get(agent)
        if entry is None or entry.idle_since is None:
            return
        entry.idle_since = None
        profile, number, cover, idle, is_scarce = entry.profile, entry.profile.number, self.cover, self.idle, False
        profile.leave(entry)
        for need in profile.able:
            count = cover[need] = cover[need] - 1
            if count < MOST_COVER:
                self.scarce[need], is_scarce = count, True
        self.scarcity += is_scarce
        if not profile.idle:
            del self._free[number]
            for need in profile.able:
                del idle[need][number]
