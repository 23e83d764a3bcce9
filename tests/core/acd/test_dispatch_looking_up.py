"""The dispatch: customers who are being looked up wait for the answer where it can matter."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from tests.core.playbook import (
    ANN,
    SUPPORT,
    SUPPORT_DNIS,
    Play,
    entry,
    plan,
    queue,
)

from ccserver.core.customer import CustomerCard
from ccserver.core.events import (
    CustomerFound,
)
from ccserver.core.ids import CustomerId, InteractionId, TierId
from ccserver.core.interaction import InteractionState
from ccserver.core.kernel import Kernel
from ccserver.core.tiers import DEFAULT_TIER, PolicyKind, RoutingPolicy, Tier

PROUD = Tier(TierId("gold"), "Gold", 8.0)
TIERS = (PROUD, Tier(TierId("basic"), "Basic"))
WEI = CustomerCard(CustomerId("7"), "Wei", "gold", 0.0)


def tiered(**changes: Any) -> Play:
    """Ann is free, and the plan has tiers."""
    play = Play(plan(tiers=TIERS, **changes))
    play.is_ready(ANN)
    return play


def test_the_first_decision_waits_for_the_look_up() -> None:
    """The place is taken and the music plays; the agent is picked for the tier that the directory tells."""
    play = tiered()
    play.calls()
    assert (play.state(), play.rung()) == (InteractionState.QUEUED, [])
    play.hand(CustomerFound(InteractionId("c1"), WEI), after=0.05)
    assert (play.rung(), play.interaction().decisions[0].why.tier) == ([ANN], "gold")  # type: ignore[union-attr]


def test_a_directory_that_knows_nobody_is_an_answer_too() -> None:
    """At once, without waiting for the limit."""
    play = tiered()
    play.calls()
    play.hand(CustomerFound(InteractionId("c1"), None))
    assert play.rung() == [ANN]


def test_nobody_waits_longer_than_the_limit() -> None:
    """Three hundred milliseconds, then as the tier that is known."""
    play = tiered()
    play.calls()
    play.passes(0.29)
    assert play.rung() == []
    play.passes(0.01)
    assert play.rung() == [ANN]


@pytest.mark.parametrize("case", ["no number", "highest already", "no tiers", "policy without tiers"])
def test_where_the_directory_can_change_nothing_nobody_waits(case: str) -> None:
    """The offer is made in the step of the arrival."""
    equal = queue(SUPPORT, "support", policy=RoutingPolicy("equal", PolicyKind.EQUAL))
    private = replace(entry(SUPPORT_DNIS, to=SUPPORT), tier=PROUD.id)
    changes: dict[str, dict[str, Any]] = {
        "highest already": {"entry_points": {SUPPORT_DNIS: private}},
        "no tiers": {"tiers": (DEFAULT_TIER,)},
        "policy without tiers": {"queues": {SUPPORT: equal}},
    }
    play = Play(plan(**{"tiers": TIERS, **changes.get(case, {})}))
    play.is_ready(ANN)
    play.calls(ani="" if case == "no number" else "+442079460007")
    assert play.rung() == [ANN]


def test_who_is_looked_up_does_not_hold_up_others() -> None:
    """The one behind, whom nobody looks up, is offered meanwhile."""
    play = tiered()
    play.calls(name="c1")
    play.calls(name="c2", ani="")
    assert (play.state("c1"), play.state("c2")) == (InteractionState.QUEUED, InteractionState.OFFERED)


def test_a_look_up_that_a_crash_cut_off_ends_at_its_limit() -> None:
    """Its timer is in the journal."""
    play = tiered()
    play.calls()
    play.kernel = Kernel(deepcopy(play.centre))
    play.centre = play.kernel.centre
    play.passes(0.3)
    assert play.rung() == [ANN]
