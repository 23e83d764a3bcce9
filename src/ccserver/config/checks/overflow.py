"""Overflow rules: those that lead nowhere, never hold, or stand behind one that holds whenever they do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from ccserver.config.checks.expressions import expression_problem
from ccserver.config.checks.graph import some_loops
from ccserver.config.checks.needs import MOST_TRIED
from ccserver.config.checks.references import overflow_rules
from ccserver.config.load import Checked
from ccserver.config.needs import part_of_queue
from ccserver.config.overflow import predicted_of, switches_of, waited_of
from ccserver.config.people import expand
from ccserver.config.problems import ConfigProblem, did_you_mean, listed, problem_at, warning_at
from ccserver.config.schema import Root
from ccserver.config.schema.overflow import OverflowSection
from ccserver.config.schema.types import spoken
from ccserver.core.ids import QueueId
from ccserver.core.plan import Figure, Switch
from ccserver.core.skills import meets

_SPOKEN = {Figure.SIGNED_IN: "signed in", Figure.READY: "ready", Figure.IN_WRAP_UP: "in wrap-up"}


def unknown_queues(checked: Checked) -> Iterator[ConfigProblem]:
    """Queues whose figures are asked and that do not exist."""
    if not checked.knows_names("queues"):
        return
    known = checked.names("queues")
    for loc, rule in overflow_rules(checked.model):
        for name in (rule.when.queues or {}) if rule.when is not None else {}:
            if name not in known:
                advice = did_you_mean(name, sorted(known), f"known are {listed(sorted(known))}")
                place = checked.place(*loc, "when", "queues", name, at_key=True)
                yield problem_at(place, f"there is no queue {name!r}", advice, name)


def moves_to_itself(checked: Checked) -> Iterator[ConfigProblem]:
    """A rule that leads into the queue it stands in."""
    for loc, rule in overflow_rules(checked.model):
        name = str(loc[1])
        key = next((key for key in ("queue", "add") if rule.then and getattr(rule.then, key) == name), None)
        if key is not None:
            place = checked.place(*loc, "then", key)
            yield problem_at(place, "this is the queue that the caller is in", "name another queue, or use relax", name)


def no_expressions(checked: Checked) -> Iterator[ConfigProblem]:
    """What is not in CEL, or asks for what is not known."""
    for loc, rule in overflow_rules(checked.model):
        text = rule.when.expression if rule.when is not None else None
        if text is not None:
            yield from expression_problem(checked, (*loc, "when", "expression"), text)


def rules_that_never_hold(checked: Checked) -> Iterator[ConfigProblem]:
    """Due when every caller has left, or asking for more than there can be."""
    able = _Able(checked.model)
    longest = max((tier.max_wait for tier in checked.model.tiers.values() if tier.max_wait), default=timedelta())
    entered = _entered_with_a_wait(checked.model)
    for loc, rule in overflow_rules(checked.model):
        name = str(loc[1])
        waited, longest_here = waited_of(rule.when), max(longest, checked.model.queues[name].max_wait)
        if name not in entered and waited >= longest_here:
            what = f"this rule never holds: callers of {name!r} leave before"
            place = checked.place(*loc, "when", "waited")
            yield warning_at(place, what, f"use less than {spoken(longest_here)}", spoken(waited))
        if rule.when.open is not None and rule.when.open == rule.when.closed:
            what = f"this rule never holds: {rule.when.open!r} cannot be open and closed"
            yield warning_at(checked.place(*loc, "when", "closed"), what, "remove one of the two", rule.when.closed)
        switches = switches_of(QueueId(name), rule.when)
        for switch in switches:
            problem = (
                _too_many(checked.model, able, switch) or _too_few(name, switch) or _more_than_all(switches, switch)
            )
            if problem is not None:
                of_other = () if switch.queue == name else ("queues", switch.queue)
                key = "at_least" if switch.is_least else "fewer_than"
                place = checked.place(*loc, "when", *of_other, switch.figure.value, key)
                advice = "ask for fewer" if switch.is_least else "ask for fewer than 2, or more"
                yield warning_at(place, f"this rule never holds: {problem}", advice, switch.on)


def rules_behind_others(checked: Checked) -> Iterator[ConfigProblem]:
    """Whenever the rule holds, one before it does and sends the caller away. One that moves may find its queue full, and a
    number may not be reached."""
    for name, queue in checked.model.queues.items():
        for index, rule in enumerate(queue.overflow):
            before = (i for i, one in enumerate(queue.overflow[:index]) if _follows(name, one, rule))
            first = next(before, None)
            if first is not None:
                what = f"this rule is never reached: whenever it holds, rule {first + 1} holds and is taken"
                place = checked.place("queues", name, "overflow", index, "when", at_key=True)
                yield warning_at(place, what, f"write it before rule {first + 1}, or remove it")


def circles_of_moves(checked: Checked) -> Iterator[ConfigProblem]:
    """Moves that lead back and of which none asks for what is there; each caller goes round once and waits where it ends."""
    edges: dict[str, list[str]] = {name: [] for name in checked.model.queues}
    for loc, rule in overflow_rules(checked.model):
        target = rule.then.queue
        if target is not None and target not in rule.when.queues:
            edges[str(loc[1])].append(target)
    for loop in some_loops(edges):
        rules = checked.model.queues[loop[0]].overflow
        index = next(i for i, rule in enumerate(rules) if rule.then.queue == (loop * 2)[1])
        place = checked.place("queues", loop[0], "overflow", index, "then", "queue")
        path = " -> ".join([*loop[:6], "..."] if len(loop) > 6 else [*loop, loop[0]])
        what = f"callers are moved in a circle: {path}"
        yield warning_at(
            place, what, f"ask for a figure under queues: {{{(loop * 2)[1]}: ...}}, such as ready, or remove it"
        )


def _entered_with_a_wait(model: Root) -> set[str | None]:
    """Queues into which callers come who have waited in another one."""
    moved = {rule.then.queue for _, rule in overflow_rules(model)}
    return moved | {queue.on_max_wait.queue for queue in model.queues.values()}


class _Able:
    """How many agents can serve a queue; None when too many would have to be looked at."""

    def __init__(self, model: Root) -> None:
        self._queues = model.queues
        self._profiles: Counter[frozenset[tuple[str, int]]] = Counter()
        for key, agent in model.agents.items():
            self._profiles[frozenset(agent.skills.items())] += len(list(expand(key, agent)))
        self._known: dict[str, int] = {}
        self._tries_left = MOST_TRIED

    def count(self, name: str) -> int | None:
        if name not in self._known:
            self._tries_left -= len(self._profiles)
            if self._tries_left < 0:
                return None
            needs = part_of_queue(name, self._queues[name]).requirement
            self._known[name] = sum(count for has, count in self._profiles.items() if meets(dict(has), needs))
        return self._known[name]


def _too_many(model: Root, able: _Able, switch: Switch) -> str | None:
    if not switch.is_least:
        return None
    if switch.figure is Figure.LENGTH:
        most = model.queues[switch.queue].max_length
        return f"{switch.queue!r} is full with {most}" if switch.on > most else None
    count = able.count(switch.queue)
    if count is None or switch.on <= count:
        return None
    return f"only {count} agents of {switch.queue!r} can be {_SPOKEN[switch.figure]}"


def _too_few(queue: str, switch: Switch) -> str | None:
    """The caller who is asked for is in the line."""
    if switch.is_least or (switch.queue, switch.figure) != (queue, Figure.LENGTH) or switch.off > 1:
        return None
    return "the caller who waits is one of them"


def _more_than_all(switches: tuple[Switch, ...], switch: Switch) -> str | None:
    """More agents ready or in wrap-up than may be signed in, for the rule asks for few of these."""
    if not switch.is_least or switch.figure not in (Figure.READY, Figure.IN_WRAP_UP):
        return None
    few = [s.off for s in switches if (s.queue, s.figure, s.is_least) == (switch.queue, Figure.SIGNED_IN, False)]
    if not few or switch.off < min(few):
        return None
    return f"it asks for fewer than {min(few)} signed in and for {switch.on} {_SPOKEN[switch.figure]} of them"


def _follows(queue: str, before: OverflowSection, rule: OverflowSection) -> bool:
    """Whether the rule before sends away everybody for whom this one holds. A number may not be reached, and an
    offer of a callback not be taken."""
    weak, strong = before.when, rule.when
    switches = switches_of(QueueId(queue), strong)
    return (
        before.then.queue is None
        and before.then.number is None
        and before.then.add is None
        and before.then.widen is None
        and before.then.callback is None
        and waited_of(weak) <= waited_of(strong)
        and weak.open in (None, strong.open)
        and weak.closed in (None, strong.closed)
        and weak.expression in (None, strong.expression)
        and set(predicted_of(QueueId(queue), weak)) <= set(predicted_of(QueueId(queue), strong))
        and all(any(_implies(each, one) for each in switches) for one in switches_of(QueueId(queue), weak))
    )


def _implies(strong: Switch, weak: Switch) -> bool:
    """Whether one is on only while the other is."""
    if (strong.queue, strong.figure, strong.is_least) != (weak.queue, weak.figure, weak.is_least):
        return False
    if strong.is_least:
        return strong.on >= weak.on and strong.off >= weak.off
    return strong.on <= weak.on and strong.off <= weak.off
