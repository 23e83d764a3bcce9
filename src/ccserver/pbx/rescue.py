"""Which channels the guardian moves when ccserver is gone: a pure decision on what ARI lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Listed = Mapping[str, Any]
"""One channel or bridge as ARI describes it."""

UP = "Up"
TALK = 2


@dataclass(frozen=True)
class Rescue:
    """`to_fallback` are callers who wait for a ccserver that is not there; `to_end` are agents' phones that only ring."""

    to_fallback: tuple[str, ...] = ()
    to_end: tuple[str, ...] = ()


def plan_rescue(channels: Iterable[Listed], bridges: Iterable[Listed]) -> Rescue:
    """Decide from one look at the PBX.

    People who hear one another (two answered channels or more in a mixing bridge) are never touched. A caller (CC_ROLE
    inbound) who is still in Stasis goes to the fallback; one who is in the dialplan is already looked after. An agent's
    leg (CC_ROLE agent) that has not answered would ring for ever, for a caller's hang-up does not cancel it.
    """
    known = [channel for channel in channels if isinstance(channel.get("id"), str)]
    up = {channel["id"] for channel in known if channel.get("state") == UP}
    talking = _talking(bridges, up)
    idle = [channel for channel in known if channel["id"] not in talking]
    return Rescue(
        to_fallback=tuple(each["id"] for each in idle if _role(each) == "inbound" and _is_in_stasis(each)),
        to_end=tuple(each["id"] for each in idle if _role(each) == "agent" and each["id"] not in up),
    )


def _talking(bridges: Iterable[Listed], up: set[str]) -> set[str]:
    talking: set[str] = set()
    for bridge in bridges:
        members = bridge.get("channels")
        if bridge.get("bridge_type") != "mixing" or not isinstance(members, list):
            continue
        answered = up.intersection(members)
        if len(answered) >= TALK:
            talking |= answered
    return talking


def _role(channel: Listed) -> str:
    variables = channel.get("channelvars")
    return str(variables.get("CC_ROLE", "")) if isinstance(variables, Mapping) else ""


def _is_in_stasis(channel: Listed) -> bool:
    place = channel.get("dialplan")
    return isinstance(place, Mapping) and place.get("app_name") == "Stasis"
