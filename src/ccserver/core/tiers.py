"""Tiers of customers and the policies by which a queue shares its agents among them, as an administrator states them.

Plain objects of the plan, and which tier an interaction has. How they are weighed is the router's business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from ccserver.core.ids import TierId
from ccserver.core.sounds import Sounds


@dataclass(frozen=True, slots=True)
class Tier:
    """What is promised to one group of customers, and what it costs to lose one of them."""

    id: TierId
    name: str
    value: float = 1.0
    """What the loss of one contact costs, in a unit that all tiers share."""
    target: timedelta = timedelta(seconds=20)
    """Answer within this time ..."""
    goal: float = 0.8
    """... this share of the contacts, 0 to 1."""
    wait_limit: timedelta = timedelta(minutes=7)
    """Nobody of the tier waits longer while an agent who can take the contact is free, whatever the agent is kept for."""
    max_wait: timedelta | None = None
    """In place of the queue's maximum wait."""
    music: str = ""
    """In place of the queue's music."""
    language: str = ""
    """In place of the entry point's language."""
    greeting: Sounds = ()
    """Heard on joining a queue."""
    from_value: float | None = None
    """Customers worth so much or more, in the currency of the installation, are of this tier at least."""


class PolicyKind(StrEnum):
    """How waiting contacts of different tiers are weighed against one another."""

    TARGETS = "targets"
    """Expected loss: who is closest to missing what matters most, with the reservation of scarce agents."""
    EQUAL = "equal"
    """No tiers: first come, first served; scarce agents are still spared."""
    STRICT = "strict"
    """A higher tier always goes first."""
    AGEING = "ageing"
    """A higher tier is as good as some minutes of waiting."""


@dataclass(frozen=True, slots=True)
class RoutingPolicy:
    """One policy of the plan; a queue names the one it follows."""

    id: str = "targets"
    kind: PolicyKind = PolicyKind.TARGETS
    protect: float | None = None
    """How readily agents with scarce skills are kept free; 0 never, None: as measured best for the kind."""
    ageing: timedelta = timedelta(minutes=2)
    """AGEING: so much waiting is worth one tier."""


DEFAULT_TIER: Final = Tier(TierId("basic"), "Basic")
DEFAULT_POLICY: Final = RoutingPolicy()


def best_tier(tiers: Sequence[Tier], *names: str, worth: float | None = None) -> Tier:
    """Of the tiers named (by the CRM, the number dialled, the IVR) and the one of the customer's worth the highest that the
    plan has; else the lowest there is.

    `tiers` stand in rank order, the highest first. `worth` is the customer's, None where there is no customer.
    """
    if not tiers:
        return DEFAULT_TIER
    return next((tier for tier in tiers if tier.id in names or _is_worth(tier, worth)), tiers[-1])


def _is_worth(tier: Tier, worth: float | None) -> bool:
    return worth is not None and tier.from_value is not None and worth >= tier.from_value
