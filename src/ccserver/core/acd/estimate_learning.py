"""The two learners behind the estimated wait: a line through logarithms, and how waits spread about it.

Both learn from one contact at a time and forget slowly; neither keeps the contacts.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate
from operator import mul, sub

import numpy as np

from ccserver.core.acd.estimate_sight import Floats

NOISE = 0.6
"""Variance of the logarithm of a wait about its best estimate."""
MOST_SURPRISE = 2.0
"""A single contact counts as at most this far off, in logarithm: a factor of seven."""


class LeastSquares:
    """Recursive least squares that drifts back towards what it knew at the start (Kalman filter of a slow random walk).

    The uncertainty stays between nothing and that of the start, so that a figure that never changes (one need, one
    agent) cannot blow it up, as plain exponential forgetting does.
    """

    def __init__(self, start: Floats, variance: Floats, forget: float) -> None:
        self.weights = start.astype(np.float64)
        self._start = np.diag(variance)
        self._uncertain = self._start.copy()
        self._forget = forget

    def at(self, features: Floats) -> float:
        """The estimate."""
        return float(self.weights @ features)

    def state(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """All that was learned, as plain numbers."""
        return tuple(self.weights.tolist()), tuple(self._uncertain.ravel().tolist())

    def go_on(self, weights: Sequence[float], uncertain: Sequence[float]) -> None:
        """From where another one stopped."""
        self.weights, self._uncertain = np.array(weights), np.array(uncertain).reshape(self._uncertain.shape)

    def learn(self, features: Floats, truth: float) -> None:
        """One contact more."""
        gain = self._uncertain @ features
        gain_of_noise = gain / (NOISE + float(features @ gain))
        off = min(MOST_SURPRISE, max(-MOST_SURPRISE, truth - self.at(features)))
        self.weights += gain_of_noise * off
        self._uncertain -= np.outer(gain_of_noise, gain)
        self._uncertain += self._forget * (self._start - self._uncertain)


_STEP = 0.25
_RATIOS: Floats = np.arange(-3.5, 3.0 + _STEP, _STEP)
"""Bounds (logarithms) of the cells in which the wait over its estimate is counted: 1/33 to 20 times."""
_FROM = float(_RATIOS[0])
_COUNT = len(_RATIOS)
"""Cells: one before the first bound; beyond the last nothing is told apart."""
_BOUNDS: Floats = np.concatenate(([0.0], np.exp(_RATIOS)))
_MIDDLES: list[float] = [_FROM - 0.7, *(_RATIOS[:-1] + _STEP / 2).tolist()]
_FALLING: list[float] = np.exp(-0.5 * np.array(_MIDDLES)).tolist()
_MARKS: Floats = np.linspace(math.log(6.0), math.log(900.0), 12)
"""Estimates (logarithms) at which the spread is kept; in between it is mixed from the two nearest."""
_APART = float(_MARKS[1] - _MARKS[0])
LONG = 20.0
"""Seconds. A percentage of a shorter wait says nothing."""


class Spread:
    """How long contacts really waited, as multiples of their estimate: a life table (Kaplan and Meier 1958) at each mark.

    A contact that hung up counts among those who could have been answered up to that instant, and not after: so the
    table holds for callers of any patience, although those who wait long are rarely seen to be answered.
    """

    def __init__(self, keep: float) -> None:
        self._keep = keep
        self._tables: Floats = np.zeros((len(_MARKS), 2, _COUNT))

    def state(self) -> tuple[float, ...]:
        """All that was counted, as plain numbers."""
        return tuple(self._tables.ravel().tolist())

    def go_on(self, tables: Sequence[float]) -> None:
        """From where another one stopped."""
        self._tables = np.array(tables).reshape(self._tables.shape)

    def learn(self, score: float, waited: float, is_answered: bool) -> None:
        """One contact more, whose estimate was `score`, a logarithm of seconds."""
        cell, share = _cell(score, waited)
        for mark, weight in _near(score):
            table = self._tables[mark]
            table *= self._keep
            table[1, :cell] += weight
            table[1, cell] += weight if is_answered else weight * share
            table[0, cell] += weight * is_answered

    def seen(self, score: float) -> Floats:
        """By cell: how many were answered in it (first row), of how many there to be answered; near this estimate."""
        (low, by_low), (high, by_high) = _near(score)
        tables: Floats = by_low * self._tables[low] + by_high * self._tables[high]
        return tables


def _near(score: float) -> tuple[tuple[int, float], tuple[int, float]]:
    where = min(max((score - _MARKS[0]) / _APART, 0.0), len(_MARKS) - 1.001)
    low = int(where)
    return (low, low + 1 - where), (low + 1, where - low)


def _cell(score: float, waited: float) -> tuple[int, float]:
    """The cell of a wait, and which share of the cell it has passed."""
    where = (math.log(max(1e-3, waited)) - score - _FROM) / _STEP
    if where < 0:
        return 0, 0.5
    cell = min(int(where), _COUNT - 2)
    return cell + 1, min(1.0, where - cell)


def guessed(deviation: float) -> Floats:
    """Share answered in each cell of those who reach it, when waits are about log-normal around the estimate.

    The logistic curve stands for the normal one (off by less than 0.01).
    """
    waiting = np.concatenate(([1.0], 1 / (1 + np.exp((1.702 / deviation) * _RATIOS))))
    hazard: Floats = 1 - waiting[1:] / waiting[:-1]
    return hazard


class Waits:
    """One distribution of waits: an estimate, and the share answered in each cell of those who reach it.

    Plain lists: for so few cells they are quicker than arrays.
    """

    def __init__(self, score: float, hazard: Floats) -> None:
        self._score = score
        self._bounds: list[float] = (math.exp(score) * _BOUNDS).tolist()
        self._answered: list[float] = [0.0, *(1 - np.cumprod(1 - hazard)).tolist()]

    def quantile(self, share: float) -> float:
        """Seconds within which this share is answered; at most the last bound."""
        return _between(share, self._answered, self._bounds)

    def usual(self) -> float:
        """The figure that is least far off, in percent, from waits worth telling of: of those from LONG on the middle, the
        longer ones counting less, by the root of their length. It lies between the middle of all and the best guess by
        percentage, which would be far too low for those who wait long."""
        first = min(bisect_right(self._bounds, LONG), _COUNT) - 1
        sums = list(accumulate(map(mul, self._shares(first), _FALLING[first:]), initial=0.0))
        return _between(0.5 * sums[-1], sums, self._bounds[first:]) if sums[-1] > 0 else LONG

    def within(self, low: float, high: float) -> float:
        """Share answered between two waits."""
        before, after = (_between(end, self._bounds, self._answered) for end in (low, high))
        return after - before

    def beyond(self, waited: float) -> float:
        """Mean logarithm of the wait of those who wait longer than this."""
        first = _cell(self._score, waited)[0]
        shares = self._shares(first)
        floor = math.log(max(1.0, waited))
        mean = sum(share * middle for share, middle in zip(shares, _MIDDLES[first:], strict=True)) / max(
            1e-9, sum(shares)
        )
        return max(floor, self._score + mean)

    def _shares(self, first: int) -> list[float]:
        """By cell from this one on, the answered; those beyond the last bound belong to the last."""
        shares = list(map(sub, self._answered[first + 1 :], self._answered[first:]))
        shares[-1] += 1 - self._answered[-1]
        return shares


def _between(value: float, ascending: Sequence[float], figures: Sequence[float]) -> float:
    """The figure at a value, on the line between its neighbours."""
    above = bisect_left(ascending, value)
    if above == 0:
        return figures[0]
    if above == len(ascending):
        return figures[-1]
    low, high = ascending[above - 1], ascending[above]
    return figures[above - 1] + (figures[above] - figures[above - 1]) * (value - low) / (high - low)
