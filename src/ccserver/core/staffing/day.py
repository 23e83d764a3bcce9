"""A day interval by interval: each is taken as if its rate had gone on for ever (stationary, independent, period by period).

Good where calls are short beside an interval and load does not jump; a queue left over from one interval to the next is not
seen (L. Green, P. Kolesar, J. Soares, "Improving the SIPP approach for staffing service systems", Operations Research 49, 2001).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ccserver.core.staffing.least import Goals, figures_for, least_agents, on_rota
from ccserver.core.staffing.workload import Figures, Workload


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of the day and what comes in."""

    name: str
    length: float
    """Seconds."""
    workload: Workload

    @property
    def calls(self) -> float:
        return self.workload.rate * self.length


@dataclass(frozen=True, slots=True)
class StaffedInterval:
    """An interval, what its agents give callers, and how many must be on the rota."""

    interval: Interval
    figures: Figures
    rota: int


@dataclass(frozen=True, slots=True)
class DayTotal:
    """The day as its callers and its payer see it: shares and waits weighted by calls, not by intervals."""

    calls: float
    service_level: float
    speed_of_answer: float
    abandonment: float
    occupancy: float
    """Weighted by the agents' time."""
    agent_hours: float
    rota_hours: float


def needed(intervals: Sequence[Interval], goals: Goals, shrinkage: float) -> list[StaffedInterval]:
    """Each interval with the least agents that keep the goals in it. Raises Refused as `least_agents` does."""
    found = [(interval, least_agents(interval.workload, goals)) for interval in intervals]
    return [StaffedInterval(interval, each, on_rota(each.agents, shrinkage)) for interval, each in found]


def given(intervals: Sequence[Interval], agents: int, target: float, shrinkage: float) -> list[StaffedInterval]:
    """Each interval with the same number of agents."""
    rota = on_rota(agents, shrinkage)
    return [StaffedInterval(each, figures_for(each.workload, agents, target), rota) for each in intervals]


def total(day: Sequence[StaffedInterval]) -> DayTotal:
    """All intervals together; of a day without calls, what quiet intervals have."""
    return DayTotal(
        calls=sum(map(_calls, day)),
        service_level=_mean(day, lambda each: each.figures.service_level, _calls, nothing=1.0),
        speed_of_answer=_mean(day, lambda each: each.figures.speed_of_answer, _answered),
        abandonment=_mean(day, lambda each: each.figures.abandonment, _calls),
        occupancy=_mean(day, lambda each: each.figures.occupancy, _hours),
        agent_hours=sum(map(_hours, day)),
        rota_hours=sum(each.rota * each.interval.length for each in day) / 3600,
    )


def _calls(each: StaffedInterval) -> float:
    return each.interval.calls


def _answered(each: StaffedInterval) -> float:
    return each.interval.calls * (1 - each.figures.abandonment)


def _hours(each: StaffedInterval) -> float:
    return each.figures.agents * each.interval.length / 3600


_Of = Callable[[StaffedInterval], float]


def _mean(day: Sequence[StaffedInterval], value: _Of, weight: _Of, nothing: float = 0.0) -> float:
    weighed = [(value(each), weight(each)) for each in day if weight(each)]
    whole = sum(share for _, share in weighed)
    return sum(figure * share for figure, share in weighed) / whole if whole else nothing
