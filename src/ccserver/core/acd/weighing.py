"""What a place in a queue is worth to the router under the policy of its queue: terms, and the instant it counts from.

Pure: places and the plan in, figures out. Under every policy a higher priority goes before any lower one.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Final

from ccserver.core.acd.routing.terms import TINY_CENTRE, Policy, Terms
from ccserver.core.interaction import Interaction
from ccserver.core.plan import Plan, QueuePlan
from ccserver.core.standing import has_tiers
from ccserver.core.tiers import DEFAULT_TIER, PolicyKind, RoutingPolicy, Tier, best_tier
from ccserver.core.timers import LookUpLimit, TimerKey

BANDS_OF_A_PRIORITY: Final = 1000
"""More than there are tiers: a priority stays above all tiers of the next lower one."""


def policy_of(plan: Plan, policy: RoutingPolicy) -> Policy:
    """The router's parameters. `protect` as stated holds for centres of every size; unless it is stated, agents are kept
    free only for the targets of tiers: otherwise scarce skills are spared by the choice of the agent, and nobody waits for
    an agent who is free. So it is too where fewer than TINY_CENTRE agents are signed in."""
    if policy.protect is not None:
        return Policy(policy.id, protect=policy.protect, protect_small=policy.protect, holds=policy.protect > 0)
    return Policy(policy.id, holds=policy.kind is PolicyKind.TARGETS and has_tiers(plan), holds_from=TINY_CENTRE)


def terms_of(plan: Plan, queue: QueuePlan, tier: str, priority: int) -> Terms:
    """What is promised to a contact of this tier (a name; what the plan does not know is the lowest) in the queue."""
    kind, of_tier = queue.policy.kind, best_tier(plan.tiers, tier)
    every = plan.tiers or (DEFAULT_TIER,)
    rank = _rank(plan.tiers, of_tier) if kind is PolicyKind.STRICT else 0
    band = BANDS_OF_A_PRIORITY * priority + rank
    if kind in (PolicyKind.EQUAL, PolicyKind.AGEING):
        limit = min(each.wait_limit for each in every).total_seconds()
        return _terms(DEFAULT_TIER, "", queue.answer_target.total_seconds(), limit, band)
    target = of_tier.target if has_tiers(plan) else queue.answer_target
    return _terms(of_tier, of_tier.id, target.total_seconds(), of_tier.wait_limit.total_seconds(), band)


def is_held_back(plan: Plan, queue: QueuePlan, interaction: Interaction, timers: Container[TimerKey]) -> bool:
    """Whether the customer directory is about to say who it is and that may change what the place is worth, or which agent
    is preferred: an agent who is picked before would be picked for the wrong caller. It ends with the answer or at the limit
    of the look-up."""
    if LookUpLimit(interaction.id) not in timers:
        return False
    may_rise = has_tiers(plan) and interaction.tier != plan.tiers[0].id and queue.policy.kind is not PolicyKind.EQUAL
    return may_rise or (queue.preferred_agent is not None and queue.preferred_agent.needs_card)


def credit_of(plan: Plan, queue: QueuePlan, tier: str) -> float:
    """Seconds by which the place counts as older than it is: what AGEING gives a higher tier."""
    if queue.policy.kind is not PolicyKind.AGEING:
        return 0.0
    return _rank(plan.tiers, best_tier(plan.tiers, tier)) * queue.policy.ageing.total_seconds()


def _rank(tiers: Sequence[Tier], tier: Tier) -> int:
    """0 for the lowest."""
    return len(tiers) - 1 - tiers.index(tier) if tier in tiers else 0


def _terms(like: Tier, name: str, target: float, limit: float, band: int) -> Terms:
    """The wait limit is a promise: a target beyond it cannot be meant."""
    return Terms(name, like.value, min(target, limit), like.goal, limit, band)
