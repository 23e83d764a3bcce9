"""Overflow rules in the running centre: who is sent on, when, and in what order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from tests.core.playbook import (
    ANN,
    BOB,
    NODE,
    PRIVATE_DNIS,
    SALES,
    SALES_DNIS,
    SORRY,
    SUPPORT,
    Closed,
    Play,
    plan,
    profile,
    queue,
    seconds,
)

from ccserver.core.acd import overflow_watch
from ccserver.core.commands import CancelTimer, StartTimer
from ccserver.core.customer import CustomerCard
from ccserver.core.events import (
    Cause,
    CustomerFound,
    LegEnded,
    NotReadyRequested,
    PbxSnapshot,
    PlanChanged,
    SignInRequested,
    SignOutRequested,
    SnapshotLeg,
    TelephonyLost,
    TelephonyRestored,
    TimerFired,
)
from ccserver.core.ids import CustomerId, InteractionId, LegId, QueueId
from ccserver.core.interaction import InteractionState
from ccserver.core.notices import LeftQueue, OverflowTaken, RecordMade
from ccserver.core.plan import Exit, ExitKind, Figure, OverflowRule, Plan, QueuePlan, Switch
from ccserver.core.records import Result, SegmentKind
from ccserver.core.timers import OverflowDue

S = InteractionState
TO_SALES, TO_SUPPORT, VOICEMAIL = Exit(ExitKind.QUEUE, SALES), Exit(ExitKind.QUEUE, SUPPORT), Exit(ExitKind.VOICEMAIL)
READY_IN_SALES = Switch(SALES, Figure.READY, True, 1, 1)
NOBODY_IN = Switch(SUPPORT, Figure.SIGNED_IN, False, 1, 1)


class UntilTen:
    """Open till ten in the morning; a play begins at nine."""

    def is_open(self, at: datetime) -> bool:
        return at.hour < 10


def the_plan(*rules: OverflowRule, sales: QueuePlan | None = None, **changes: object) -> Plan:
    support = queue(SUPPORT, "support", **{"overflow": rules, "max_length": 50, "max_wait": seconds(9000), **changes})
    queues = {SUPPORT: support, SALES: sales or queue(SALES, "sales", max_length=50)}
    return plan(queues=queues, hours={"never": Closed(), "until_ten": UntilTen()})


def play_with(*rules: OverflowRule, sales: QueuePlan | None = None, **changes: object) -> Play:
    return Play(the_plan(*rules, sales=sales, **changes))


def queue_of(play: Play, name: str = "c1") -> QueueId | None:
    place = play.interaction(name).place
    return place.queue if place else None


def in_queues(play: Play, *names: str) -> list[QueueId | None]:
    return [queue_of(play, name) for name in names]


# -- a wait ---------------------------------------------------------------------------------------------------------------


def test_a_caller_is_moved_after_the_wait_with_the_place_kept() -> None:
    """Not before; and it is told, in a notice and in the timeline."""
    play = play_with(OverflowRule(TO_SALES, waited=seconds(60)))
    play.calls(PRIVATE_DNIS)
    since = play.now
    play.passes(59.9)
    assert queue_of(play) == SUPPORT
    play.passes(0.1)
    place = play.interaction().place
    assert place is not None
    assert (place.queue, place.since, place.priority, place.visited) == (SALES, since, 10, [SUPPORT])
    assert play.all(OverflowTaken) == [OverflowTaken(InteractionId("c1"), SUPPORT, 1, "queue sales", seconds(60))]
    assert play.all(LeftQueue)[-1].how == "transferred"
    play.passes(5)
    play.leaves()
    segments = play.all(RecordMade)[-1].record.segments
    assert [(s.kind, s.queue) for s in segments] == [(SegmentKind.QUEUE, SUPPORT), (SegmentKind.QUEUE, SALES)]


@pytest.mark.parametrize(("of_support", "of_sales", "after"), [(7, 0, 7), (0, 7, 7), (3, 3, 3)])
def test_the_priority_gets_no_worse(of_support: int, of_sales: int, after: int) -> None:
    """That of the queue it comes from, or of the one it comes to."""
    sales = queue(SALES, "sales", priority=of_sales)
    play = play_with(OverflowRule(TO_SALES, waited=seconds(60)), sales=sales, priority=of_support)
    play.calls()
    play.passes(60)
    place = play.interaction().place
    assert place is not None
    assert (place.queue, place.priority) == (SALES, after)


def test_whoever_was_moved_goes_before_those_who_came_later() -> None:
    """The wait before counts."""
    play = play_with(OverflowRule(TO_SALES, waited=seconds(60)))
    play.calls(name="first")
    play.passes(30)
    play.calls(SALES_DNIS, name="second")
    play.passes(40)
    play.is_ready(ANN)
    assert play.state("first") is S.OFFERED


def test_the_ways_out_of_a_queue_can_be_taken() -> None:
    """Voicemail, here."""
    play = play_with(OverflowRule(VOICEMAIL, waited=seconds(60)))
    play.calls()
    play.passes(60)
    assert play.state() is S.RECORDING
    assert play.all(OverflowTaken)[-1].then == "voicemail"


def test_the_rules_come_one_after_the_other() -> None:
    """The first that holds is taken; each look has its timer."""
    play = play_with(
        OverflowRule(SORRY, waited=seconds(90)), OverflowRule(SORRY, waited=seconds(30), closed="until_ten")
    )
    play.calls()
    assert play.centre.timers[OverflowDue(InteractionId("c1"))] == play.now + seconds(30)
    play.passes(30)
    assert play.state() is S.QUEUED
    play.passes(60)
    assert play.state() is S.CLOSING
    assert play.all(OverflowTaken)[-1].rule == 1


def test_the_maximum_wait_stays_the_last_resort() -> None:
    """Also of a queue whose rules never hold."""
    play = play_with(OverflowRule(TO_SALES, switches=(READY_IN_SALES,)), max_wait=seconds(60))
    play.calls()
    play.passes(60)
    assert play.state() is S.RECORDING
    assert play.all(OverflowTaken) == []


def test_nobody_is_sent_on_whose_agent_is_rung() -> None:
    """But after an agent who did not answer."""
    play = play_with(OverflowRule(SORRY, waited=seconds(10)))
    play.is_ready(BOB)
    play.calls()
    play.passes(14.9)
    assert play.state() is S.OFFERED
    play.passes(0.1)
    assert play.state() is S.CLOSING


def test_the_timer_goes_with_the_place() -> None:
    """Nothing is due for whoever talks."""
    play = play_with(OverflowRule(SORRY, waited=seconds(60)))
    play.calls()
    play.is_ready(BOB)
    play.agent_answers()
    assert OverflowDue(InteractionId("c1")) not in play.centre.timers


def test_a_timer_that_fires_late_changes_nothing() -> None:
    """The caller is gone."""
    play = play_with(OverflowRule(SORRY, waited=seconds(60)))
    key = OverflowDue(InteractionId("c1"))
    play.centre.timers[key] = play.now
    outcome = play.hand(TimerFired(key))
    assert (outcome.telephony, outcome.notices) == ([], [])


# -- figures --------------------------------------------------------------------------------------------------------------


def test_a_message_when_nobody_is_signed_in() -> None:
    """At entry, and for those who still wait when the last one goes."""
    play = play_with(OverflowRule(SORRY, switches=(NOBODY_IN,)))
    play.calls(name="early")
    assert play.state("early") is S.CLOSING
    play.is_ready(BOB)
    play.hand(NotReadyRequested(BOB, "lunch"))
    play.calls(name="late")
    assert play.state("late") is S.QUEUED
    play.hand(SignOutRequested(BOB))
    assert play.state("late") is S.CLOSING
    play.prompt_ends("late")
    play.leaves("late")
    assert play.all(RecordMade)[-1].record.result is Result.OVERFLOWED


def test_whoever_can_be_offered_is_not_sent_on() -> None:
    """The dispatch goes first."""
    play = play_with(OverflowRule(SORRY))
    play.is_ready(BOB)
    play.calls()
    assert play.state() is S.OFFERED
    play.calls(name="c2")
    assert play.state("c2") is S.CLOSING


def test_one_agent_elsewhere_draws_one_caller() -> None:
    """The first in line; the figures are asked again before the next goes. Ann serves sales only."""
    rule = OverflowRule(TO_SALES, waited=seconds(10), switches=(READY_IN_SALES,))
    play = Play(replace(the_plan(rule), agents={ANN: profile(ANN, sales=5)}))
    for name in ("c1", "c2", "c3"):
        play.calls(name=name)
    play.passes(20)
    assert in_queues(play, "c1", "c2", "c3") == [SUPPORT] * 3
    play.is_ready(ANN)
    assert in_queues(play, "c1", "c2", "c3") == [SALES, SUPPORT, SUPPORT]
    assert play.state("c1") is S.OFFERED


def test_the_length_of_the_line_sends_the_last_away() -> None:
    """Those who came before stay; with hysteresis until the line is as short as it says."""
    play = play_with(OverflowRule(SORRY, switches=(Switch(SUPPORT, Figure.LENGTH, True, 4, 3),)))
    for name in ("c1", "c2", "c3", "c4"):
        play.calls(name=name)
        play.passes(1)
    assert in_queues(play, "c1", "c2", "c3", "c4") == [SUPPORT, SUPPORT, None, None]
    play.calls(name="c5")
    assert in_queues(play, "c1", "c2", "c5") == [SUPPORT] * 3


def test_two_lines_that_are_too_long_lose_each_its_own_end() -> None:
    """Nobody goes for the length of another line; and whoever has waited too long goes before."""
    long = [Switch(name, Figure.LENGTH, True, 3, 3) for name in (SUPPORT, SALES)]
    sales = queue(SALES, "sales", overflow=(OverflowRule(SORRY, switches=(long[1],)),), max_length=50)
    plan_of_two = the_plan(OverflowRule(SORRY, switches=(long[0],)), sales=sales)
    play = Play(replace(plan_of_two, queues={name: replace(q, overflow=()) for name, q in plan_of_two.queues.items()}))
    names = [(dnis, f"{dnis[-1]}{count}") for count in range(4) for dnis in (PRIVATE_DNIS, SALES_DNIS)]
    for dnis, name in names:
        play.calls(dnis, name=name)
        play.passes(1)
    play.hand(PlanChanged(replace(plan_of_two, epoch=2)))
    assert [name for _, name in names if queue_of(play, name)] == ["30", "50", "31", "51"]


def test_a_full_queue_takes_nobody_and_draws_the_next_when_there_is_room() -> None:
    """Callers are not moved to be sent away."""
    play = play_with(OverflowRule(TO_SALES, waited=seconds(10)), sales=queue(SALES, "sales", max_length=1))
    play.calls(name="c1")
    play.calls(name="c2")
    play.passes(10)
    assert in_queues(play, "c1", "c2") == [SALES, SUPPORT]
    play.leaves("c1")
    assert queue_of(play, "c2") == SALES


def test_agents_in_wrap_up_are_counted() -> None:
    """Soon there will be somebody: nobody is sent on, till the wrap-up ends without a return to work."""
    rule = OverflowRule(SORRY, switches=(Switch(SUPPORT, Figure.IN_WRAP_UP, False, 1, 1),))
    play = play_with(rule)
    play.is_ready(BOB)
    play.calls()
    play.agent_answers()
    play.leaves()
    play.hand(NotReadyRequested(BOB, "lunch"))
    play.calls(name="c2")
    assert play.state("c2") is S.QUEUED
    play.passes(20)
    assert play.state("c2") is S.CLOSING


def test_rules_of_two_queues_send_nobody_in_a_circle() -> None:
    """There and not back; the queue they come to has the last word."""
    sales = queue(SALES, "sales", overflow=(OverflowRule(TO_SUPPORT),), max_wait=seconds(60))
    play = play_with(OverflowRule(TO_SALES), sales=sales)
    play.calls()
    assert queue_of(play) == SALES
    play.passes(60)
    assert play.state() is S.RECORDING


# -- calendars ------------------------------------------------------------------------------------------------------------


def test_whoever_still_waits_when_a_calendar_closes_is_sent_on() -> None:
    """An hour is looked ahead at a time, here more than one."""
    play = play_with(OverflowRule(SORRY, closed="until_ten"))
    play.passes(60)
    play.calls()
    play.passes(58 * 60 + 50)
    assert play.state() is S.QUEUED
    play.passes(10)
    assert play.state() is S.CLOSING


def test_a_calendar_is_asked_once_for_all() -> None:
    """And again, when the hour is over that was looked ahead."""
    play = play_with(OverflowRule(SORRY, open="never"), OverflowRule(SORRY, closed="gone"))
    play.calls(name="c1")
    play.passes(90)
    play.calls(name="c2")
    due = [play.centre.timers[OverflowDue(InteractionId(name))] for name in ("c1", "c2")]
    assert due[0] == due[1]
    play.passes(3600)
    assert play.centre.timers[OverflowDue(InteractionId("c1"))] > due[0]
    assert play.state("c1") is S.QUEUED


# -- what else happens ------------------------------------------------------------------------------------------------------


def test_a_new_plan_holds_for_those_who_wait() -> None:
    """Rules come and go with it; conditions of the old one are forgotten."""
    play = play_with(OverflowRule(TO_SALES, switches=(Switch(SUPPORT, Figure.LENGTH, True, 1, 0), READY_IN_SALES)))
    play.calls()
    assert play.centre.switches != set()
    new = the_plan(OverflowRule(SORRY, waited=seconds(30)))
    play.passes(40)
    play.hand(PlanChanged(replace(new, epoch=2)))
    assert (play.state(), play.centre.switches) == (S.CLOSING, set())


def test_a_rule_that_is_taken_out_of_the_plan_leaves_no_timer() -> None:
    """But that of another rule stays."""
    figures = OverflowRule(SORRY, switches=(READY_IN_SALES,))
    play = play_with(OverflowRule(SORRY, waited=seconds(30)), figures)
    play.calls()
    outcome = play.hand(PlanChanged(replace(the_plan(figures), epoch=2)))
    key = OverflowDue(InteractionId("c1"))
    assert key not in play.centre.timers
    assert [each for each in outcome.timers if isinstance(each, CancelTimer)] == [CancelTimer(key)]


def test_callers_whose_call_control_is_away_are_looked_at_when_it_is_back() -> None:
    """Nothing is decided of what is not seen."""
    play = play_with(OverflowRule(SORRY, waited=seconds(30)))
    play.calls()
    play.hand(TelephonyLost(NODE), after=10)
    play.passes(60)
    assert play.state() is S.QUEUED
    leg = SnapshotLeg(LegId("leg-c1"), True, None, True, "", "")
    play.hand(TelephonyRestored(PbxSnapshot(NODE, (leg,), waiting=frozenset({leg.leg}), boot="1")))
    assert play.state() is S.CLOSING


def test_very_many_are_sent_on_bit_by_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A step stays short; nobody is forgotten."""
    monkeypatch.setattr(overflow_watch, "MOST_AT_ONCE", 2)
    play = play_with(OverflowRule(SORRY, switches=(NOBODY_IN,)))
    play.is_ready(BOB)
    play.hand(NotReadyRequested(BOB, "lunch"))
    names = ["c1", "c2", "c3", "c4", "c5"]
    for name in names:
        play.calls(name=name)
    outcome = play.hand(SignOutRequested(BOB))
    assert [play.state(name) for name in names] == [S.CLOSING] * 2 + [S.QUEUED] * 3
    assert [type(each) for each in outcome.timers if isinstance(each.key, OverflowDue)].count(StartTimer) == 1
    play.passes(1)
    assert [play.state(name) for name in names] == [S.CLOSING] * 5


