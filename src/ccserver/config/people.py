"""Ranges of agents, written out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ccserver.config.schema.people import AgentSection
from ccserver.config.yaml_tree import Location

MOST_IN_RANGE = 2000


@dataclass(frozen=True, slots=True)
class AgentSpec:
    """One agent of its own. `password` is never shown."""

    id: str
    name: str
    extension: str
    password: str | None


class RangeError(Exception):
    """`at` is where inside the agent's section it went wrong; empty: the name itself."""

    def __init__(self, what: str, advice: str, at: Location = ()) -> None:
        super().__init__(what)
        self.what = what
        self.advice = advice
        self.at = at


def expand(key: str, agent: AgentSection) -> list[AgentSpec]:
    """The agents of one section: `ann` is one, `load01..load50` fifty. Without extension none of them has one. Raises RangeError."""
    first, dots, last = key.partition("..")
    if not dots:
        if ".." in agent.extension:
            raise RangeError("one agent has a range of extensions", 'use one, such as "1001"', ("extension",))
        return [AgentSpec(key, agent.name, agent.extension, agent.password)]
    numbers = _numbers(first, last)
    extensions = list(_extensions(agent.extension, len(numbers)))
    prefix = first.rstrip("0123456789")
    specs = []
    for number, extension in zip(numbers, extensions, strict=True):
        who = prefix + number
        password = _filled(agent.password, who, number) if agent.password is not None else None
        specs.append(AgentSpec(who, _filled(agent.name, who, number), extension, password))
    return specs


def _numbers(first: str, last: str) -> list[str]:
    low, high = (re.search(r"[0-9]*$", name).group() for name in (first, last))  # type: ignore[union-attr]
    prefixes = (first.removesuffix(low) if low else first, last.removesuffix(high) if high else last)
    advice = "write it as load01..load50: the same name, then as many digits, counting up"
    if not low or len(low) != len(high) or prefixes[0] != prefixes[1] or int(low) > int(high):
        raise RangeError("this is no range of agents", advice)
    count = int(high) - int(low) + 1
    if count > MOST_IN_RANGE:
        raise RangeError(f"the range has {count} agents", f"use at most {MOST_IN_RANGE}")
    return [f"{number:0{len(low)}d}" for number in range(int(low), int(high) + 1)]


def _extensions(text: str, count: int) -> Iterator[str]:
    if not text:
        yield from [""] * count
        return
    first, dots, last = text.partition("..")
    wanted = f"{first}..{int(first) + count - 1:0{len(first)}d}"
    advice = f'write "{wanted}"'
    if not dots:
        raise RangeError(f"{count} agents need {count} extensions, not one", advice, ("extension",))
    if len(first) != len(last) or int(last) - int(first) + 1 != count:
        raise RangeError(f"{text} are not {count} extensions", advice, ("extension",))
    for number in range(int(first), int(last) + 1):
        yield f"{number:0{len(first)}d}"


def _filled(text: str, who: str, number: str) -> str:
    return text.replace("{id}", who).replace("{number}", number)
