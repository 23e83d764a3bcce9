"""Callers whom the PBX itself looks after (static queue, closed message) while ccserver is away: their part of the history.

The interaction stays what it was, in state FALLBACK: it has its old id and its old place in the line, and the PBX's black box
says what became of it. It ends there, or its leg comes back and it goes on. Instants are the black box's, whole seconds in
part, so none is taken that lies before what is known or in the future.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from ccserver.core.arrival import first_step, take_entry_point
from ccserver.core.centre import Centre
from ccserver.core.commands import (
    CancelTimer,
    Command,
    DropConnection,
    HangUpLeg,
    LookUpCustomer,
    ReturnLeg,
    StartTimer,
)
from ccserver.core.ending import end_interaction, let_agent_go
from ccserver.core.events import Cause, Event, ExitTaken, LegArrived, QueueChosen
from ccserver.core.fallback_events import (
    FallbackAnswered,
    FallbackClosed,
    FallbackEntered,
    FallbackLeft,
    FallbackRang,
    FallbackRead,
    FallbackRestarted,
    PhoneBusy,
)
from ccserver.core.ids import InteractionId, LegId, QueueId
from ccserver.core.interaction import Interaction, InteractionEvent, InteractionState, QueuePlace
from ccserver.core.moves import leave_flow, leave_queue, move, stop_prompt
from ccserver.core.notices import InteractionStarted, Notice, OddityNoticed
from ccserver.core.phone_use import leave_fallback_talk
from ccserver.core.records import Decision, Direction, Result, SegmentKind
from ccserver.core.reporting import timeline
from ccserver.core.timers import AnnouncementDue, CloseLimit, ComfortDue, DialLimit, LookUpLimit, MaxWait, MessageLimit

Effects = Iterator[Command | Notice | Event]
MOST_TIMES_THE_CENTRE: Final = 2
"""So many times `max_interactions` may be known in all: those beyond the bound of the centre are with the PBX."""
EXPLANATION: Final = "rung by the PBX's own queue while ccserver was away"


# -- into the fallback --------------------------------------------------------------------------------------------------


def on_fallback_entered(centre: Centre, event: FallbackEntered, now: datetime) -> Effects:
    """Keep the interaction, or open the one that nobody has heard of; what is older than the leg's arrival is stale."""
    at = min(event.at, now)
    if centre.interaction_of_leg(event.leg) is None:
        yield from _take_up(centre, event, at, now)
        return
    interaction = centre.interaction(centre.legs[event.leg])
    is_old = interaction.state is InteractionState.FALLBACK or at <= (interaction.arrived_at or interaction.started_at)
    if event.leg == interaction.customer_leg and not is_old:
        yield from _give_away(centre, interaction, at, now)


def _take_up(centre: Centre, event: FallbackEntered, at: datetime, now: datetime) -> Effects:
    if len(centre.interactions) >= MOST_TIMES_THE_CENTRE * centre.plan.max_interactions:
        yield OddityNoticed("too many interactions; a call of the fallback is not in the history", event.leg)
        return
    interaction = Interaction(
        _free_id(centre, event.interaction), Direction.INBOUND, event.node, event.ani, event.dnis, at, event.caller_name
    )
    interaction.customer_leg = event.leg
    centre.add(interaction)
    entry = centre.plan.entry_points.get(event.dnis)
    if entry is not None:
        take_entry_point(centre.plan, interaction, entry)
        step = first_step(centre, interaction, entry, at)
        if isinstance(step, QueueChosen) and (queue := centre.plan.queues.get(step.queue)) is not None:
            interaction.last_queue = queue.id
            interaction.place = QueuePlace(queue.id, at, queue.priority + interaction.priority)
    yield InteractionStarted(interaction.id, Direction.INBOUND, interaction.ani, interaction.dnis, event.leg)
    move(centre, interaction, InteractionEvent.FALL_BACK, at, interaction.last_queue)
    interaction.changed_at = now
    if interaction.ani:
        yield LookUpCustomer(interaction.id, interaction.ani)
        yield StartTimer(LookUpLimit(interaction.id), now + centre.plan.look_up_limit)


def _free_id(centre: Centre, wanted: InteractionId) -> InteractionId:
    """The call's own id; one that tells its origin if the history has closed that one already."""
    while centre.is_known(wanted):
        wanted = InteractionId(f"{wanted}.fallback")
    return wanted


def _give_away(centre: Centre, interaction: Interaction, at: datetime, now: datetime) -> Effects:
    """Everything that hangs on the interaction ends, but its place in the line is kept."""
    yield from stop_prompt(interaction)
    yield from leave_flow(interaction)
    for key in (CloseLimit, MessageLimit, DialLimit, AnnouncementDue, ComfortDue, MaxWait):
        yield CancelTimer(key(interaction.id))
    interaction.recording = ""
    if interaction.forwarded_leg is not None:
        centre.legs.pop(interaction.forwarded_leg, None)
        yield HangUpLeg(interaction.forwarded_leg, "the caller is in the fallback")
        interaction.forwarded_leg = None
        interaction.way_came_out("given_up")
    yield from let_agent_go(centre, interaction, now)
    if interaction.connection is not None:
        yield DropConnection(interaction.connection)
        interaction.connection = None
    move(centre, interaction, InteractionEvent.FALL_BACK, at, interaction.last_queue)
    interaction.changed_at = now


# -- in the fallback ----------------------------------------------------------------------------------------------------


