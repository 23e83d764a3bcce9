"""Two plans under the same calls, over several seeds: what differs, and whether more than chance.

Seed by seed both plans get the same callers (common random numbers), so the difference of a seed has little noise of its own;
over the seeds it is a paired sample with Student's interval. Decides nothing about what is better.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev
from typing import Final

from ccserver.adapters.sim.score import Score, Tally, has_tiers
from ccserver.core.ids import AgentId, QueueId, TierId
from ccserver.core.plan import Plan
from ccserver.core.skills import meets

FIGURES: Final = ("offered", "in_time", "abandoned", "overflowed", "mean_wait_s", "p95_wait_s", "occupancy")
_STUDENT: Final = (
    12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.20, 2.18, 2.16, 2.14, 2.13, 2.12, 2.11, 2.10, 2.09,
)  # fmt: skip
"""97.5 % quantiles of Student's distribution with 1, 2, ... degrees of freedom."""
_NORMAL: Final = 2.0
_NOTHING: Final = 1e-9
"""What comes of adding the same numbers in another order."""

Row = tuple[QueueId | None, TierId | None]
"""A queue and a tier; without a tier all of the queue; without a queue the whole centre."""
Values = Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Change:
    """One figure: means over the seeds, and the difference with half of its 95 % interval (None: of fewer than two seeds)."""

    present: float | None
    proposed: float | None
    difference: float | None
    margin: float | None

    @property
    def is_noise(self) -> bool:
        """No difference that could be told from chance."""
        if self.difference is None or abs(self.difference) < _NOTHING:
            return True
        return self.margin is None or abs(self.difference) <= self.margin


def figures(score: Score, agents: Sequence[AgentId]) -> dict[Row, Values]:
    """Of one play: by row what is compared. Occupancy is of those who can take the queue's calls."""
    plan, whole = score.plan, Tally()
    rows: dict[Row, Values] = {}
    queues = [queue for queue in plan.queues if any(name == queue for name, _ in score.tallies)]
    for queue in queues:
        of_queue = score.of_queue(queue)
        whole.add(of_queue)
        able = frozenset(each for each in agents if each in plan.agents and _can(plan, each, queue))
        rows[queue, None] = _values(of_queue, score.occupancy_ratio(able))
        for tier in plan.tiers if has_tiers(plan) else ():
            if (queue, tier.id) in score.tallies:
                rows[queue, tier.id] = _values(score.tallies[queue, tier.id], None)
    rows[None, None] = {**_values(whole, score.occupancy_ratio(frozenset(agents))), "offered": float(score.calls)}
    return rows


def _can(plan: Plan, agent: AgentId, queue: QueueId) -> bool:
    return meets(plan.agents[agent].skills, plan.queues[queue].needs)


def _values(tally: Tally, occupancy: float | None) -> Values:
    return {
        "offered": float(tally.offered),
        "in_time": tally.service_level_ratio,
        "abandoned": tally.abandoned_ratio,
        "overflowed": tally.overflowed_ratio,
        "mean_wait_s": tally.mean_wait_seconds,
        "p95_wait_s": tally.late_wait_seconds,
        "occupancy": occupancy,
    }


def compare(
    present: Sequence[Mapping[Row, Values]], proposed: Sequence[Mapping[Row, Values]]
) -> dict[Row, dict[str, Change]]:
    """Seed by seed; a row that only one of the plans has is compared with nothing."""
    rows = dict.fromkeys(row for seed in (*present, *proposed) for row in seed)
    return {
        row: {
            name: change(
                [seed.get(row, {}).get(name) for seed in present], [seed.get(row, {}).get(name) for seed in proposed]
            )
            for name in FIGURES
        }
        for row in sorted(rows, key=lambda row: _place(row, list(rows)))
    }


def _place(row: Row, rows: list[Row]) -> tuple[int, int]:
    """Queues as they come, each before its tiers, and the whole at the end."""
    queues = list(dict.fromkeys(queue for queue, _ in rows if queue is not None))
    return (len(queues) if row[0] is None else queues.index(row[0]), -1 if row[1] is None else rows.index(row))


def change(present: Sequence[float | None], proposed: Sequence[float | None]) -> Change:
    """Of one figure, by seed."""
    pairs = [(a, b) for a, b in zip(present, proposed, strict=True) if a is not None and b is not None]
    differences = [b - a for a, b in pairs]
    margin = None
    if len(differences) > 1:
        margin = _student(len(differences) - 1) * stdev(differences) / sqrt(len(differences))
    return Change(_mean(present), _mean(proposed), fmean(differences) if differences else None, margin)


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def _student(degrees: int) -> float:
    return _STUDENT[degrees - 1] if degrees <= len(_STUDENT) else _NORMAL
