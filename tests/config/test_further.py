"""Callers who wait in several queues at once: from the YAML to the plan, and the mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.config.marked import assert_marked
from tests.config.test_build import load

from ccserver.core.ids import FlowId, NodeId, QueueId
from ccserver.core.ivr.flow import QueueNode
from ccserver.core.plan import Widening
from ccserver.core.skills import AnyOf, AtLeast

A, B = QueueId("a"), QueueId("b")


def centre(of_queue: str = "", of_entry: str = "queue: a", of_node: str = "", rule: str = "") -> str:
    """Queues a (sales) and b (tech); an entry point; a flow to a; somebody for each queue, and somebody else."""
    overflow = f", overflow: [{{when: {{waited: 5 s}}, then: {rule}}}]" if rule else ""
    rest = "max_wait: 9 min, on_max_wait: voicemail"
    return f"""
version: 1
entry_points:
  line: {{dnis: "+448081570100", {of_entry}}}
flows:
  f:
    start: go
    nodes:
      go: {{do: queue, queue: a{of_node}}}
queues:
  a: {{{rest}, skills: {{sales: 1}}{overflow}{of_queue}}}
  b: {{{rest}, skills: {{tech: 1}}}}
  c: {{{rest}, skills: {{sales: 2}}}}
agents:
  ann: {{name: Ann, extension: "1001", skills: {{sales: 2}}}}
  bob: {{name: Bob, extension: "1002", skills: {{tech: 2}}}}
  cem: {{name: Cem, extension: "1003", skills: {{sales: 2, tech: 2, spare_time: 1}}}}
"""


def test_queue_entry_point_and_flow_may_name_further_queues(tmp_path: Path) -> None:
    """In the order written."""
    plan = load(tmp_path, centre(", also: [b, c]", "queue: a, also: [b]", ", also: [c, b]")).plan
    assert plan.queues[A].also == (B, QueueId("c"))
    assert plan.entry_points["+448081570100"].also == (B,)
    assert plan.flows[FlowId("f")].nodes[NodeId("go")] == QueueNode(A, 0, (QueueId("c"), B))


def test_without_it_there_are_none(tmp_path: Path) -> None:
    """As most are."""
    plan = load(tmp_path, centre()).plan
    assert (plan.queues[A].also, plan.entry_points["+448081570100"].also) == ((), ())


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("{add: b}", Widening(queue=B)),
        ("{widen: tech}", Widening(needs=AtLeast("tech"))),
        ("{widen: {any: [tech, {sales: 1}]}}", Widening(needs=AnyOf((AtLeast("tech"), AtLeast("sales"))))),
    ],
)
def test_rules_may_keep_the_caller(written: str, meant: Widening, tmp_path: Path) -> None:
    """With more agents than before."""
    assert load(tmp_path, centre(rule=written)).plan.queues[A].overflow[0].then == meant


MISTAKES = {
    "a queue that is none": (centre(", also: [b, §d]"), "there is no queue 'd'; known are a, b, c"),
    "none at the entry point": (centre(of_entry="queue: a, also: [§d]"), "there is no queue 'd'"),
    "none in the flow": (centre(of_node=", also: [§d]"), "there is no queue 'd'"),
    "none in a rule": (centre(rule="{add: §d}"), "there is no queue 'd'"),
    "itself": (centre(", also: [§a]"), "this is the queue that the caller is in; name another queue, or use relax"),
    "itself at the entry point": (
        centre(of_entry="queue: a, also: [b, §a]"),
        "this is the queue that the caller is in",
    ),
    "itself in a rule": (centre(rule="{add: §a}"), "this is the queue that the caller is in"),
    "twice": (centre(of_node=", also: [b, §b]"), "'b' is named twice; remove one of them"),
    "beside a flow": (
        centre(of_entry="flow: f, §also: [b]"),
        "the entry point 'line' leads to no queue, so its callers wait nowhere else",
    ),
    "two ways": (
        centre(rule="{add: b, widen: tech}").replace("then:", "§then:"),
        "use one of voicemail, message, queue, flow, number, callback, add, widen",
    ),
    "a word that is none": (centre(rule="{widen: {§anny: [tech]}}"), "only all, any and none have lists"),
    "a skill of nobody": (centre(rule="{widen: {any: [§spanish, tech]}}"), "no agent has the skill 'spanish'"),
    "the same agents": (
        centre(", also: [§c]"),
        "every agent of 'c' can take these calls anyway; remove it, or name a queue with other agents",
    ),
    "the same agents in a rule": (centre(rule="{add: §c}"), "every agent of 'c' can take these calls anyway"),
    "a rule that widens nothing": (
        centre(rule="{widen: {§sales: 2}}"),
        "no other agent will do by this rule than without it; ask for less in it",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_its_place_and_advice(name: str, tmp_path: Path) -> None:
    """And nothing else is."""
    text, said = MISTAKES[name]
    assert_marked(tmp_path, text, said)


def test_a_rule_that_keeps_the_caller_hides_none_behind_it(tmp_path: Path) -> None:
    """The next one is still asked."""
    text = centre(rule="{add: b}").replace("then: {add: b}}", "then: {add: b}}, {when: {waited: 6 s}, then: voicemail}")
    assert len(load(tmp_path, text).plan.queues[A].overflow) == 2
