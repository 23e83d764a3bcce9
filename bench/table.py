"""The figures of `python -m bench --to FILE` as tables in Markdown, ready for bench/README.md.

    .venv/bin/python -m bench.table FILE

Takes of each measurement the last line in FILE. Measures nothing and judges nothing: it repeats what the lines say.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

Figures = list[dict[str, Any]]


def three(values: dict[str, Any]) -> str:
    """p50 / p95 / p99."""
    return " / ".join(str(values.get(name, "–")) for name in ("p50", "p95", "p99"))


def rows(head: Iterable[str], body: Iterable[Iterable[object]]) -> list[str]:
    """A table's lines."""
    names = list(head)
    return [_row(names), _row("---" for _ in names), *(_row(map(str, cells)) for cells in body)]


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def loads(figures: Figures) -> list[str]:
    """Both sides of a load, or one."""
    head = (
        "side", "calls", "with an agent", "talking at a time (least–most, for s)", "set-up p50 / p95 / p99",
        "answer to speech p50 / p95 / p99", "CPU per call/s: ccserver", "Asterisk",
    )  # fmt: skip
    return rows(head, (_side(one) for one in figures if "side" in one))


def _side(one: dict[str, Any]) -> list[object]:
    share, talking = one["cpu_percent_per_call_per_second"], one["talking_at_a_time"]
    spoke = one["bridged"] if one["queue_completed_abandoned"] is None else one["queue_completed_abandoned"][0]
    return [
        "`Queue()`" if one["side"] == "queue" else one["side"],
        one["calls"],
        spoke,
        f"{talking['fewest_when_full']}–{talking['most']}, {talking['full_seconds']}",
        three(one["setup_ms"]),
        three(one["speech_ms"]),
        f"{share['ccserver']} %",
        f"{share['asterisk']} %",
    ]


def five_hundred(figures: Figures) -> list[str]:
    """What became of the calls, and what is held after them."""
    (one,) = figures
    told, grown = one["call_time_against_sipp_ms"], one["held_grown"]
    rtp = ", ".join(f"{way.replace('_', ' ')} {counts['fewest']}" for way, counts in one["rtp"].items())
    left = ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in one["left_behind"].items())
    facts = [
        ("calls; rows in the database; results", f"{one['calls']}; {one['interactions']}; {one['results']}"),
        ("row's call time against the caller's own watch, p50 / p95 / max ms", " / ".join(str(told[n]) for n in told)),
        ("faults (lost, doubled, gaps between segments, more than 50 ms)", one["faults_count"]),
        (f"fewest RTP packets of a talk (at least {one['rtp_least']}; not seen {one['rtp_unseen']})", rtp),
        ("left behind", left),
        ("ccserver's files and tasks, Asterisk's files: before", one["held_before"]),
        ("the same: grown", grown if any(grown.values()) else "nothing"),
    ]
    return rows(("fact", "figure"), facts)


def kill_nine(figures: Figures) -> list[str]:
    """One line for each run."""
    head = ("run", "ready again", "first offer after the kill", "channels before / after", "order of the line")
    return rows(head, (_kill(number, one) for number, one in enumerate(figures, 1)))


def _kill(number: int, one: dict[str, Any]) -> list[object]:
    order = "kept" if one["order_kept"] else "NOT kept"
    first = "the first was served first" if one["first_in_line_served_first"] else "the first was NOT served first"
    legs = " / ".join(map(str, one["channels_before_after"]))
    ready, offer = one["ready_again_seconds"], one["first_offer_after_kill_seconds"]
    return [number, f"{ready} s", f"{offer} s", legs, f"{order}, {first}"]


def starts(figures: Figures) -> list[str]:
    """First and second start."""
    head = ("first start, all downloads", "second start", "ERROR lines in Asterisk's log")
    return rows(
        head,
        ([f"{one['first_start_s']} s", f"{one['second_start_s']} s", one["asterisk_error_lines"]] for one in figures),
    )


def event_to_offer(figures: Figures) -> list[str]:
    """What the server took, and what the machine took for an echo meanwhile."""
    head = ("calls/s", "events/s", "offered", "event to offer p50 / p95 / p99 ms", "echo p50 / p95 / p99 ms", "CPU s")
    return rows(head, (_offers(one) for one in figures))


def _offers(one: dict[str, Any]) -> list[object]:
    times = three(one["event_to_offer_ms"]), three(one["echo_ms"])
    return [one["rate"], one["events_per_second"], one["offered"], *times, one["cpu_seconds"]]


def routing_speed(figures: Figures) -> list[str]:
    """What the router does in a second, and what it does now and then."""
    (one,) = figures
    return [*_records(one["regimes"]), "", *_records(one["rare"])]


def _records(records: Figures) -> list[str]:
    return rows(records[0], (record.values() for record in records))


TABLES: dict[str, Callable[[Figures], list[str]]] = {
    "routing-speed": routing_speed,
    "first-start": starts,
    "queue-10": loads,
    "rate-15": loads,
    "event-to-offer": event_to_offer,
    "five-hundred": five_hundred,
    "kill-nine": kill_nine,
}


def markdown(results: Iterable[dict[str, Any]]) -> str:
    """One section for each measurement; of several of a name the last. What printed no figures says so."""
    sections = []
    for result in {one["name"]: one for one in results}.values():
        verdict = "as it must be" if result["exit"] == 0 else f"NOT as it must be (exit {result['exit']})"
        missed = [miss for one in result["figures"] for miss in one.get("misses", ())]
        head = (
            f"**{result['name']}**: `python -m {result['command']}`, commit `{result['commit']}`, load average "
            f"{result['load_before']} before, {result['seconds']} s, {verdict}"
        )
        table = TABLES[result["name"]](result["figures"]) if result["figures"] else ["No figures."]
        sections.append("\n".join([head + "".join(f"; missed: {miss}" for miss in missed) + ".", "", *table]))
    return "\n\n".join(sections)


if __name__ == "__main__":
    print(markdown(json.loads(line) for line in Path(sys.argv[1]).read_text().splitlines()))
