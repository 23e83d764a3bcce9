"""Opening hours of a queue: whoever comes when it is closed, and who still waits when it closes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from tests.core.playbook import ANN, BOB, SALES, SALES_DNIS, SORRY, SUPPORT, Play, plan, queue, seconds

from ccserver.core.errors import Refused
from ccserver.core.events import BlindTransferRequested, Cause, LegEnded, TransferKind, TransferTarget
from ccserver.core.interaction import InteractionState
from ccserver.core.notices import OverflowTaken, RecordMade
from ccserver.core.plan import Exit, ExitKind, OverflowRule
from ccserver.core.records import Result
from ccserver.core.ways import WayCause

S = InteractionState
TO_SALES, VOICEMAIL = Exit(ExitKind.QUEUE, SALES), Exit(ExitKind.VOICEMAIL)
TO_CLOSING = 3600


class UntilTen:
    """Open till ten in the morning; a play begins at nine."""

    def is_open(self, at: datetime) -> bool:
        return at.hour < 10


class FromTen:
    def is_open(self, at: datetime) -> bool:
        return at.hour >= 10


def play_with(sales: dict[str, Any] | None = None, **support: Any) -> Play:
    """Support is open till ten, unless it is said otherwise; who waits stays for hours."""
    usual = {"max_wait": seconds(90_000), "max_length": 50}
    queues = {
        SUPPORT: queue(SUPPORT, "support", **{**usual, "hours": "until_ten", **support}),
        SALES: queue(SALES, "sales", **{**usual, **(sales or {})}),
    }
    return Play(plan(queues=queues, hours={"until_ten": UntilTen(), "from_ten": FromTen()}))


def test_who_comes_when_it_is_closed_is_sent_away() -> None:
    """As `on_closed` says, else as after the maximum wait; it is told in the history."""
    for play, state in (
        (play_with(hours="from_ten", on_closed=SORRY), S.CLOSING),
        (play_with(hours="from_ten", on_max_wait=VOICEMAIL), S.RECORDING),
    ):
        play.calls()
        assert play.state() is state
        assert [way.cause for way in play.interaction().ways] == [WayCause.CLOSED]
        assert play.interaction().result is Result.CLOSED


def test_who_waits_when_it_closes_goes_another_way() -> None:
    """At the minute, and not before; whoever talks goes on talking."""
    play = play_with(on_closing=VOICEMAIL)
    play.talks(ANN, "c0")
    play.calls()
    rest = TO_CLOSING - 1 - 1
    play.passes(rest)
    assert play.state() is S.QUEUED
    play.passes(2)
    assert (play.state(), play.state("c0")) == (S.RECORDING, S.CONNECTED)
    (way,) = play.interaction().ways
    assert (way.cause, way.rule, [each.what for each in way.held]) == (WayCause.CLOSING, 0, ["closed"])
    assert [notice.rule for notice in play.all(OverflowTaken)] == [0]


def test_unless_it_is_said_they_are_served_to_the_last() -> None:
    """Long after the hours."""
    play = play_with(on_closed=SORRY)
    play.calls()
    play.passes(TO_CLOSING * 2)
    play.calls(name="late")
    assert (play.state(), play.state("late")) == (S.QUEUED, S.CLOSING)
    play.is_ready(BOB)
    assert play.state() is S.OFFERED


def test_who_waits_may_be_moved_when_it_closes() -> None:
    """Into a queue that is open, with the place kept; and not into a closed one."""
    play = play_with(on_closing=TO_SALES)
    play.calls()
    since = play.now
    play.passes(TO_CLOSING + 1)
    place = play.interaction().place
    assert place is not None
    assert (place.queue, place.since) == (SALES, since)
    both = play_with({"hours": "until_ten"}, on_closing=TO_SALES)
    both.calls()
    both.passes(TO_CLOSING + 1)
    assert both.state() is S.QUEUED


def test_a_rule_leads_into_a_queue_when_that_opens() -> None:
    """At the minute, as if a figure had changed."""
    play = play_with({"hours": "from_ten"}, hours="", overflow=(OverflowRule(TO_SALES, seconds(5)),))
    play.calls()
    play.passes(TO_CLOSING - 1)
    assert play.interaction().last_queue == SUPPORT
    play.passes(2)
    assert play.interaction().last_queue == SALES


def test_an_offer_that_rings_when_it_closes_is_given_the_chance() -> None:
    """Not taken, the caller goes the way of those who wait."""
    play = play_with(on_closing=VOICEMAIL)
    play.calls()
    play.passes(TO_CLOSING - 5)
    play.is_ready(BOB)
    play.passes(8)
    assert play.state() is S.OFFERED
    play.hand(LegEnded(play.agent_leg(), Cause.REJECTED))
    assert play.state() is S.RECORDING


def test_nobody_is_transferred_into_a_closed_queue() -> None:
    """The agent is told so, and goes on talking."""
    play = play_with(hours="from_ten")
    play.talks(ANN, dnis=SALES_DNIS)
    with pytest.raises(Refused) as refusal:
        play.hand(BlindTransferRequested(ANN, TransferTarget(TransferKind.QUEUE, SUPPORT)))
    assert refusal.value.reason == "queue_closed"
    assert play.state() is S.CONNECTED


def test_a_customer_who_comes_back_finds_room() -> None:
    """A transfer that nobody took, after the hours of the queue in which the call was."""
    play = play_with(on_closed=SORRY)
    play.talks(ANN)
    play.passes(TO_CLOSING)
    play.hand(BlindTransferRequested(ANN, TransferTarget(TransferKind.NUMBER, "+442079460999")))
    outside = play.interaction().forwarded_leg
    assert outside is not None
    play.centre.agents[ANN].is_phone_reachable = False
    play.hand(LegEnded(outside, Cause.BUSY))
    assert play.state() is S.QUEUED


def test_hours_that_the_plan_does_not_have_are_open() -> None:
    """As at an entry point."""
    play = play_with(hours="gone", on_closing=VOICEMAIL)
    play.calls()
    assert play.state() is S.QUEUED
    play.leaves()
    assert play.all(RecordMade)[-1].record.ways == ()
    assert replace(play.centre.plan, epoch=9).queues[SUPPORT].hours == "gone"
