"""The kernel: everything that follows from an event, in one step, and not without end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest
from tests.core.playbook import ANN, CLOSED_DNIS, SORRY, SUPPORT, Play, only, plan, queue, some

from ccserver.core import kernel as module
from ccserver.core.commands import CancelTimer, RingAgent, StartTimer
from ccserver.core.errors import CascadeTooLong, Refused
from ccserver.core.events import HoldRequested, PhoneReachable, SignInRequested, TimerFired
from ccserver.core.ids import InteractionId
from ccserver.core.interaction import InteractionState
from ccserver.core.notices import OfferMade, RecordMade
from ccserver.core.plan import Exit, ExitKind
from ccserver.core.timers import LookUpLimit, MaxWait


def test_all_that_follows_comes_out_of_one_step() -> None:
    """Arrival, queue, match, offer: the phone rings before anything else can happen."""
    play = Play()
    play.is_ready(ANN)
    outcome = play.calls()
    assert only(outcome, OfferMade).agent == only(outcome, RingAgent).agent == ANN


def test_what_was_touched_is_named() -> None:
    """The journal writes it down."""
    play = Play()
    play.is_ready(ANN)
    outcome = play.calls()
    assert {("interaction", "c1"), ("agent", "ann"), ("work_item", "c1-w1")} <= outcome.touched
    assert play.centre.touched == set()


def test_internal_events_do_not_come_out() -> None:
    """They are answered within."""
    outcome = Play().calls()
    assert [notice for notice in outcome.notices if type(notice) in module.HANDLERS] == []


def test_queues_that_pass_a_caller_round_end_loudly() -> None:
    """The plan is checked for it; this is the last resort."""
    full = queue(SUPPORT, "support", max_length=0, on_full=Exit(ExitKind.QUEUE, SUPPORT))
    play = Play(plan(queues={SUPPORT: full}))
    with pytest.raises(CascadeTooLong, match="LegArrived"):
        play.calls()


def test_an_event_of_another_kind_is_our_bug() -> None:
    """Nothing swallows it."""
    with pytest.raises(KeyError):
        Play().hand(cast(Any, SORRY))


def test_a_refused_request_leaves_everything_as_it_was() -> None:
    """The kernel can be asked again."""
    play = Play()
    play.is_ready(ANN)
    before = repr(play.centre.agents)
    with pytest.raises(Refused):
        play.hand(HoldRequested(ANN))
    assert repr(play.centre.agents) == before
    assert play.calls().telephony


# -- timers -------------------------------------------------------------------------------------------------------------


def test_a_timer_that_was_cancelled_changes_nothing() -> None:
    """It was on its way when the caller hung up."""
    play = Play()
    play.calls()
    play.leaves()
    assert play.hand(TimerFired(MaxWait(InteractionId("c1")))) == module.Outcome()


def test_a_timer_that_was_put_off_waits_for_its_new_instant() -> None:
    """The old one fires too early."""
    play = Play()
    play.calls()
    assert play.hand(TimerFired(MaxWait(InteractionId("c1")))) == module.Outcome()
    assert MaxWait(InteractionId("c1")) in play.centre.timers


def test_a_timer_fires_once() -> None:
    """Whoever keeps timers is told that it is gone."""
    play = Play()
    play.calls()
    key = LookUpLimit(InteractionId("c1"))
    (outcome,) = play.passes(1)
    assert outcome.timers == [CancelTimer(key)]
    assert key not in play.centre.timers


def test_a_timer_that_starts_anew_is_told_after_its_end() -> None:
    """The announcement is due again: the last word counts."""
    play = Play()
    play.calls()
    outcome = play.passes(10)[-1]
    kinds = [type(change) for change in outcome.timers if type(change.key).__name__ == "AnnouncementDue"]
    assert kinds == [CancelTimer, StartTimer]


def test_cancelling_what_does_not_run_is_not_told() -> None:
    """The journal would write a row for nothing."""
    outcome = Play().calls(CLOSED_DNIS)
    assert [change for change in outcome.timers if isinstance(change, CancelTimer)] == []


def test_after_the_end_no_timer_is_left() -> None:
    """Of the interaction, of its prompt, of its work."""
    play = Play()
    play.talks()
    play.leaves()
    play.passes(60)
    assert play.centre.timers == {}
    assert play.all(RecordMade)[-1].record.is_final


def test_a_plan_without_the_callers_queue_still_ends_the_wait() -> None:
    """Whatever is replaced while somebody waits."""
    play = Play()
    play.calls()
    play.centre.plan = replace(play.centre.plan, queues={})
    play.passes(300)
    assert play.state() is InteractionState.CLOSING


def test_two_events_of_one_instant_are_two_steps() -> None:
    """The second finds what the first left."""
    play = Play()
    play.hand(PhoneReachable(ANN))
    assert some(play.hand(SignInRequested(ANN)), StartTimer) == []
    assert play.centre.agents[ANN].is_phone_reachable
