"""Ends: of any leg in any phase, and of the interaction as a whole. Leaves nothing behind, whoever hung up and when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from ccserver.core.centre import Centre
from ccserver.core.commands import CancelTimer, Command, DropConnection, HangUpLeg, StartTimer
from ccserver.core.events import (
    CallbackMissed,
    Cause,
    Event,
    InteractionGivenUp,
    LegEnded,
    TransferFailed,
    WorkItemLost,
)
from ccserver.core.interaction import Interaction, InteractionEvent, InteractionState
from ccserver.core.moves import leave_flow, leave_queue, move, stop_prompt
from ccserver.core.notices import Notice, OfferEnd, OfferEnded
from ccserver.core.records import Direction, Result
from ccserver.core.reporting import timeline
from ccserver.core.timers import CloseLimit, DialLimit, LookUpLimit, MessageLimit
from ccserver.core.work import close_offer, end_talk, write_record
from ccserver.core.work_item import WorkItem, WorkState

Effects = Iterator[Command | Notice | Event]

CLOSE_LIMIT: Final = timedelta(seconds=5)
"""The PBX reports the end of a leg within milliseconds; after this the end is taken for granted."""
RECORDING_GRACE: Final = timedelta(seconds=2)
"""A recording reports its end within this after the caller hung up."""

RESULT_OF_STATE = {
    InteractionState.ARRIVED: Result.ENDED_IN_IVR,
    InteractionState.IN_FLOW: Result.ENDED_IN_IVR,
    InteractionState.QUEUED: Result.ABANDONED,
    InteractionState.OFFERED: Result.ABANDONED,
    InteractionState.CONNECTED: Result.ANSWERED,
    InteractionState.CALLING: Result.NOT_REACHED,
    InteractionState.RECORDING: Result.ABANDONED,
    InteractionState.FALLBACK: Result.ABANDONED,
    InteractionState.CLOSING: Result.ENDED_IN_IVR,
}
"""What it was if the customer's leg ends in this state and nothing better is known."""


def on_leg_ended(centre: Centre, event: LegEnded, now: datetime) -> Effects:
    """Which of the interaction's legs it was decides; a leg nobody knows (any more) changes nothing.

    Of a caller in the fallback the black box tells the end: that the leg left our hands means nothing.
    """
    interaction = centre.interaction_of_leg(event.leg)
    if interaction is None or interaction.state is InteractionState.FALLBACK:
        return
    centre.legs.pop(event.leg, None)
    if event.leg == interaction.customer_leg:
        yield from _customer_left(centre, interaction, event.cause, now)
    elif event.leg == interaction.forwarded_leg:
        yield from _forwarded_left(centre, interaction, event.cause, now)
    else:
        for item in [centre.work_item(key) for key in interaction.open_work]:
            if item.leg == event.leg:
                yield from _agent_left(centre, interaction, item, event.cause, now)


def _customer_left(centre: Centre, interaction: Interaction, cause: Cause, now: datetime) -> Effects:
    """A recording that runs is given the time to tell what it stored; a PBX that is gone will not tell."""
    if interaction.recording and interaction.state is InteractionState.RECORDING and cause is not Cause.PBX_LOST:
        interaction.result = interaction.result or RESULT_OF_STATE[interaction.state]
        timeline.close(interaction, now)
        interaction.left_at, interaction.end_cause = now, cause.value
        move(centre, interaction, InteractionEvent.CLOSE, now)
        yield StartTimer(CloseLimit(interaction.id), now + RECORDING_GRACE)
        return
    if is_dialled_callback(interaction):
        yield CallbackMissed(interaction.id, cause)
        return
    yield from end_interaction(centre, interaction, cause, now)


def is_dialled_callback(interaction: Interaction) -> bool:
    """A promise to call back is kept at this moment: who is not reached now may be another time."""
    promise = interaction.callback
    return promise is not None and promise.is_open and interaction.state is InteractionState.CALLING


def _forwarded_left(centre: Centre, interaction: Interaction, cause: Cause, now: datetime) -> Effects:
    """The outside party: not reached means back to who sent the customer on, otherwise the talk is over."""
    interaction.forwarded_leg = None
    yield CancelTimer(DialLimit(interaction.id))
    if interaction.state is InteractionState.CALLING:
        yield TransferFailed(interaction.id, cause)
    else:
        yield from hang_up_customer(centre, interaction, "the other party hung up", now)


def _agent_left(centre: Centre, interaction: Interaction, item: WorkItem, cause: Cause, now: datetime) -> Effects:
    if item.state in (WorkState.OFFERED, WorkState.ALERTING):
        yield WorkItemLost(item.id, cause)
        return
    yield from end_talk(centre, item, now)
    if interaction.state is InteractionState.CALLING:
        interaction.result = Result.NOT_REACHED
    yield from hang_up_customer(centre, interaction, "the agent hung up", now)


