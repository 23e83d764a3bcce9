"""What the router learns by watching: how often each line is joined, how long a need takes, how patient callers are.

Counts fade with a half-life, so that the figures follow the day; before anything was seen they are the priors.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

HALF_LIFE = 1800.0
"""Seconds. Between 10 minutes and 2 hours nothing changes beyond noise (measured)."""
PRIOR_HANDLE = 300.0
PRIOR_PATIENCE = 240.0
_HANDLE_WEIGHT = 5.0
_SERVED_WEIGHT = 50.0
_SERVED_KEEP = 0.995
SHORT_ABANDON = 5.0
"""Seconds. Who leaves earlier counts neither as served nor as missed."""


@dataclass(frozen=True, slots=True)
class Counts:
    """All that a Demand has counted, as plain numbers: for the record, and for one that goes on where another stopped."""

    asked: tuple[float, ...]
    faded_at: float
    began_at: float | None
    seconds: tuple[float, ...]
    handled: tuple[float, ...]
    waited: tuple[float, ...]
    left: tuple[float, ...]
    in_time: tuple[float, ...]
    counted: tuple[float, ...]


class Demand:
    """Figures by line, need and kind (number of terms); each grows by one with every `add_`."""

    def __init__(self) -> None:
        self._asked: Floats = np.zeros(0)
        self._faded_at = 0.0
        self._began_at: float | None = None
        self._seconds: list[float] = []
        self._handled: list[float] = []
        self._waited: list[float] = []
        self._left: list[float] = []
        self._in_time: list[float] = []
        self._counted: list[float] = []

    def counts(self) -> Counts:
        """As they stand."""
        return Counts(
            asked=tuple(self._asked.tolist()),
            faded_at=self._faded_at,
            began_at=self._began_at,
            seconds=tuple(self._seconds),
            handled=tuple(self._handled),
            waited=tuple(self._waited),
            left=tuple(self._left),
            in_time=tuple(self._in_time),
            counted=tuple(self._counted),
        )

    def go_on(self, counts: Counts) -> None:
        """Take them over; lines, needs and kinds are the same and in the same order."""
        self._asked, self._faded_at, self._began_at = np.array(counts.asked), counts.faded_at, counts.began_at
        self._seconds, self._handled = list(counts.seconds), list(counts.handled)
        self._waited, self._left = list(counts.waited), list(counts.left)
        self._in_time, self._counted = list(counts.in_time), list(counts.counted)

    def add_line(self) -> None:
        """One more line."""
        self._asked = np.append(self._asked, 0.0)

    def add_need(self) -> None:
        """One more need."""
        self._seconds.append(PRIOR_HANDLE * _HANDLE_WEIGHT)
        self._handled.append(_HANDLE_WEIGHT)

    def add_kind(self, goal: float) -> None:
        """One more kind of contacts, `goal` of which are to be answered in time."""
        self._waited.append(PRIOR_PATIENCE)
        self._left.append(1.0)
        self._in_time.append(goal * _SERVED_WEIGHT)
        self._counted.append(_SERVED_WEIGHT)

    def asked(self, line: int, now: float) -> None:
        """One contact came."""
        if self._began_at is None:
            self._began_at = self._faded_at = now
        self._asked[line] += 2.0 ** ((now - self._faded_at) / HALF_LIFE)

    def handled(self, need: int, seconds: float) -> None:
        """An agent was occupied by one contact for this long, from the offer to the end of wrap-up."""
        self._seconds[need] += seconds
        self._handled[need] += 1.0

    def answered(self, kind: int, waited: float, in_time: bool) -> None:
        """One contact was answered."""
        self._waited[kind] += waited
        self._count(kind, in_time)

    def abandoned(self, kind: int, waited: float) -> None:
        """One contact left unanswered."""
        self._waited[kind] += waited
        self._left[kind] += 1
        if waited >= SHORT_ABANDON:
            self._count(kind, False)

    def _count(self, kind: int, in_time: bool) -> None:
        self._in_time[kind] = self._in_time[kind] * _SERVED_KEEP + in_time
        self._counted[kind] = self._counted[kind] * _SERVED_KEEP + 1

    def fade(self, now: float) -> None:
        """Let the counts fade up to now: now and then, or they grow beyond bounds."""
        if self._began_at is not None:
            self._asked *= self._faded(now)
            self._faded_at = now

    def _faded(self, now: float) -> float:
        return float(2.0 ** (-(now - self._faded_at) / HALF_LIFE))

    def rates(self, now: float) -> Floats:
        """Contacts per second by line: faded counts over the faded length of the time watched. Asking changes nothing."""
        if self._began_at is None:
            return np.zeros_like(self._asked)
        watched = max(now - self._began_at, 60.0)
        per_second = math.log(2) / HALF_LIFE / (1 - 2.0 ** (-watched / HALF_LIFE))
        rates: Floats = self._asked * (self._faded(now) * per_second)
        return rates

    def mean_handle(self) -> float:
        """Seconds over all needs."""
        return sum(self._seconds) / sum(self._handled) if self._handled else PRIOR_HANDLE

    def handle_by_need(self) -> Floats:
        """Seconds, shrunk towards the prior while few were seen."""
        return np.array(self._seconds) / self._handled

    def patience(self) -> Floats:
        """Mean seconds to abandonment by kind, the censored waits included (exponential maximum likelihood)."""
        return np.array(self._waited) / self._left

    def served(self) -> Floats:
        """Recent share answered in time, by kind."""
        return np.array(self._in_time) / self._counted
