"""Words of the history."""

from __future__ import annotations

from tests.core.playbook import ANN, START, SUPPORT, seconds

from ccserver.core.records import Decision, Segment, SegmentKind


def test_the_length_of_a_segment_is_from_start_to_end() -> None:
    """Exactly, without rounding."""
    assert Segment(SegmentKind.TALK, START, START + seconds(61.25)).length == seconds(61.25)


def test_what_runs_beside_is_not_counted() -> None:
    """It is the whole without it."""
    one = Segment(SegmentKind.WRAP_UP, START, START + seconds(9), beside=seconds(4))
    assert (one.length, one.whole) == (seconds(5), seconds(9))


def test_segments_with_the_same_figures_are_equal() -> None:
    """They are values: what is written twice is the same."""
    assert Segment(SegmentKind.QUEUE, START, START, SUPPORT) == Segment(SegmentKind.QUEUE, START, START, SUPPORT)


def test_a_decision_is_open_until_something_comes_of_it() -> None:
    """While the phone rings there is no outcome."""
    assert Decision(START, ANN, SUPPORT, "longest idle").outcome == ""
