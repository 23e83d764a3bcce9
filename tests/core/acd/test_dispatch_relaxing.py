"""Preferences and relaxations of a queue, as the dispatch follows them."""

from __future__ import annotations

from dataclasses import replace

from tests.core.playbook import ANN, BOB, CEM, SALES, SALES_DNIS, Play, plan, profile, queue, seconds, some

from ccserver.core.commands import CancelTimer, StartTimer
from ccserver.core.events import PlanChanged, ServerStarted
from ccserver.core.plan import Plan, QueuePlan
from ccserver.core.skills import EVERYBODY, AtLeast, Relaxation
from ccserver.core.timers import AgentsKept

STEPS = (Relaxation(seconds(20), AtLeast("sales")), Relaxation(seconds(60), EVERYBODY))


def centre(of_sales: QueuePlan) -> Plan:
    """Ann has sales 5, Cem 2, Bob none."""
    return plan(
        queues={SALES: of_sales}, agents={ANN: profile(ANN, sales=5), CEM: profile(CEM, sales=2), BOB: profile(BOB)}
    )


def relaxing(**changes: object) -> Plan:
    return centre(queue(SALES, "sales", relax=STEPS, **changes))


def test_who_is_preferred_is_chosen() -> None:
    """Though the other has been idle for longer and is better at the rest."""
    base = queue(SALES, "sales", prefer=(AtLeast("vip", 3),))
    agents = {ANN: profile(ANN, sales=9), BOB: profile(BOB, sales=3, vip=3)}
    play = Play(plan(queues={SALES: base}, agents=agents))
    play.is_ready(ANN, BOB)
    play.calls(SALES_DNIS)
    assert play.rung() == [BOB]


def test_nobody_waits_for_who_is_preferred() -> None:
    """It is a wish, not a requirement."""
    play = Play(centre(queue(SALES, "sales", prefer=(AtLeast("vip", 3),))))
    play.is_ready(ANN)
    play.calls(SALES_DNIS)
    assert play.rung() == [ANN]


def test_with_the_wait_more_agents_will_do() -> None:
    """Cem after 20 s, by the timer alone."""
    play = Play(relaxing())
    play.is_ready(CEM)
    play.calls(SALES_DNIS)
    play.passes(19.9)
    assert play.rung() == []
    play.passes(0.2)
    assert play.rung() == [CEM]


def test_each_step_has_its_time() -> None:
    """Bob has no skill at all, and will do after a minute."""
    play = Play(relaxing())
    play.is_ready(BOB)
    play.calls(SALES_DNIS)
    play.passes(30)
    assert play.rung() == []
    play.passes(31)
    assert play.rung() == [BOB]


def test_the_timer_is_for_who_waits() -> None:
    """It is set with the first and gone with the last."""
    play = Play(relaxing())
    outcome = play.calls(SALES_DNIS)
    (timer,) = [each for each in some(outcome, StartTimer) if each.key == AgentsKept()]
    assert seconds(20) <= timer.due_at - play.now < seconds(20.1)
    play.passes(21)
    assert AgentsKept() in play.centre.timers
    outcome = play.leaves()
    assert AgentsKept() in [each.key for each in some(outcome, CancelTimer)]


def test_a_reload_takes_new_steps_at_once() -> None:
    """For those who wait already, by the time they have waited."""
    play = Play(centre(queue(SALES, "sales")))
    play.is_ready(CEM)
    play.calls(SALES_DNIS)
    play.passes(25)
    assert play.rung() == []
    play.hand(PlanChanged(replace(relaxing(), epoch=2)))
    assert play.rung() == [CEM]


def test_a_restart_knows_how_long_they_have_waited() -> None:
    """Nothing of it is written down."""
    play = Play(relaxing())
    play.is_ready(BOB)
    play.calls(SALES_DNIS)
    play.passes(30)
    play.hand(ServerStarted())
    play.passes(31)
    assert play.rung() == [BOB]
