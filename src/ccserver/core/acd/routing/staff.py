"""Who could take a contact: agents by profile, the needs each profile serves, and how many idle agents cover each need.

A profile is a set of agents with the same abilities. Which needs a profile serves, and how well, is asked once of `fit`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ccserver.core.acd.routing.demand import Floats
from ccserver.core.acd.routing.lines import Lines

Ints = NDArray[np.intp]
Fit = Callable[[Hashable, Hashable], int]
"""Proficiency (1 to 10) of a profile for a need; 0: cannot take it."""


@dataclass(slots=True, eq=False)
class Profile:
    """`able` gives the proficiency for each need (number) it serves."""

    key: Hashable
    number: int
    able: dict[int, int] = field(default_factory=dict)
    idle: dict[Hashable, Agent] = field(default_factory=dict)
    """Longest idle first."""
    first: Agent | None = None
    """Who is idle for longest."""
    pick: Callable[[Sequence[Any]], Sequence[Any]] = tuple
    """Of figures by need those of the needs it serves; in C, for speed."""
    lines: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.intp))
    """Numbers of the lines it serves, of the first `seen` lines, ascending."""
    seen: int = 0
    gains: Floats = field(default_factory=lambda: np.zeros(0))
    """Factors of urgency by line, made of `gains_of`."""
    gains_of: object = None
    price: float = 0.0
    """Valid for the table and the version `price_of`."""
    price_of: object = None
    dearest: float = 0.0
    """Bound of the price, of the table `dearest_of`."""
    dearest_of: object = None

    def join(self, agent: Agent, since: float) -> None:
        """One more is idle, maybe for longer than others: a phone that was away for a moment changes no order."""
        last = next(reversed(self.idle.values()), agent)
        self.idle[agent.id] = agent
        if (last.idle_since or since) > since:
            self.idle = dict(sorted(self.idle.items(), key=lambda item: item[1].idle_since or since))
        self.first = next(iter(self.idle.values()))

    def leave(self, agent: Agent) -> None:
        """One less is idle."""
        del self.idle[agent.id]
        self.first = next(iter(self.idle.values()), None)

    def longest(self, refused_by: frozenset[Hashable]) -> Agent | None:
        """The longest idle who has not refused, else the longest idle, if any."""
        return next((agent for agent in self.idle.values() if agent.id not in refused_by), self.first)

    def settle(self) -> None:
        """After a change of `able`."""
        needs = tuple(self.able)
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
        self._profiles: dict[Hashable, Profile] = {}
        self._agents: dict[Hashable, Agent] = {}
        self._free: dict[int, Profile] = {}
        self.cover: list[int] = []
        self.online: list[int] = []
        self.idle: list[dict[int, Profile]] = []
        """By need: profiles with somebody idle, by number; those first that have had somebody idle for longest."""

    def __len__(self) -> int:
        return len(self._agents)

    def __iter__(self) -> Iterator[Agent]:
        return iter(self._agents.values())

    def add_need(self, need: Hashable) -> int:
        """Number a new need and ask every profile about it."""
        number = len(self._needs)
        self._needs.append(need)
        self.cover.append(0)
        self.online.append(0)
        self.idle.append({})
        for profile in self._profiles.values():
            level = self._fit(need, profile.key)
            if level:
                profile.able[number] = level
                profile.settle()
        for agent in self._agents.values():
            if number in agent.profile.able:
                self._count(agent, number)
        return number

    def _count(self, agent: Agent, number: int) -> None:
        self.online[number] += 1
        if agent.idle_since is not None:
            self.cover[number] += 1
            self.idle[number][agent.profile.number] = agent.profile

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
        for need in entry.profile.able:
            self.online[need] += 1
        return entry

    def sign_out(self, agent: Hashable) -> None:
        """Gone; unknown agents are none of its business."""
        self.set_busy(agent)
        entry = self._agents.pop(agent, None)
        if entry is not None:
            for need in entry.profile.able:
                self.online[need] -= 1

    def get(self, agent: Hashable) -> Agent:
        """Somebody who is signed in; raises KeyError for others."""
        return self._agents[agent]

    def find(self, agent: Hashable) -> Agent | None:
        """The same for those who may not be."""
        return self._agents.get(agent)

    def idle_without(self, need: int) -> Iterator[Agent]:
        """Those who are idle and cannot take the need."""
        return (agent for each in self._free.values() if need not in each.able for agent in each.idle.values())

    def set_idle(self, agent: Hashable, since: float) -> Profile | None:
        """Free for one contact; the profile whose cover has grown. Raises KeyError for one who is not signed in."""
        entry = self._agents[agent]
        if entry.idle_since is not None:
            return None
        entry.idle_since = since
        profile, number, cover, idle = entry.profile, entry.profile.number, self.cover, self.idle
        profile.join(entry, since)
        self._free[number] = profile
        for need in profile.able:
            cover[need] += 1
            idle[need][number] = profile
        return profile

    def set_busy(self, agent: Hashable) -> Profile | None:
        """Not free any more; the profile whose cover has shrunk."""
        entry = self._agents.get(agent)
        if entry is None or entry.idle_since is None:
            return None
        entry.idle_since = None
        profile, number, cover, idle = entry.profile, entry.profile.number, self.cover, self.idle
        profile.leave(entry)
        for need in profile.able:
            cover[need] -= 1
        if not profile.idle:
            del self._free[number]
            for need in profile.able:
                del idle[need][number]
        return profile
