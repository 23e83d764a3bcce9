"""What an expression of the plan may ask: facts of an interaction, of its customer and of the queue in which it waits.

Decides only their names, kinds and values; how an expression is written and read is the configuration's business. There is no
clock among them: a fact changes only with an event that touches the interaction, or with a figure of the queue.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final

from ccserver.core.ids import QueueId
from ccserver.core.interaction import Interaction
from ccserver.core.plan import Figure

Fact = str | int | float | bool | Mapping[str, str]
Count = Callable[[QueueId, Figure], int]
"""The figure of a queue as it is now."""


class FactKind(StrEnum):
    TEXT = "text"
    WHOLE = "whole number"
    NUMBER = "number"
    TRUTH = "true or false"
    TEXTS = "texts by name"


OF_INTERACTION: Final[Mapping[str, FactKind]] = {
    "interaction.tier": FactKind.TEXT,
    "interaction.language": FactKind.TEXT,
    "interaction.reason": FactKind.TEXT,
    "interaction.priority": FactKind.WHOLE,
    "interaction.ani": FactKind.TEXT,
    "interaction.dnis": FactKind.TEXT,
    "interaction.entry_point": FactKind.TEXT,
    "interaction.answers": FactKind.TEXTS,
    "customer.is_known": FactKind.TRUTH,
    "customer.id": FactKind.TEXT,
    "customer.tier": FactKind.TEXT,
    "customer.language": FactKind.TEXT,
    "customer.value": FactKind.NUMBER,
}
FIGURES: Final[Mapping[str, Figure]] = {
    "queue.waiting": Figure.LENGTH,
    "queue.signed_in": Figure.SIGNED_IN,
    "queue.ready": Figure.READY,
    "queue.in_wrap_up": Figure.IN_WRAP_UP,
}
OF_WAITING: Final[Mapping[str, FactKind]] = {**OF_INTERACTION, **dict.fromkeys(FIGURES, FactKind.WHOLE)}
"""All of them, for whoever waits in a queue."""


def facts_of(interaction: Interaction) -> dict[str, Fact]:
    """Of the interaction and its customer; one whom nobody knows is worth nothing."""
    card = interaction.customer
    return {
        "interaction.tier": interaction.tier,
        "interaction.language": interaction.language,
        "interaction.reason": interaction.reason,
        "interaction.priority": interaction.priority,
        "interaction.ani": interaction.ani,
        "interaction.dnis": interaction.dnis,
        "interaction.entry_point": interaction.entry_point or "",
        "interaction.answers": interaction.answers,
        "customer.is_known": card is not None,
        "customer.id": card.id if card else "",
        "customer.tier": card.tier if card else "",
        "customer.language": card.language if card else "",
        "customer.value": float(card.value) if card else 0.0,
    }


def facts_in_queue(interaction: Interaction, queue: QueueId, count: Count) -> dict[str, Fact]:
    """With the figures of the queue in which it waits."""
    return {**facts_of(interaction), **{name: count(queue, figure) for name, figure in FIGURES.items()}}
