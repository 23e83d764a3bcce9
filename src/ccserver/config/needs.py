"""Expressions over skills, from the YAML to the core's, each part with its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ccserver.config.schema.needs import NeedSection
from ccserver.config.schema.queues import QueueDefinition
from ccserver.config.yaml_tree import Location
from ccserver.core.skills import AllOf, AnyOf, AtLeast, NoneOf, Requirement


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a requirement, where it is written, and the parts of which it is made."""

    loc: Location
    requirement: Requirement
    parts: tuple[Part, ...] = ()

    def conjuncts(self) -> Iterator[Part]:
        """What must hold, each by itself: the parts of AND, the parts of those, and so on."""
        if isinstance(self.requirement, AllOf):
            for part in self.parts:
                yield from part.conjuncts()
        else:
            yield self


def part_of(need: NeedSection, loc: Location) -> Part:
    """The expression written at `loc`."""
    found = [Part((*loc, skill), AtLeast(skill, level)) for skill, level in need.levels.items()]
    found += _listed(need.all, (*loc, "all"))
    if need.any:
        parts = tuple(_listed(need.any, (*loc, "any")))
        found.append(Part((*loc, "any"), AnyOf(tuple(one.requirement for one in parts)), parts))
    if need.none:
        parts = tuple(_listed(need.none, (*loc, "none")))
        found.append(Part((*loc, "none"), NoneOf(tuple(one.requirement for one in parts)), parts))
    return found[0] if len(found) == 1 else _all_of(loc, found)


def part_of_queue(name: str, queue: QueueDefinition) -> Part:
    """What an agent needs for the queue: `skills` and `needs` together."""
    loc: Location = ("queues", name)
    found = [Part((*loc, "skills", skill), AtLeast(skill, level)) for skill, level in queue.skills.items()]
    if queue.needs is not None:
        need = part_of(queue.needs, (*loc, "needs"))
        found += need.parts if isinstance(need.requirement, AllOf) else [need]
    return _all_of((*loc, "needs" if queue.needs is not None else "skills"), found)


def steps_of_queue(name: str, queue: QueueDefinition) -> list[Part]:
    """What is enough after some wait, for each step of `relax`."""
    loc: Location = ("queues", name, "relax")
    return [
        part_of(step.needs, (*loc, index, "needs")) if step.needs is not None else _all_of((*loc, index), [])
        for index, step in enumerate(queue.relax)
    ]


def widenings_of_queue(name: str, queue: QueueDefinition) -> list[Part]:
    """What is enough too by overflow rules, for each rule that widens."""
    return [
        part_of(rule.then.widen, ("queues", name, "overflow", index, "then", "widen"))
        for index, rule in enumerate(queue.overflow)
        if rule.then.widen is not None
    ]


def _listed(needs: list[NeedSection], loc: Location) -> list[Part]:
    return [part_of(one, (*loc, index)) for index, one in enumerate(needs)]


def _all_of(loc: Location, parts: list[Part]) -> Part:
    return Part(loc, AllOf(tuple(one.requirement for one in parts)), tuple(parts))
