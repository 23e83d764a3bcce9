"""The tables that are pasted into bench/README.md."""

from __future__ import annotations

from typing import Any

from bench.table import markdown


def result(name: str, figures: list[dict[str, Any]], code: int = 0) -> dict[str, Any]:
    return {
        "name": name,
        "command": "bench.x",
        "commit": "abc1234",
        "load_before": 0.2,
        "seconds": 90,
        "exit": code,
        "figures": figures,
    }


SIDE = {
    "side": "ccserver",
    "calls": 300,
    "bridged": 300,
    "queue_completed_abandoned": None,
    "talking_at_a_time": {"most": 83, "fewest_when_full": 81, "full_seconds": 123.9},
    "setup_ms": {"p50": 7.6, "p95": 11.4, "p99": 16.8},
    "speech_ms": {"p50": 4.6, "p95": 11.4, "p99": 14.7},
    "cpu_percent_per_call_per_second": {"ccserver": 1.4, "asterisk": 1.9},
}


def test_a_side_is_one_line() -> None:
    """Every figure of it."""
    text = markdown([result("rate-15", [{"start_seconds": 3}, SIDE, {"misses": []}])])
    line = "| ccserver | 300 | 300 | 81–83, 123.9 | 7.6 / 11.4 / 16.8 | 4.6 / 11.4 / 14.7 | 1.4 % | 1.9 % |"
    assert text.splitlines()[-1] == line


def test_what_is_missed_stands_above_the_table() -> None:
    """A bad figure is not hidden by pasting."""
    text = markdown([result("rate-15", [SIDE, {"misses": ["CPU below Asterisk's"]}], code=1)])
    assert text.splitlines()[0].endswith("NOT as it must be (exit 1); missed: CPU below Asterisk's.")


def test_a_measurement_that_broke_says_so() -> None:
    """Rather than an empty table."""
    assert markdown([result("kill-nine", [], code=1)]).endswith("No figures.")


def test_five_hundred_tells_what_has_grown() -> None:
    """By name."""
    figures = {
        "calls": 500,
        "interactions": 500,
        "results": {"answered": 500},
        "call_time_against_sipp_ms": {"p50": 0.7, "p95": 1.0, "max": 1.4},
        "faults_count": 0,
        "rtp": {"caller_sent": {"fewest": 220, "all": 112000}},
        "rtp_least": 180,
        "rtp_unseen": 0,
        "left_behind": {"channels": 0, "open_work": 0},
        "held_before": {"files": 42},
        "held_grown": {"files": {}, "tasks": 0, "asterisk_files": {"pipe": 1}},
    }
    assert "{'pipe': 1}" in markdown([result("five-hundred", [figures])])
