"""What comes in, and what becomes of it: the question and the answer of every formula."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Workload:
    """Calls of one interval, taken as Poisson arrivals. Raises ValueError for what is no workload."""

    rate: float
    """Calls per second; 0 is a quiet interval."""
    handle_time: float
    """Mean talk, hold and wrap-up of a call, in seconds."""
    patience: float | None = None
    """Mean time after which a caller would give up, in seconds; None: callers wait for ever.

    It is not the mean wait of those who gave up, which is shorter: the impatient are seen, the patient are answered first.
    Time waited by all, divided by the number who gave up, estimates it (Mandelbaum and Zeltyn 2005, section 5).
    """

    def __post_init__(self) -> None:
        lengths = (self.handle_time, 1.0 if self.patience is None else self.patience)
        if not (0 <= self.rate < math.inf and all(0 < length < math.inf for length in lengths)):
            raise ValueError(f"no workload: {self}")

    @property
    def load(self) -> float:
        """Offered load in erlangs: the agents that would be busy if nobody ever waited or gave up."""
        return self.rate * self.handle_time


@dataclass(frozen=True, slots=True)
class Figures:
    """What a number of agents gives callers, in the long run."""

    agents: int
    service_level: float
    """Share answered within the answer target, of all callers: answered and abandoned."""
    speed_of_answer: float
    """Mean wait of those who are answered, in seconds; infinite where the line grows without end."""
    abandonment: float
    """Share of all callers who give up."""
    occupancy: float
    """Share of the agents' time spent with callers, wrap-up included."""
    delayed: float
    """Share of all callers who wait at all."""


def quiet(agents: int) -> Figures:
    """Nobody calls."""
    return Figures(agents, 1.0, 0.0, 0.0, 0.0, 0.0)