def hang_up_customer(centre: Centre, interaction: Interaction, reason: str, now: datetime) -> Effects:
    """Order the end of the customer's leg; the interaction ends when it is reported, or after the limit."""
    if interaction.customer_leg is None or interaction.customer_leg not in centre.legs:
        yield from end_interaction(centre, interaction, Cause.NORMAL, now)
        return
    if is_dialled_callback(interaction):
        centre.legs.pop(interaction.customer_leg, None)
        yield HangUpLeg(interaction.customer_leg, reason)
        yield CallbackMissed(interaction.id, Cause(interaction.end_cause or Cause.NORMAL))
        return
    if interaction.result is None and interaction.state is not InteractionState.CLOSING:
        interaction.result = RESULT_OF_STATE[interaction.state]
    move(centre, interaction, InteractionEvent.CLOSE, now)
    yield HangUpLeg(interaction.customer_leg, reason)
    yield StartTimer(CloseLimit(interaction.id), now + CLOSE_LIMIT)


def on_close_limit(centre: Centre, key: CloseLimit, now: datetime) -> Effects:
    """The end was never reported: order it again and take it for granted."""
    if key.interaction not in centre.interactions:
        return
    interaction = centre.interaction(key.interaction)
    if interaction.customer_leg in centre.legs and interaction.customer_leg is not None:
        yield HangUpLeg(interaction.customer_leg, "end not reported")
    yield from end_interaction(centre, interaction, Cause.UNKNOWN, now)


def on_given_up(centre: Centre, event: InteractionGivenUp, now: datetime) -> Effects:
    if event.interaction in centre.interactions:
        interaction = centre.interaction(event.interaction)
        if interaction.state is not InteractionState.ENDED:
            yield from hang_up_customer(centre, interaction, "given up", now)


def end_interaction(centre: Centre, interaction: Interaction, cause: Cause, now: datetime) -> Effects:
    """The customer's side is over: release everybody, write the record, forget it once wrap-up is done."""
    answered = interaction.result in (Result.ANSWERED, Result.VOICEMAIL)
    left_waiting = interaction.state in (InteractionState.QUEUED, InteractionState.OFFERED)
    if (
        interaction.state is InteractionState.CALLING and interaction.place is not None
    ):  # an outside number rang in vain
        interaction.result = interaction.result or Result.ABANDONED
    if interaction.result is None or (left_waiting and not answered):
        interaction.result = RESULT_OF_STATE[interaction.state]
    if cause is Cause.PBX_LOST and not answered:
        interaction.result = Result.LOST
    interaction.end_cause = interaction.end_cause or cause.value
    timeline.close(interaction, now)
    interaction.left_at = interaction.left_at or now
    yield from _let_go(centre, interaction, now)
    move(centre, interaction, InteractionEvent.END, now)
    yield from write_record(centre, interaction, now)


def _let_go(centre: Centre, interaction: Interaction, now: datetime) -> Effects:
    """Everything that hangs on the interaction: prompts, timers, places, legs, work, the connection."""
    yield from stop_prompt(interaction)
    yield from leave_flow(interaction)
    yield from leave_queue(interaction, now, "abandoned")
    for key in (CloseLimit, MessageLimit, LookUpLimit, DialLimit):
        yield CancelTimer(key(interaction.id))
    if interaction.customer_leg is not None:
        centre.legs.pop(interaction.customer_leg, None)
    if interaction.forwarded_leg is not None:
        centre.legs.pop(interaction.forwarded_leg, None)
        yield HangUpLeg(interaction.forwarded_leg, "the caller left")
        interaction.forwarded_leg = None
        interaction.way_came_out("caller_left")
    yield from let_agent_go(centre, interaction, now)
    if interaction.connection is not None:
        yield DropConnection(interaction.connection)
        interaction.connection = None


def let_agent_go(centre: Centre, interaction: Interaction, now: datetime) -> Effects:
    """The customer is gone: an offer is withdrawn, a talk is over."""
    item = centre.work_item(interaction.work_item) if interaction.work_item else None
    if item is None:
        return
    yield HangUpLeg(item.leg, "the customer left")
    if item.state in (WorkState.OFFERED, WorkState.ALERTING):
        yield from close_offer(centre, item, now)
        why: OfferEnd = "caller_left" if interaction.direction is Direction.INBOUND else "given_up"
        interaction.decision_came_out(why)
        yield OfferEnded(interaction.id, item.id, item.agent, why)
    else:
        yield from end_talk(centre, item, now)
