"""The timeline: no gap, no overlap, and it adds up."""

from __future__ import annotations

from itertools import pairwise

from tests.core.playbook import (
    ANN,
    BOB,
    IVR_DNIS,
    NODE,
    SALES,
    START,
    SUPPORT,
    Play,
    seconds,
)

from ccserver.core.events import (
    BlindTransferRequested,
    DigitReceived,
    HoldRequested,
    RetrieveRequested,
    TransferKind,
    TransferTarget,
)
from ccserver.core.ids import InteractionId, LegId
from ccserver.core.interaction import Interaction
from ccserver.core.notices import RecordMade
from ccserver.core.records import Direction, InteractionRecord, SegmentKind
from ccserver.core.reporting.timeline import add_wrap_up, close, turn


def caller() -> Interaction:
    return Interaction(InteractionId("c1"), Direction.INBOUND, NODE, "", "", START)


def shape(interaction: Interaction) -> list[tuple[SegmentKind, float]]:
    return [(segment.kind, segment.length.total_seconds()) for segment in interaction.segments]


def test_turning_closes_the_stretch_before() -> None:
    """At the same instant."""
    one = caller()
    turn(one, SegmentKind.IVR, START)
    turn(one, SegmentKind.QUEUE, START + seconds(5), SUPPORT)
    close(one, START + seconds(8))
    assert shape(one) == [(SegmentKind.IVR, 5), (SegmentKind.QUEUE, 3)]


def test_the_same_stretch_goes_on_unbroken() -> None:
    """Turning to what is already so is no turn."""
    one = caller()
    turn(one, SegmentKind.QUEUE, START, SUPPORT)
    turn(one, SegmentKind.QUEUE, START + seconds(5), SUPPORT)
    close(one, START + seconds(8))
    assert shape(one) == [(SegmentKind.QUEUE, 8)]


def test_another_queue_is_another_stretch() -> None:
    """Though it sounds the same."""
    one = caller()
    turn(one, SegmentKind.QUEUE, START, SUPPORT)
    turn(one, SegmentKind.QUEUE, START + seconds(5), SALES)
    close(one, START + seconds(8))
    assert [segment.queue for segment in one.segments] == [SUPPORT, SALES]


def test_a_stretch_of_no_length_is_not_kept() -> None:
    """The phone rang and was taken in the same instant."""
    one = caller()
    turn(one, SegmentKind.QUEUE, START, SUPPORT)
    turn(one, SegmentKind.RING, START + seconds(5), SUPPORT, ANN)
    turn(one, SegmentKind.TALK, START + seconds(5), SUPPORT, ANN)
    close(one, START + seconds(8))
    assert shape(one) == [(SegmentKind.QUEUE, 5), (SegmentKind.TALK, 3)]


def test_what_was_broken_by_nothing_is_put_together_again() -> None:
    """An offer that was refused in the very instant leaves one wait."""
    one = caller()
    turn(one, SegmentKind.QUEUE, START, SUPPORT)
    turn(one, SegmentKind.RING, START + seconds(5), SUPPORT, ANN)
    turn(one, SegmentKind.QUEUE, START + seconds(5), SUPPORT)
    close(one, START + seconds(8))
    assert shape(one) == [(SegmentKind.QUEUE, 8)]


def test_closing_twice_is_closing_once() -> None:
    """Nothing runs after the first."""
    one = caller()
    turn(one, SegmentKind.IVR, START)
    close(one, START + seconds(5))
    close(one, START + seconds(9))
    assert shape(one) == [(SegmentKind.IVR, 5)]


def test_a_clock_that_steps_back_makes_no_negative_stretch() -> None:
    """It is left out."""
    one = caller()
    turn(one, SegmentKind.IVR, START)
    close(one, START - seconds(1))
    assert shape(one) == []


def test_a_clock_that_was_set_back_opens_no_gap() -> None:
    """The next stretch begins where the one before began."""
    one = caller()
    turn(one, SegmentKind.IVR, START)
    turn(one, SegmentKind.QUEUE, START - seconds(60), SUPPORT)
    close(one, START + seconds(4))
    assert [(s.kind, s.started_at, s.ended_at) for s in one.segments] == [
        (SegmentKind.QUEUE, START, START + seconds(4))
    ]


def test_wrap_up_lies_behind() -> None:
    """With the agent who did it."""
    one = caller()
    add_wrap_up(one, START, START + seconds(9), SUPPORT, ANN)
    assert (shape(one), one.segments[0].agent) == ([(SegmentKind.WRAP_UP, 9)], ANN)


def test_no_wrap_up_is_no_segment() -> None:
    """It ended in the instant in which it began."""
    one = caller()
    add_wrap_up(one, START, START, SUPPORT, ANN)
    assert shape(one) == []


def long_life() -> InteractionRecord:
    """Menu, wait, a missed offer, talk, hold, transfer, talk, end; every step takes its time."""
    play = Play()
    play.calls(IVR_DNIS)
    play.prompt_ends(after=4)
    play.hand(DigitReceived(LegId("leg-c1"), "2"), after=2)
    play.passes(5)
    play.is_ready(ANN)
    play.passes(15)
    play.is_ready(BOB)
    play.passes(3)
    play.agent_answers()
    play.hand(HoldRequested(BOB), after=20)
    play.hand(RetrieveRequested(BOB), after=7)
    play.is_ready(ANN)
    play.hand(BlindTransferRequested(BOB, TransferTarget(TransferKind.AGENT, ANN)), after=11)
    play.passes(2)
    play.agent_answers()
    play.passes(30)
    play.leaves()
    play.passes(60)
    return play.all(RecordMade)[-1].record


def test_a_long_life_has_no_gap() -> None:
    """Each stretch of the customer's side begins where the one before ends."""
    record = long_life()
    stretches = [segment for segment in record.segments if segment.kind is not SegmentKind.WRAP_UP]
    assert stretches[0].started_at == record.started_at
    assert stretches[-1].ended_at == record.customer_left_at
    assert [(a.kind, b.kind) for a, b in pairwise(stretches) if a.ended_at != b.started_at] == []


def test_a_long_life_adds_up() -> None:
    """The length is the time on the wall, and the sum of all segments, though one agent wrapped up while another talked."""
    record = long_life()
    on_the_line = sum(s.length.total_seconds() for s in record.segments if s.kind is not SegmentKind.WRAP_UP)
    assert on_the_line == (record.customer_left_at - record.started_at).total_seconds()
    assert record.length == record.ended_at - record.started_at
    assert record.length == sum((segment.length for segment in record.segments), seconds(0))


def test_a_long_life_tells_its_story() -> None:
    """In the order in which it was lived."""
    kinds = [segment.kind.value for segment in long_life().segments if segment.kind is not SegmentKind.WRAP_UP]
    assert kinds == ["ivr", "queue", "ring", "queue", "ring", "talk", "hold", "talk", "ring", "talk"]
