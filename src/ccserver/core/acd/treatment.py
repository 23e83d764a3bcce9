"""What the waiting caller hears: music, and the position now and then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ccserver.core.acd.line import position
from ccserver.core.centre import Centre
from ccserver.core.commands import AnswerLeg, Command, StartMusic, StartTimer
from ccserver.core.events import Event, PromptFinished
from ccserver.core.interaction import Interaction, InteractionState, QueuePlace
from ccserver.core.notices import Notice, PositionAnnounced
from ccserver.core.plan import Plan, QueuePlan
from ccserver.core.prompts import play, prompt_is_over
from ccserver.core.sounds import Sounds, number, recorded
from ccserver.core.standing import tier_of
from ccserver.core.timers import AnnouncementDue

Effects = Iterator[Command | Notice | Event]


def music(plan: Plan, queue: QueuePlan, interaction: Interaction) -> str:
    """The tier's, else the queue's."""
    tier = tier_of(plan, interaction)
    return tier.music if tier is not None and tier.music else queue.music


def start_treatment(centre: Centre, interaction: Interaction, plan: QueuePlan, now: datetime) -> Effects:
    """Answer the caller if that has not happened, start the music, plan the first announcement."""
    if interaction.customer_leg is None:
        return
    if not interaction.is_customer_up:
        interaction.is_customer_up = True
        yield AnswerLeg(interaction.customer_leg)
    yield StartMusic(interaction.customer_leg, music(centre.plan, plan, interaction))
    yield from plan_announcement(interaction, plan, now)


def plan_announcement(interaction: Interaction, plan: QueuePlan, now: datetime) -> Effects:
    """The first one of this place, for a caller who hears music already."""
    if plan.announcement is not None:
        yield StartTimer(AnnouncementDue(interaction.id), now + plan.announcement.first_after)


def on_announcement_due(centre: Centre, key: AnnouncementDue, now: datetime) -> Effects:
    """Tell the position to a caller who waits. Nobody is disturbed whose agent's phone rings already."""
    if key.interaction not in centre.interactions:
        return
    interaction = centre.interaction(key.interaction)
    place = interaction.place
    plan = centre.plan.queues.get(place.queue) if place else None
    if place is None or plan is None or plan.announcement is None:
        return
    if interaction.state is InteractionState.QUEUED and plan.announcement.position:
        yield from _announce(centre, interaction, place, now)
    if plan.announcement.every is not None:
        yield StartTimer(key, now + plan.announcement.every)


def _announce(centre: Centre, interaction: Interaction, place: QueuePlace, now: datetime) -> Effects:
    heard = position(centre, interaction)
    if place.last_position is not None:
        heard = min(heard, place.last_position)
    place.last_position = heard
    yield from play(interaction, position_sounds(heard), now)
    yield PositionAnnounced(interaction.id, heard)


def position_sounds(place: int) -> Sounds:
    """Asterisk's own prompts: "You are now first in line." or "Your call is now number 3 in line…"."""
    if place <= 1:
        return recorded("queue-youarenext", "queue-thankyou")
    return (*recorded("queue-thereare"), number(place), *recorded("queue-callswaiting", "queue-thankyou"))


def on_prompt_finished(centre: Centre, event: PromptFinished, now: datetime) -> Effects:
    """An announcement ended; the music goes on by itself."""
    interaction = centre.interaction_of_leg(event.leg)
    if interaction is None or interaction.prompt != event.prompt:
        return
    if interaction.state in (InteractionState.QUEUED, InteractionState.OFFERED):
        yield from prompt_is_over(interaction)
