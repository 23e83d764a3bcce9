"""What was not taken comes back: a lost offer to its place in the line, a transfer to the agent who made it.

A customer who was handed over is never hung up because nobody took the call: first the phone of the agent who sent the
customer on rings again, then the call waits in a queue, be it full, for calls out in the first for which that agent has
the skills.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from ccserver.core.acd.line import position
from ccserver.core.acd.offering import offer
from ccserver.core.acd.overflow import back_from_number, start_max_wait, way_out
from ccserver.core.acd.treatment import plan_announcement
from ccserver.core.agent import Agent, Desktop, Presence, SystemReason
from ccserver.core.centre import Centre
from ccserver.core.commands import Command
from ccserver.core.events import (
    Cause,
    Event,
    ExitTaken,
    InteractionGivenUp,
    QueueChosen,
    TransferFailed,
    WorkItemLost,
)
from ccserver.core.ids import AgentId, QueueId
from ccserver.core.interaction import Interaction, InteractionEvent, InteractionState, QueuePlace
from ccserver.core.moves import move
from ccserver.core.notices import JoinedQueue, Notice, OfferEnd, OfferEnded
from ccserver.core.presence import make_not_ready
from ccserver.core.records import Result
from ccserver.core.skills import meets
from ccserver.core.why import Why, WhyCode
from ccserver.core.work import close_offer, finish
from ccserver.core.work_item import WorkItem, WorkState

Effects = Iterator[Command | Notice | Event]

REASON_OF_CAUSE: Mapping[Cause, OfferEnd] = {
    Cause.NO_ANSWER: SystemReason.RONA.value,
    Cause.UNREACHABLE: SystemReason.PHONE_UNREACHABLE.value,
    Cause.CONGESTION: SystemReason.PHONE_UNREACHABLE.value,
    Cause.INVALID_NUMBER: SystemReason.PHONE_UNREACHABLE.value,
}
"""Why the agent is not ready after a lost offer; every other cause counts as declined."""

OWN_PHONE: Mapping[OfferEnd, str] = {"rona": "own_phone_no_answer", "phone_unreachable": "own_phone_unreachable"}
"""Why a call out ended before it was dialled; who declined the own phone has changed the mind."""

PHONE_LAG: Final = timedelta(seconds=1)
"""For so long a phone may be told to be in use by the call that has just ended: states come over a link of their own, and a
busy number says so within 20 ms."""


def on_work_item_lost(centre: Centre, event: WorkItemLost, now: datetime) -> Effects:
    """The agent is not ready, with the reason; the call goes on to whoever is next."""
    if event.work_item not in centre.work_items:
        return
    item = centre.work_item(event.work_item)
    interaction = centre.interaction(item.interaction)
    reason = REASON_OF_CAUSE.get(event.cause, SystemReason.DECLINED.value)
    interaction.decision_came_out(reason)
    yield from close_offer(centre, item, now)
    yield OfferEnded(interaction.id, item.id, item.agent, reason)
    if interaction.state is InteractionState.CALLING:  # click to call: it was the agent's own wish
        interaction.end_cause = OWN_PHONE.get(reason, "")
        yield InteractionGivenUp(interaction.id, event.cause)
        return
    if event.cause is not Cause.PBX_LOST:
        yield from make_not_ready(centre, item.agent, reason, now)
    if interaction.place is not None and item.agent not in interaction.place.refused_by:
        interaction.place.refused_by.append(item.agent)
    if item.why is not None and item.why.code is WhyCode.TRANSFERRED:
        yield from _give_back(centre, interaction, item.agent, now)
    else:
        yield from _to_queue(centre, interaction, now)


def on_transfer_failed(centre: Centre, event: TransferFailed, now: datetime) -> Effects:
    """The number was not reached; a call that went on meanwhile is left alone."""
    if event.interaction not in centre.interactions:
        return
    interaction = centre.interaction(event.interaction)
    if interaction.state is not InteractionState.CALLING or interaction.forwarded_leg is not None:
        return
    if interaction.is_on_its_way:
        interaction.way_came_out(event.cause.value)
        yield from back_from_number(centre, interaction, now)
    else:
        yield from _give_back(centre, interaction, None, now)


def offer_to(centre: Centre, interaction: Interaction, agent: AgentId, why: Why, now: datetime) -> Effects:
    """Ring this very agent. Meanwhile the customer has a place in the last queue, with all that is due there."""
    queue = interaction.last_queue
    plan = centre.plan.queues.get(queue) if queue else None
    if plan is not None and interaction.place is None:
        interaction.place = QueuePlace(plan.id, now, plan.priority + interaction.priority)
        yield JoinedQueue(interaction.id, plan.id, position(centre, interaction))
        yield from start_max_wait(centre, interaction, plan, now)
        yield from plan_announcement(interaction, plan, now)
    yield from offer(centre, interaction, agent, queue, why, now)


def _give_back(centre: Centre, interaction: Interaction, missed_by: AgentId | None, now: datetime) -> Effects:
    """A transfer was not taken, by an agent or (None) by a number: ring who made it, once; else the line."""
    by = interaction.last_agent
    sender = centre.agent(by) if by is not None and by in centre.plan.agents else None
    if sender is None or interaction.node not in centre.nodes_up:
        yield from _to_queue(centre, interaction, now)
        return
    wrap_up = _wrap_up_of_this(centre, interaction, sender)
    if sender.is_available or (wrap_up is not None and _is_at_hand(sender, wrap_up, now)):
        yield from _ring_back(centre, interaction, sender, wrap_up, Why(WhyCode.RETURNED, by=missed_by), now)
    else:
        yield from _to_queue(centre, interaction, now)


def _wrap_up_of_this(centre: Centre, interaction: Interaction, agent: Agent) -> WorkItem | None:
    item = centre.work_items.get(agent.work_item) if agent.work_item else None
    is_this = item is not None and item.interaction == interaction.id and item.state is WorkState.WRAP_UP
    return item if is_this else None


def _is_at_hand(agent: Agent, wrap_up: WorkItem, now: datetime) -> bool:
    """The own call may come back also to who takes no new ones; not to who asked to leave after it."""
    has_just_ended = wrap_up.talk_ended_at is not None and now - wrap_up.talk_ended_at < PHONE_LAG
    return (
        agent.presence in (Presence.READY, Presence.NOT_READY)
        and agent.is_phone_reachable
        and (has_just_ended or not agent.is_phone_busy)
        and agent.desktop is not Desktop.LOST
    )


def _ring_back(
    centre: Centre, interaction: Interaction, agent: Agent, wrap_up: WorkItem | None, why: Why, now: datetime
) -> Effects:
    """The wrap-up of this very call ends, for the call is not over; what was written goes on into the new work."""
    if wrap_up is not None:
        yield from finish(centre, centre.work_item(wrap_up.id), now)
    yield from offer_to(centre, interaction, agent.id, why, now)
    if wrap_up is not None and agent.work_item is not None:
        item = centre.work_item(agent.work_item)
        item.notes, item.documents = wrap_up.notes, wrap_up.documents
        if wrap_up.id in interaction.results:
            interaction.results[item.id] = interaction.results.pop(wrap_up.id)
        item.disposition = wrap_up.disposition if wrap_up.queue == item.queue else ""


def _to_queue(centre: Centre, interaction: Interaction, now: datetime) -> Effects:
    """The place in the line that the call has, else one at the end of a queue; only without any queue the last resort."""
    place = interaction.place
    queue = place.queue if place else _queue_for(centre, interaction)
    if queue is None:
        yield ExitTaken(interaction.id, centre.plan.default_exit, Result.OVERFLOWED)
        return
    if interaction.state is InteractionState.OFFERED:
        move(centre, interaction, InteractionEvent.REQUEUE, now, queue)
    if place is None:
        yield QueueChosen(interaction.id, queue, is_back=True)
    elif place.is_overdue:
        yield way_out(centre, interaction, place, now)


def _queue_for(centre: Centre, interaction: Interaction) -> QueueId | None:
    """The queue the call was in last; of a call out that was in none, the first one that its agent has the skills for."""
    plans = centre.plan.queues
    if interaction.last_queue in plans:
        return interaction.last_queue
    agent = centre.plan.agents.get(interaction.last_agent) if interaction.last_agent else None
    able = (plan.id for plan in plans.values() if agent is not None and meets(agent.skills, plan.needs))
    return next(able, next(iter(plans), None))
