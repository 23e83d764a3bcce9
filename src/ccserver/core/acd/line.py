"""The waiting line: its one global order, its length, and the place of one caller in it. Pure questions."""

from __future__ import annotations

from datetime import datetime

from ccserver.core.centre import Centre
from ccserver.core.ids import QueueId
from ccserver.core.interaction import Interaction
from ccserver.core.plan import QueuePlan

Rank = tuple[int, datetime, str]


def rank(interaction: Interaction) -> Rank:
    """Sort key of the one global order: higher priority first, then who waits longest; the id settles ties."""
    place = interaction.place
    if place is None:
        return (0, interaction.started_at, interaction.id)
    return (-place.priority, place.since, interaction.id)


def line(centre: Centre, queue: QueueId | None = None) -> list[Interaction]:
    """Those who wait for an agent, in the order of service; all queues together when none is named.

    A caller who is just being offered keeps the place, but does not wait for a further agent. Nor does a callback that rests.
    """
    waiting = (centre.interactions[key] for key in centre.waiting)
    return sorted((i for i in waiting if _is_in(i, queue)), key=rank)


def length(centre: Centre, queue: QueueId) -> int:
    """How many hold a place in the queue, those being offered included."""
    return sum(1 for i in centre.interactions.values() if _is_in(i, queue))


def is_full(centre: Centre, plan: QueuePlan) -> bool:
    """Whether whoever comes anew is sent the way of a full queue."""
    return length(centre, plan.id) >= plan.max_length


def is_closed(centre: Centre, plan: QueuePlan, now: datetime) -> bool:
    """Whether whoever comes anew is sent the way of a closed queue. A calendar that the plan does not have is open."""
    hours = centre.plan.hours.get(plan.hours)
    return hours is not None and not hours.is_open(now)


def position(centre: Centre, interaction: Interaction) -> int:
    """1 for the caller who is served next in this queue."""
    place = interaction.place
    if place is None:
        return 0
    mine = rank(interaction)
    ahead = (i for i in centre.interactions.values() if _is_in(i, place.queue))
    return 1 + sum(1 for other in ahead if rank(other) < mine)


def _is_in(interaction: Interaction, queue: QueueId | None) -> bool:
    """In this queue; None: in any."""
    place = interaction.place_in_line
    return place is not None and (queue is None or place.queue == queue)
