"""Erlang A (M/M/n+M): callers give up after an exponential time of patience.

C. Palm, "Research on telephone traffic carried by full availability groups", Tele 1957 (Swedish 1946);
O. Garnett, A. Mandelbaum, M. Reiman, "Designing a call center with impatient customers", M&SOM 4(3), 2002;
A. Mandelbaum, S. Zeltyn, "The Palm/Erlang-A queue, with applications to call centers", 2005.

Taken from the offered wait V, that of a caller with endless patience (F. Baccelli, G. Hebuterne 1981; S. Zeltyn,
A. Mandelbaum, "Call centers with impatient customers", Queueing Systems 51, 2005): with E = 1 / B(n-1), impatience θ and
f(t) = exp(λ(1 - exp(-θt))/θ - nμt), it is 0 with weight E, else has the density λf(t), both over their sum. Every figure is
an integral of something positive, f is log-concave, and its peak is scaled to 1: nothing overflows and nothing cancels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ccserver.core.staffing.erlang_b import blocking
from ccserver.core.staffing.workload import Figures, Workload, quiet

Floats = NDArray[np.float64]

_DEEP = 45.0
"""f is left out where it is below exp(-45) of its peak: less than a float can add."""
_PANELS = 24
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)
_SHARES = 2.0 ** np.arange(-2, 6)
"""Of the mean patience: where panels end too, for callers who are impatient beside the pace of the agents."""


@dataclass(frozen=True, slots=True)
class _OfferedWait:
    """The density of the offered wait but for a factor, which the peak of f makes 1."""

    rate: float
    capacity: float
    """Calls per second that the agents handle when all are busy: nμ."""
    impatience: float
    """1 / mean patience: θ."""

    @property
    def peak(self) -> float:
        """Where f is highest: 0, unless there is more to do than the agents can."""
        return max(0.0, math.log(self.rate / self.capacity) / self.impatience)

    def log_f(self, wait: Floats) -> Floats:
        lost = self.rate * (wait + np.expm1(-self.impatience * wait) / self.impatience)
        return np.asarray((self.rate - self.capacity) * wait - lost)

    def at(self, wait: float) -> float:
        return float(self.log_f(np.array([wait]))[0])

    def bounds(self) -> tuple[float, float]:
        """Where f is worth adding; log-concave, so one stretch around the peak."""
        floor, peak = self.at(self.peak) - _DEEP, self.peak
        end = step = 1 / self.capacity
        while self.at(peak + end) > floor:
            end += (step := 2 * step)
        first = self._crossing(0.0, peak, floor) if self.at(0.0) < floor else 0.0
        return first, self._crossing(peak + end, peak, floor)

    def _crossing(self, outside: float, inside: float, floor: float) -> float:
        for _ in range(12):
            middle = (outside + inside) / 2
            outside, inside = (middle, inside) if self.at(middle) < floor else (outside, middle)
        return outside

    def nodes(self, target: float) -> tuple[Floats, Floats]:
        """Waits, and what λf weighs at each (Gauss and Legendre, 16 to a panel); a panel ends at the target."""
        first, last = self.bounds()
        ends = np.concatenate([np.linspace(first, last, _PANELS + 1), _SHARES / self.impatience, [target]])
        ends = np.unique(np.clip(ends, first, last))
        half = np.diff(ends)[:, None] / 2
        waits = (ends[:-1, None] + half + half * _NODES).ravel()
        density = self.rate * np.exp(self.log_f(waits) - self.at(self.peak))
        return waits, (half * _WEIGHTS).ravel() * density


def erlang_a(workload: Workload, agents: int, target: float) -> Figures:
    """Figures for `agents`, with an answer target in seconds. Raises ValueError where there is no patience in the workload."""
    if workload.patience is None:
        raise ValueError("Erlang A takes a patience")
    if not workload.rate:
        return quiet(agents)
    if not agents:
        return Figures(0, 0.0, math.inf, 1.0, 0.0, 1.0)
    offered = _OfferedWait(workload.rate, agents / workload.handle_time, 1 / workload.patience)
    at_once = _weight_at_once(workload.load, agents) * math.exp(-offered.at(offered.peak))
    waits, weights = offered.nodes(target)
    staying = weights * np.exp(-waits * offered.impatience)
    total = at_once + float(weights.sum())
    answered = at_once + float(staying.sum())
    if math.isinf(total):
        return Figures(agents, 1.0, 0.0, 0.0, workload.load / agents, 0.0)
    return Figures(
        agents=agents,
        service_level=(at_once + float(staying[waits <= target].sum())) / total,
        speed_of_answer=float((staying * waits).sum()) / answered,
        abandonment=float((weights * -np.expm1(-waits * offered.impatience)).sum()) / total,
        occupancy=workload.load / agents * answered / total,
        delayed=float(weights.sum()) / total,
    )


def _weight_at_once(load: float, agents: int) -> float:
    """E = 1 / B(n-1); infinite where all agents are never busy, as far as a float can tell."""
    busy = blocking(load, agents - 1)
    return 1 / busy if busy > 1e-300 else math.inf
