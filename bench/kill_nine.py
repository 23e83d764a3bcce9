"""kill -9 of ccserver with 20 calls talking and 10 waiting: nobody is cut, routing is back, the order of the line is kept.

    .venv/bin/python -m bench.kill_nine --runs 3

Prints one JSON line a run and exits 1 if a figure is not what it must be.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.rig import DIRECT, Rig, sipp_agents, sipp_callers

TALKING, WAITING = 20, 10
AGENTS = [f"load{n:02d}" for n in range(1, TALKING + 1)]
HOLD_MS = 40_000
ROUTING_LIMIT = 5.0
"""Seconds from the kill to the next offer; the bench's own registration of one more agent is in it."""


def line(rig: Rig) -> list[str]:
    """Ids of those who wait for support, in the order of service."""
    queue = rig.api("GET", "/api/v1/queues/support")
    return [waiting["interaction"] for waiting in queue["line"]]


def talking(rig: Rig) -> int:
    return int(rig.api("GET", "/api/v1/queues/support")["talking"])


def channels(rig: Rig) -> int:
    return int(rig.asterisk("core show channels count").split()[0])


def one_run(rig: Rig) -> dict[str, Any]:
    """Fill the centre, kill, start, offer a new agent, count."""
    callers = sipp_callers(rig, DIRECT, 10, TALKING + WAITING, HOLD_MS)
    rig.wait_for(lambda: talking(rig) == TALKING and len(line(rig)) == WAITING)
    order, legs = line(rig), channels(rig)
    rig.kill()
    killed = time.monotonic()
    ready = rig.start()
    after, legs_after, talking_after = line(rig), channels(rig), talking(rig)
    rig.register(["load50"])
    rig.ready(["load50"])
    rig.wait_for(lambda: line(rig)[:1] != order[:1] or len(line(rig)) < WAITING)
    routed = time.monotonic() - killed
    first = next(
        a["work"]["interaction"]
        for a in rig.api("GET", "/api/v1/agents?limit=200")["items"]
        if a["id"] == "load50" and a["work"]
    )
    code = callers.wait(HOLD_MS / 1000 + 90)
    return {
        "ready_again_seconds": round(ready, 2),
        "first_offer_after_kill_seconds": round(routed, 2),
        "channels_before_after": [legs, legs_after],
        "talking_before_after": [TALKING, talking_after],
        "order_kept": after == order,
        "first_in_line_served_first": first == order[0],
        "callers_exit": code,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--base-port", type=int, default=15060)
    options = parser.parse_args()
    fine = True
    for _ in range(options.runs):
        data = Path(tempfile.mkdtemp(prefix="ccb-", dir="/tmp"))
        rig = Rig(data, options.base_port)
        try:
            rig.start()
            with sipp_agents(rig, ring_ms=200):
                rig.register(AGENTS)
                rig.ready(AGENTS)
                figures = one_run(rig)
        finally:
            rig.stop()
            shutil.rmtree(data, ignore_errors=True)
        print(json.dumps(figures), flush=True)
        fine = fine and figures["order_kept"] and figures["first_in_line_served_first"] and figures["callers_exit"] == 0
        fine = fine and figures["channels_before_after"][0] == figures["channels_before_after"][1]
        fine = fine and figures["talking_before_after"][0] == figures["talking_before_after"][1]
        fine = fine and figures["first_offer_after_kill_seconds"] <= ROUTING_LIMIT
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
