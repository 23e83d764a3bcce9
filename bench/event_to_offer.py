"""From an event of Asterisk to the offer that it leads to, in the running server:  .venv/bin/python -m bench.event_to_offer

The real `ccserver up` on the real Asterisk, with as many of SIPp's calls per second as make the wanted events per second;
nothing is simulated. What counts is seen from outside, on the loopback interface with the kernel's time stamps: from the
packet with the caller's StasisStart, on Asterisk's event connection, to the packet with the request that opens the agent's
leg. In between are reading, the customer look-up, queueing, the router, the explanation and the journal's share, and all
other events and commands of that second. Needs root and the Debian package sip-tester; agents suffice for every caller, so that
an offer waits for nothing but the server. Beside it runs an echo, a process that answers a byte and does nothing else, asked a
hundred times a second: what that takes is the machine's doing and its neighbours', not the server's. Prints a JSON line; exits 1 when a figure is not what it must be.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from bench.rig import DIRECT, Rig, cpu_seconds, sipp_agents, sipp_callers
from bench.seen import percentiles
from bench.wire import TCP, listen, packet_filter, stamp

P99, EVENTS = 10.0, 150.0
"""Milliseconds at the most, at so many events per second."""
EVENT = re.compile(rb'"type": ?"(\w+)", ?"timestamp"')
ARRIVAL = re.compile(
    rb'"type": ?"StasisStart".{0,900}?"caller": ?\{"name": ?"[^"]*", ?"number": ?"\+?(4420795\d+)"', re.S
)
OFFER = re.compile(rb"POST /ari/channels/\S*callerId=[^& ]*?(4420795\d+)")


class Echo(threading.Thread):
    """How long another process takes to answer a byte: two of the scheduler's wake-ups, and nothing else."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.took: list[float] = []
        self._ending = threading.Event()
        self._ours, theirs = socket.socketpair()
        code = "import os\nwhile word := os.read(0, 1): os.write(1, word)"
        self._process = subprocess.Popen([sys.executable, "-c", code], stdin=theirs.fileno(), stdout=theirs.fileno())
        theirs.close()

    def run(self) -> None:
        while not self._ending.wait(0.01):
            began = time.perf_counter()
            self._ours.sendall(b"?")
            self._ours.recv(1)
            self.took.append(1000 * (time.perf_counter() - began))

    def stop(self) -> dict[str, float]:
        """Percentiles, in milliseconds."""
        self._ending.set()
        self.join(2)
        self._ours.close()
        self._process.wait(5)
        return percentiles(self.took)


class Dialogue(threading.Thread):
    """Reads the packets between Asterisk's HTTP port and ccserver until `stop`."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self.arrived: dict[bytes, float] = {}
        self.offered: dict[bytes, float] = {}
        self.events: list[float] = []
        self._port = port
        self._packets = listen(packet_filter((), (port, port), TCP))
        self._ending = threading.Event()

    def run(self) -> None:
        while not self._ending.is_set():
            try:
                data, extra, _, address = self._packets.recvmsg(1 << 17, 64)
            except TimeoutError:
                continue
            if address[2] != socket.PACKET_OUTGOING:
                self.packet(data, stamp(extra))

    def stop(self) -> None:
        self._ending.set()
        self.join(2)
        self._packets.close()

    def packet(self, data: bytes, at: float) -> None:
        """One IPv4 packet. Of what is told again the first counts: the agent's leg has the caller's number too."""
        segment = data[(data[0] & 15) * 4 :]
        payload = segment[(segment[12] >> 4) * 4 :]
        if int.from_bytes(segment[:2], "big") == self._port:
            self.events += [at] * len(EVENT.findall(payload))
            for number in ARRIVAL.findall(payload):
                self.arrived.setdefault(number, at)
        else:
            for number in OFFER.findall(payload):
                self.offered.setdefault(number, at)

    def figures(self) -> dict[str, Any]:
        """Over all calls that were offered; events per second over the calls' arrivals."""
        began, ended = min(self.arrived.values(), default=0.0), max(self.arrived.values(), default=0.0)
        steady = [at for at in self.events if began + 2 <= at <= ended]
        took = [1000 * (self.offered[number] - at) for number, at in self.arrived.items() if number in self.offered]
        return {
            "arrived": len(self.arrived),
            "offered": len(took),
            "events_per_second": round(len(steady) / max(ended - began - 2, 1e-9), 1),
            "event_to_offer_ms": percentiles(took),
        }


def measure(rig: Rig, rate: float, seconds: int, hold_ms: int) -> dict[str, Any]:
    """One load."""
    dialogue, echo = Dialogue(rig.base + 2), Echo()
    dialogue.start()
    echo.start()
    assert rig.process is not None
    before = cpu_seconds(rig.process.pid)
    callers = sipp_callers(rig, DIRECT, rate, int(rate * seconds), hold_ms, media=False)
    code = callers.wait(seconds + hold_ms / 1000 + 60)
    spent = cpu_seconds(rig.process.pid) - before
    dialogue.stop()
    return {
        "rate": rate,
        "placed": int(rate * seconds),
        "callers_exit": code,
        "cpu_seconds": round(spent, 1),
        **dialogue.figures(),
        "echo_ms": echo.stop(),
    }


def misses(figures: dict[str, Any]) -> list[str]:
    """What is not as it must be."""
    demands = {
        "every caller was offered": figures["offered"] == figures["arrived"] == figures["placed"],
        f"at least {EVENTS:g} events per second": figures["events_per_second"] >= EVENTS,
        f"p99 at most {P99:g} ms": figures["event_to_offer_ms"].get("p99", P99 + 1) <= P99,
    }
    return [what for what, holds in demands.items() if not holds]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=20)
    parser.add_argument("--seconds", type=int, default=30, help="at most 120")
    parser.add_argument("--hold-ms", type=int, default=1500)
    parser.add_argument("--base-port", type=int, default=15060)
    options = parser.parse_args()
    data = Path(tempfile.mkdtemp(prefix="cce-", dir="/tmp"))
    rig = Rig(data, options.base_port)
    try:
        rig.start()
        with sipp_agents(rig, 300, media=False):
            rig.register(rig.agents)
            rig.ready(rig.agents)
            time.sleep(1)
            figures = measure(rig, options.rate, min(options.seconds, 120), options.hold_ms)
    finally:
        rig.stop()
        shutil.rmtree(data, ignore_errors=True)
    missed = misses(figures)
    print(json.dumps({**figures, "misses": missed}))
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
