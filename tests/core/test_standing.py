"""The tier an interaction has, whoever says so."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.core.playbook import ANN, IVR_DNIS, NODE, PRIVATE_DNIS, SUPPORT_DNIS, Play, entry, flow, plan, some

from ccserver.core.commands import PlayPrompt
from ccserver.core.customer import CustomerCard
from ccserver.core.events import CallRequested, CustomerFound, DigitReceived, PlanChanged, ServerStarted
from ccserver.core.ids import CustomerId, FlowId, InteractionId, LegId, NodeId, TierId
from ccserver.core.ivr.flow import SetNode
from ccserver.core.plan import Plan
from ccserver.core.standing import tier_of
from ccserver.core.tiers import Tier

TIERS = tuple(Tier(TierId(name), name.title()) for name in ("platinum", "gold", "basic"))


def card(tier: str, worth: float = 1.0) -> CustomerCard:
    return CustomerCard(CustomerId("7"), "Wang Xiaoming", tier, worth)


def tiered(**changes: Any) -> Plan:
    """Three tiers; whoever calls the private line is of gold at least, and key 1 makes platinum."""
    base = plan(tiers=TIERS, **changes)
    private = replace(base.entry_points[PRIVATE_DNIS], tier=TierId("gold"))
    main = flow()
    rich = SetNode({"tier": "platinum"}, NodeId("to_sales"))
    nodes = {**main.nodes, NodeId("sales"): rich}
    return replace(
        base,
        entry_points={**base.entry_points, PRIVATE_DNIS: private},
        flows={FlowId("main"): replace(main, nodes=nodes)},
    )


def test_without_tiers_the_word_of_the_directory_stands() -> None:
    """Nothing, or whatever it is; no number and no flow changes that."""
    play = Play()
    play.calls()
    assert play.interaction().tier == ""
    play.hand(CustomerFound(InteractionId("c1"), card("diamond")))
    assert (play.interaction().tier, tier_of(play.centre.plan, play.interaction())) == ("diamond", None)


def test_who_is_not_known_is_of_the_lowest_tier() -> None:
    """So is who has a tier that the plan does not know."""
    play = Play(tiered())
    play.calls(SUPPORT_DNIS)
    assert play.interaction().tier == "basic"
    play.hand(CustomerFound(InteractionId("c1"), card("diamond")))
    assert play.interaction().tier == "basic"


def test_the_customer_has_a_tier() -> None:
    """As soon as the directory answers."""
    play = Play(tiered())
    play.calls(SUPPORT_DNIS)
    play.hand(CustomerFound(InteractionId("c1"), card("gold")))
    assert play.interaction().tier == "gold"


def test_the_customers_worth_may_give_a_better_one() -> None:
    """Where the plan says from which worth on."""
    play = Play(replace(tiered(), tiers=(replace(TIERS[0], from_value=100_000.0), *TIERS[1:])))
    play.calls(SUPPORT_DNIS)
    play.hand(CustomerFound(InteractionId("c1"), card("gold", worth=99_999.0)))
    assert play.interaction().tier == "gold"
    play.hand(CustomerFound(InteractionId("c1"), card("gold", worth=152_300.0)))
    assert play.interaction().tier == "platinum"


def test_the_number_called_may_give_a_better_one() -> None:
    """And never takes one away."""
    play = Play(tiered())
    play.calls(PRIVATE_DNIS)
    assert play.interaction().tier == "gold"
    play.hand(CustomerFound(InteractionId("c1"), card("platinum")))
    assert play.interaction().tier == "platinum"


def test_the_flow_may_give_a_better_one() -> None:
    """A value named `tier`."""
    play = Play(tiered())
    play.calls(IVR_DNIS)
    play.prompt_ends()
    play.hand(DigitReceived(LegId("leg-c1"), "1"))
    assert play.interaction().tier == "platinum"


def test_a_call_out_has_the_word_of_the_directory() -> None:
    """Tiers are about those who wait."""
    play = Play(tiered())
    play.is_ready(ANN)
    play.hand(CallRequested(ANN, "+442079460999", InteractionId("out"), NODE))
    play.hand(CustomerFound(InteractionId("out"), card("gold")))
    assert play.interaction("out").tier == "gold"


def test_a_tier_has_a_language() -> None:
    """What plays to the caller from then on is in it."""
    fine = (replace(TIERS[0], language="fr"), *TIERS[1:])
    play = Play(
        replace(
            tiered(),
            tiers=fine,
            entry_points={IVR_DNIS: replace(entry(IVR_DNIS, flow="main"), tier=TierId("platinum"))},
        )
    )
    outcome = play.calls(IVR_DNIS)
    assert [prompt.language for prompt in some(outcome, PlayPrompt)] == ["fr"]


def test_a_new_plan_counts_for_those_who_are_there() -> None:
    """The tier that somebody was of is gone."""
    play = Play(tiered())
    play.calls(PRIVATE_DNIS)
    outcome = play.hand(PlanChanged(replace(tiered(), epoch=2, tiers=TIERS[::2])))
    assert play.interaction().tier == "basic"
    assert ("interaction", "c1") in outcome.touched


def test_a_plan_that_changed_while_the_server_was_away_counts_too() -> None:
    """The journal kept the old tier."""
    play = Play(tiered())
    play.calls(PRIVATE_DNIS)
    play.interaction().tier = ""
    play.hand(ServerStarted())
    assert play.interaction().tier == "gold"
