"""Every measurement, one after the other:  .venv/bin/python -m bench [--to FILE] [NAME-PART ...]

Wants a machine with nothing else to do, and root. `--list` shows the order, commands and durations; a part of a name picks
some. With `--to` the printed JSON lines are appended to FILE, with commit, load of the machine and exit code; and the
figures of this run are written to FILE.md as tables, ready for bench/README.md.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

from bench.table import markdown

TOP = Path(__file__).parents[1]
QUIET = 0.7
"""Load average below which the machine counts as quiet."""
SETTLE_LIMIT = 20
"""Seconds that a measurement waits for the last one's load to fade."""


class Measurement(NamedTuple):
    """`minutes` is how long it takes on two quiet cores."""

    name: str
    words: tuple[str, ...]
    minutes: float


ORDER = (
    Measurement("routing-speed", ("bench.routing_speed",), 2.5),
    Measurement("first-start", ("bench.first_start",), 2.5),
    Measurement("queue-10", ("bench.against_queue", "--rate", "10", "--seconds", "30"), 1.75),
    Measurement(
        "rate-15",
        (
            *("bench.against_queue", "--rate", "15", "--seconds", "130", "--hold-ms", "6000"),
            *("--talking", "75", "--only", "ccserver", "--agents", "120"),
        ),
        2.75,
    ),
    Measurement("event-to-offer", ("bench.event_to_offer",), 1.25),
    Measurement("five-hundred", ("bench.five_hundred",), 3.5),
    Measurement("kill-nine", ("bench.kill_nine", "--runs", "3"), 3),
)


def settle() -> float:
    """Wait for quiet, within the limit; the load average then."""
    limit = time.monotonic() + SETTLE_LIMIT
    while (load := os.getloadavg()[0]) > QUIET and time.monotonic() < limit:
        time.sleep(2)
    return load


def measure(measurement: Measurement) -> dict[str, Any]:
    """Run one; what it printed is passed on at once and answered."""
    load, began = settle(), time.monotonic()
    print(f"== python -m {' '.join(measurement.words)}   (load average {load:.2f})", flush=True)
    lines: list[Any] = []
    with subprocess.Popen(
        [sys.executable, "-m", *measurement.words], cwd=TOP, stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        for line in run.stdout:
            print(line, end="", flush=True)
            if line.startswith("{"):
                lines.append(json.loads(line))
    return {
        "name": measurement.name,
        "command": " ".join(measurement.words),
        "commit": commit(),
        "load_before": round(load, 2),
        "exit": run.returncode,
        "seconds": round(time.monotonic() - began),
        "figures": lines,
    }


def commit() -> str:
    """The commit of this tree, with a plus when files differ from it."""
    words = ["git", "describe", "--always", "--dirty=+", "--abbrev=7", "--exclude=*"]
    return subprocess.run(words, cwd=TOP, capture_output=True, text=True, check=False).stdout.strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="NAME-PART")
    parser.add_argument("--list", action="store_true", help="show, and measure nothing")
    parser.add_argument("--to", type=Path, help="a file that gets one JSON line for each measurement")
    options = parser.parse_args()
    chosen = [one for one in ORDER if not options.parts or any(part in one.name for part in options.parts)]
    if options.list or not chosen:
        for one in chosen or ORDER:
            print(f"{one.name:14} {one.minutes:4} min   python -m {' '.join(one.words)}")
        sys.exit(0 if chosen else 2)
    done = []
    for one in chosen:
        done.append(measure(one))
        if options.to:
            with options.to.open("a") as file:
                file.write(json.dumps(done[-1]) + "\n")
            options.to.with_name(f"{options.to.name}.md").write_text(markdown(done) + "\n")
    for result in done:
        verdict = "as it must be" if result["exit"] == 0 else f"NOT as it must be (exit {result['exit']})"
        print(f"{result['name']:14} {result['seconds']:4} s  {verdict}")
    sys.exit(1 if any(result["exit"] for result in done) else 0)


if __name__ == "__main__":
    main()
