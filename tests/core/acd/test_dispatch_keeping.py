"""The dispatch: agents who are kept free for callers who have not come yet."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.core.playbook import (
    ANN,
    BOB,
    CEM,
    NODE,
    PRIVATE_DNIS,
    SALES,
    SALES_DNIS,
    SUPPORT,
    SUPPORT_DNIS,
    Play,
    entry,
    only,
    plan,
    profile,
    queue,
    seconds,
    some,
)

from ccserver.core.acd import dispatch as module
from ccserver.core.acd.dispatch import Dispatch
from ccserver.core.commands import CancelTimer, RingAgent
from ccserver.core.customer import CustomerCard
from ccserver.core.errors import CcserverError
from ccserver.core.events import (
    BlindTransferRequested,
    CustomerFound,
    DesktopAttached,
    NotReadyRequested,
    PbxSnapshot,
    PhoneReachable,
    PhoneUnreachable,
    PlanChanged,
    ReadyRequested,
    SignInRequested,
    SnapshotLeg,
    TelephonyLost,
    TelephonyRestored,
    TransferKind,
    TransferTarget,
)
from ccserver.core.ids import CustomerId, InteractionId, LegId, TierId
from ccserver.core.interaction import InteractionState
from ccserver.core.kernel import Kernel
from ccserver.core.skills import AtLeast
from ccserver.core.tiers import DEFAULT_TIER, PolicyKind, RoutingPolicy, Tier
from ccserver.core.timers import AgentsKept

GOLD = Tier(TierId("gold"), "Gold", 50.0, seconds(10), 0.95, seconds(60))
BASIC = Tier(TierId("basic"), "Basic", 1.0, seconds(60), 0.8, seconds(90))
KEY = AgentsKept()


PROTECTING = RoutingPolicy(protect=5.0)


def gold_rush(policy: RoutingPolicy = PROTECTING) -> Play:
    """Ann alone serves both queues; many of gold called sales in the last minute, and one of basic waits for support."""
    queues = {SALES: queue(SALES, "sales"), SUPPORT: queue(SUPPORT, "support", policy=policy)}
    the_plan = plan(
        tiers=(GOLD, BASIC),
        queues={key: replace(each, policy=policy) for key, each in queues.items()},
        agents={ANN: profile(ANN, support=5, sales=5), BOB: profile(BOB, support=5)},
    )
    sales = replace(the_plan.entry_points[SALES_DNIS], tier=TierId("gold"))
    play = Play(replace(the_plan, entry_points={**the_plan.entry_points, SALES_DNIS: sales}))
    for number in range(30):
        play.calls(SALES_DNIS, f"g{number}")
        play.passes(2)
        play.leaves(f"g{number}")
    play.calls(name="cheap")
    play.is_ready(ANN)
    return play


def test_an_agent_is_kept_free_and_looked_at_again() -> None:
    """A timer runs meanwhile."""
    play = gold_rush()
    assert play.state("cheap") is InteractionState.QUEUED
    assert play.centre.timers[KEY] > play.now


def test_whoever_the_agent_was_kept_for_is_served_at_once() -> None:
    """Though the other waits longer, which the explanation says; then no timer is needed."""
    play = gold_rush()
    outcome = play.calls(SALES_DNIS, "gold")
    assert only(outcome, RingAgent).interaction == "gold"
    assert "passed over: cheap" in play.interaction("gold").decisions[-1].explanation
    assert KEY not in play.centre.timers
    assert CancelTimer(KEY) in outcome.timers


def test_nobody_waits_beyond_the_limit_of_the_tier() -> None:
    """For an agent who is free."""
    play = gold_rush()
    play.passes(91)
    assert play.state("cheap") is InteractionState.OFFERED
    waited = play.interaction("cheap").decisions[-1].at - play.interaction("cheap").started_at
    assert waited <= BASIC.wait_limit + timedelta(seconds=1.1)


def test_who_is_kept_free_is_named_to_who_takes_the_call() -> None:
    """With the price."""
    play = gold_rush()
    play.is_ready(BOB)
    why = play.interaction("cheap").decisions[-1].why
    assert why is not None
    assert [each.agent for each in why.kept] == [ANN]
    assert why.kept[0].price > why.urgency


def test_a_tiny_centre_keeps_nobody_unless_it_says_so() -> None:
    """Each agent is too much of the whole."""
    assert gold_rush(RoutingPolicy()).state("cheap") is InteractionState.OFFERED


def test_where_nobody_is_kept_nobody_waits() -> None:
    """The same rush under a policy that keeps nobody."""
    assert gold_rush(RoutingPolicy("fair", PolicyKind.EQUAL)).state("cheap") is InteractionState.OFFERED


def test_a_refused_call_goes_back_to_whoever_missed_it_when_the_other_leaves() -> None:
    """Ann is kept free for gold, then goes; Bob missed the call before and is free: nobody else can take it now."""
    play = gold_rush()
    play.is_ready(BOB)
    play.passes(15)
    assert play.state("cheap") is InteractionState.QUEUED
    play.hand(ReadyRequested(BOB))
    assert play.state("cheap") is InteractionState.QUEUED
    play.hand(NotReadyRequested(ANN, ""))
    assert play.rung()[-1] == BOB


def test_a_tier_that_is_learned_late_counts_at_once() -> None:
    """Who was cheap is dear: worth the agent."""
    play = gold_rush()
    play.hand(CustomerFound(InteractionId("cheap"), CustomerCard(CustomerId("7"), "Wang", "gold", 1.0)))
    assert play.state("cheap") is InteractionState.OFFERED
