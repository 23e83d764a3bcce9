"""500 calls at 5 per second through the direct line: nobody lost, every second accounted for, nothing left behind.

    .venv/bin/python -m bench.five_hundred

Callers and phones are SIPp with real RTP, counted on the wire in both directions on both legs of every call (root). What the
history says is compared with SIPp's own watch of every call. Prints one JSON line and exits 1 if a figure is not what it must be.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from bench.judge import judge, watches
from bench.rig import CALLERS_LOG, DIRECT, RTP, Rig, open_files, sipp_agents, sipp_callers
from bench.seen import Ports
from bench.wire import Wire
from ccserver.adapters.db.engine import POOL_SIZE

AGENTS = [f"load{n:02d}" for n in range(1, 51)]
WARM_UP_CALLS = 25
RING_MS = 500
RTP_PER_SECOND, RTP_SHARE = 50, 0.8
"""Packets of 20 ms; and how many of those of a talk must at least have been there, each way and on each leg."""
CALM_WITHIN = 60
IDLE_CONNECTIONS_CLOSE = 12
"""Seconds: the pool of connections to the PBX lets idle ones go after ten."""
RTP_CLOSES = 34
"""Seconds: Asterisk keeps a call's RTP sockets while its BYE may come again, 32 s over UDP (RFC 3261 17.2.2, timer J)."""


def left_behind(rig: Rig) -> dict[str, int]:
    """Channels and bridges of Asterisk; interactions, work and commands of ccserver."""
    channels = rig.asterisk("core show channels count").split()
    bridges = [line for line in rig.asterisk("bridge show all").splitlines()[1:] if line.strip()]
    live = rig.api("GET", "/api/v1/queues?limit=50")["items"]
    return {
        "channels": int(channels[0]),
        "bridges": sum(1 for line in bridges if "-waiting" not in line),
        "waiting": sum(queue["waiting"] for queue in live),
        "talking": sum(queue["talking"] for queue in live),
        "open_work": sum(1 for agent in rig.api("GET", "/api/v1/agents?limit=200")["items"] if agent["work"]),
        "journal_depth": int(rig.metric("ccserver_journal_depth")),
    }


class Held(NamedTuple):
    """Open files and sockets by name, and tasks."""

    ours: Counter[str]
    tasks: int
    asterisk: Counter[str]

    def figures(self) -> dict[str, int]:
        return {"files": self.ours.total(), "tasks": self.tasks, "asterisk_files": self.asterisk.total()}


def held(rig: Rig) -> Held:
    """What ccserver and Asterisk hold now."""
    assert rig.process is not None
    return Held(open_files(rig.process.pid), int(rig.metric("ccserver_tasks")), open_files(rig.asterisk_pid))


def calm(rig: Rig) -> Held:
    """What is held when nothing changes any more: the same for longer than idle connections are kept, calls' sockets apart."""
    time.sleep(RTP_CLOSES)
    limit, same_since, before = time.monotonic() + CALM_WITHIN, time.monotonic(), held(rig)
    while time.monotonic() < min(limit, same_since + IDLE_CONNECTIONS_CLOSE):
        time.sleep(0.5)
        if (now := held(rig)) != before:
            same_since, before = time.monotonic(), now
    return before


def open_pool(rig: Rig) -> None:
    """Have the database's pool, which never shrinks, opened to its full size before anything is counted."""
    assert rig.process is not None
    database = str(rig.data.resolve() / "crm.sqlite")
    limit = time.monotonic() + CALM_WITHIN
    with ThreadPoolExecutor(4 * POOL_SIZE) as crowd:
        while open_files(rig.process.pid)[database] < POOL_SIZE:
            if time.monotonic() > limit:
                raise RuntimeError("the pool of database connections does not fill")
            list(crowd.map(lambda _: rig.api("GET", "/api/v1/customers?limit=200"), range(8 * POOL_SIZE)))


def grown(before: Held, after: Held) -> dict[str, Any]:
    """What is held after the load and was not before."""
    return {
        "files": dict(after.ours - before.ours),
        "tasks": max(0, after.tasks - before.tasks),
        "asterisk_files": dict(after.asterisk - before.asterisk),
    }


def run(rig: Rig, options: argparse.Namespace) -> dict[str, Any]:
    """Warm up, look, load, look again, compare."""
    with sipp_agents(rig, RING_MS):
        rig.register(AGENTS)
        rig.ready(AGENTS)
        rig.wait_for(
            lambda: sum(a["is_available"] for a in rig.api("GET", "/api/v1/agents?limit=200")["items"]) >= len(AGENTS)
        )
        open_pool(rig)
        sipp_callers(rig, DIRECT, options.rate, WARM_UP_CALLS, options.hold_ms, side=1).wait(120)
        before, since = calm(rig), datetime.now(UTC)
        began = since.isoformat().replace("+00:00", "Z")
        wire = Wire(Ports(rig.sip, rig.callers_port, rig.agents_port), rtp=RTP)
        wire.start()
        code = sipp_callers(rig, DIRECT, options.rate, options.calls, options.hold_ms, side=2).wait(
            options.calls / options.rate + options.hold_ms / 1000 + 120
        )
        rig.wait_for(lambda: not any(left_behind(rig).values()))
        seen = wire.stop()
        after = calm(rig)
        details = [rig.api("GET", f"/api/v1/interactions/{row['id']}") for row in rig.interactions(began)]
    judgement = judge(details, watches(rig.data / CALLERS_LOG))
    return {
        "calls": options.calls,
        "callers_exit": code,
        **judgement.figures(),
        "left_behind": left_behind(rig),
        "rtp": seen.rtp_figures(),
        "rtp_least": int(RTP_SHARE * RTP_PER_SECOND * (options.hold_ms - RING_MS) / 1000),
        "rtp_unseen": wire.unseen,
        "held_before": before.figures(),
        "held_grown": grown(before, after),
        "bugs": rig.metric("ccserver_bugs_total"),
    }


def is_fine(figures: dict[str, Any]) -> bool:
    return bool(
        figures["callers_exit"] == 0
        and figures["interactions"] == figures["calls"]
        and figures["results"] == {"answered": figures["calls"]}
        and not figures["faults_count"]
        and not any(figures["left_behind"].values())
        and all(way["fewest"] >= figures["rtp_least"] for way in figures["rtp"].values())
        and not any(figures["held_grown"].values())
        and figures["bugs"] == 0
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=500)
    parser.add_argument("--rate", type=float, default=5)
    parser.add_argument("--hold-ms", type=int, default=5000)
    parser.add_argument("--base-port", type=int, default=15060)
    options = parser.parse_args()
    data = Path(tempfile.mkdtemp(prefix="ccb-", dir="/tmp"))
    rig = Rig(data, options.base_port)
    try:
        rig.start()
        figures = run(rig, options)
    finally:
        rig.stop()
        shutil.rmtree(data, ignore_errors=True)
    print(json.dumps(figures))
    sys.exit(0 if is_fine(figures) else 1)


if __name__ == "__main__":
    main()
