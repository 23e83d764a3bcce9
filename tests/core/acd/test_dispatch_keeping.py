"""The dispatch: agents who are kept free for callers who have not come yet."""

from __future__ import annotations

from datetime import timedelta

from tests.core.acd.rush import BASIC, KEY, gold_rush
from tests.core.playbook import (
    ANN,
    BOB,
    SALES_DNIS,
    only,
)

from ccserver.core.commands import CancelTimer, RingAgent
from ccserver.core.customer import CustomerCard
from ccserver.core.events import (
    CustomerFound,
    NotReadyRequested,
    ReadyRequested,
)
from ccserver.core.ids import CustomerId, InteractionId
from ccserver.core.interaction import InteractionState
from ccserver.core.tiers import PolicyKind, RoutingPolicy


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
