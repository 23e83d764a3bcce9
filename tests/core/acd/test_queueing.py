"""Entering a queue: the place, the full queue, the queue that is gone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.core.playbook import (
    ANN,
    IVR_DNIS,
    NODE,
    PRIVATE_DNIS,
    SALES,
    SALES_DNIS,
    START,
    SUPPORT,
    SUPPORT_DNIS,
    Play,
    only,
    plan,
    queue,
    seconds,
    some,
)

from ccserver.core.commands import AnswerLeg, PlayPrompt, StartMusic, StartTimer, StopPrompt
from ccserver.core.customer import CustomerCard
from ccserver.core.events import CustomerFound, DigitReceived
from ccserver.core.fallback_events import FallbackEntered
from ccserver.core.ids import CustomerId, InteractionId, LegId, TierId
from ccserver.core.interaction import InteractionState, QueuePlace
from ccserver.core.notices import JoinedQueue, LeftQueue, RecordMade
from ccserver.core.plan import Exit, ExitKind
from ccserver.core.records import Result, SegmentKind
from ccserver.core.sounds import recorded
from ccserver.core.tiers import Tier
from ccserver.core.timers import AnnouncementDue, MaxWait


def place(play: Play, name: str = "c1") -> QueuePlace:
    found = play.interaction(name).place
    assert found is not None
    return found


def test_a_place_counts_from_now() -> None:
    """Nobody else's waiting time is taken over."""
    play = Play()
    play.passes(5)
    play.calls()
    assert place(play).since == START + seconds(5)


def test_priorities_of_queue_and_line_add_up() -> None:
    """The queue's, the entry point's and the flow's."""
    play = Play(plan(queues={SUPPORT: queue(SUPPORT, "support", priority=3)}))
    play.calls(PRIVATE_DNIS)
    assert place(play).priority == 13


GOLD = Tier(TierId("gold"), "Gold", music="waltz", max_wait=seconds(100))
BASIC = Tier(TierId("basic"), "Basic")
KNOWN = CustomerFound(InteractionId("c1"), CustomerCard(CustomerId("7"), "Wang Xiaoming", "gold", 1.0))


def tiered(**of_gold: Any) -> Play:
    return Play(plan(tiers=(replace(GOLD, **of_gold), BASIC)))


def test_a_tier_has_its_own_music_and_maximum_wait() -> None:
    """In place of the queue's, from the entry on."""
    play = tiered()
    play.calls(IVR_DNIS)
    play.hand(KNOWN)
    play.prompt_ends()
    outcome = play.hand(DigitReceived(LegId("leg-c1"), "2"))
    assert only(outcome, StartMusic).music == "waltz"
    assert play.centre.timers[MaxWait(InteractionId("c1"))] == play.now + seconds(100)


def test_who_waits_already_is_treated_by_the_tier_that_is_learned() -> None:
    """The maximum wait counts from the entry all the same."""
    play = tiered()
    play.calls()
    outcome = play.hand(KNOWN, after=10)
    assert only(outcome, StartMusic).music == "waltz"
    assert play.centre.timers[MaxWait(InteractionId("c1"))] == START + seconds(100)


def test_a_maximum_wait_that_is_over_by_the_tier_is_over_now() -> None:
    """Not before."""
    play = tiered(max_wait=seconds(5), music="")
    play.calls()
    outcome = play.hand(KNOWN, after=10)
    assert some(outcome, StartMusic) == []
    assert play.centre.timers[MaxWait(InteractionId("c1"))] == play.now


def test_a_tier_without_wishes_changes_nothing_for_who_waits() -> None:
    """No music starts anew, no limit moves."""
    play = tiered(max_wait=None, music="")
    play.calls()
    outcome = play.hand(KNOWN, after=10)
    assert (some(outcome, StartMusic), some(outcome, StartTimer)) == ([], [])


def test_a_tier_may_have_music_only() -> None:
    """Then the maximum wait is the queue's."""
    play = tiered(max_wait=None)
    play.calls()
    outcome = play.hand(KNOWN, after=10)
    assert (only(outcome, StartMusic).music, some(outcome, StartTimer)) == ("waltz", [])


def test_who_waits_with_the_pbx_hears_the_pbxs_music() -> None:
    """The place is kept, but the leg is not in our hands."""
    play = tiered()
    play.calls()
    play.passes(1)
    play.hand(FallbackEntered(LegId("leg-c1"), NODE, InteractionId("c1"), "", SUPPORT_DNIS, play.now))
    assert play.interaction().place is not None
    assert some(play.hand(KNOWN), StartMusic) == []


def test_joining_tells_the_position() -> None:
    """Two wait already."""
    play = Play()
    play.calls(name="c1")
    play.calls(name="c2")
    assert only(play.calls(name="c3"), JoinedQueue).position == 3


