"""The talk: the agent's phone rings and is answered, hold and retrieve, the agent's hang-up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ccserver.core.centre import Centre
from ccserver.core.commands import CancelTimer, Command, ConnectLegs, HangUpLeg, HoldLeg, RetrieveLeg
from ccserver.core.ending import hang_up_customer
from ccserver.core.errors import Refused
from ccserver.core.events import (
    Cause,
    ConnectFailed,
    Event,
    HangUpRequested,
    HoldRequested,
    LegAnswered,
    LegRang,
    RetrieveRequested,
    WorkItemLost,
)
from ccserver.core.fsm import allows, step
from ccserver.core.ids import AgentId, LegId
from ccserver.core.interaction import Interaction, InteractionEvent, InteractionState
from ccserver.core.moves import leave_queue, move, stop_prompt
from ccserver.core.notices import Notice, OddityNoticed, TalkStarted, WorkItemChanged
from ccserver.core.records import Direction, Result, SegmentKind
from ccserver.core.reporting.timeline import turn
from ccserver.core.timers import DialLimit, RingLimit
from ccserver.core.work import end_talk
from ccserver.core.work_item import WORK, WorkEvent, WorkItem, WorkState

Effects = Iterator[Command | Notice | Event]


def on_leg_rang(centre: Centre, event: LegRang, now: datetime) -> Effects:
    interaction = centre.interaction_of_leg(event.leg)
    item = centre.work_items.get(interaction.work_item) if interaction and interaction.work_item else None
    if item is not None and item.leg == event.leg and allows(WORK, item.state, WorkEvent.RANG):
        item = centre.work_item(item.id)
        item.state = step(WORK, item.state, WorkEvent.RANG)
        yield WorkItemChanged(item.id, item.agent, item.state.value)


def on_leg_answered(centre: Centre, event: LegAnswered, now: datetime) -> Effects:
    """An agent took the call that waits for it. Other legs that answer are the business of `calling` and `transfer`."""
    interaction = centre.interaction_of_leg(event.leg)
    item = centre.work_items.get(interaction.work_item) if interaction and interaction.work_item else None
    if interaction is None or item is None or item.leg != event.leg:
        return
    if interaction.state is InteractionState.OFFERED and interaction.customer_leg is not None:
        yield from agent_answered(centre.work_item(item.id), now)
        yield from connect(centre, interaction, interaction.customer_leg, item.leg, now)


def agent_answered(item: WorkItem, now: datetime) -> Effects:
    """The agent's phone was taken off the hook."""
    item.state = step(WORK, item.state, WorkEvent.ANSWERED)
    item.connected_at = item.connected_at or now
    yield CancelTimer(RingLimit(item.id))


def connect(centre: Centre, interaction: Interaction, one: LegId, other: LegId, now: datetime) -> Effects:
    """Put the two legs together; what played to the customer ends first."""
    yield from stop_prompt(interaction)
    if interaction.connection is None:
        interaction.connection = interaction.next_connection()
    yield ConnectLegs(interaction.connection, interaction.node, (one, other), interaction.id)
    yield CancelTimer(DialLimit(interaction.id))
    since = interaction.place.since if interaction.place else interaction.changed_at or now
    item = centre.work_items.get(interaction.work_item) if interaction.work_item else None
    move(centre, interaction, InteractionEvent.CONNECT, now, item.queue if item else None, item.agent if item else None)
    yield from leave_queue(interaction, now, "connected")
    if item is not None or not interaction.was_sent_away:
        interaction.result = Result.ANSWERED
    if item is not None:
        interaction.last_agent, interaction.script = item.agent, item.script or interaction.script
        interaction.last_queue = item.queue or interaction.last_queue
        interaction.decision_came_out("connected")
        yield TalkStarted(interaction.id, item.id, item.agent, item.queue, now - since)
        yield WorkItemChanged(item.id, item.agent, item.state.value)


def on_connect_failed(centre: Centre, event: ConnectFailed, now: datetime) -> Effects:
    """A leg that is gone reports its own end; anything else is healed by the next audit."""
    yield OddityNoticed("legs could not be connected", event.connection)


def _talking(centre: Centre, agent: AgentId) -> tuple[Interaction, WorkItem]:
    """The agent's talk; raises Refused when there is none."""
    item = centre.current_work(agent)
    if item is None or item.state not in (WorkState.CONNECTED, WorkState.HELD):
        raise Refused("no_call", "you are not in a call")
    return centre.interaction(item.interaction), item


def on_hold_requested(centre: Centre, event: HoldRequested, now: datetime) -> Effects:
    """The customer hears music. Raises Refused when there is nothing to hold; held already is fine."""
    interaction, item = _talking(centre, event.agent)
    if item.state is WorkState.HELD:
        return
    if (
        interaction.state is not InteractionState.CONNECTED
        or not interaction.customer_leg
        or not interaction.connection
    ):
        raise Refused("no_call", "the other side is not connected yet")
    item.state = step(WORK, item.state, WorkEvent.HELD)
    turn(interaction, SegmentKind.HOLD, now, item.queue, item.agent)
    interaction.changed_at = now
    yield HoldLeg(interaction.connection, interaction.customer_leg, centre.plan.hold_music)
    yield WorkItemChanged(item.id, item.agent, item.state.value)


def on_retrieve_requested(centre: Centre, event: RetrieveRequested, now: datetime) -> Effects:
    """The talk goes on. Raises Refused when there is no call; not held is fine."""
    interaction, item = _talking(centre, event.agent)
    if item.state is not WorkState.HELD or not interaction.customer_leg or not interaction.connection:
        return
    item.state = step(WORK, item.state, WorkEvent.RETRIEVED)
    turn(interaction, SegmentKind.TALK, now, item.queue, item.agent)
    interaction.changed_at = now
    yield RetrieveLeg(interaction.connection, interaction.customer_leg)
    yield WorkItemChanged(item.id, item.agent, item.state.value)


def on_hang_up_requested(centre: Centre, event: HangUpRequested, now: datetime) -> Effects:
    """End the talk, or decline the offer that rings. Raises Refused when there is neither."""
    item = centre.current_work(event.agent)
    if item is None or item.state is WorkState.WRAP_UP:
        raise Refused("no_call", "you are not in a call")
    yield HangUpLeg(item.leg, "the agent hung up")
    if item.state in (WorkState.OFFERED, WorkState.ALERTING):
        yield WorkItemLost(item.id, Cause.REJECTED)
        return
    interaction = centre.interaction(item.interaction)
    yield from end_talk(centre, item, now)
    if interaction.direction is Direction.OUTBOUND and interaction.state is InteractionState.CALLING:
        interaction.result = Result.NOT_REACHED
    yield from hang_up_customer(centre, interaction, "the agent hung up", now)
