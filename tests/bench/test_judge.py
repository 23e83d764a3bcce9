"""The history's rows against a small log of SIPp's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from bench.judge import Judgement, judge, watches

ANN, BOB = "+442079511", "+442079512"
LOG = f"""{ANN} invites 2026-11-22\t10:00:00.000000\t1
{BOB} invites 2026-11-22\t10:00:00.200000\t1
{ANN} answered 2026-11-22\t10:00:00.004000\t1
a line of something else
{ANN} leaves 2026-11-22\t10:00:05.004000\t1
{BOB} leaves 2026-11-22\t10:00:05.210000\t1
"""
BEGAN = datetime(2026, 11, 22, 10, tzinfo=UTC)


def row(ani: str, seconds: float, **changes: Any) -> dict[str, Any]:
    """A row whose two segments follow one another."""
    return {
        "ani": ani,
        "result": "answered",
        "call_seconds": seconds,
        "started_at": stamp(0),
        "ended_at": stamp(seconds),
        "length_seconds": seconds,
        "segments": [segment("queue", 0, 1), segment("talk", 1, seconds)],
        **changes,
    }


def segment(kind: str, begin: float, end: float) -> dict[str, Any]:
    return {"kind": kind, "started_at": stamp(begin), "ended_at": stamp(end), "length_seconds": end - begin}


def stamp(seconds: float) -> str:
    return (BEGAN + timedelta(seconds=seconds)).isoformat()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "callers.log"
    path.write_text(LOG)
    return path


def judged(log: Path, *rows: dict[str, Any]) -> Judgement:
    return judge(list(rows), watches(log))


def test_a_callers_watch_runs_from_invite_to_bye(log: Path) -> None:
    """Whatever lies between, and whoever dialled in the meantime."""
    assert round(watches(log)[ANN].call, 6) == 5.004


def test_rows_that_agree_have_no_faults(log: Path) -> None:
    """2 ms and 10 ms from the callers' own watches."""
    judgement = judged(log, row(ANN, 5.006), row(BOB, 5.0))
    assert (judgement.faults, judgement.figures()["call_time_against_sipp_ms"]["max"]) == ([], 10.0)


def test_a_row_too_far_from_the_callers_watch_is_a_fault(log: Path) -> None:
    """60 ms are more than the 50 allowed."""
    assert judged(log, row(ANN, 5.064), row(BOB, 5.01)).faults == [f"{ANN}: 60 ms from the caller's own watch"]


def test_a_caller_without_a_row_is_a_fault(log: Path) -> None:
    """Nothing is lost."""
    assert judged(log, row(ANN, 5.004)).faults == [f"{BOB}: called, and has no row"]


def test_two_rows_of_one_caller_are_a_fault(log: Path) -> None:
    """Nothing is doubled."""
    assert judged(log, row(ANN, 5.004), row(ANN, 5.004), row(BOB, 5.01)).faults == [f"{ANN}: 2 rows"]


def test_a_row_of_nobody_is_a_fault(log: Path) -> None:
    """Nothing is made up."""
    found = judged(log, row(ANN, 5.004), row(BOB, 5.01), row("+442079513", 5.0)).faults
    assert found == ["+442079513: has a row, and did not call"]


@pytest.mark.parametrize(
    ("segments", "fault"),
    [
        ([segment("queue", 0, 1), segment("talk", 1.5, 5)], "talk begins +0.500000 s from the end before it"),
        ([segment("queue", 0, 1), segment("talk", 1, 4)], "the last segment ends -1.000000 s from the end"),
        (
            [segment("queue", 0, 1) | {"length_seconds": 2}, segment("talk", 1, 5)],
            "queue lasts 1.000000 s and is told as 2",
        ),
    ],
)
def test_segments_follow_one_another_from_end_to_end(log: Path, segments: list[dict[str, Any]], fault: str) -> None:
    """A gap, an early end, a wrong length."""
    log.write_text(LOG.replace("05.004", "05.000"))
    judgement = judged(log, row(ANN, 5, segments=segments), row(BOB, 5.01))
    assert f"{ANN}: {fault}" in judgement.faults


def test_the_whole_lasts_as_long_as_it_says(log: Path) -> None:
    """The row's own length is compared with its begin and end."""
    judgement = judged(log, row(ANN, 5.004, length_seconds=7), row(BOB, 5.01))
    assert judgement.faults == [f"{ANN}: lasts 5.004000 s and is told as 7"]
