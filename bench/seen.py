"""What the wire and Asterisk's events tell of each call: instants, who talked with whom at the same time, and RTP both ways.

Calls are recognised by the caller's unique number, which the agent's leg carries too:
  setup     caller's INVITE reaches Asterisk -> INVITE reaches the agent's phone
  answer    caller's INVITE -> 200 reaches the caller
  speech    agent's 200 reaches Asterisk -> both legs are in the bridge (AMI BridgeEnter, same clock)
  talking   both legs in the bridge -> the caller's BYE reaches Asterisk
Opens nothing and asks no clock: packets and events are given to it with their instants.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

NUMBER = re.compile(rb"^(?:From|f):.*?sip:\+?(4420795\d+)@", re.M | re.I)
CALL_ID = re.compile(rb"^(?:Call-ID|i): *(\S+)", re.M | re.I)
CSEQ = re.compile(rb"^CSeq: *\d+ (\w+)", re.M | re.I)
AUDIO = re.compile(rb"^m=audio (\d+) ", re.M)
DIGITS = re.compile(r"\+?(4420795\d+)")
WAYS = ("caller_sent", "caller_received", "agent_sent", "agent_received")


@dataclass(frozen=True)
class Ports:
    """Where the PBX, the callers' SIPp and the agents' SIPp speak SIP."""

    pbx: int
    callers: int
    agents: int


@dataclass
class Seen:
    """Instants by the caller's number, in seconds."""

    ports: Ports
    invited: dict[str, float] = field(default_factory=dict)
    answered: dict[str, float] = field(default_factory=dict)
    agent_invited: dict[str, float] = field(default_factory=dict)
    agent_answered: dict[str, float] = field(default_factory=dict)
    bridged: dict[str, float] = field(default_factory=dict)
    left: dict[str, float] = field(default_factory=dict)
    finals: dict[int, int] = field(default_factory=dict)
    repeats: int = 0
    rtp: dict[str, Counter[str]] = field(default_factory=dict)
    """RTP packets by the caller's number and one of WAYS, of the talk only: since the agent answered."""
    _numbers: dict[bytes, str] = field(default_factory=dict)
    _legs: dict[int, tuple[str, str]] = field(default_factory=dict)
    """Asterisk's RTP port -> the number, and whose leg it is now (ports are used again)."""

    def figures(self) -> dict[str, Any]:
        return {
            "calls": len(self.invited),
            "repeated_invites": self.repeats,
            "finals": self.finals,
            "agent_invites": len(self.agent_invited),
            "bridged": len(self.bridged),
            "talking_at_a_time": talking(self.bridged, self.left, self.invited),
            "setup_ms": percentiles(_between(self.invited, self.agent_invited)),
            "answer_ms": percentiles(_between(self.invited, self.answered)),
            "speech_ms": percentiles(_between(self.agent_answered, self.bridged)),
        }

    def rtp_figures(self) -> dict[str, dict[str, int]]:
        """For each way the fewest packets of a call, and of all calls together. A call without RTP counts as none."""
        counts = {way: [self.rtp.get(number, Counter())[way] for number in self.invited] for way in WAYS}
        return {way: {"fewest": min(numbers, default=0), "all": sum(numbers)} for way, numbers in counts.items()}

    # -- the wire -------------------------------------------------------------------------------------------------------

    def packet(self, source: int, target: int, payload: bytes, at: float) -> None:
        """One UDP packet: SIP when a SIP port is at an end of it, else RTP."""
        sip = {self.ports.pbx, self.ports.callers, self.ports.agents}
        if source not in sip and target not in sip:
            self._media(source, target)
            return
        call_id = CALL_ID.search(payload)
        if call_id is None:
            return
        found = NUMBER.search(payload)
        number = found[1].decode() if found else self._numbers.get(call_id[1], "")
        if payload.startswith(b"INVITE"):
            self._invite(number, call_id[1], target, payload, at)
        elif payload.startswith(b"BYE") and source == self.ports.callers and number:
            self.left.setdefault(number, at)
        elif payload.startswith(b"SIP/2.0 "):
            method = CSEQ.search(payload)
            if method and method[1] == b"INVITE":
                self._answer(number, int(payload[8:11]), source, target, payload, at)

    def _invite(self, number: str, call_id: bytes, target: int, payload: bytes, at: float) -> None:
        if not number:
            return
        self._numbers[call_id] = number
        if target == self.ports.pbx:
            self.repeats += number in self.invited
            self.invited.setdefault(number, at)
        elif target == self.ports.agents:
            self.agent_invited.setdefault(number, at)
            self._leg(number, "agent", payload)

    def _answer(self, number: str, status: int, source: int, target: int, payload: bytes, at: float) -> None:
        if target == self.ports.callers:
            self._leg(number, "caller", payload)
            if status >= 200:
                self.finals[status] = self.finals.get(status, 0) + 1
            if status == 200:
                self.answered.setdefault(number, at)
        elif target == self.ports.pbx and source == self.ports.agents and status == 200 and number:
            self.agent_answered.setdefault(number, at)

    def _leg(self, number: str, leg: str, payload: bytes) -> None:
        """Asterisk's own description says at which port it speaks with this leg."""
        audio = AUDIO.search(payload)
        if audio and number:
            self._legs[int(audio[1])] = (number, leg)

    def _media(self, source: int, target: int) -> None:
        for port, way in ((source, "received"), (target, "sent")):
            if port in self._legs:
                number, leg = self._legs[port]
                if number in self.agent_answered and number not in self.left:
                    self.rtp.setdefault(number, Counter())[f"{leg}_{way}"] += 1
                return

    # -- the PBX's events -----------------------------------------------------------------------------------------------

    def event(self, event: dict[str, str]) -> None:
        """A manager event. In a bridge of two, the second to come makes the talk."""
        if event.get("Event") != "BridgeEnter" or event.get("BridgeTechnology") == "holding_bridge":
            return  # of the waiting room two callers at a time would look like two who talk
        if event.get("BridgeNumChannels") != "2":
            return
        for name in ("CallerIDNum", "ConnectedLineNum"):
            found = DIGITS.fullmatch(event.get(name, ""))
            if found:
                self.bridged.setdefault(found[1], float(event["Timestamp"]))


def _between(begin: dict[str, float], end: dict[str, float]) -> list[float]:
    return [(end[key] - begin[key]) * 1000 for key in begin if key in end]


def talking(bridged: dict[str, float], left: dict[str, float], invited: dict[str, float]) -> dict[str, float]:
    """How many talk at a time: the most; the fewest while it is `full`; and for how many seconds it is that.

    Full is from the first caller's BYE, when as many leave as come, to the last caller's INVITE. Zeros when nobody left
    before the last one called: then no load was ever steady.
    """
    steps = sorted(
        [(at, 1) for at in bridged.values()] + [(at, -1) for number, at in left.items() if number in bridged]
    )
    begin, end = min(left.values(), default=0.0), max(invited.values(), default=0.0)
    now, most, full = 0, 0, []
    for at, step in steps:
        now += step
        most = max(most, now)
        if begin < at <= end:
            full.append(now)
    return {"most": most, "fewest_when_full": min(full, default=0), "full_seconds": round(max(0.0, end - begin), 1)}


def percentiles(values: list[float]) -> dict[str, float]:
    """p50, p95, p99 and the largest."""
    ordered = sorted(values)
    if not ordered:
        return {"n": 0}
    shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    picked = {
        name: round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 1) for name, share in shares.items()
    }
    return {"n": len(ordered), **picked, "max": round(ordered[-1], 1)}
