"""Playing something to the customer, with a deadline for its end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from ccserver.core.commands import CancelTimer, Command, PlayPrompt, StartTimer
from ccserver.core.interaction import Interaction
from ccserver.core.moves import stop_prompt
from ccserver.core.sounds import Sounds
from ccserver.core.timers import PromptLimit

LONGEST_PROMPT: Final = timedelta(minutes=3)
"""No prompt lasts longer; its end was lost."""


def play(interaction: Interaction, sounds: Sounds, now: datetime) -> Iterator[Command]:
    """Play to the customer in place of what plays now."""
    if interaction.customer_leg is None:
        return
    yield from stop_prompt(interaction)
    prompt = interaction.next_prompt()
    interaction.prompt = prompt
    yield PlayPrompt(interaction.customer_leg, prompt, sounds, interaction.language)
    yield StartTimer(PromptLimit(interaction.id, prompt), now + LONGEST_PROMPT)


def prompt_is_over(interaction: Interaction) -> Iterator[Command]:
    """The prompt that plays now has ended."""
    if interaction.prompt is not None:
        yield CancelTimer(PromptLimit(interaction.id, interaction.prompt))
        interaction.prompt = None
