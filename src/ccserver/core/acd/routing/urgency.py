"""How urgent the first of a line is for an agent: what is lost if this agent passes it over, per second of work it costs.

Generalised c-mu rule with target-shaped costs (Mandelbaum and Stolyar 2004), in the value of terms. With w seconds waited:

    value x pace x gain x (exp(-(target - ring - w) / look) + leaving + 0.02 w / target)     while the target can be met
    value x pace x gain x (late x (1 + 2 w / limit) + leaving + 0.02 w / target)             afterwards
    100000 x pace x gain x (1 + w / limit)                                                   from the wait limit on

A few lines are weighed one by one, many at once: a vector operation costs as much as two lines. Both ways tell the same.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from math import exp

import numpy as np

from ccserver.core.acd.routing.demand import Floats
from ccserver.core.acd.routing.lines import Line, Lines
from ccserver.core.acd.routing.staff import Ints, Profile
from ccserver.core.acd.routing.terms import Policy

STARVING = 1e5
"""Urgency of a contact at its wait limit: above every price."""
FEW = 24
"""Lines for which one by one is quicker than all at once (measured)."""
_AGE = 0.02
_ORDINARY_LEVEL = 6.0
_MOST_LEVEL = 10
_LEAST_GAIN = 0.1


def gains(level_gain: float) -> list[float]:
    """Factors by proficiency, 0 to 10: better agents make contacts more urgent to them."""
    return [max(_LEAST_GAIN, 1.0 + level_gain * (level - _ORDINARY_LEVEL) / 4.0) for level in range(_MOST_LEVEL + 1)]


@dataclass(slots=True)
class Learned:
    """Figures by line: seconds that a look takes, chance to leave within it, the mu of c-mu, worth when late."""

    look: Floats
    leaving: Floats
    pace: Floats
    late: Floats


class Urgencies:
    """Coefficients by line, brought up to date by `refresh`."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.few = FEW
        """So many lines are weighed one by one."""
        self.value: Floats = np.zeros(0)
        self.slack: Floats = np.zeros(0)
        """Seconds from the arrival in which the decision has to fall."""
        self.goal: Floats = np.zeros(0)
        self.need: Ints = np.zeros(0, dtype=np.intp)
        self.kind: Ints = np.zeros(0, dtype=np.intp)
        self.band: Ints = np.zeros(0, dtype=np.intp)
        self.has_bands = False
        self._ageing: Floats = np.zeros(0)
        self._limit: Floats = np.zeros(0)
        self._table: Floats = np.zeros((9, 0))
        self._rows: dict[int, list[float]] = {}
        """Columns of the table as they are asked for."""
        self._gains: list[list[float]] = []
        self._lets_go = False
        self._now = -math.inf
        self._instant = 0

    def promise(self, ring: float) -> None:
        """Take what the terms say of lines opened since. `ring`: seconds from the decision to the answer."""
        for line in self.lines.all[len(self.value) :]:
            terms = line.terms
            self.value = np.append(self.value, terms.value)
            self.goal = np.append(self.goal, terms.goal)
            self.slack = np.append(self.slack, terms.target - ring)
            self._ageing = np.append(self._ageing, _AGE / terms.target)
            self._limit = np.append(self._limit, terms.wait_limit)
            self.need = np.append(self.need, line.need)
            self.kind = np.append(self.kind, line.kind)
            self.band = np.append(self.band, terms.band)
            self.has_bands = self.has_bands or bool((self.band != terms.band).any())

    def rule(self, policies: Sequence[Policy], group: Sequence[int]) -> None:
        """Take what the policies say; `group` numbers them by need."""
        some = [gains(policy.level_gain) for policy in policies]
        self._gains = [some[number] for number in group]
        self._lets_go = not all(policy.holds for policy in policies)
        self._instant += 1

    def refresh(self, learned: Learned) -> None:
        """Take what was learned."""
        late, limit = learned.late, self._limit
        self._table = np.array([
            *(self.slack, learned.look, learned.leaving, learned.leaving + late, self._ageing),
            *(self._ageing + 2 * late / limit, self.value * learned.pace, limit, STARVING * learned.pace),
        ])  # fmt: skip
        self._rows.clear()
        self._instant += 1

    def foremost(self, profile: Profile, now: float, without: Collection[Line] = ()) -> tuple[float, Line] | None:
        """Of the lines that a profile serves and in which somebody waits the one that is served first.

        In the highest band the most urgent; of equally urgent ones that which waits longest, then the oldest line.
        """
        self._begin(now)
        if len(self.lines.open) > len(profile.able) and sum(profile.pick(self.lines.many)) > self.few:
            return self._of_many(profile, now, without)
        return self._of_few(profile, now, without)

    def _few(self, profile: Profile) -> Iterable[Sequence[Line]]:
        """Lines of the needs it serves in which somebody waits, found by the shorter way."""
        waiting, able = self.lines.open, profile.able
        if len(waiting) > len(able):
            return profile.pick(self.lines.by_need)
        return [waiting[need] for need in waiting if need in able]

    def _of_few(self, profile: Profile, now: float, without: Collection[Line]) -> tuple[float, Line] | None:
        gains, able, instant, has_bands = self._gains, profile.able, self._instant, self.has_bands
        best, most = -math.inf, (-math.inf, -math.inf, 0.0, 0)
        found: Line | None = None
        for lines in self._few(profile):
            for line in lines:
                worth = line.worth if line.weighed_in == instant else self._weigh(line, now)
                urgency = worth * gains[line.need][able[line.need]]
                if urgency >= best or has_bands:
                    weight = (line.terms.band, urgency, -line.since, -line.number)
                    if weight > most and line not in without:
                        best, most, found = urgency, weight, line
        return None if found is None else (best, found)

    def older(self, profile: Profile, than: float, now: float, most: int) -> list[tuple[float, Line]]:
        """Lines whose first waits longer, longest first, with their urgencies for an agent of the profile."""
        lines, able = self.lines, profile.able
        if len(lines.open) > len(able) and sum(profile.pick(lines.many)) > self.few:
            profile.look_at(lines)
            since = lines.since[profile.lines]
            rows = np.flatnonzero(since < than)
            rows = rows[np.argsort(since[rows], kind="stable")[:most]]
            older = [lines.all[number] for number in profile.lines[rows].tolist()]
        else:
            older = [line for some in self._few(profile) for line in some if line.since < than]
            if len(older) > 1:
                older.sort(key=_longest)
        return [(self.of(line, able[line.need], now), line) for line in older[:most]]

    def is_worth(self, profile: Profile, price: float, now: float) -> bool:
        """Whether somebody who waits may be worth this price to an agent of the profile.

        Only no is certain, and means that nobody is, though somebody waits; a quick look at few plain lines.
        """
        self._begin(now)
        if self.has_bands or self._lets_go or sum(profile.pick(self.lines.many)) > self.few:
            return True
        gains, able, instant, is_worth = self._gains, profile.able, self._instant, True
        for lines in self._few(profile):
            for line in lines:
                worth = line.worth if line.weighed_in == instant else self._weigh(line, now)
                if worth * gains[line.need][able[line.need]] >= price or line.heap[0][3].refused_by:
                    return True
                is_worth = False
        return is_worth

    def of(self, line: Line, level: int, now: float) -> float:
        """Of the first in one line, for an agent of this proficiency."""
        self._begin(now)
        worth = line.worth if line.weighed_in == self._instant else self._weigh(line, now)
        return worth * self._gains[line.need][level]

    def _begin(self, now: float) -> None:
        """What a line is worth to anybody is the same for all agents who are looked at in one instant."""
        if now != self._now:
            self._now = now
            self._instant += 1

    def _weigh(self, line: Line, now: float) -> float:
        row = self._rows.get(line.number)
        if row is None:
            row = self._rows[line.number] = self._table[:, line.number].tolist()
        slack, look, leaving, late, ageing, late_ageing, value, limit, starving = row
        waited = now - line.since
        left = slack - waited
        if waited >= limit:
            worth = starving * (1.0 + waited / limit)
        elif left >= 0:
            worth = value * (exp(-left / (look * line.stretch)) + leaving + ageing * waited)
        else:
            worth = value * (late + late_ageing * waited)
        line.worth, line.weighed_in = worth, self._instant
        return worth

    def _of_many(self, profile: Profile, now: float, without: Collection[Line]) -> tuple[float, Line] | None:
        profile.look_at(self.lines)
        numbers, since = profile.lines, self.lines.since[profile.lines]
        urgencies = self._weigh_all(numbers, now - since) * self._gains_of(profile)
        if without:
            urgencies[np.isin(numbers, [line.number for line in without])] = -np.inf
        if self.has_bands:
            bands = self.band[numbers]
            highest = bands[urgencies > -np.inf].max(initial=bands.min())
            urgencies[bands < highest] = -np.inf
        best = urgencies.max()
        if best == -np.inf:
            return None
        rows = np.flatnonzero(urgencies == best)
        row = rows[0] if len(rows) == 1 else rows[since[rows].argmin()]
        return float(best), self.lines.all[numbers[row]]

    def _gains_of(self, profile: Profile) -> Floats:
        if profile.gains_of is not self._gains or len(profile.gains) < len(profile.lines):
            needs = self.need[profile.lines].tolist()
            profile.gains = np.array([self._gains[need][profile.able[need]] for need in needs])
            profile.gains_of = self._gains
        return profile.gains

    def _weigh_all(self, numbers: Ints, waited: Floats) -> Floats:
        """As `_weigh`; minus infinite where nobody waits."""
        slack, look, leaving, late, ageing, late_ageing, value, limit, starving = self._table.take(numbers, axis=1)
        left = slack - waited
        near = np.exp(np.minimum(0.0, -left) / (look * self.lines.stretch.take(numbers))) + leaving + ageing * waited
        worth: Floats = value * np.where(left >= 0, near, late + late_ageing * waited)
        is_starving = waited >= limit
        return np.where(is_starving, starving * (1.0 + waited / limit), worth) if is_starving.any() else worth


def _longest(line: Line) -> tuple[float, int]:
    return line.since, line.number
