"""The dispatch with callers who wait in several queues at once: one place, one clock, and whoever is free first."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.core.playbook import (
    ANN,
    BOB,
    CEM,
    NODE,
    SALES,
    SALES_DNIS,
    SUPPORT,
    SUPPORT_DNIS,
    Play,
    entry,
    only,
    plan,
    profile,
    queue,
    seconds,
)

from ccserver.core.acd.dispatch import Dispatch
from ccserver.core.events import Cause, LegEnded, PlanChanged, TelephonyLost
from ccserver.core.ids import FlowId, NodeId, QueueId
from ccserver.core.interaction import InteractionState
from ccserver.core.ivr.flow import Flow, QueueNode
from ccserver.core.notices import LeftQueue, OfferMade, OverflowTaken, TalkStarted
from ccserver.core.plan import Exit, ExitKind, Figure, OverflowRule, Plan, Switch, Widening
from ccserver.core.skills import AtLeast
from ccserver.core.timers import RingLimit

STAFF = {ANN: profile(ANN, sales=5), BOB: profile(BOB, support=5), CEM: profile(CEM, trainee=5)}
SUPPORT_PLAN = queue(SUPPORT, "support", ring_limit=seconds(7), script="help")


def both(*rules: OverflowRule, **changes: object) -> Plan:
    """Sales, whose callers wait in support too, unless rules say when they do."""
    also = () if rules else (SUPPORT,)
    parts = {"queues": {SALES: queue(SALES, "sales", also=also, overflow=rules), SUPPORT: SUPPORT_PLAN}}
    return plan(**{"agents": STAFF, **parts, **changes})


def drifted(play: Play) -> bool:
    """What the dispatch holds is what a fresh one would hold."""
    fresh = Dispatch()
    fresh.follow(play.centre, play.now)
    return play.kernel.dispatch is None or play.kernel.dispatch.holds() != fresh.holds()


def test_an_agent_of_the_further_queue_takes_the_call_there() -> None:
    """Ring limit, script and explanation are those of the queue in which the agent takes it."""
    play = Play(both())
    play.is_ready(BOB)
    outcome = play.calls(SALES_DNIS)
    assert only(outcome, OfferMade).queue == SUPPORT
    item = next(iter(play.centre.work_items.values()))
    assert (item.queue, item.script) == (SUPPORT, "help")
    assert play.centre.timers[RingLimit(item.id)] == play.now + seconds(7)
    assert item.why is not None
    assert item.why.queue == SUPPORT
    assert "taken in support, where the caller waits too" in item.explanation


def test_the_own_queue_goes_first_for_who_can_do_both() -> None:
    """Then nothing is said of the other one."""
    play = Play(both(agents={ANN: profile(ANN, sales=5, support=9)}))
    play.is_ready(ANN)
    assert only(play.calls(SALES_DNIS), OfferMade).queue == SALES
    assert "waits too" not in play.interaction().decisions[-1].explanation


def test_there_is_one_place_and_one_clock() -> None:
    """Whoever came first is served first in both queues, whichever way they came; leaving one queue leaves all."""
    play = Play(both())
    play.calls(SALES_DNIS, "c1")
    play.passes(1)
    play.calls(SUPPORT_DNIS, "c2")
    play.is_ready(BOB)
    assert (play.rung(), play.state("c1"), play.state("c2")) == (
        [BOB],
        InteractionState.OFFERED,
        InteractionState.QUEUED,
    )
    outcome = play.agent_answers("c1")
    left = only(outcome, LeftQueue)
    assert (left.queue, left.how, left.waited) == (SALES, "connected", play.now - play.interaction("c1").started_at)
    assert only(outcome, TalkStarted).queue == SUPPORT
    assert (play.interaction("c1").place, play.interaction("c1").last_queue) == (None, SUPPORT)
    play.is_ready(ANN)
    assert play.rung() == [BOB]


def test_a_missed_offer_gives_the_old_place_back_in_all_of_them() -> None:
    """Since when, and in which queue it counts, are as before; the agent is asked last."""
    play = Play(both())
    play.is_ready(BOB)
    play.calls(SALES_DNIS)
    since = play.interaction().started_at
    play.hand(LegEnded(play.agent_leg(), Cause.REJECTED))
    place = play.interaction().place
    assert place is not None
    assert (place.queue, place.since, place.refused_by) == (SALES, since, [BOB])
    assert not drifted(play)
    play.is_ready(BOB, ANN)
    assert play.rung() == [BOB, BOB]  # nobody else was there when he was ready again
    play.hand(LegEnded(play.agent_leg(), Cause.REJECTED))
    assert play.rung() == [BOB, BOB, ANN]


@pytest.mark.parametrize("said_by", ["entry point", "flow"])
def test_entry_point_and_flow_may_say_it(said_by: str) -> None:
    """For their callers only."""
    the_plan = both(queues={SALES: queue(SALES, "sales"), SUPPORT: SUPPORT_PLAN})
    if said_by == "entry point":
        line = replace(entry(SALES_DNIS, to=SALES), also=(SUPPORT,))
        play = Play(replace(the_plan, entry_points={**the_plan.entry_points, SALES_DNIS: line}))
        play.calls(SALES_DNIS)
    else:
        start, number = NodeId("go"), "+448081570100"
        flow = Flow(FlowId("main"), start, {start: QueueNode(SALES, also=(SUPPORT,))})
        play = Play(replace(the_plan, flows={flow.id: flow}))
        play.calls(number)
    play.is_ready(BOB)
    assert play.rung() == [BOB]


def test_a_new_plan_holds_for_those_who_wait() -> None:
    """It adds a queue, and takes it away again."""
    play = Play(both())
    play.hand(
        PlanChanged(replace(play.centre.plan, epoch=2, queues={SALES: queue(SALES, "sales"), SUPPORT: SUPPORT_PLAN}))
    )
    play.is_ready(BOB)
    play.calls(SALES_DNIS)
    assert play.rung() == []
    play.hand(PlanChanged(both(epoch=3)))
    assert play.rung() == [BOB]
    assert not drifted(play)


def test_it_moves_on_with_all_its_queues() -> None:
    """A rule that moves it keeps what the caller was promised."""
    rule = OverflowRule(Exit(ExitKind.QUEUE, QueueId("third")), waited=seconds(30))
    line = replace(entry(SALES_DNIS, to=SALES), also=(SUPPORT,))
    queues = {SALES: queue(SALES, "sales", overflow=(rule,)), SUPPORT: SUPPORT_PLAN}
    third = {QueueId("third"): queue(QueueId("third"), "third")}
    play = Play(plan(agents=STAFF, queues={**queues, **third}, entry_points={SALES_DNIS: line}))
    play.calls(SALES_DNIS)
    play.passes(31)
    place = play.interaction().place
    assert place is not None
    assert (place.queue, place.also) == ("third", [SUPPORT])
    play.is_ready(BOB)
    assert play.rung() == [BOB]


ADDS = OverflowRule(Widening(queue=SUPPORT), waited=seconds(30))
WIDENS = OverflowRule(Widening(needs=AtLeast("trainee")), waited=seconds(30))


@pytest.mark.parametrize(("rule", "agent", "told"), [(ADDS, BOB, "add support"), (WIDENS, CEM, "widen")])
def test_a_rule_lets_others_take_the_call(rule: OverflowRule, agent: str, told: str) -> None:
    """The place is kept, and the rule is taken once."""
    play = Play(both(rule))
    play.is_ready(BOB, CEM)
    play.calls(SALES_DNIS)
    play.passes(29.9)
    assert play.rung() == []
    play.passes(0.2)
    (notice,) = play.all(OverflowTaken)
    assert (notice.queue, notice.rule, notice.then) == (SALES, 1, told)
    assert play.rung() == [agent]
    assert not drifted(play)


def test_a_rule_that_adds_is_asked_for_one_caller_at_a_time() -> None:
    """One agent who is ready elsewhere draws one caller: the first in line."""
    ready = Switch(SUPPORT, Figure.READY, True, 1, 1)
    play = Play(both(OverflowRule(Widening(queue=SUPPORT), switches=(ready,))))
    for name in ("c1", "c2", "c3"):
        play.calls(SALES_DNIS, name)
        play.passes(1)
    play.is_ready(BOB)
    places = [play.interaction(name).place for name in ("c1", "c2", "c3")]
    assert [place.also for place in places if place is not None] == [[SUPPORT], [], []]
    assert play.rung() == [BOB]


def test_an_added_queue_outlives_the_link() -> None:
    """It is the caller's, whatever happens to the PBX."""
    play = Play(both(ADDS))
    play.calls(SALES_DNIS)
    play.passes(31)
    play.hand(TelephonyLost(NODE))
    place = play.interaction().place
    assert place is not None
    assert place.also == [SUPPORT]
