"""Set-up time and CPU of ccserver against Asterisk's own Queue(): same Asterisk, same callers, same phones, one run.

    .venv/bin/python -m bench.against_queue --rate 10 --seconds 30

Needs root (packets are watched on the loopback interface) and the Debian package sip-tester. Prints one JSON line for each
side, and one with what is missed; exits 1 when something is. SIPp is content with the 200, which ccserver sends before an agent
is found: that each caller spoke with an agent is judged by Asterisk's bridges and, for Queue(), by its own count.
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

from bench.rig import BENCH_AMI, DIRECT, QUEUE_DNIS, Rig, cpu_seconds, sipp_agents, sipp_callers
from bench.seen import Ports
from bench.wire import Wire

SETUP_P95, SPEECH_P95, CPU_SHARE = 20, 15, 1.5


def one_side(rig: Rig, dnis: str, rate: float, seconds: int, hold_ms: int) -> dict[str, Any]:
    """One load on one number; CPU is taken over the steady part."""
    wire = Wire(Ports(rig.sip, rig.callers_port, rig.agents_port), ("127.0.0.1", rig.base + 3, *BENCH_AMI))
    wire.start()
    assert rig.process is not None
    pids = {"ccserver": rig.process.pid, "asterisk": rig.asterisk_pid}
    callers = sipp_callers(rig, dnis, rate, int(rate * seconds), hold_ms, side=1 + (dnis == QUEUE_DNIS))
    ramp = min(hold_ms / 1000 + 1, seconds * 0.4)
    time.sleep(ramp)
    before, began = {name: cpu_seconds(pid) for name, pid in pids.items()}, time.monotonic()
    time.sleep(seconds - ramp)
    lasted = time.monotonic() - began
    percent = {name: round(100 * (cpu_seconds(pid) - before[name]) / lasted, 1) for name, pid in pids.items()}
    code = callers.wait(seconds + 120)
    time.sleep(2)
    return {
        "rate": rate,
        "hold_ms": hold_ms,
        "placed": int(rate * seconds),
        "callers_exit": code,
        "cpu_percent_of_a_core": percent,
        "cpu_percent_per_call_per_second": {name: round(value / rate, 2) for name, value in percent.items()},
        "queue_completed_abandoned": rig.queue_counts() if dnis == QUEUE_DNIS else None,
        **wire.stop().figures(),
    }


def misses(sides: dict[str, dict[str, Any]], talking: int = 0) -> list[str]:
    """What is not as it must be: against fixed limits, `talking` calls at any time of the full load, and Queue() of the same run."""
    missed = []
    if "ccserver" in sides:
        missed += [what for what, holds in asked_of_ours(sides["ccserver"], talking) if not holds]
    if "queue" in sides:
        missed += [what for what, holds in asked_of_queue(sides["queue"]) if not holds]
    if len(sides) == 2 and not sides["ccserver"]["setup_ms"].get("p95", 1e9) < sides["queue"]["setup_ms"].get("p95", 0):
        missed.append("set-up p95 below that of Queue()")
    return missed


def asked_of_ours(ours: dict[str, Any], talking: int) -> list[tuple[str, bool]]:
    """Each demand in words, and whether it holds."""
    share = ours["cpu_percent_per_call_per_second"]
    return [
        ("callers left in order", ours["callers_exit"] == 0),
        ("every call was placed", ours["calls"] == ours["placed"]),
        ("every call reached an agent", ours["agent_invites"] == ours["calls"]),
        ("every call was bridged with the agent", ours["bridged"] == ours["calls"]),
        (f"at least {talking} talk at a time", ours["talking_at_a_time"]["fewest_when_full"] >= talking),
        (f"set-up p95 at most {SETUP_P95} ms", ours["setup_ms"].get("p95", SETUP_P95 + 1) <= SETUP_P95),
        (f"speech path p95 at most {SPEECH_P95} ms", ours["speech_ms"].get("p95", SPEECH_P95 + 1) <= SPEECH_P95),
        (f"CPU at most {CPU_SHARE} % per call/s", share["ccserver"] <= CPU_SHARE),
        ("CPU below Asterisk's", share["ccserver"] < share["asterisk"]),
    ]


def asked_of_queue(theirs: dict[str, Any]) -> list[tuple[str, bool]]:
    """What the other side must have done for the comparison to mean something."""
    return [
        ("callers of Queue() left in order", theirs["callers_exit"] == 0),
        ("Queue() got every call", theirs["calls"] == theirs["placed"]),
        ("Queue() bridged every call", theirs["bridged"] == theirs["calls"]),
        ("Queue() completed every call", theirs["queue_completed_abandoned"] == [theirs["calls"], 0]),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=10)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--hold-ms", type=int, default=3500)
    parser.add_argument("--ring-ms", type=int, default=500)
    parser.add_argument("--base-port", type=int, default=15060)
    parser.add_argument("--agents", type=int, default=50)
    parser.add_argument("--talking", type=int, default=0, help="how many must talk at any time of the full load")
    parser.add_argument("--only", choices=("ccserver", "queue"))
    options = parser.parse_args()
    data = Path(tempfile.mkdtemp(prefix="ccb-", dir="/tmp"))
    rig = Rig(data, options.base_port, options.agents)
    sides: dict[str, dict[str, Any]] = {}
    try:
        print(json.dumps({"start_seconds": round(rig.start(), 1)}), flush=True)
        rig.add_queue(rig.agents)
        with sipp_agents(rig, options.ring_ms):
            rig.register(rig.agents)
            rig.ready(rig.agents)
            rig.wait_for(
                lambda: (
                    sum(a["is_available"] for a in rig.api("GET", "/api/v1/agents?limit=200")["items"])
                    >= len(rig.agents)
                )
            )
            for name, dnis in (("ccserver", DIRECT), ("queue", QUEUE_DNIS)):
                if options.only in (None, name):
                    figures = one_side(rig, dnis, options.rate, options.seconds, options.hold_ms)
                    print(json.dumps({"side": name, **figures}), flush=True)
                    sides[name] = figures
    finally:
        rig.stop()
        shutil.rmtree(data, ignore_errors=True)
    missed = misses(sides, options.talking)
    print(json.dumps({"misses": missed}))
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
