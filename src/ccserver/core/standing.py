"""The tier that an interaction has: the best that the customer directory, the number called and the flow say.

Decides only which tier it is, as often as one of them says something new; what a tier is worth is the router's business.
"""

from __future__ import annotations

from ccserver.core.interaction import Interaction
from ccserver.core.plan import Plan
from ccserver.core.records import Direction
from ccserver.core.tiers import DEFAULT_TIER, Tier, best_tier


def settle_tier(plan: Plan, interaction: Interaction) -> bool:
    """Write down the tier by what is known now, and take its language; returns whether it is another one.

    A plan without tiers of its own has no say: the word of the customer directory stands as it is.
    """
    before = interaction.tier
    interaction.tier = _tier_name(plan, interaction)
    tier = tier_of(plan, interaction)
    if interaction.tier != before and tier is not None and tier.language:
        interaction.language = tier.language
    return interaction.tier != before


def tier_of(plan: Plan, interaction: Interaction) -> Tier | None:
    """The tier in the plan in force; None where the plan has none of this name."""
    return next((tier for tier in plan.tiers if tier.id == interaction.tier), None)


def has_tiers(plan: Plan) -> bool:
    """Whether the administrator stated any."""
    return plan.tiers not in ((), (DEFAULT_TIER,))


def _tier_name(plan: Plan, interaction: Interaction) -> str:
    of_customer = interaction.customer.tier if interaction.customer else ""
    if not has_tiers(plan) or (interaction.direction is not Direction.INBOUND and interaction.callback is None):
        return of_customer
    called = interaction.callback.called if interaction.callback is not None else interaction.dnis
    entry = plan.entry_points.get(called)
    of_number = entry.tier if entry is not None and entry.tier is not None else ""
    worth = interaction.customer.value if interaction.customer else None
    return best_tier(plan.tiers, of_customer, of_number, interaction.answers.get("tier", ""), worth=worth).id
