"""The least number of agents that keeps what was promised, and what it takes on the rota."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ccserver.core.errors import Refused
from ccserver.core.staffing.erlang_a import erlang_a
from ccserver.core.staffing.erlang_c import erlang_c
from ccserver.core.staffing.workload import Figures, Workload

MOST_AGENTS = 100_000
"""Beyond this nobody is told a number; one answer takes some hundredths of a second here."""


@dataclass(frozen=True, slots=True)
class Goals:
    """What must hold, all at once. Raises ValueError for shares that no number of agents could keep, such as 100 %."""

    target: float = 20.0
    """The answer target, in seconds."""
    service_level: float = 0.0
    """At least this share answered within it."""
    abandonment: float = 1.0
    """At most this share gives up."""
    occupancy: float = 1.0
    """At most this share of the time with callers: above about 0.85 to 0.9 for hours, people tire."""

    def __post_init__(self) -> None:
        kept = 0 <= self.service_level < 1 and 0 < self.abandonment <= 1 and 0 < self.occupancy <= 1
        if not (kept and 0 <= self.target < math.inf):
            raise ValueError(f"goals that cannot be kept: {self}")

    def are_met_by(self, figures: Figures) -> bool:
        """Whether these figures keep all of it."""
        return (
            figures.service_level >= self.service_level
            and figures.abandonment <= self.abandonment
            and figures.occupancy <= self.occupancy
            and math.isfinite(figures.speed_of_answer)
        )


def figures_for(workload: Workload, agents: int, target: float) -> Figures:
    """By Erlang A when the workload has a patience, else by Erlang C."""
    return (erlang_c if workload.patience is None else erlang_a)(workload, agents, target)


def least_agents(workload: Workload, goals: Goals) -> Figures:
    """The figures of the least number of agents that meets the goals. Raises Refused (`unreachable`) beyond MOST_AGENTS.

    More agents never make any figure worse, so the number is found by halving.
    """
    few, many = -1, min(max(1, math.ceil(workload.load)), MOST_AGENTS)
    while not goals.are_met_by(figures_for(workload, many, goals.target)):
        if many >= MOST_AGENTS:
            raise Refused(
                "unreachable", f"it takes more than {MOST_AGENTS} agents; lower the goals or divide the calls"
            )
        few, many = many, min(2 * many, MOST_AGENTS)
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (few, middle) if goals.are_met_by(figures_for(workload, middle, goals.target)) else (middle, many)
    return figures_for(workload, many, goals.target)


def on_rota(agents: int, shrinkage: float) -> int:
    """Who must be paid for `agents` to be there, when this share of paid time goes to breaks, training and sickness.

    Raises ValueError for a share outside 0 to below 1.
    """
    if not 0 <= shrinkage < 1:
        raise ValueError(f"no shrinkage: {shrinkage}")
    return math.ceil(agents / (1 - shrinkage) - 1e-9)
