"""While call control is away, nothing that a caller or a phone does is seen: what is due is judged when it is back.

A phone whose ring limit passed may have been answered meanwhile; a caller whose prompt should be over may be gone. Without
this a start after a crash would begin with decisions on what was true before it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from ccserver.core.centre import Centre
from ccserver.core.ids import InteractionId
from ccserver.core.timers import (
    AnnouncementDue,
    CallbackDue,
    ComfortDue,
    DialLimit,
    DigitLimit,
    InvitationDue,
    MaxWait,
    MessageLimit,
    OverflowDue,
    PromptLimit,
    RingLimit,
    TimerKey,
)

LOOK_AGAIN: Final = timedelta(seconds=1)
"""How soon a timer that could not be judged is due again."""


def is_blind(centre: Centre, key: TimerKey) -> bool:
    """Whether the timer is about a call on a node whose call control is away."""
    interaction = centre.interactions.get(_interaction_of(centre, key) or InteractionId(""))
    return interaction is not None and interaction.node not in centre.nodes_up


def _interaction_of(centre: Centre, key: TimerKey) -> InteractionId | None:
    match key:
        case RingLimit(work_item=work_item):
            item = centre.work_items.get(work_item)
            return item.interaction if item is not None else None
        case (
            MaxWait(interaction=interaction)
            | OverflowDue(interaction=interaction)
            | AnnouncementDue(interaction=interaction)
            | ComfortDue(interaction=interaction)
            | InvitationDue(interaction=interaction)
            | CallbackDue(interaction=interaction)
            | DigitLimit(interaction=interaction)
            | PromptLimit(interaction=interaction)
            | MessageLimit(interaction=interaction)
            | DialLimit(interaction=interaction)
        ):
            return interaction
        case _:
            return None
