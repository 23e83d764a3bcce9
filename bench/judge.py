"""Rows of the history against what the callers themselves saw: SIPp's log of when each one dialled, was answered, and left."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

TOLERANCE = 0.050
"""Seconds between the caller's own watch and the row."""


@dataclass
class Watch:
    """One caller's instants, in seconds, on SIPp's clock: INVITE sent, 200 received, BYE sent."""

    invites: float = 0
    answered: float = 0
    leaves: float = 0

    @property
    def call(self) -> float:
        return self.leaves - self.invites


@dataclass
class Judgement:
    """`faults` says in words what is wrong; it is empty when all is well."""

    rows: int = 0
    results: Counter[str] = field(default_factory=Counter)
    differences: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def figures(self) -> dict[str, Any]:
        """For the printed line."""
        ordered = sorted(self.differences)
        return {
            "interactions": self.rows,
            "results": dict(self.results),
            "call_time_against_sipp_ms": {
                "p50": _ms(ordered, 0.5), "p95": _ms(ordered, 0.95), "max": _ms(ordered, 1.0),
            },
            "faults": self.faults[:20],
            "faults_count": len(self.faults),
        }  # fmt: skip


def _ms(ordered: list[float], share: float) -> float:
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000, 1) if ordered else float("nan")


def watches(log: Path) -> dict[str, Watch]:
    """The callers' watches by number. A line is `NUMBER WORD DATE<tab>TIME[<tab>EPOCH]`."""
    found: dict[str, Watch] = {}
    for line in log.read_text().splitlines():
        words = line.split()
        if len(words) >= 4 and words[0].startswith("+"):
            at = datetime.fromisoformat(f"{words[2]}T{words[3]}").timestamp()
            setattr(found.setdefault(words[0], Watch()), words[1], at)
    return found


def judge(details: list[dict[str, Any]], callers: dict[str, Watch]) -> Judgement:
    """One row for each caller, none twice, none besides; call times as the callers saw them; segments without gap."""
    result = Judgement(rows=len(details), results=Counter(str(one["result"]) for one in details))
    numbers = Counter(str(one["ani"]) for one in details)
    result.faults += [f"{number}: {count} rows" for number, count in numbers.items() if count > 1]
    result.faults += [f"{number}: called, and has no row" for number in callers if number not in numbers]
    result.faults += [f"{number}: has a row, and did not call" for number in numbers if number not in callers]
    for one in details:
        if one["ani"] in callers:
            difference = abs(one["call_seconds"] - callers[one["ani"]].call)
            result.differences.append(difference)
            if difference > TOLERANCE:
                result.faults.append(f"{one['ani']}: {difference * 1000:.0f} ms from the caller's own watch")
        result.faults += [f"{one['ani']}: {fault}" for fault in gaps(one)]
    return result


def gaps(one: dict[str, Any]) -> list[str]:
    """What is wrong with the segments of a call that nobody transferred: they follow one another from end to end."""
    instants = [_instant(one["started_at"])]
    faults = []
    for segment in one["segments"]:
        begin, end = _instant(segment["started_at"]), _instant(segment["ended_at"])
        if begin != instants[-1]:
            faults.append(f"{segment['kind']} begins {begin - instants[-1]:+.6f} s from the end before it")
        if abs(end - begin - segment["length_seconds"]) > 1e-5:
            faults.append(f"{segment['kind']} lasts {end - begin:.6f} s and is told as {segment['length_seconds']}")
        instants.append(end)
    if instants[-1] != _instant(one["ended_at"]):
        faults.append(f"the last segment ends {instants[-1] - _instant(one['ended_at']):+.6f} s from the end")
    if abs(instants[-1] - instants[0] - one["length_seconds"]) > 1e-5:
        faults.append(f"lasts {instants[-1] - instants[0]:.6f} s and is told as {one['length_seconds']}")
    return faults


def _instant(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
