"""One queue call by call: first come, first served, exponential times, seeded. Shares nothing with the formulas."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from random import Random

from ccserver.core.staffing.workload import Workload


@dataclass(frozen=True)
class Seen:
    """What came of so many calls."""

    service_level: float
    speed_of_answer: float
    abandonment: float
    occupancy: float
    delayed: float


def simulated(workload: Workload, agents: int, target: float, calls: int, seed: int) -> Seen:
    """Each caller is offered the agent who is free first, and takes it if patience lasts until then."""
    chance, free_at = Random(seed), [0.0] * agents
    now = worked = 0.0
    waits, waiting = [], 0
    for _ in range(calls):
        now += chance.expovariate(workload.rate)
        wait = max(0.0, free_at[0] - now)
        waiting += wait > 0
        if workload.patience is None or chance.expovariate(1 / workload.patience) >= wait:
            handled = chance.expovariate(1 / workload.handle_time)
            heapq.heapreplace(free_at, now + wait + handled)
            waits.append(wait)
            worked += handled
    return Seen(
        service_level=sum(wait <= target for wait in waits) / calls,
        speed_of_answer=sum(waits) / len(waits),
        abandonment=1 - len(waits) / calls,
        occupancy=worked / (agents * now),
        delayed=waiting / calls,
    )
