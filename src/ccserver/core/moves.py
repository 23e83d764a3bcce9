"""Moving an interaction from state to state: the one place that changes `state`, the waiting line and the timeline."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ccserver.core.centre import Centre
from ccserver.core.commands import CancelTimer, Command, StopPrompt
from ccserver.core.fsm import step
from ccserver.core.ids import AgentId, QueueId
from ccserver.core.interaction import INTERACTION, MOST_WAITS, Interaction, InteractionEvent, InteractionState
from ccserver.core.notices import HowLeft, LeftQueue, Notice
from ccserver.core.records import SegmentKind
from ccserver.core.reporting.timeline import turn
from ccserver.core.timers import (
    AnnouncementDue,
    ComfortDue,
    DigitLimit,
    InvitationDue,
    MaxWait,
    OverflowDue,
    PromptLimit,
)

SEGMENT_OF_STATE = {
    InteractionState.ARRIVED: SegmentKind.IVR,
    InteractionState.IN_FLOW: SegmentKind.IVR,
    InteractionState.QUEUED: SegmentKind.QUEUE,
    InteractionState.OFFERED: SegmentKind.RING,
    InteractionState.CONNECTED: SegmentKind.TALK,
    InteractionState.CALLING: SegmentKind.DIAL,
    InteractionState.RECORDING: SegmentKind.VOICEMAIL,
    InteractionState.FALLBACK: SegmentKind.QUEUE,
    InteractionState.CLOSING: None,
    InteractionState.ENDED: None,
}
"""What the customer experiences in each state; None: the stretch before goes on."""


def move(
    centre: Centre,
    interaction: Interaction,
    event: InteractionEvent,
    now: datetime,
    queue: QueueId | None = None,
    agent: AgentId | None = None,
) -> None:
    """Take the row of the table for `event`; raises IllegalTransition, and then nothing has changed."""
    interaction.state = step(INTERACTION, interaction.state, event)
    interaction.changed_at = now
    if interaction.state is InteractionState.QUEUED:
        centre.waiting[interaction.id] = None
    else:
        centre.waiting.pop(interaction.id, None)
    kind = SEGMENT_OF_STATE[interaction.state]
    if kind is not None:
        turn(interaction, kind, now, queue, agent)


def leave_queue(interaction: Interaction, now: datetime, how: HowLeft) -> Iterator[Command | Notice]:
    """Give the place up for good, with everything that was due for it."""
    place = interaction.place
    if place is None:
        return
    interaction.place = None
    interaction.waits += place.foretold[: MOST_WAITS - len(interaction.waits)]
    yield CancelTimer(AnnouncementDue(interaction.id))
    yield CancelTimer(ComfortDue(interaction.id))
    yield CancelTimer(MaxWait(interaction.id))
    yield CancelTimer(OverflowDue(interaction.id))
    yield CancelTimer(InvitationDue(interaction.id))
    yield CancelTimer(DigitLimit(interaction.id, 0))
    yield LeftQueue(interaction.id, place.queue, interaction.tier, now - place.since, how)


def leave_flow(interaction: Interaction) -> Iterator[Command]:
    """Forget the position in the flow and its time limit."""
    if interaction.flow is not None:
        yield CancelTimer(DigitLimit(interaction.id, interaction.flow.serial))
        interaction.flow = None


def stop_prompt(interaction: Interaction) -> Iterator[Command]:
    """End what plays to the customer, if something does."""
    if interaction.prompt is not None and interaction.customer_leg is not None:
        yield StopPrompt(interaction.customer_leg, interaction.prompt)
        yield CancelTimer(PromptLimit(interaction.id, interaction.prompt))
        interaction.prompt = None
