"""Blind transfer: to a queue, to an agent, to an outside number. The customer never hears silence on the way.

An outside number that a way out of a queue leads to goes on here too, once it was dialled.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ccserver.core.acd.line import is_closed, is_full
from ccserver.core.acd.returning import offer_to
from ccserver.core.acd.treatment import music
from ccserver.core.centre import Centre
from ccserver.core.commands import CancelTimer, Command, DropConnection, HangUpLeg, StartMusic
from ccserver.core.dialling import check_number, dial_outside
from ccserver.core.errors import Refused
from ccserver.core.events import (
    BlindTransferRequested,
    Cause,
    Event,
    LegAnswered,
    QueueChosen,
    TransferFailed,
    TransferKind,
    TransferTarget,
)
from ccserver.core.ids import AgentId, QueueId
from ccserver.core.interaction import Interaction, InteractionState
from ccserver.core.moves import leave_queue
from ccserver.core.notices import Notice
from ccserver.core.records import Result
from ccserver.core.talking import connect
from ccserver.core.timers import DialLimit
from ccserver.core.why import Why, WhyCode
from ccserver.core.work import end_talk
from ccserver.core.work_item import WorkState

Effects = Iterator[Command | Notice | Event]


def on_blind_transfer(centre: Centre, event: BlindTransferRequested, now: datetime) -> Effects:
    """Hand the customer over; the agent goes into wrap-up. Raises Refused before anything has changed."""
    item = centre.current_work(event.agent)
    if item is None or item.state not in (WorkState.CONNECTED, WorkState.HELD):
        raise Refused("no_call", "you are not in a call")
    interaction = centre.interaction(item.interaction)
    customer, connection = interaction.customer_leg, interaction.connection
    if interaction.state is not InteractionState.CONNECTED or customer is None or connection is None:
        raise Refused("no_call", "the other side is not connected yet")
    check_target(centre, event.target, event.agent, now)
    plan = centre.plan.queues.get(item.queue) if item.queue else None
    yield StartMusic(customer, music(centre.plan, plan, interaction) if plan else centre.plan.hold_music)
    yield HangUpLeg(item.leg, "transferred")
    yield DropConnection(connection)
    interaction.connection = None
    interaction.transferred_by = event.agent
    yield from end_talk(centre, item, now)
    yield from _lead(centre, interaction, event, now)


def _lead(centre: Centre, interaction: Interaction, event: BlindTransferRequested, now: datetime) -> Effects:
    target = event.target
    if target.kind is TransferKind.QUEUE:
        yield QueueChosen(interaction.id, QueueId(target.value))
    elif target.kind is TransferKind.AGENT:
        why = Why(WhyCode.TRANSFERRED, by=event.agent)
        yield from offer_to(centre, interaction, AgentId(target.value), why, now)
    else:
        yield from dial_outside(centre, interaction, target.value, now)


def check_target(centre: Centre, target: TransferTarget, by: AgentId, now: datetime) -> None:
    """Raises Refused for a target that does not exist or cannot take the call now."""
    if target.kind is TransferKind.QUEUE:
        if target.value not in centre.plan.queues:
            raise Refused("no_such_queue", f"one of: {', '.join(centre.plan.queues)}")
        if is_full(centre, centre.plan.queues[QueueId(target.value)]):
            raise Refused("queue_full", "choose another target, or try again in a moment")
        if is_closed(centre, centre.plan.queues[QueueId(target.value)], now):
            raise Refused("queue_closed", "choose another target; this queue is outside its hours")
    elif target.kind is TransferKind.NUMBER:
        check_number(target.value)
    elif target.value == by:
        raise Refused("same_agent", "that is you")
    elif target.value not in centre.plan.agents or not centre.agent(AgentId(target.value)).is_available:
        raise Refused("agent_not_available", f"{target.value} cannot take a call now")


def on_leg_answered(centre: Centre, event: LegAnswered, now: datetime) -> Effects:
    """The outside party took the call."""
    interaction = centre.interaction_of_leg(event.leg)
    if interaction is None or interaction.forwarded_leg != event.leg or interaction.customer_leg is None:
        return
    if interaction.state is not InteractionState.CALLING:
        return
    if interaction.is_on_its_way:
        yield from leave_queue(interaction, now, "overflowed")
        interaction.way_came_out("answered")
        interaction.result = interaction.result or Result.OVERFLOWED
    yield from connect(centre, interaction, interaction.customer_leg, event.leg, now)


def on_dial_limit(centre: Centre, key: DialLimit, now: datetime) -> Effects:
    """The outside party did not answer: back to who sent the customer on."""
    if key.interaction not in centre.interactions:
        return
    interaction = centre.interaction(key.interaction)
    if interaction.state is InteractionState.CALLING and interaction.forwarded_leg is not None:
        centre.legs.pop(interaction.forwarded_leg, None)
        yield HangUpLeg(interaction.forwarded_leg, "no answer")
        yield CancelTimer(DialLimit(interaction.id))
        interaction.forwarded_leg = None
        yield TransferFailed(interaction.id, Cause.NO_ANSWER)
