"""What overflow rules ask, counted live: the same as counted afresh, whatever happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tests.core.playbook import ANN, BOB, CEM, NODE, SALES, SALES_DNIS, SORRY, SUPPORT, Play, plan, queue, seconds

from ccserver.core.acd.overflow_sight import OverflowSight
from ccserver.core.agent import Agent
from ccserver.core.events import NotReadyRequested, PbxSnapshot, SignOutRequested, TelephonyLost, TelephonyRestored
from ccserver.core.ids import AgentId
from ccserver.core.plan import Figure, OverflowRule, Plan, Switch

SWITCHES = tuple(
    Switch(name, figure, True, 2, 1) for name in (SUPPORT, SALES) for figure in (Figure.LENGTH, Figure.READY)
)
WORKING = tuple(Switch(SALES, figure, False, 5, 5) for figure in (Figure.SIGNED_IN, Figure.IN_WRAP_UP))
NEVER = OverflowRule(SORRY, waited=seconds(9000), switches=(*SWITCHES, *WORKING))


def the_plan() -> Plan:
    support = queue(SUPPORT, "support", overflow=(NEVER,), max_length=50)
    return plan(queues={SUPPORT: support, SALES: queue(SALES, "sales", max_length=50)})


def agrees(play: Play) -> None:
    """What was followed step by step is what a fresh one sees, the conditions that are on included."""
    watch, on = play.kernel.overflow, set(play.centre.switches)
    assert watch is not None
    assert watch.sight is not None
    assert watch.sight.holds() == OverflowSight(play.centre).holds()
    assert play.centre.switches == on


def test_what_it_counts_is_what_the_centre_says() -> None:
    """Through a day of calls, agents and breaks."""
    play = Play(the_plan())
    steps: list[Callable[[], object]] = [
        lambda: play.calls(name="c1"),
        lambda: play.calls(SALES_DNIS, name="c2"),
        lambda: play.calls(name="c3"),
        lambda: play.is_ready(ANN, BOB, CEM),
        lambda: play.agent_answers("c1"),
        lambda: play.leaves("c1"),
        lambda: play.passes(15),
        lambda: play.hand(NotReadyRequested(BOB, "lunch")),
        lambda: play.hand(TelephonyLost(NODE)),
        lambda: play.hand(TelephonyRestored(PbxSnapshot(NODE, boot="1"))),
        lambda: play.hand(SignOutRequested(BOB)),
        lambda: play.passes(60),
    ]
    for step in steps:
        step()
        agrees(play)


def test_conditions_follow_the_figures() -> None:
    """Two waiting, two ready."""
    play = Play(the_plan())
    play.calls(SALES_DNIS, name="c1")
    assert SWITCHES[2] not in play.centre.switches
    play.calls(SALES_DNIS, name="c2")
    assert SWITCHES[2] in play.centre.switches
    play.leaves("c1")
    assert SWITCHES[2] in play.centre.switches  # hysteresis
    play.leaves("c2")
    assert SWITCHES[2] not in play.centre.switches


def test_agents_whom_the_plan_does_not_have_serve_no_queue() -> None:
    """They were taken out of it while they worked."""
    play = Play(the_plan())
    play.is_ready(ANN, BOB)
    assert SWITCHES[1] in play.centre.switches
    play.centre.plan = replace(the_plan(), agents={})
    play.calls()
    assert SWITCHES[1] not in play.centre.switches
    agrees(play)


def test_an_agent_who_is_touched_and_not_known_counts_nowhere() -> None:
    """Nobody."""
    play = Play(the_plan())
    play.calls()
    sight = OverflowSight(play.centre)
    before = sight.holds()
    play.centre.touched |= {("agent", "nobody"), ("work_item", "none"), ("interaction", "none")}
    sight.follow(play.centre)
    assert sight.holds() == before
    play.centre.agents[AgentId("nobody")] = Agent(AgentId("nobody"))
    sight.follow(play.centre)
    assert sight.holds() == before


def test_without_rules_nothing_is_counted() -> None:
    """It costs nothing."""
    play = Play()
    play.is_ready(ANN)
    play.calls()
    assert play.kernel.overflow is not None
    assert play.kernel.overflow.sight is not None
    assert not any(play.kernel.overflow.sight.holds())
