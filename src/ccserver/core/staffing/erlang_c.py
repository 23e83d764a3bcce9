"""Erlang C (M/M/n): callers wait for as long as it takes.

A. K. Erlang 1917, as for Erlang B; the waits as in L. Kleinrock, "Queueing Systems" volume 1 (1975), section 3.5.
It ignores that callers give up, so it asks for too many agents near full load and knows no answer beyond it.
"""

from __future__ import annotations

import math

from ccserver.core.staffing.erlang_b import blocking
from ccserver.core.staffing.workload import Figures, Workload, quiet


def delayed(load: float, agents: int) -> float:
    """The chance to wait at all: C = B / (1 - a/n (1 - B)); 1 when the load is more than the agents can do."""
    if load >= agents:
        return 1.0
    lost = blocking(load, agents)
    return lost / (1 - load / agents * (1 - lost))


def erlang_c(workload: Workload, agents: int, target: float) -> Figures:
    """Figures for `agents`, with an answer target in seconds. The wait of the delayed is exponential at rate nμ - λ."""
    if not workload.rate:
        return quiet(agents)
    if workload.load >= agents:
        return Figures(agents, 0.0, math.inf, 0.0, 1.0, 1.0)
    chance = delayed(workload.load, agents)
    spare = (agents - workload.load) / workload.handle_time
    return Figures(
        agents=agents,
        service_level=1 - chance * math.exp(-spare * target),
        speed_of_answer=chance / spare,
        abandonment=0.0,
        occupancy=workload.load / agents,
        delayed=chance,
    )
