"""Ways out of the normal path: a message and good-bye, voicemail, another queue or flow."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from ccserver.core.centre import Centre
from ccserver.core.commands import AnswerLeg, CancelTimer, Command, RecordMessage, StartMusic, StartTimer
from ccserver.core.dialling import dial_outside
from ccserver.core.ending import end_interaction, hang_up_customer
from ccserver.core.events import (
    Cause,
    Event,
    ExitTaken,
    FlowChosen,
    MessageChosen,
    MessageRecorded,
    PromptFinished,
    QueueChosen,
)
from ccserver.core.ids import FlowId, LegId, QueueId
from ccserver.core.interaction import Interaction, InteractionEvent, InteractionState
from ccserver.core.moves import leave_flow, leave_queue, move, stop_prompt
from ccserver.core.notices import MessageLeft, Notice
from ccserver.core.plan import ExitKind
from ccserver.core.prompts import play, prompt_is_over
from ccserver.core.records import Result
from ccserver.core.timers import MessageLimit, PromptLimit
from ccserver.core.ways import Way, WayCause

Effects = Iterator[Command | Notice | Event]
RECORDING_SLACK: Final = timedelta(seconds=10)
"""Beyond the longest message: by then a recording has ended or will never tell."""


def on_exit_taken(centre: Centre, event: ExitTaken, now: datetime) -> Effects:
    """Leave queue or flow and go the way of the exit."""
    interaction = centre.interaction(event.interaction)
    yield from leave_flow(interaction)
    if event.exit.kind is ExitKind.QUEUE:
        yield QueueChosen(interaction.id, QueueId(event.exit.target))
        return
    yield from leave_queue(interaction, now, "overflowed")
    if interaction.result is None:
        interaction.result = event.result
    if event.exit.kind is ExitKind.FLOW:
        yield FlowChosen(interaction.id, FlowId(event.exit.target))
    elif event.exit.kind is ExitKind.VOICEMAIL:
        yield MessageChosen(interaction.id, event.exit.sounds)
    elif event.exit.kind is ExitKind.NUMBER:
        yield from _call_outside(centre, interaction, event.exit.target, now)
    else:
        yield from stop_prompt(interaction)
        move(centre, interaction, InteractionEvent.CLOSE, now)
        yield from _say_good_bye(centre, interaction, event, now)


def _call_outside(centre: Centre, interaction: Interaction, number: str, now: datetime) -> Effects:
    """There is no place to come back to: a number that is not reached leads to the last resort."""
    if not interaction.is_on_its_way:
        interaction.take_way(Way(now, None, WayCause.CLOSED, ExitKind.NUMBER.value, number))
    yield from stop_prompt(interaction)
    yield from _answer(interaction)
    if interaction.customer_leg is not None:
        yield StartMusic(interaction.customer_leg, centre.plan.hold_music)
    yield from dial_outside(centre, interaction, number, now)


def _say_good_bye(centre: Centre, interaction: Interaction, event: ExitTaken, now: datetime) -> Effects:
    if not event.exit.sounds:
        yield from hang_up_customer(centre, interaction, event.result.value, now)
        return
    yield from _answer(interaction)
    yield from play(interaction, event.exit.sounds, now)


def _answer(interaction: Interaction) -> Effects:
    if not interaction.is_customer_up and interaction.customer_leg is not None:
        interaction.is_customer_up = True
        yield AnswerLeg(interaction.customer_leg)


def on_message_chosen(centre: Centre, event: MessageChosen, now: datetime) -> Effects:
    """Greeting, tone, recording."""
    interaction = centre.interaction(event.interaction)
    yield from leave_flow(interaction)
    yield from stop_prompt(interaction)
    move(centre, interaction, InteractionEvent.RECORD, now)
    yield from _answer(interaction)
    yield from play(interaction, event.sounds or centre.plan.voicemail_greeting, now)


def greet_again(centre: Centre, interaction: Interaction, now: datetime) -> Effects:
    """After a break the greeting may never have been heard to its end: it leads to the recording, so it is played again."""
    yield from play(interaction, centre.plan.voicemail_greeting, now)


def on_prompt_finished(centre: Centre, event: PromptFinished, now: datetime) -> Effects:
    """The greeting is over: record; or the last words are said: hang up. What plays elsewhere is over already."""
    interaction = centre.interaction_of_leg(event.leg)
    if interaction is None or interaction.prompt != event.prompt:
        return
    yield from prompt_is_over(interaction)
    if interaction.state is InteractionState.RECORDING:
        yield from _record(centre, interaction, event.leg, now)
    else:
        yield from hang_up_customer(centre, interaction, "message played", now)


def on_prompt_limit(centre: Centre, key: PromptLimit, now: datetime) -> Effects:
    """The end of a prompt was never reported: it is over."""
    if key.interaction in centre.interactions:
        interaction = centre.interaction(key.interaction)
        if interaction.prompt == key.prompt and interaction.customer_leg is not None:
            yield PromptFinished(interaction.customer_leg, key.prompt)


def _record(centre: Centre, interaction: Interaction, leg: LegId, now: datetime) -> Effects:
    plan = centre.plan
    interaction.recording = f"vm-{interaction.id}"
    yield RecordMessage(leg, interaction.recording, plan.voicemail_limit, plan.voicemail_silence)
    yield StartTimer(MessageLimit(interaction.id), now + plan.voicemail_limit + RECORDING_SLACK)


def on_message_recorded(centre: Centre, event: MessageRecorded, now: datetime) -> Effects:
    """Keep what was stored, also when the caller is gone already; a caller who is still there is hung up."""
    running = (i.id for i in centre.interactions.values() if i.recording and i.recording == event.name)
    key = next(running, None)
    if key is None:
        return
    interaction = centre.interaction(key)
    interaction.recording = ""
    yield CancelTimer(MessageLimit(interaction.id))
    if event.seconds > 0:
        interaction.message, interaction.result = event.name, Result.VOICEMAIL
        yield MessageLeft(interaction.id, event.name, event.seconds)
    if interaction.state is InteractionState.CLOSING:
        yield from end_interaction(centre, interaction, Cause.NORMAL, now)
    elif interaction.state is InteractionState.RECORDING:
        yield from hang_up_customer(centre, interaction, "message recorded", now)


def recorded_unseen(centre: Centre, interaction: Interaction, leg: LegId, now: datetime) -> MessageRecorded:
    """The recording is over and its end was not seen: what was said till then counts as left.

    A message that turns out to be silence costs one look; one that nobody knows of is a customer who waits for an answer.
    """
    limit = centre.plan.voicemail_limit
    due_at = centre.timers.get(MessageLimit(interaction.id), now)
    said = min(limit, now - (due_at - limit - RECORDING_SLACK))
    return MessageRecorded(leg, interaction.recording, max(said, timedelta()).total_seconds())


def on_message_limit(centre: Centre, key: MessageLimit, now: datetime) -> Effects:
    """The recording never told its end. The PBX ended it at its own limit, which is below this one."""
    if key.interaction in centre.interactions:
        interaction = centre.interaction(key.interaction)
        if interaction.state is InteractionState.RECORDING and interaction.customer_leg is not None:
            yield recorded_unseen(centre, interaction, interaction.customer_leg, now)
