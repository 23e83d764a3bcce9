"""What a place is worth under each policy."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.core.playbook import SUPPORT, plan, queue, seconds

from ccserver.core.acd.routing.terms import TINY_CENTRE, Policy, Terms
from ccserver.core.acd.weighing import credit_of, policy_of, terms_of
from ccserver.core.ids import TierId
from ccserver.core.plan import Plan, QueuePlan
from ccserver.core.tiers import PolicyKind, RoutingPolicy, Tier

GOLD = Tier(TierId("gold"), "Gold", 8.0, seconds(10), 0.9, seconds(100))
BASIC = Tier(TierId("basic"), "Basic", 1.0, seconds(60), 0.8, seconds(420))
TIERED = plan(tiers=(GOLD, BASIC))


def under(kind: PolicyKind, **changes: Any) -> QueuePlan:
    return queue(SUPPORT, "support", policy=replace(RoutingPolicy(kind.value, kind), **changes))


def test_targets_are_those_of_the_tier() -> None:
    """What is not known is of the lowest."""
    targets = under(PolicyKind.TARGETS)
    assert terms_of(TIERED, targets, "gold", 0) == Terms("gold", 8.0, 10.0, 0.9, 100.0)
    assert terms_of(TIERED, targets, "diamond", 0) == Terms("basic", 1.0, 60.0, 0.8, 420.0)


@pytest.mark.parametrize("tiers", [{}, {"tiers": ()}])
def test_without_tiers_the_target_is_the_queues(tiers: dict[str, tuple[Tier, ...]]) -> None:
    """Nothing needs to be written for a centre that knows no tiers."""
    assert terms_of(plan(**tiers), under(PolicyKind.TARGETS), "gold", 0) == Terms("basic", 1.0, 20.0, 0.8, 420.0)


@pytest.mark.parametrize("kind", [PolicyKind.EQUAL, PolicyKind.AGEING])
def test_equals_share_one_target_and_the_shortest_limit(kind: PolicyKind) -> None:
    """No tier waits longer than it was promised."""
    terms = {terms_of(TIERED, under(kind), tier, 0) for tier in ("gold", "basic", "")}
    assert terms == {Terms("", 1.0, 20.0, 0.8, 100.0)}


def test_strictly_a_higher_tier_is_of_a_higher_band() -> None:
    """Whatever is at stake."""
    strict = under(PolicyKind.STRICT)
    assert [terms_of(TIERED, strict, tier, 0).band for tier in ("gold", "basic")] == [1, 0]


@pytest.mark.parametrize("kind", list(PolicyKind))
def test_a_priority_is_above_all_tiers(kind: PolicyKind) -> None:
    """Under every policy, also between queues of different ones."""
    assert terms_of(TIERED, under(kind), "basic", 1).band > terms_of(TIERED, under(PolicyKind.STRICT), "gold", 0).band


def test_age_counts_for_a_tier() -> None:
    """Two minutes each, unless the policy says otherwise."""
    assert [credit_of(TIERED, under(PolicyKind.AGEING), tier) for tier in ("gold", "basic")] == [120.0, 0.0]
    assert credit_of(TIERED, under(PolicyKind.AGEING, ageing=seconds(30)), "gold") == 30.0
    assert credit_of(plan(tiers=()), under(PolicyKind.AGEING), "gold") == 0.0


def test_only_ageing_gives_a_credit() -> None:
    """The others weigh by other means."""
    assert credit_of(TIERED, under(PolicyKind.TARGETS), "gold") == 0.0


def test_a_target_beyond_the_limit_cannot_be_meant() -> None:
    """The limit is the promise."""
    late = plan(tiers=(replace(GOLD, wait_limit=seconds(5)), BASIC))
    assert terms_of(late, under(PolicyKind.TARGETS), "gold", 0).target == 5.0


@pytest.mark.parametrize(
    ("the_plan", "policy", "router"),
    [
        (TIERED, RoutingPolicy(), Policy("targets", holds_from=TINY_CENTRE)),
        (plan(), RoutingPolicy(), Policy("targets", holds=False, holds_from=TINY_CENTRE)),
        (TIERED, RoutingPolicy("fair", PolicyKind.EQUAL), Policy("fair", holds=False, holds_from=TINY_CENTRE)),
        (plan(), RoutingPolicy("mine", protect=3.0), Policy("mine", protect=3.0, protect_small=3.0)),
        (TIERED, RoutingPolicy("none", protect=0.0), Policy("none", protect=0.0, protect_small=0.0, holds=False)),
    ],
)
def test_agents_are_kept_free_for_targets_of_tiers_or_where_that_is_said(
    the_plan: Plan, policy: RoutingPolicy, router: Policy
) -> None:
    """Whoever states nothing has nobody wait for an agent who is free."""
    assert policy_of(the_plan, policy) == router
