"""One caller in several queues at once: who may take the call, as the alternatives of all of them, and in which queue.

Position and clock are of the place and therefore one. The queue it stands in comes first; each further one counts with its
own requirement, preferences and relaxations. Pure: a place and the plan in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from ccserver.core.ids import QueueId
from ccserver.core.interaction import QueuePlace
from ccserver.core.plan import Plan, QueuePlan
from ccserver.core.skills import AtLeast, Requirement, suitability, widened


@dataclass(frozen=True, slots=True)
class Alternative:
    """What one queue asks of an agent, with what is preferred there, and what is enough too by now."""

    queue: QueueId
    needs: Requirement
    prefer: tuple[AtLeast, ...]
    wider: tuple[Requirement, ...]

    def fit(self, skills: Mapping[str, int]) -> int:
        """How well, 1 to 10; 0: not at all."""
        return suitability(skills, self.needs, self.prefer, self.wider)


Need = tuple[Alternative, ...]
"""An agent who will do for one of them will do. The first is that of the queue in which the place is counted."""


def further_queues(plan: Plan, place: QueuePlace) -> tuple[QueueId, ...]:
    """Where it waits too: what the queue itself says, then what was said on the way. Each once; those the plan has."""
    own = plan.queues.get(place.queue)
    named = dict.fromkeys((*(own.also if own is not None else ()), *place.also))
    return tuple(queue for queue in named if queue != place.queue and queue in plan.queues)


def alternatives(plan: Plan, place: QueuePlace, waited: float) -> Need:
    """Who will do after so many seconds in line; nobody in a queue that the plan does not have any more."""
    own = plan.queues.get(place.queue)
    if own is None:
        return ()
    further = (plan.queues[queue] for queue in further_queues(plan, place))
    return (_of(own, waited, tuple(place.widened)), *(_of(queue, waited) for queue in further))


def next_step(plan: Plan, place: QueuePlace, waited: float) -> timedelta | None:
    """After which wait more agents will do, counted from the beginning; None when no step is to come."""
    queues = (plan.queues.get(queue) for queue in (place.queue, *further_queues(plan, place)))
    steps = (step.after for queue in queues if queue is not None for step in queue.relax)
    return min((after for after in steps if after.total_seconds() > waited), default=None)


def fit(need: Iterable[Alternative], skills: Mapping[str, int]) -> int:
    """How well, 1 to 10, in the queue where the agent does it best; 0: in none."""
    return max((each.fit(skills) for each in need), default=0)


def queue_for(need: Sequence[Alternative], skills: Mapping[str, int]) -> QueueId | None:
    """In which queue an agent with these skills takes the call: the first in which the agent will do."""
    return next((each.queue for each in need if each.fit(skills)), None)


def _of(queue: QueuePlan, waited: float, wider: tuple[Requirement, ...] = ()) -> Alternative:
    return Alternative(queue.id, queue.needs, queue.prefer, (*widened(queue.relax, waited), *wider))
