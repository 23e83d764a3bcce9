"""Which figures of a run are refused."""

from __future__ import annotations

from typing import Any

import pytest
from bench.against_queue import misses


def ours(**changes: Any) -> dict[str, Any]:
    return {
        "placed": 300,
        "calls": 300,
        "callers_exit": 0,
        "agent_invites": 300,
        "bridged": 300,
        "talking_at_a_time": {"most": 82, "fewest_when_full": 80},
        "setup_ms": {"p95": 11.0},
        "speech_ms": {"p95": 11.0},
        "cpu_percent_per_call_per_second": {"ccserver": 1.4, "asterisk": 1.9},
        **changes,
    }


def theirs(**changes: Any) -> dict[str, Any]:
    return ours(setup_ms={"p95": 44.0}, queue_completed_abandoned=[300, 0], **changes)


def test_a_run_as_it_must_be_misses_nothing() -> None:
    """Both sides, 75 talking."""
    assert misses({"ccserver": ours(), "queue": theirs()}, talking=75) == []


@pytest.mark.parametrize(
    ("changes", "missed"),
    [
        ({"bridged": 10}, "every call was bridged with the agent"),
        ({"calls": 299, "agent_invites": 299, "bridged": 299}, "every call was placed"),
        ({"talking_at_a_time": {"most": 80, "fewest_when_full": 74}}, "at least 75 talk at a time"),
        ({"speech_ms": {"n": 0}}, "speech path p95 at most 15 ms"),
        ({"setup_ms": {"n": 0}}, "set-up p95 at most 20 ms"),
        ({"callers_exit": 1}, "callers left in order"),
    ],
)
def test_what_is_missed_is_told(changes: dict[str, Any], missed: str) -> None:
    """SIPp is content with the 200; the judge is not."""
    assert misses({"ccserver": ours(**changes)}, talking=75) == [missed]


@pytest.mark.parametrize(
    ("changes", "missed"),
    [
        ({"queue_completed_abandoned": [290, 10]}, "Queue() completed every call"),
        ({"bridged": 299}, "Queue() bridged every call"),
    ],
)
def test_a_comparison_with_a_queue_that_did_not_do_its_calls_is_refused(changes: dict[str, Any], missed: str) -> None:
    """It would be easy to be faster than that."""
    assert misses({"ccserver": ours(), "queue": theirs() | changes}) == [missed]


def test_slower_than_queue_is_told() -> None:
    """In the same run."""
    assert misses({"ccserver": ours(), "queue": theirs() | {"setup_ms": {"p95": 10.0}}}) == [
        "set-up p95 below that of Queue()"
    ]