def test_after_a_bug_it_looks_at_everything_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it held may be wrong; the rules hold on."""
    play = play_with(OverflowRule(SORRY, waited=seconds(30)))
    play.calls()
    with monkeypatch.context() as broken:
        broken.setattr("ccserver.core.acd.overflow_watch.rule_for", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            play.calls(name="c2")
        play.kernel.recover(None, play.now)
    assert play.kernel.overflow is None
    play.hand(LegEnded(LegId("leg-c2"), Cause.NORMAL))
    play.passes(30)
    assert play.state() is S.CLOSING


# -- expressions ------------------------------------------------------------------------------------------------------------


class Asking:
    """A question in Python, of which it is counted how often it is asked."""

    def __init__(self, question: Callable[[Mapping[str, Any]], bool], *reads: str) -> None:
        self.text, self.reads, self.asked = "a question", frozenset(reads), 0
        self._question = question

    def holds(self, facts: Mapping[str, Any]) -> bool:
        self.asked += 1
        return self._question(facts)


def test_an_expression_is_asked_again_when_its_figure_changes() -> None:
    """Whichever way it goes: here the line is short enough again."""
    short = Asking(lambda facts: facts["queue.waiting"] < 2, "queue.waiting")
    play = play_with(OverflowRule(TO_SALES, seconds(30), expression=short))
    play.calls()
    play.calls(name="c2")
    play.passes(40)
    assert in_queues(play, "c1", "c2") == [SUPPORT, SUPPORT]
    play.leaves("c2")
    assert queue_of(play) == SALES
    assert [held.what for held in play.interaction().ways[0].held] == ["waited", "expression"]


def test_an_expression_is_asked_again_when_an_agent_changes() -> None:
    """Of its own queue, and only if it needs the figure."""
    any_ready = Asking(lambda facts: facts["queue.signed_in"] > 0, "queue.signed_in")
    never = Asking(lambda _: False)
    play = play_with(OverflowRule(VOICEMAIL, expression=any_ready), OverflowRule(VOICEMAIL, expression=never))
    play.calls()
    before = never.asked
    play.hand(SignInRequested(BOB))
    assert play.state() is S.RECORDING
    assert never.asked == before


def test_an_expression_is_asked_again_when_the_customer_is_known() -> None:
    """The card comes after the caller."""
    rich = Asking(lambda facts: facts["customer.is_known"] and facts["customer.value"] > 1000)
    play = play_with(OverflowRule(TO_SALES, expression=rich))
    play.calls()
    assert queue_of(play) == SUPPORT
    play.hand(CustomerFound(InteractionId("c1"), CustomerCard(CustomerId("c7"), "Grace", "gold", 1200.0)))
    assert queue_of(play) == SALES


def test_an_expression_is_not_asked_while_nothing_changes() -> None:
    """Nor while something else does not hold; nothing polls."""
    never, late = Asking(lambda _: False), Asking(lambda _: True)
    play = play_with(OverflowRule(VOICEMAIL, expression=never), OverflowRule(VOICEMAIL, seconds(500), expression=late))
    play.calls()
    asked = never.asked
    play.passes(8)
    assert (never.asked, late.asked) == (asked, 0)