def test_the_caller_is_answered_then_hears_music() -> None:
    """In this order."""
    assert [type(command) for command in Play().calls().telephony] == [AnswerLeg, StartMusic]


def test_the_wait_is_bounded_and_announced() -> None:
    """Two timers start with the place."""
    keys = {timer.key for timer in some(Play().calls(), StartTimer)}
    assert {MaxWait(InteractionId("c1")), AnnouncementDue(InteractionId("c1"))} <= keys


def test_what_plays_stops_before_the_music() -> None:
    """A key in the menu leads straight to the line."""
    play = Play()
    play.calls(IVR_DNIS)
    play.prompt_ends()
    outcome = play.hand(DigitReceived(LegId("leg-c1"), "2"))
    assert [type(command) for command in outcome.telephony] == [StopPrompt, StartMusic]


def test_the_flow_is_left() -> None:
    """No key counts any more."""
    play = Play()
    play.calls(IVR_DNIS)
    play.prompt_ends()
    play.hand(DigitReceived(LegId("leg-c1"), "2"))
    assert play.interaction().flow is None
    assert play.hand(DigitReceived(LegId("leg-c1"), "1")).telephony == []


def test_a_full_queue_says_so() -> None:
    """Three is the most here."""
    play = Play()
    for name in ("c1", "c2", "c3"):
        play.calls(name=name)
    outcome = play.calls(name="c4")
    assert only(outcome, PlayPrompt).sounds == recorded("sorry")
    assert some(outcome, JoinedQueue) == []


def test_a_caller_of_a_full_queue_is_in_the_history_as_overflowed() -> None:
    """With the queue that was full."""
    play = Play(plan(queues={SUPPORT: queue(SUPPORT, "support", max_length=0)}))
    play.calls()
    play.leaves()
    record = play.all(RecordMade)[-1].record
    assert (record.result, record.queue) == (Result.OVERFLOWED, SUPPORT)


def test_a_full_queue_may_lead_to_another() -> None:
    """Which takes the caller."""
    full = queue(SUPPORT, "support", max_length=0, on_full=Exit(ExitKind.QUEUE, SALES))
    play = Play(plan(queues={SUPPORT: full, SALES: queue(SALES, "sales")}))
    play.calls()
    assert place(play).queue == SALES


def test_a_queue_that_is_gone_takes_the_last_resort() -> None:
    """The plan was replaced while the caller heard the menu."""
    play = Play(plan(queues={}))
    assert only(play.calls(), PlayPrompt).sounds == recorded("sorry")


def overflowing(**support: object) -> Play:
    """Support sends its callers to sales after 60 seconds; sales keeps them for 300."""
    figures = {"max_wait": seconds(60), "on_max_wait": Exit(ExitKind.QUEUE, SALES), **support}
    return Play(plan(queues={SUPPORT: queue(SUPPORT, "support", **figures), SALES: queue(SALES, "sales")}))


def test_who_is_sent_to_another_queue_keeps_the_waiting_time() -> None:
    """The place in the order never gets worse."""
    play = overflowing()
    play.calls(SUPPORT_DNIS, "c1")
    play.passes(30)
    play.calls(SALES_DNIS, "c2")
    play.passes(30)
    assert place(play).since == START
    play.is_ready(ANN)
    assert play.state("c1") is InteractionState.OFFERED


def test_moving_on_leaves_the_first_queue() -> None:
    """Each queue that was joined is left once."""
    play = overflowing()
    play.calls()
    play.passes(60)
    assert [left.queue for left in play.all(LeftQueue)] == [SUPPORT]
    assert [joined.queue for joined in play.all(JoinedQueue)] == [SUPPORT, SALES]


def test_each_queue_is_a_segment() -> None:
    """The time in each is told apart."""
    play = overflowing()
    play.calls()
    play.passes(100)
    play.leaves()
    segments = play.all(RecordMade)[-1].record.segments
    assert [(s.kind, s.queue, s.length) for s in segments] == [
        (SegmentKind.QUEUE, SUPPORT, seconds(60)),
        (SegmentKind.QUEUE, SALES, seconds(40)),
    ]


def test_a_place_that_is_held_already_fills_no_queue() -> None:
    """Sales is full and sends the caller back to the queue that counts him already."""
    back = queue(SALES, "sales", max_length=0, on_full=Exit(ExitKind.QUEUE, SUPPORT))
    support = queue(SUPPORT, "support", max_wait=seconds(60), max_length=1, on_max_wait=Exit(ExitKind.QUEUE, SALES))
    play = Play(plan(queues={SUPPORT: support, SALES: back}))
    play.calls()
    play.passes(60)
    assert play.state() is InteractionState.QUEUED
    assert place(play).since == START
