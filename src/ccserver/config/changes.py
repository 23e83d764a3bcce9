"""What a proposed plan changes, in words: an administrator's own words, as they stand in the YAML, one line for each change.

It decides nothing about what a change does; fields that a colleague adds to the plan are told by their names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import timedelta
from enum import Enum
from typing import Any, Final

from ccserver.config.schema.types import spoken
from ccserver.core.plan import Exit, OverflowRule, Plan, Switch
from ccserver.core.skills import AllOf, AnyOf, AtLeast, NoneOf, Relaxation
from ccserver.core.sounds import Sound
from ccserver.core.tiers import RoutingPolicy

_NAMED: Final = {
    "queues": "queue", "tiers": "tier", "entry_points": "number", "flows": "flow", "agents": "agent", "hours": "hours",
    "not_ready_reasons": "not-ready reason",
}  # fmt: skip
_AS_WRITTEN: Final = {"target": "answer within", "goal": "share answered within it", "on_max_wait": "after max wait"}
_LONGEST: Final = 160
_MOST_NAMES: Final = 6


def changes(present: Plan, proposed: Plan) -> list[str]:
    """One line each; none when the plans say the same."""
    lines: list[str] = []
    for each in fields(Plan):
        before, after = getattr(present, each.name), getattr(proposed, each.name)
        if each.name == "epoch":
            continue
        if each.name in _NAMED:
            lines += _named(_NAMED[each.name], _by_name(before), _by_name(after))
        elif not _same(before, after):
            lines.append(f"{_words(each.name)}: {said(before)} -> {said(after)}"[:_LONGEST])
    return lines


def _by_name(things: Any) -> Mapping[str, Any]:
    return things if isinstance(things, Mapping) else {thing.id: thing for thing in things}


def _named(kind: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    yield from _listed(kind, "removed", [name for name in before if name not in after])
    yield from _listed(kind, "added", [name for name in after if name not in before])
    both = [name for name in after if name in before]
    for name in both:
        for line in _within(before[name], after[name]):
            yield f"{kind} {name}: {line}"[:_LONGEST]
    order = [name for name in before if name in after]
    if kind == "tier" and order != both:
        yield f"tiers are in another order: {', '.join(both)}"


def _listed(kind: str, what: str, names: Sequence[str]) -> Iterator[str]:
    """Many agents that come or go are one line."""
    if not names:
        return
    shown = ", ".join(names[:_MOST_NAMES])
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    yield f"{kind}{'s' if len(names) > 1 and not kind.endswith('s') else ''} {what}: {shown}{more}"


def _within(before: Any, after: Any) -> Iterator[str]:
    if _same(before, after):
        return
    if type(before) is not type(after) or not is_dataclass(before):
        yield "changed" if hasattr(before, "is_open") else f"{said(before)} -> {said(after)}"
        return
    for each in fields(before):
        was, becomes = getattr(before, each.name), getattr(after, each.name)
        if _same(was, becomes):
            continue
        if each.name == "overflow":
            yield from _rules(was, becomes)
        elif each.name == "nodes":
            yield from _named("node", was, becomes)
        elif each.name == "skills":
            yield from _levels(was, becomes)
        else:
            yield f"{_words(each.name)} {said(was)} -> {said(becomes)}"


def _rules(before: Sequence[OverflowRule], after: Sequence[OverflowRule]) -> Iterator[str]:
    yield from (f"overflow rule removed: {said(rule)}" for rule in before if rule not in after)
    yield from (f"overflow rule added: {said(rule)}" for rule in after if rule not in before)
    if [rule for rule in before if rule in after] != [rule for rule in after if rule in before]:
        yield "overflow rules are in another order"


def _levels(before: Mapping[str, int], after: Mapping[str, int]) -> Iterator[str]:
    for skill in dict.fromkeys((*before, *after)):
        was, becomes = before.get(skill), after.get(skill)
        if was is None:
            yield f"skill {skill} {becomes} added"
        elif becomes is None:
            yield f"skill {skill} {was} removed"
        elif was != becomes:
            yield f"skill {skill} {was} -> {becomes}"


def _same(before: Any, after: Any) -> bool:
    """Calendars and expressions are the same when they are written the same."""
    if hasattr(before, "written") and hasattr(after, "written"):
        return bool(before.written() == after.written())
    return bool(before == after)


def _words(name: str) -> str:
    return _AS_WRITTEN.get(name, name.removeprefix("is_").replace("_", " "))


def said(value: Any) -> str:  # noqa: C901, PLR0911, PLR0912  one line for each kind of value
    """A value of the plan in words."""
    match value:
        case None | () | "":
            return "none"
        case bool():
            return "yes" if value else "no"
        case timedelta():
            return spoken(value)
        case AtLeast(skill, level):
            return skill if level == 1 else f"{skill} {level}"
        case AllOf(()):
            return "everybody"
        case AllOf(parts):
            return " and ".join(_part(part) for part in parts)
        case AnyOf(parts):
            return " or ".join(_part(part) for part in parts)
        case NoneOf(parts):
            return f"not {' nor '.join(_part(part) for part in parts)}"
        case Relaxation(after, needs):
            return f"{said(needs)} after {spoken(after)}"
        case Exit(kind, target, sounds):
            return f"{kind.value} {target or ' '.join(said(sound) for sound in sounds)}".strip()
        case RoutingPolicy(name, kind, protect):
            return f"{name} ({kind.value}{'' if protect is None else f', protect {protect:g}'})"
        case Switch(queue, figure, is_least, on, off):
            return (
                f"{figure.value.replace('_', ' ')} of {queue} {'at least' if is_least else 'below'} {on} (off at {off})"
            )
        case OverflowRule():
            return _rule(value)
        case Sound(_, text):
            return text
        case Enum():
            return str(value.value)
        case Mapping():
            return ", ".join(f"{key} {said(one)}" for key, one in value.items())
        case tuple() | list():
            return ", ".join(said(one) for one in value)
        case _ if is_dataclass(value):
            told = [(each.name, said(getattr(value, each.name))) for each in fields(value)]
            return ", ".join(f"{_words(name)} {text}" for name, text in told if text != "none")
    return str(value)


def _part(requirement: Any) -> str:
    """In brackets where it would be read otherwise."""
    words = said(requirement)
    return f"({words})" if isinstance(requirement, AllOf | AnyOf) and len(requirement.parts) > 1 else words


def _rule(rule: OverflowRule) -> str:
    conditions = [f"waited {spoken(rule.waited)}"] if rule.waited else []
    conditions += [said(switch) for switch in rule.switches]
    conditions += [f"{name} is {word}" for word in ("open", "closed") if (name := getattr(rule, word))]
    if rule.expression is not None:
        conditions.append(rule.expression.text)
    return f"{' and '.join(conditions) or 'always'}: {said(rule.then)}"
