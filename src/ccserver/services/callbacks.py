"""Open promises to call back, as people and programs may see them. Reads the centre; decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ccserver.core.acd.line import position, rank
from ccserver.core.callback import CallbackState
from ccserver.core.centre import Centre
from ccserver.core.ids import AgentId, InteractionId, QueueId
from ccserver.core.interaction import Interaction


@dataclass(frozen=True, slots=True)
class CallbackView:
    """One promise. It is over when it is no longer listed; the interaction of the same id tells how."""

    id: InteractionId
    first: InteractionId
    """The interaction in which it was promised."""
    queue: QueueId
    queue_name: str
    number: str
    customer_name: str
    tier: str
    state: str
    """waiting (in line), resting (before the next attempt, or outside the calling hours) or calling"""
    position: int
    """In the line of the queue, callers included; 0 while it rests."""
    waiting_since: datetime
    """The place counts from here, as if the customer had stayed on the line."""
    promised_at: datetime
    due_at: datetime
    """Not called before."""
    expires_at: datetime
    attempts: int
    attempts_left: int
    last_cause: str
    """Why the last attempt reached nobody: busy, no_answer, rejected, ..., normal (the agent hung up); else empty."""
    agent: AgentId | None
    """Who is being rung for it, or hears it ring."""


def callback_views(centre: Centre) -> Sequence[CallbackView]:
    """All that are open, in the order of service."""
    calls = [centre.interactions[key] for key in centre.callbacks]
    views = (_view(centre, call) for call in sorted(calls, key=rank))
    return [view for view in views if view is not None]


def _view(centre: Centre, call: Interaction) -> CallbackView | None:
    promise, place = call.callback, call.place
    if promise is None or place is None:
        return None
    plan = centre.plan.queues.get(place.queue)
    item = centre.work_items.get(call.work_item) if call.work_item else None
    is_resting = promise.state is CallbackState.RESTING
    return CallbackView(
        id=call.id,
        first=promise.first,
        queue=place.queue,
        queue_name=plan.name if plan else place.queue,
        number=call.dnis,
        customer_name=call.customer.name if call.customer else call.caller_name,
        tier=call.tier,
        state=promise.state.value,
        position=0 if is_resting else position(centre, call),
        waiting_since=place.since,
        promised_at=promise.promised_at,
        due_at=promise.due_at,
        expires_at=promise.expires_at,
        attempts=promise.attempts,
        attempts_left=promise.attempts_left,
        last_cause=promise.last_cause,
        agent=item.agent if item else None,
    )
