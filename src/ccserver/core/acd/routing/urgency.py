"""How urgent the first of a line is for an agent: what is lost if this agent passes it over, per second of work it costs.

Generalised c-mu rule with target-shaped costs (Mandelbaum and Stolyar 2004), in the value of terms. With w seconds waited:

    value x pace x gain x (exp(-(target - ring - w) / look) + leaving + 0.02 w / target)     while the target can be met
    value x pace x gain x (late x (1 + 2 w / limit) + leaving + 0.02 w / target)             afterwards
    100000 x pace x gain x (1 + w / limit)                                                   from the wait limit on

A line is weighed by itself, or many are at once; both ways tell the same. Who goes first is decided in `front`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

import numpy as np

from ccserver.core.acd.routing.demand import Floats
from ccserver.core.acd.routing.lines import Line, Lines, Waiting
from ccserver.core.acd.routing.staff import Ints
from ccserver.core.acd.routing.terms import Policy

STARVING = 1e5
"""Urgency of a contact at its wait limit: above every price."""
_AGE = 0.02
_ORDINARY_LEVEL = 6.0
_MOST_LEVEL = 10
_LEAST_GAIN = 0.1
_AHEAD, _LATE_AHEAD = 1.0, 0.05
"""What a line is worth is bounded ahead for this share of its look; of its limit, once its target is missed."""
_GROWTH = exp(_AHEAD)
_ROUNDING = 1 + 1e-9


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
        self.value: Floats = np.zeros(0)
        self.slack: Floats = np.zeros(0)
        """Seconds from the arrival in which the decision has to fall."""
        self.goal: Floats = np.zeros(0)
        self.need: Ints = np.zeros(0, dtype=np.intp)
        self.kind: Ints = np.zeros(0, dtype=np.intp)
        self.band: Ints = np.zeros(0, dtype=np.intp)
        self.has_bands = False
        self.lets_go = False
        """Whether some policy keeps nobody free."""
        self.gains: list[list[float]] = []
        """By need and proficiency."""
        self.instant = 0
        """Grows with the clock and the coefficients: what was weighed in an earlier one is to be weighed again."""
        self._now = -math.inf
        self._ageing: Floats = np.zeros(0)
        self._limit: Floats = np.zeros(0)
        self._table: Floats = np.zeros((9, 0))
        self._rows: list[list[float] | None] = []
        """Columns of the table as they are asked for."""

    def promise(self, ring: float) -> None:
        """Take what the terms say of lines opened since. `ring`: seconds from the decision to the answer."""
        new = self.lines.all[len(self.value) :]
        if not new:
            return
        terms = [line.terms for line in new]
        target, limit = np.array([one.target for one in terms]), [one.wait_limit for one in terms]
        self.value = np.append(self.value, [one.value for one in terms])
        self.goal = np.append(self.goal, [one.goal for one in terms])
        self.slack = np.append(self.slack, target - ring)
        self._ageing = np.append(self._ageing, _AGE / target)
        self._limit = np.append(self._limit, limit)
        self.need = np.append(self.need, [line.need for line in new])
        self.kind = np.append(self.kind, [line.kind for line in new])
        self.band = np.append(self.band, [one.band for one in terms])
        self.has_bands = bool((self.band != self.band[0]).any())

    def rule(self, policies: Sequence[Policy], group: Sequence[int]) -> None:
        """Take what the policies say; `group` numbers them by need."""
        some = [gains(policy.level_gain) for policy in policies]
        self.gains = [some[number] for number in group]
        self.lets_go = not all(policy.holds for policy in policies)
        self._renew()

    def refresh(self, learned: Learned) -> None:
        """Take what was learned."""
        late, limit = learned.late, self._limit
        self._table = np.array([
            *(self.slack, learned.look, learned.leaving, learned.leaving + late, self._ageing),
            *(self._ageing + 2 * late / limit, self.value * learned.pace, limit, STARVING * learned.pace),
        ])  # fmt: skip
        self._rows = [None] * len(limit)
        self._renew()

    def _renew(self) -> None:
        self.instant += 1
        self.lines.forget()

    def begin(self, now: float) -> None:
        """What a line is worth to anybody is the same for all agents who are looked at in one instant."""
        if now != self._now:
            self._now = now
            self.instant += 1

    def of(self, line: Line, level: int, now: float) -> float:
        """Of the first in one line, for an agent of this proficiency."""
        self.begin(now)
        worth = line.worth if line.weighed_in == self.instant else self.weigh(line, now)
        return worth * self.gains[line.need][level]

    def of_reserved(self, contact: Waiting, now: float) -> float:
        """Of a contact beside its line, for the agent whom it is reserved for: nobody could be better."""
        self.begin(now)
        line = contact.line
        alone = Line(line.number, line.need, line.kind, line.terms, ahead=line.ahead, since=contact.since)
        return self.weigh(alone, now) * self.gains[line.need][_MOST_LEVEL]

    def weigh(self, line: Line, now: float) -> float:
        """What the first of a line is worth to anybody in the instant begun; the line keeps it, with a bound for a while."""
        number = line.number
        row = self._rows[number]
        if row is None:
            row = self._rows[number] = self._table[:, number].tolist()
        slack, look, leaving, late, ageing, late_ageing, value, limit, starving = row
        waited = now - line.since
        left = slack - waited
        if waited >= limit:
            lasts = _LATE_AHEAD * limit
            worth = starving * (1.0 + waited / limit)
            most = starving * (1.0 + (waited + lasts) / limit)
        elif left >= 0:
            span = look * line.stretch
            near, lasts = exp(-left / span), _AHEAD * span
            worth = value * (near + leaving + ageing * waited)
            most = value * (near * _GROWTH + leaving + ageing * (waited + lasts))
            lasts = min(lasts, left)
        else:
            lasts = _LATE_AHEAD * limit
            worth = value * (late + late_ageing * waited)
            most = value * (late + late_ageing * (waited + lasts))
            lasts = min(lasts, limit - waited)
        line.worth, line.weighed_in = worth, self.instant
        line.most, line.most_until = most * _ROUNDING, now + lasts
        return worth

    def weigh_all(self, numbers: Ints, waited: Floats) -> Floats:
        """As `weigh`, but keeps nothing; minus infinite where nobody waits."""
        slack, look, leaving, late, ageing, late_ageing, value, limit, starving = self._table.take(numbers, axis=1)
        left = slack - waited
        near = np.exp(np.minimum(0.0, -left) / (look * self.lines.stretch.take(numbers))) + leaving + ageing * waited
        worth: Floats = value * np.where(left >= 0, near, late + late_ageing * waited)
        is_starving = waited >= limit
        return np.where(is_starving, starving * (1.0 + waited / limit), worth) if is_starving.any() else worth
