"""Calls that agents make: click to call, and numbers dialled on the phone itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from ccserver.core.acd.keeping import is_dialled, is_reached
from ccserver.core.agent import Presence
from ccserver.core.centre import Centre
from ccserver.core.commands import (
    AnswerLeg,
    Command,
    HangUpLeg,
    LookUpCustomer,
    PlayPrompt,
    RingAgent,
    StartTimer,
    StopPrompt,
)
from ccserver.core.dialling import check_number, dial
from ccserver.core.ending import hang_up_customer
from ccserver.core.errors import Refused
from ccserver.core.events import CallRequested, Event, LegAnswered, PhoneDialled
from ccserver.core.ids import AgentId, LegId, NodeName, prompt_id
from ccserver.core.interaction import Interaction, InteractionEvent, InteractionState
from ccserver.core.moves import move
from ccserver.core.notices import InteractionStarted, Notice, OfferMade, WorkItemChanged
from ccserver.core.records import Direction, Result
from ccserver.core.sounds import Sound, SoundKind
from ccserver.core.talking import agent_answered, connect
from ccserver.core.timers import DialLimit, LookUpLimit, RingLimit
from ccserver.core.work_item import WorkItem

Effects = Iterator[Command | Notice | Event]


def on_call_requested(centre: Centre, event: CallRequested, now: datetime) -> Effects:
    """First the agent's own phone rings. Raises Refused before anything has changed."""
    if centre.is_known(event.interaction):
        return
    _may_call(centre, event.agent, event.number, event.node)
    interaction, item = _open(centre, event, event.number, None, now)
    yield InteractionStarted(interaction.id, Direction.OUTBOUND, interaction.ani, interaction.dnis)
    yield OfferMade(interaction.id, item.id, item.agent, None, timedelta(), f"{item.agent} calls {event.number}")
    limit = centre.plan.default_ring_limit
    yield RingAgent(item.leg, event.node, interaction.id, event.agent, event.number, "", limit * 2)
    yield StartTimer(RingLimit(item.id), now + limit)
    yield from _look_up(centre, interaction, now)


def on_phone_dialled(centre: Centre, event: PhoneDialled, now: datetime) -> Effects:
    """The agent's phone is off the hook already. A number that may not be called ends the leg."""
    if event.leg in centre.legs or centre.is_known(event.interaction):
        return
    number = "+" + event.number[2:] if event.number.startswith("00") else event.number
    try:
        _may_call(centre, event.agent, number, event.node)
    except Refused as refusal:
        yield HangUpLeg(event.leg, refusal.reason)
        return
    interaction, item = _open(centre, event, number, event.leg, now)
    yield InteractionStarted(interaction.id, Direction.OUTBOUND, interaction.ani, interaction.dnis)
    yield AnswerLeg(event.leg)
    yield from _dial(centre, interaction, item, now)
    yield from _look_up(centre, interaction, now)


def _may_call(centre: Centre, agent_id: AgentId, number: str, node: NodeName) -> None:
    if agent_id not in centre.plan.agents:
        raise Refused("no_such_agent", f"{agent_id} is not an agent of this centre")
    agent = centre.agent(agent_id)
    check_number(number)
    if len(centre.interactions) >= centre.plan.max_interactions:
        raise Refused("too_many_calls", "the centre has as many calls as it may have; try again in a moment")
    if node not in centre.nodes_up:
        raise Refused("pbx_unavailable", "the telephone system is away; try again in a moment")
    if agent.presence not in (Presence.READY, Presence.NOT_READY):
        raise Refused("not_signed_in", "sign in first")
    if agent.work_item is not None:
        raise Refused("busy", "finish the call in front of you first")
    if not agent.is_phone_reachable:
        raise Refused("phone_unreachable", "your phone is not registered")


def _open(
    centre: Centre, call: CallRequested | PhoneDialled, number: str, leg: LegId | None, now: datetime
) -> tuple[Interaction, WorkItem]:
    key, agent = call.interaction, call.agent
    interaction = Interaction(key, Direction.OUTBOUND, call.node, centre.plan.caller_number, number, now)
    centre.add(interaction)
    item = WorkItem(interaction.next_work_item(), key, agent, leg or interaction.next_leg(), None, now)
    centre.work_items[item.id] = item
    centre.touched.add(("work_item", item.id))
    centre.legs[item.leg] = key
    centre.agent(agent).work_item = interaction.work_item = item.id
    interaction.open_work.append(item.id)
    interaction.last_agent = agent
    move(centre, interaction, InteractionEvent.CALL, now, None, agent)
    return interaction, item


def _look_up(centre: Centre, interaction: Interaction, now: datetime) -> Effects:
    yield LookUpCustomer(interaction.id, interaction.dnis)
    yield StartTimer(LookUpLimit(interaction.id), now + centre.plan.look_up_limit)


def _dial(centre: Centre, interaction: Interaction, item: WorkItem, now: datetime) -> Effects:
    """The agent is there: dial the customer, and let the agent hear that it rings."""
    yield from agent_answered(item, now)
    yield WorkItemChanged(item.id, item.agent, item.state.value)
    leg = interaction.next_leg()
    interaction.customer_leg, interaction.is_customer_up = leg, True
    interaction.changed_at = now  # an audit taken just now does not know the leg yet
    centre.legs[leg] = interaction.id
    yield from dial(centre, interaction, leg, interaction.dnis, now)
    yield PlayPrompt(item.leg, interaction.next_prompt(), (Sound(SoundKind.TONE, "ring"),), interaction.language)


def on_leg_answered(centre: Centre, event: LegAnswered, now: datetime) -> Effects:
    """Outbound: the agent took the own phone, or the customer answered."""
    interaction = centre.interaction_of_leg(event.leg)
    if interaction is None or interaction.direction is not Direction.OUTBOUND:
        return
    if interaction.work_item is None:
        return
    item, promise = centre.work_item(interaction.work_item), interaction.callback
    is_callback = promise is not None and promise.is_open
    if event.leg == item.leg and interaction.customer_leg is None:
        if promise is not None and is_callback and interaction.state is InteractionState.OFFERED:
            move(centre, interaction, InteractionEvent.CALL, now, item.queue, item.agent)
            yield is_dialled(interaction, promise)
            yield from _dial(centre, interaction, item, now)
        elif interaction.state is InteractionState.CALLING:
            yield from _dial(centre, interaction, item, now)
    elif event.leg == interaction.customer_leg and interaction.state is InteractionState.CALLING:
        # By its id: after a crash of ours nobody else remembers that the ring tone plays, and it would play for ever.
        yield StopPrompt(item.leg, prompt_id(interaction.id, interaction.prompt_count))
        yield from connect(centre, interaction, interaction.customer_leg, item.leg, now)
        if promise is not None and is_callback:
            yield from is_reached(centre, interaction, promise)


def on_dial_limit(centre: Centre, key: DialLimit, now: datetime) -> Effects:
    """The customer did not answer."""
    if key.interaction not in centre.interactions:
        return
    interaction = centre.interaction(key.interaction)
    is_first_call = interaction.direction is Direction.OUTBOUND and interaction.forwarded_leg is None
    if interaction.state is InteractionState.CALLING and is_first_call:
        interaction.result, interaction.end_cause = Result.NOT_REACHED, "no_answer"
        yield from hang_up_customer(centre, interaction, "no answer", now)
