"""What the waiting caller hears: the greeting of the tier, music, position and estimated wait now and then, comfort messages.

A prompt waits for the one that plays, and ends when an agent takes the call: it never stands in anybody's way.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from ccserver.core.acd.estimate_announcing import Heard, to_announce
from ccserver.core.acd.line import position
from ccserver.core.acd.wait_words import THANKS, position_words, wait_words
from ccserver.core.centre import Centre
from ccserver.core.commands import AnswerLeg, Command, StartMusic, StartTimer
from ccserver.core.events import Event, PromptFinished
from ccserver.core.forecast import Step, Told
from ccserver.core.interaction import Interaction, InteractionState, QueuePlace
from ccserver.core.notices import Notice, PositionAnnounced, WaitAnnounced
from ccserver.core.plan import Plan, QueuePlan
from ccserver.core.prompts import play, prompt_is_over
from ccserver.core.sounds import Sounds
from ccserver.core.standing import tier_of
from ccserver.core.timers import AnnouncementDue, ComfortDue, InvitationDue, LookUpLimit

Effects = Iterator[Command | Notice | Event]
LET_IT_END: Final = timedelta(seconds=2)
"""How soon a prompt that was due while another one played is due again."""


def music(plan: Plan, queue: QueuePlan, interaction: Interaction) -> str:
    """The tier's, else the queue's."""
    tier = tier_of(plan, interaction)
    return tier.music if tier is not None and tier.music else queue.music


def start_treatment(centre: Centre, interaction: Interaction, plan: QueuePlan, now: datetime) -> Effects:
    """Answer the caller if that has not happened, start the music, greet, plan what is said later."""
    if interaction.customer_leg is None:
        return
    if not interaction.is_customer_up:
        interaction.is_customer_up = True
        yield AnswerLeg(interaction.customer_leg)
    yield StartMusic(interaction.customer_leg, music(centre.plan, plan, interaction))
    yield from greet(centre, interaction, now)
    yield from plan_announcement(interaction, plan, now)


def greet(centre: Centre, interaction: Interaction, now: datetime) -> Effects:
    """The greeting of the tier, once for a wait and as soon as it is known whose it is."""
    place = interaction.place
    if place is None or place.is_greeted or LookUpLimit(interaction.id) in centre.timers:
        return
    tier = tier_of(centre.plan, interaction)
    if tier is not None and tier.greeting and interaction.state is InteractionState.QUEUED:
        place.is_greeted = True
        yield from play(interaction, tier.greeting, now)


def plan_announcement(interaction: Interaction, plan: QueuePlan, now: datetime) -> Effects:
    """The first ones of this place, for a caller who hears music already."""
    if plan.announcement is not None:
        yield StartTimer(AnnouncementDue(interaction.id), now + plan.announcement.first_after)
    if plan.comfort is not None:
        yield StartTimer(ComfortDue(interaction.id), now + plan.comfort.first_after)
    if plan.invitation is not None:
        yield StartTimer(InvitationDue(interaction.id), now + plan.invitation.first_after)


def on_announcement_due(centre: Centre, key: AnnouncementDue, now: datetime) -> Effects:
    """Tell position and wait to a caller who waits. Nobody is disturbed whose agent's phone rings already."""
    interaction, place, plan = _at(centre, key)
    if interaction is None or place is None or plan is None or plan.announcement is None:
        return
    if is_occupied(interaction):
        yield StartTimer(key, now + LET_IT_END)
        return
    if interaction.state is InteractionState.QUEUED:
        yield from _announce(centre, interaction, place, plan, now)
    if plan.announcement.every is not None:
        yield StartTimer(key, now + plan.announcement.every)


def on_comfort_due(centre: Centre, key: ComfortDue, now: datetime) -> Effects:
    """The next message of the list, and after the last one the first."""
    interaction, place, plan = _at(centre, key)
    if interaction is None or place is None or plan is None or plan.comfort is None:
        return
    if is_occupied(interaction):
        yield StartTimer(key, now + LET_IT_END)
        return
    if interaction.state is InteractionState.QUEUED:
        messages = plan.comfort.messages
        yield from play(interaction, messages[place.comfort_count % len(messages)], now)
        place.comfort_count += 1
    yield StartTimer(key, now + plan.comfort.every)


def _at(
    centre: Centre, key: AnnouncementDue | ComfortDue
) -> tuple[Interaction | None, QueuePlace | None, QueuePlan | None]:
    if key.interaction not in centre.interactions:
        return None, None, None
    interaction = centre.interaction(key.interaction)
    place = interaction.place if interaction.customer_leg is not None else None
    return interaction, place, centre.plan.queues.get(place.queue) if place else None


def is_occupied(interaction: Interaction) -> bool:
    """A waiting caller who hears something already, or is being asked something."""
    is_asked = interaction.place is not None and interaction.place.enquiry is not None
    return interaction.state is InteractionState.QUEUED and (interaction.prompt is not None or is_asked)


def _announce(centre: Centre, interaction: Interaction, place: QueuePlace, plan: QueuePlan, now: datetime) -> Effects:
    words: Sounds = ()
    if plan.announcement is not None and plan.announcement.position:
        heard = position(centre, interaction)
        place.last_position = heard if place.last_position is None else min(heard, place.last_position)
        words += position_words(place.last_position)
        yield PositionAnnounced(interaction.id, place.last_position)
    step = _step_to_tell(centre, interaction, place, now) if plan.announcement and plan.announcement.wait else None
    if step is not None:
        place.told = Told(step, now)
        words += wait_words(step, interaction.language)
        yield WaitAnnounced(interaction.id, plan.id, step)
    if words:
        yield from play(interaction, (*words, *THANKS), now)


def _step_to_tell(centre: Centre, interaction: Interaction, place: QueuePlace, now: datetime) -> Step | None:
    """None: nothing is said of the wait, for it is unsure or worse than what was told."""
    expected = centre.forecast.of(interaction, now) if centre.forecast is not None else None
    if expected is None:
        return None
    told = place.told
    heard = Heard(told.step, (now - told.at).total_seconds()) if told is not None else None
    return to_announce(expected, heard)


def on_prompt_finished(centre: Centre, event: PromptFinished, now: datetime) -> Effects:
    """An announcement ended; the music goes on by itself."""
    interaction = centre.interaction_of_leg(event.leg)
    if interaction is None or interaction.prompt != event.prompt:
        return
    if interaction.state in (InteractionState.QUEUED, InteractionState.OFFERED):
        yield from prompt_is_over(interaction)
