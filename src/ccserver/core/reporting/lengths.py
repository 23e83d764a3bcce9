"""How long each segment counts: no second twice, so that the segments add up to the wall clock of the interaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ccserver.core.records import Segment, SegmentKind


def count_once(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """The same segments in the same order, each with what of it runs beside others.

    The customer's line comes first: it always counts. A wrap-up counts from where the line, and each wrap-up that was
    finished before it, has ended; what lies before that is `beside`. As a wrap-up begins on the line, no gap is left, and
    the lengths add up to the time from the start of the first segment to the end of the last.
    """
    counted: dict[int, Segment] = {}
    ends = None
    for at in _by_precedence(segments):
        segment = segments[at]
        begins = segment.started_at if ends is None else max(ends, segment.started_at)
        ends = max(begins, segment.ended_at)
        counted[at] = replace(segment, beside=segment.whole - (ends - begins))
    return tuple(counted[at] for at in range(len(segments)))


def _by_precedence(segments: Sequence[Segment]) -> list[int]:
    return sorted(range(len(segments)), key=lambda at: segments[at].kind is SegmentKind.WRAP_UP)
