"""What a proposed plan changes, in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.properties.plan import make_plan

from ccserver.config.changes import changes, said
from ccserver.core.ids import AgentId, QueueId, TierId
from ccserver.core.plan import Exit, ExitKind, Figure, OverflowRule, Plan, Switch
from ccserver.core.skills import AllOf, AnyOf, AtLeast, NoneOf
from ccserver.core.tiers import RoutingPolicy, Tier

PLAN = make_plan()
SUPPORT = QueueId("support")


def with_queue(**changed: Any) -> Plan:
    return replace(PLAN, queues={**PLAN.queues, SUPPORT: replace(PLAN.queues[SUPPORT], **changed)})


def test_the_same_plan_changes_nothing_whatever_its_number() -> None:
    """The epoch is no change of a rule."""
    assert changes(PLAN, replace(make_plan(), epoch=9)) == []


def test_a_changed_value_is_told_as_it_stands_in_the_yaml() -> None:
    """Both, with the name of the queue."""
    limit = PLAN.queues[SUPPORT].max_wait
    (line,) = changes(PLAN, with_queue(max_wait=limit + timedelta(minutes=1)))
    assert line.startswith("queue support: max wait ")
    assert line.endswith(f" -> {said(limit + timedelta(minutes=1))}")


def test_rules_that_come_and_go_are_told_apart() -> None:
    """With their conditions and the way that they open."""
    rule = OverflowRule(
        Exit(ExitKind.QUEUE, "sales"), timedelta(seconds=90), (Switch(SUPPORT, Figure.LENGTH, True, 5, 3),)
    )
    added = with_queue(overflow=(rule,))
    (line,) = changes(with_queue(overflow=()), added)
    assert line == (
        "queue support: overflow rule added: waited 90 s and length of support at least 5 (off at 3): queue sales"
    )
    (back,) = changes(added, with_queue(overflow=()))
    assert "overflow rule removed" in back


def test_many_that_come_or_go_are_one_line() -> None:
    """With the first names."""
    ann = PLAN.agents[AgentId("ann")]
    crowd = {AgentId(f"load{number}"): replace(ann, id=AgentId(f"load{number}")) for number in range(9)}
    (line,) = changes(PLAN, replace(PLAN, agents={**PLAN.agents, **crowd}))
    assert line == "agents added: load0, load1, load2, load3, load4, load5 and 3 more"


def test_an_agent_s_skills_are_told_one_by_one() -> None:
    """What comes, what goes, what rises."""
    ann = replace(PLAN.agents[AgentId("ann")], skills={"a": 3, "b": 5})
    better = replace(ann, skills={"a": 4, "c": 1})
    before, after = (replace(PLAN, agents={**PLAN.agents, ann.id: one}) for one in (ann, better))
    assert changes(before, after) == [
        "agent ann: skill a 3 -> 4",
        "agent ann: skill b 5 removed",
        "agent ann: skill c 1 added",
    ]


def test_tiers_are_told_by_name_and_order() -> None:
    """A new promise, and who goes first."""
    gold, basic = Tier(TierId("gold"), "Gold", 5.0), Tier(TierId("basic"), "Basic")
    faster = replace(gold, target=timedelta(seconds=10))
    assert changes(replace(PLAN, tiers=(gold, basic)), replace(PLAN, tiers=(basic, faster))) == [
        "tier gold: answer within 20 s -> 10 s",
        "tiers are in another order: basic, gold",
    ]


def test_expressions_are_read_aloud() -> None:
    """With brackets where they would be read otherwise."""
    needs = AllOf((AtLeast("billing", 3), AnyOf((AtLeast("english"), AtLeast("welsh"))), NoneOf((AtLeast("new"),))))
    assert said(needs) == "billing 3 and (english or welsh) and not new"
    assert said(AllOf()) == "everybody"


def test_a_policy_that_keeps_its_name_is_told_by_its_knob() -> None:
    """Else it would be changed into itself."""
    careful = RoutingPolicy("careful", protect=1.0)
    (line,) = changes(with_queue(policy=careful), with_queue(policy=replace(careful, protect=0.0)))
    assert line == "queue support: policy careful (targets, protect 1) -> careful (targets, protect 0)"
