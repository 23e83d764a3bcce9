"""Promises that the agents named cannot keep, where a workload is stated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from ccserver.config.load import Checked
from ccserver.config.needs import part_of_queue, steps_of_queue
from ccserver.config.people import expand
from ccserver.config.problems import MOST_COMPARED, ConfigProblem, warning_at
from ccserver.config.schema import Root
from ccserver.config.schema.queues import QueueDefinition, WorkloadSection
from ccserver.config.schema.types import spoken
from ccserver.core.errors import Refused
from ccserver.core.skills import meets
from ccserver.core.staffing.least import Goals, figures_for, least_agents
from ccserver.core.staffing.workload import Workload
from ccserver.core.tiers import DEFAULT_TIER

MOST_PROMISED: Final = 0.999
HOUR: Final = timedelta(hours=1)


def promises_beyond_the_agents(checked: Checked) -> Iterator[ConfigProblem]:
    """By Erlang A, with everything in favour of the promise: all who can take a call are there, in time by a step of `relax`
    too, and do nothing else; and the tiers are treated alike, where the promise is that of the last one."""
    staff = _profiles(checked.model)
    stated = [(name, queue) for name, queue in checked.model.queues.items() if queue.workload is not None]
    for name, queue in stated[:MOST_COMPARED]:
        target, goal = _promise(checked.model, queue)
        agents = sum(count for has, count in staff.items() if _can_take(dict(has), name, queue, target))
        expected = _workload(queue.workload) if queue.workload is not None else Workload(0, 1)
        figures = figures_for(expected, agents, target.total_seconds()) if agents else None
        if figures is not None and figures.service_level < goal:
            what = (
                f"even if all {agents} agents who can take calls of {name!r} did nothing else, about "
                f"{figures.service_level:.0%} would be answered within {spoken(target)}; promised are {goal:.0%}"
            )
            place = checked.place("queues", name, "workload", at_key=True)
            yield warning_at(place, what, _advice(expected, target, goal), name)


def _advice(expected: Workload, target: timedelta, goal: float) -> str:
    try:
        needed = least_agents(expected, Goals(target.total_seconds(), min(goal, MOST_PROMISED))).agents
    except Refused:
        return "add agents, or promise less"
    return f"it takes {needed}: add agents, a step of relax before {spoken(target)}, or promise less"


def _promise(model: Root, queue: QueueDefinition) -> tuple[timedelta, float]:
    """Of the last tier, which the others go before; without tiers that of the queue, with the usual goal."""
    if not model.tiers:
        return queue.answer_target, DEFAULT_TIER.goal
    answer = list(model.tiers.values())[-1].answer
    return answer.target, answer.goal


def _workload(stated: WorkloadSection) -> Workload:
    rate = stated.calls_per_hour / HOUR.total_seconds()
    return Workload(rate, stated.handle_time.total_seconds(), stated.patience.total_seconds())


def _profiles(model: Root) -> Counter[frozenset[tuple[str, int]]]:
    found: Counter[frozenset[tuple[str, int]]] = Counter()
    for key, agent in model.agents.items():
        found[frozenset(agent.skills.items())] += len(list(expand(key, agent)))
    return found


def _can_take(has: dict[str, int], name: str, queue: QueueDefinition, target: timedelta) -> bool:
    """At once, or by a step that is due within the target."""
    in_time = (part for step, part in zip(queue.relax, steps_of_queue(name, queue), strict=True) if step.after < target)
    return any(meets(has, part.requirement) for part in (part_of_queue(name, queue), *in_time))