def on_fallback_rang(centre: Centre, event: FallbackRang, now: datetime) -> Effects:
    """A phone rang in vain: the caller waits on."""
    interaction = _waiting(centre, event.leg)
    if interaction is not None:
        _ring(interaction, event)
        timeline.turn(interaction, SegmentKind.QUEUE, min(event.at, now), interaction.last_queue)
    yield from ()


def on_fallback_answered(centre: Centre, event: FallbackAnswered, now: datetime) -> Effects:
    """An agent talks with the caller; the phone is in use until the end."""
    interaction = _waiting(centre, event.leg)
    if interaction is None:
        return
    at = min(event.at, now)
    _ring(interaction, event)
    timeline.turn(interaction, SegmentKind.TALK, at, interaction.last_queue, event.agent)
    interaction.result, interaction.last_agent = Result.ANSWERED, event.agent
    yield from leave_queue(interaction, at, "connected")
    if event.agent is not None:
        interaction.decisions.append(Decision(at, event.agent, interaction.last_queue, EXPLANATION, "connected"))
        yield PhoneBusy(event.agent)


def _ring(interaction: Interaction, event: FallbackRang | FallbackAnswered) -> None:
    timeline.turn(interaction, SegmentKind.RING, event.at - event.rang_for, interaction.last_queue, event.agent)


def on_fallback_closed(centre: Centre, event: FallbackClosed, now: datetime) -> Effects:
    """The closed message plays."""
    interaction = _waiting(centre, event.leg)
    if interaction is not None:
        at = min(event.at, now)
        timeline.turn(interaction, SegmentKind.IVR, at)
        interaction.result = interaction.result or Result.OVERFLOWED
        yield from leave_queue(interaction, at, "overflowed")


# -- out of the fallback ------------------------------------------------------------------------------------------------


def on_fallback_left(centre: Centre, event: FallbackLeft, now: datetime) -> Effects:
    """The caller's side is over. The directory gets the time to say who it was: a call of the past is read in one go."""
    interaction = _waiting(centre, event.leg)
    if interaction is None:
        return
    yield from leave_fallback_talk(interaction)
    at = max(min(event.at, now), interaction.segment_since or event.at)
    timeline.close(interaction, at)
    interaction.left_at, interaction.end_cause = at, Cause.NORMAL.value
    interaction.result = interaction.result or Result.ABANDONED
    yield from leave_queue(interaction, at, "abandoned")
    if LookUpLimit(interaction.id) not in centre.timers:
        yield from end_interaction(centre, interaction, Cause.NORMAL, now)
        return
    centre.legs.pop(event.leg, None)
    move(centre, interaction, InteractionEvent.CLOSE, now)
    yield StartTimer(CloseLimit(interaction.id), now + centre.plan.look_up_limit)


def on_fallback_restarted(centre: Centre, event: FallbackRestarted, now: datetime) -> Effects:
    """Nobody is left of those whom the old run of the PBX looked after."""
    for interaction in [i for i in centre.interactions.values() if i.state is InteractionState.FALLBACK]:
        if interaction.node == event.node:
            at = max(min(event.at, now), interaction.segment_since or event.at)
            yield from leave_fallback_talk(interaction)
            timeline.close(interaction, at)
            interaction.left_at = at
            yield from leave_queue(interaction, at, "abandoned")
            yield from end_interaction(centre, centre.interaction(interaction.id), Cause.PBX_LOST, now)


def on_leg_arrived(centre: Centre, event: LegArrived, now: datetime) -> Effects:
    """A caller comes back from the fallback: to the old place in the line, else to the first step of the entry point."""
    interaction = _waiting(centre, event.leg)
    if interaction is None:
        return
    with_us = sum(1 for each in centre.interactions.values() if each.state is not InteractionState.FALLBACK)
    if with_us >= centre.plan.max_interactions:
        yield ReturnLeg(event.leg)
        return
    interaction.arrived_at = now
    entry = centre.plan.entry_points.get(interaction.dnis)
    if (queue := _queue_of(interaction)) is not None:
        yield QueueChosen(interaction.id, queue, _extra_priority(centre, interaction, queue), is_back=True)
    elif entry is not None:
        yield first_step(centre, interaction, entry, now)
    else:
        yield ExitTaken(interaction.id, centre.plan.default_exit, Result.ENDED_IN_IVR)


def _queue_of(interaction: Interaction) -> QueueId | None:
    return interaction.place.queue if interaction.place is not None else interaction.last_queue


def _extra_priority(centre: Centre, interaction: Interaction, queue: QueueId) -> int:
    """What the flow added to the priority of queue and entry point."""
    plan = centre.plan.queues.get(queue)
    if interaction.place is None or plan is None:
        return 0
    return interaction.place.priority - plan.priority - interaction.priority


def on_fallback_read(centre: Centre, event: FallbackRead, now: datetime) -> Effects:
    """Remember how far the black box was read, in the same journal entry as what was in it."""
    centre.black_box[event.node] = event.position
    if event.refused:
        yield OddityNoticed("lines of the black box were refused", f"{event.node}: {event.refused}")


def _waiting(centre: Centre, leg: LegId) -> Interaction | None:
    """The interaction of this caller if it is in the fallback."""
    interaction = centre.interaction_of_leg(leg)
    if interaction is None or interaction.state is not InteractionState.FALLBACK or leg != interaction.customer_leg:
        return None
    return interaction
