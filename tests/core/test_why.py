"""Why an agent was offered an interaction: values for pages, a sentence for logs."""

from __future__ import annotations

from dataclasses import replace

from tests.core.playbook import ANN, BOB, CEM, Play, plan, profile

from ccserver.core.agent import Desktop
from ccserver.core.ids import InteractionId
from ccserver.core.why import Ahead, Kept, Why, WhyCode


def test_a_decision_holds_the_values_too() -> None:
    """How many could take it, who of the available lacked the skill, since when the agent was idle, and the router's figures."""
    play = Play(plan(agents={ANN: profile(ANN, support=5), CEM: profile(CEM, sales=9)}))
    play.is_ready(CEM, ANN)
    play.calls()
    (decision,) = play.interaction().decisions
    idle_since = play.centre.agent(ANN).idle_since
    why = decision.why
    assert why is not None
    assert 0 < why.price < why.urgency
    assert replace(why, urgency=0.0, price=0.0) == Why(
        WhyCode.MOST_URGENT, 1, idle_since, without_skill=(CEM,), policy="targets", level=5
    )


def test_the_work_item_has_them_for_the_screen() -> None:
    """The same as the decision."""
    play = Play()
    play.is_ready(ANN)
    play.calls()
    item = play.centre.current_work(ANN)
    assert item is not None
    assert item.why == play.interaction().decisions[-1].why


def test_a_transfer_names_who_sent_it() -> None:
    """In the sentence as well."""
    assert Why(WhyCode.TRANSFERRED, by=ANN).sentence(BOB) == "transferred to bob by ann"


def test_the_sentence_has_the_figures() -> None:
    """Those of the router first, then whoever was passed over."""
    why = Why(
        WhyCode.MOST_URGENT,
        2,
        policy="targets",
        tier="gold",
        waited=12.4,
        level=7,
        urgency=0.8211,
        price=0.25,
        ahead=(Ahead(InteractionId("c1"), 0.1),),
        kept=(Kept(BOB, 1.5),),
        missed_before=(CEM,),
        is_last_resort=True,
    )
    assert why.sentence(ANN) == (
        "the most urgent for ann by policy targets (tier gold, waited 12 s); urgency 0.821, price of the agent 0.25; "
        "ann is one of 2 qualified and available agents (proficiency 7, not yet worked); passed over: c1; "
        "kept free for others: bob; missed this call before: cem; nobody else could take it now"
    )


def test_decisions_of_earlier_versions_can_be_told() -> None:
    """Records are kept for years."""
    why = Why(WhyCode.LONGEST_IDLE, 3)
    assert why.sentence(ANN) == "ann is the longest idle of 3 qualified and available agents (not yet worked)"


def test_who_is_ready_without_the_page_is_named() -> None:
    """Only those with the skill: the others would not be asked in any case."""
    play = Play(plan(agents={ANN: profile(ANN, support=5), BOB: profile(BOB, support=5), CEM: profile(CEM, sales=9)}))
    play.is_ready(ANN, BOB, CEM)
    play.centre.agent(BOB).desktop = play.centre.agent(CEM).desktop = Desktop.LOST
    play.calls()
    (decision,) = play.interaction().decisions
    assert decision.why is not None
    assert decision.why.without_page == (BOB,)
    assert decision.explanation.endswith("; page not open: bob")
