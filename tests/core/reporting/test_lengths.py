"""Lengths of segments: no second counts twice, and none is lost."""

from __future__ import annotations

from tests.core.playbook import ANN, BOB, START, SUPPORT, Play, seconds

from ccserver.core.events import BlindTransferRequested, TransferKind, TransferTarget
from ccserver.core.notices import RecordMade
from ccserver.core.records import InteractionRecord, Segment, SegmentKind
from ccserver.core.reporting.lengths import count_once

TALK, WRAP_UP = SegmentKind.TALK, SegmentKind.WRAP_UP


def stretch(kind: SegmentKind, start: float, end: float) -> Segment:
    return Segment(kind, START + seconds(start), START + seconds(end))


def counted(*segments: Segment) -> list[tuple[float, float]]:
    """Length and what runs beside, of each."""
    return [(s.length.total_seconds(), s.beside.total_seconds()) for s in count_once(segments)]


def test_nothing_is_nothing() -> None:
    """A call that ended where it began."""
    assert count_once(()) == ()


def test_the_customers_line_always_counts() -> None:
    """In full, one stretch after the other."""
    assert counted(stretch(SegmentKind.QUEUE, 0, 10), stretch(TALK, 10, 25)) == [(10, 0), (15, 0)]


def test_wrap_up_behind_the_line_counts() -> None:
    """Nobody else was at it."""
    assert counted(stretch(TALK, 0, 10), stretch(WRAP_UP, 10, 18)) == [(10, 0), (8, 0)]


def test_wrap_up_beside_the_line_does_not_count() -> None:
    """The customer talked with the next agent; the order in which they were finished does not matter."""
    assert counted(stretch(TALK, 0, 10), stretch(WRAP_UP, 10, 18), stretch(TALK, 10, 40)) == [(10, 0), (0, 8), (30, 0)]


def test_wrap_up_beyond_the_line_counts_from_its_end() -> None:
    """The part before is beside it."""
    assert counted(stretch(TALK, 0, 10), stretch(TALK, 10, 30), stretch(WRAP_UP, 10, 45)) == [
        (10, 0),
        (20, 0),
        (15, 20),
    ]


def test_two_wrap_ups_at_once_count_once() -> None:
    """Each from where the one finished before ended."""
    parts = counted(stretch(TALK, 0, 10), stretch(TALK, 10, 12), stretch(WRAP_UP, 12, 20), stretch(WRAP_UP, 10, 30))
    assert parts == [(10, 0), (2, 0), (8, 0), (10, 10)]


def transferred() -> InteractionRecord:
    """Ann talks 40 s and transfers to Bob, who talks 90 s while Ann wraps up for 20 s; then Bob wraps up for 20 s."""
    play = Play()
    play.talks(ANN)
    play.is_ready(BOB)
    play.hand(BlindTransferRequested(ANN, TransferTarget(TransferKind.AGENT, BOB)), after=39)
    play.agent_answers()
    play.passes(90)
    play.leaves()
    play.passes(60)
    return play.all(RecordMade)[-1].record


def test_a_transferred_call_is_as_long_as_the_clock_says() -> None:
    """130 s of call and 20 s of wrap-up, although two agents wrapped up."""
    record = transferred()
    assert (record.call, record.length) == (seconds(130), seconds(150))
    assert sum((segment.length for segment in record.segments), seconds(0)) == seconds(150)


def test_what_an_agent_spent_is_still_told() -> None:
    """Length and beside are the whole wrap-up of each."""
    wrap_ups = [s for s in transferred().segments if s.kind is WRAP_UP]
    assert [(s.agent, s.queue, s.length, s.beside) for s in wrap_ups] == [
        (ANN, SUPPORT, seconds(0), seconds(20)),
        (BOB, SUPPORT, seconds(20), seconds(0)),
    ]
