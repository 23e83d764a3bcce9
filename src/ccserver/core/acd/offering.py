"""Offers: making one, and the limit of its ring. What follows when it is not taken is `returning`.

Taking the agent and marking the interaction offered happen in the step in which the two were matched, so no agent is ever
offered two calls. Each pair is an event of its own, so that a bug in one offer has its interaction and spares the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from ccserver.core.centre import Centre
from ccserver.core.commands import Command, HangUpLeg, PrepareConnection, RingAgent, StartTimer
from ccserver.core.events import Cause, Event, PairMatched, WorkItemLost
from ccserver.core.ids import AgentId, QueueId
from ccserver.core.interaction import Interaction, InteractionEvent
from ccserver.core.moves import move
from ccserver.core.notices import Notice, OfferMade
from ccserver.core.records import Decision
from ccserver.core.timers import RingLimit
from ccserver.core.why import Why
from ccserver.core.work_item import WorkItem

Effects = Iterator[Command | Notice | Event]


def on_pair_matched(centre: Centre, event: PairMatched, now: datetime) -> Effects:
    """Nothing came between the match and this, so the two still suit each other."""
    interaction = centre.interaction(event.interaction)
    queue = interaction.place.queue if interaction.place else None
    yield from offer(centre, interaction, event.agent, event.queue or queue, event.why, now)


def offer(
    centre: Centre,
    interaction: Interaction,
    agent_id: AgentId,
    queue: QueueId | None,
    why: Why,
    now: datetime,
) -> Effects:
    """Take the agent and ring the phone."""
    limit = ring_limit(centre, queue)
    agent = centre.agent(agent_id)
    item = WorkItem(interaction.next_work_item(), interaction.id, agent_id, interaction.next_leg(), queue, now)
    item.why, item.explanation, item.script = why, why.sentence(agent_id), script_of(centre, queue)
    item.transferred_by = interaction.transferred_by if interaction.transferred_by != agent_id else None
    centre.work_items[item.id] = item
    centre.legs[item.leg] = interaction.id
    centre.touched.add(("work_item", item.id))
    agent.work_item, interaction.work_item = item.id, item.id
    interaction.open_work.append(item.id)
    interaction.decisions.append(Decision(now, agent_id, queue, item.explanation, why=why))
    move(centre, interaction, InteractionEvent.OFFER, now, queue, agent_id)
    since = interaction.place.since if interaction.place else interaction.started_at
    if interaction.connection is None:
        interaction.connection = interaction.next_connection()
    yield OfferMade(interaction.id, item.id, agent_id, queue, now - since, item.explanation)
    yield RingAgent(
        item.leg,
        interaction.node,
        interaction.id,
        agent_id,
        interaction.customer_number,
        _shown(interaction),
        limit * 2,
    )
    yield PrepareConnection(interaction.connection, interaction.node)
    yield StartTimer(RingLimit(item.id), now + limit)


def ring_limit(centre: Centre, queue: QueueId | None) -> timedelta:
    """How long an agent's phone rings before the offer goes elsewhere."""
    plan = centre.plan.queues.get(queue) if queue else None
    return plan.ring_limit if plan else centre.plan.default_ring_limit


def script_of(centre: Centre, queue: QueueId | None) -> str:
    """The script of calls of this queue."""
    plan = centre.plan.queues.get(queue) if queue else None
    return plan.script if plan else ""


def _shown(interaction: Interaction) -> str:
    return interaction.customer.name if interaction.customer else interaction.caller_name


def on_ring_limit(centre: Centre, key: RingLimit, now: datetime) -> Effects:
    """RONA: the phone rang and nobody came."""
    item = centre.work_items.get(key.work_item)
    if item is not None and item.connected_at is None:
        yield HangUpLeg(item.leg, "rona")
        yield WorkItemLost(item.id, Cause.NO_ANSWER)
