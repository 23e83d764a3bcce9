"""Which way a branch goes, and when it is too early to say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.core.playbook import IVR_DNIS, START, Play, plan

from ccserver.core.ids import NodeId
from ccserver.core.ivr.branch import is_too_early, way_of
from ccserver.core.ivr.flow import BranchNode, Case

A, B, C = NodeId("a"), NodeId("b"), NodeId("c")


class IsEnglish:
    text, reads = "interaction.language == 'en'", frozenset[str]()

    def holds(self, facts: Mapping[str, Any]) -> bool:
        return bool(facts["interaction.language"] == "en")


def test_the_first_case_that_holds_is_taken() -> None:
    """Without one, the other way."""
    play = Play()
    play.calls(IVR_DNIS)
    english, german = Case(B, languages=frozenset({"en"})), Case(A, languages=frozenset({"de"}))
    asked = (german, english, Case(C, expression=IsEnglish()))
    assert way_of(plan(), BranchNode(asked, C), play.interaction(), START) == B
    assert way_of(plan(), BranchNode((german,), C), play.interaction(), START) == C
    assert way_of(plan(), BranchNode((asked[2],), A), play.interaction(), START) == C


def test_only_what_the_directory_may_decide_is_awaited() -> None:
    """While it is asked."""
    play = Play()
    play.calls(IVR_DNIS)
    cases = [
        Case(A, is_known=False),
        Case(A, tiers=frozenset({"gold"})),
        Case(A, expression=IsEnglish()),
        Case(A, open="x"),
    ]
    early = [is_too_early(play.centre, BranchNode((case,), B), play.interaction()) for case in cases]
    assert early == [True, True, True, False]
    play.passes(1)
    assert not is_too_early(play.centre, BranchNode((cases[0],), B), play.interaction())
