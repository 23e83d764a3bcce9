"""Branches of flows, from the YAML to the plan, and their mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.config.marked import assert_marked
from tests.config.test_build import load

from ccserver.core.ids import FlowId, NodeId
from ccserver.core.ivr.flow import BranchNode, Case

CENTRE = """
version: 1
tiers:
  gold: {value: 9, answer: 95 % within 10 s}
  basic: {value: 1, answer: 80 % within 30 s}
hours:
  office: {open: "Mo-Fr 08:00-18:00", time_zone: Europe/London}
queues:
  a: {max_wait: 9 min, on_max_wait: voicemail}
entry_points:
  main: {dnis: "+448081570100", flow: f, tier: gold}
flows:
  f:
    start: which
    nodes:
      which: {do: branch, cases: [CASES], otherwise: mail}
      wait: {do: queue, queue: a}
      mail: {do: voicemail}
agents:
  ann: {name: Ann, extension: "1001"}
"""


def centre(*cases: str) -> str:
    return CENTRE.replace("CASES", ", ".join(cases))


def test_what_is_written_is_in_the_plan(tmp_path: Path) -> None:
    """Each condition in its kind."""
    text = centre(
        "{tier: [gold], language: [en, de], next: wait}",
        '{customer: unknown, answers: {choice: ["1", "2"]}, closed: office, next: mail}',
        '{open: office, expression: "customer.value > 1000.0", next: wait}',
    )
    node = load(tmp_path, text).plan.flows[FlowId("f")].nodes[NodeId("which")]
    assert isinstance(node, BranchNode)
    first, second, third = node.cases
    assert first == Case(NodeId("wait"), frozenset({"gold"}), frozenset({"en", "de"}))
    assert (second.is_known, dict(second.answers), second.closed) == (False, {"choice": ("1", "2")}, "office")
    assert third.expression is not None
    assert (third.open, third.expression.text, node.otherwise) == ("office", "customer.value > 1000.0", "mail")


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("§{next: wait}", "asks for nothing; use tier, language"),
        ("{tier: [§golden], next: wait}", "there is no tier 'golden'; did you mean 'gold'?"),
        ("{open: §offce, next: wait}", "there are no opening hours 'offce'"),
        ("{customer: §new, next: wait}", "use known or unknown"),
        ("{customer: known, next: §wiat}", "there is no node 'wiat' in the flow 'f'; did you mean 'wait'?"),
        ('{expression: "§queue.waiting > 1", next: wait}', "asks for 'queue.waiting'"),
    ],
)
def test_a_mistake_in_a_case(tmp_path: Path, case: str, words: str) -> None:
    """The place is exact."""
    if "queue.waiting" in case:
        case = case.replace("§queue.", "queue§.")
    assert_marked(tmp_path, centre(case, "{customer: known, next: wait}"), words)


def test_a_branch_that_leads_back_to_itself_is_refused(tmp_path: Path) -> None:
    """It would take no time."""
    text = centre("{customer: known, next: wait}", "{open: office, next: mail}").replace(
        "otherwise: mail", "otherwise: §which"
    )
    assert_marked(tmp_path, text, "the nodes which take no time and lead only to one another")
