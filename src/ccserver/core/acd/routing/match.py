"""What was decided, with what an explanation of it needs."""

from __future__ import annotations

from collections.abc import Hashable
from typing import NamedTuple

MOST_TOLD = 10
"""Contacts passed over and agents kept free that a match tells of."""

Figure = tuple[Hashable, float]
"""A contact with its urgency, or an agent with its price."""


class Match(NamedTuple):
    """One contact for one agent, with the figures that decided: for the explanation and for whoever doubts it."""

    contact: Hashable
    agent: Hashable
    urgency: float
    price: float
    waited: float
    """Seconds."""
    level: float
    """The agent's proficiency."""
    need: int
    """The number of what the contact needs."""
    qualified: int
    """Idle agents who could take the contact, the chosen one among them."""
    ahead: tuple[Figure, ...]
    """Contacts for which this agent was passed over though they wait longer: of each line the first; longest first."""
    kept: tuple[Figure, ...]
    """Idle agents who could take the contact too but are kept free for others, with their prices when last looked at."""
