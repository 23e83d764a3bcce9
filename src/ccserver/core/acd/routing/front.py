"""Who of those waiting goes first for an agent who is free, found without weighing everybody.

What a line is worth grows slowly, so each that was weighed keeps a bound for a while: most lines are passed over by it, and
only those are weighed again of which another goes first, whose bound ran out, or which may win. An agent with many needs
weighs all lines at once instead, in vectors.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence

import numpy as np

from ccserver.core.acd.routing.demand import Floats
from ccserver.core.acd.routing.lines import Line
from ccserver.core.acd.routing.staff import Profile
from ccserver.core.acd.routing.urgency import Urgencies

FEW = 48
"""Needs whose lines are quicker looked at one by one than all at once (measured)."""


class Front:
    """Looks at what `urgencies` tell; holds nothing that could not be found again."""

    def __init__(self, urgencies: Urgencies) -> None:
        self.few = FEW
        """So many needs are looked at one by one."""
        self._urgencies = urgencies
        self._lines = urgencies.lines

    def foremost(self, profile: Profile, now: float, without: Collection[Line] = ()) -> tuple[float, Line] | None:
        """Of the lines that a profile serves and in which somebody waits the one that is served first.

        In the highest band the most urgent; of equally urgent ones that which waits longest, then the oldest line.
        """
        self._urgencies.begin(now)
        if self._is_wide(profile):
            return self._of_many(profile, now, without)
        if without or self._urgencies.has_bands:
            return self._of_each(profile, now, without)
        return self._of_few(profile, now)

    def older(self, profile: Profile, than: float, now: float, most: int) -> list[tuple[float, Line]]:
        """Lines whose first waits longer, longest first, with their urgencies for an agent of the profile."""
        of, able = self._urgencies.of, profile.able
        older = self._wide_older(profile, than, most) if self._is_wide(profile) else self._narrow_older(profile, than)
        return [(of(line, able[line.need], now), line) for line in older[:most]]

    def is_worth(self, profile: Profile, price: float, now: float) -> bool:
        """Whether somebody who waits may be worth this price to an agent of the profile.

        Only no is certain, and means that nobody is, though somebody waits. The bound found is kept for the next time.
        """
        urgencies, lines = self._urgencies, self._lines
        if urgencies.has_bands or urgencies.lets_go:
            return True
        is_known = now < profile.top_until and max(profile.pick(lines.changed_in)) <= profile.top_of
        if is_known and profile.top < price:
            return False
        urgencies.begin(now)
        profile.top_until = -math.inf
        found = [(line, factor) for some, factor in self._open(profile) for line in some]
        if not found or any(self._is_worth(line, factor, price, now) for line, factor in found):
            return True
        profile.top = max(line.most * factor for line, factor in found)
        profile.top_until, profile.top_of = min(line.most_until for line, _ in found), lines.changes
        return False

    def _is_worth(self, line: Line, factor: float, price: float, now: float) -> bool:
        """The line is bounded afterwards, unless it is worth the price or somebody was refused, of whom more is to be known."""
        if now >= line.most_until or line.most * factor >= price:
            urgencies = self._urgencies
            worth = line.worth if line.weighed_in == urgencies.instant else urgencies.weigh(line, now)
            if worth * factor >= price:
                return True
        return bool(line.heap[0][3].refused_by)

    # -- one by one ----------------------------------------------------------------------------------------------------

    def _open(self, profile: Profile) -> Iterable[tuple[Sequence[Line], float]]:
        """Lines by need that it serves and in which somebody waits, with its factor, found by the shorter way."""
        waiting, able, gains = self._lines.open, profile.able, self._urgencies.gains
        if len(waiting) < len(able):
            return [(waiting[need], gains[need][able[need]]) for need in waiting if need in able]
        if profile.factors_of is not gains:
            profile.factors = [gains[need][level] for need, level in able.items()]
            profile.factors_of = gains
        return zip(profile.pick(self._lines.by_need), profile.factors, strict=True)

    def _of_few(self, profile: Profile, now: float) -> tuple[float, Line] | None:
        weigh, instant = self._urgencies.weigh, self._urgencies.instant
        best, found = -math.inf, None
        for lines, factor in self._open(profile):
            for line in lines:
                if line.most * factor < best and now < line.most_until:
                    continue
                urgency = (line.worth if line.weighed_in == instant else weigh(line, now)) * factor
                if urgency > best or (urgency == best and found is not None and _longest(line) < _longest(found)):
                    best, found = urgency, line
        return None if found is None else (best, found)

    def _of_each(self, profile: Profile, now: float, without: Collection[Line]) -> tuple[float, Line] | None:
        of, able = self._urgencies.of, profile.able
        lines = (line for some, _ in self._open(profile) for line in some if line not in without)
        weighed = ((line.terms.band, of(line, able[line.need], now), -line.since, -line.number, line) for line in lines)
        best = max(weighed, default=None)
        return None if best is None else (best[1], best[4])

    def _narrow_older(self, profile: Profile, than: float) -> list[Line]:
        older = [
            (line.since, line.number, line) for some, _ in self._open(profile) for line in some if line.since < than
        ]
        older.sort()
        return [line for _, _, line in older]

    # -- all at once ---------------------------------------------------------------------------------------------------

    def _is_wide(self, profile: Profile) -> bool:
        return len(profile.able) > self.few and len(self._lines.open) > self.few

    def _wide_older(self, profile: Profile, than: float, most: int) -> list[Line]:
        profile.look_at(self._lines)
        since = self._lines.since[profile.lines]
        rows = np.flatnonzero(since < than)
        rows = rows[np.argsort(since[rows], kind="stable")[:most]]
        return [self._lines.all[number] for number in profile.lines[rows].tolist()]

    def _of_many(self, profile: Profile, now: float, without: Collection[Line]) -> tuple[float, Line] | None:
        profile.look_at(self._lines)
        numbers, since = profile.lines, self._lines.since[profile.lines]
        if not len(numbers):
            return None
        urgencies = self._urgencies.weigh_all(numbers, now - since) * self._gains_of(profile)
        if without:
            urgencies[np.isin(numbers, [line.number for line in without])] = -np.inf
        if self._urgencies.has_bands:
            bands = self._urgencies.band[numbers]
            highest = bands[urgencies > -np.inf].max(initial=bands.min())
            urgencies[bands < highest] = -np.inf
        best = urgencies.max()
        if best == -np.inf:
            return None
        rows = np.flatnonzero(urgencies == best)
        row = rows[0] if len(rows) == 1 else rows[since[rows].argmin()]
        return float(best), self._lines.all[numbers[row]]

    def _gains_of(self, profile: Profile) -> Floats:
        gains = self._urgencies.gains
        if profile.gains_of is not gains or len(profile.gains) < len(profile.lines):
            needs = self._urgencies.need[profile.lines].tolist()
            profile.gains = np.array([gains[need][profile.able[need]] for need in needs])
            profile.gains_of = gains
        return profile.gains


def _longest(line: Line) -> tuple[float, int]:
    return line.since, line.number
