"""Overflow as data: which rule of a queue holds for a caller who waits, and when it is worth looking again. Pure questions.

A rule is taken once by a caller: a way leads out of the queue or lets more agents take the call than before, nobody is moved
into a queue in which the place was before, and an outside number is dialled once. So rules lead nobody in a circle, whatever an
administrator writes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from ccserver.core.acd.alternatives import further_queues
from ccserver.core.facts import FIGURES, Count, facts_in_queue
from ccserver.core.ids import QueueId
from ccserver.core.interaction import Interaction, QueuePlace
from ccserver.core.plan import Exit, ExitKind, Figure, OpeningHours, OverflowRule, Plan, QueuePlan, Switch, Widening
from ccserver.core.ways import Held

NOWHERE: Final = QueueId("")
MINUTE: Final = timedelta(minutes=1)
"""Opening hours begin and end with a minute."""
MOST_MINUTES: Final = 60
"""So far ahead opening hours are asked at once."""


def is_on(switch: Switch, value: int, was_on: bool) -> bool:
    """Whether the condition holds now that the figure has this value."""
    limit = switch.off if was_on else switch.on
    return value >= limit if switch.is_least else value < limit


def room_in(queue: QueuePlan) -> Switch:
    """Nobody is moved into a full queue."""
    return Switch(queue.id, Figure.LENGTH, False, queue.max_length, queue.max_length)


def switches_of(plan: Plan, rule: OverflowRule) -> Iterator[Switch]:
    """Its conditions on figures, with the one that is not written: room in the queue it leads to."""
    yield from rule.switches
    target = plan.queues.get(moves_to(rule) or NOWHERE)
    if target is not None:
        yield room_in(target)


def figures_read(rule: OverflowRule) -> frozenset[Figure]:
    """The figures of its own queue that its expression needs."""
    return frozenset(FIGURES[name] for name in rule.expression.reads) if rule.expression is not None else frozenset()


def rules_of(queue: QueuePlan) -> list[tuple[int, OverflowRule]]:
    """All rules with their numbers from 1, before them as number 0 the end of the opening hours for those who wait."""
    closing = [(0, OverflowRule(queue.on_closing, closed=queue.hours))] if queue.on_closing and queue.hours else []
    return [*closing, *enumerate(queue.overflow, 1)]


def moves_to(rule: OverflowRule) -> QueueId | None:
    """The queue it leads to; None: out of all queues, or nowhere at all."""
    then = rule.then
    return QueueId(then.target) if isinstance(then, Exit) and then.kind is ExitKind.QUEUE else None


def offers_callback(rule: OverflowRule) -> bool:
    """Nobody leaves the line by it."""
    return isinstance(rule.then, Exit) and rule.then.kind is ExitKind.CALLBACK


def rule_for(
    plan: Plan, interaction: Interaction, on: Collection[Switch], count: Count, now: datetime
) -> tuple[int, OverflowRule] | None:
    """The first rule of the queue that holds for whoever waits while these conditions are on, with its number. `count` is
    asked only for the figures that an expression needs."""
    place = interaction.place
    queue = plan.queues.get(place.queue) if place is not None else None
    if place is None or queue is None:
        return None
    for number, rule in rules_of(queue):
        if interaction.is_called_back and isinstance(rule.then, Exit) and moves_to(rule) is None:
            continue  # nobody would hear a message
        holds = _leads_on(plan, rule, interaction, place, now) and _holds(plan, rule, now - place.since, on, now)
        holds = holds and {each.bound for each in place.predicted}.issuperset(rule.predicted)
        if holds and rule.expression is not None:
            holds = rule.expression.holds(facts_in_queue(interaction, place.queue, count))
        if holds:
            return number, rule
    return None


def held_by(rule: OverflowRule, place: QueuePlace, count: Count, now: datetime) -> tuple[Held, ...]:
    """The conditions of a rule that holds, with what they found, in the order in which they are documented."""
    waited = (now - place.since).total_seconds()
    found = [Held("waited", "", True, rule.waited.total_seconds(), waited)] if rule.waited else []
    found += [Held(s.figure, s.queue, s.is_least, s.on, count(s.queue, s.figure)) for s in rule.switches]
    found += [
        Held("predicted_wait", one.bound.queue, one.bound.is_least, one.bound.on.total_seconds(), one.seconds)
        for one in place.predicted
        if one.bound in rule.predicted
    ]
    found += [Held(what, name) for what, name in (("open", rule.open), ("closed", rule.closed)) if name]
    found += [Held("expression", rule.expression.text)] if rule.expression is not None else []
    return tuple(found)


def surplus(rule: OverflowRule, queue: QueueId, length: int) -> int | None:
    """How many callers must leave the queue till its length does not ask for the rule any more; None: it never asked."""
    own = [each for each in rule.switches if (each.queue, each.figure, each.is_least) == (queue, Figure.LENGTH, True)]
    return min((max(1, length - switch.off + 1) for switch in own), default=None)


def next_look(
    rules: Iterable[OverflowRule], since: datetime, turns: Iterable[datetime], now: datetime
) -> datetime | None:
    """The next instant at which time alone may make a rule hold; None when time alone changes nothing.

    `turns` has for each calendar that the rules ask when it is worth asking it again.
    """
    waits = (since + rule.waited for rule in rules if rule.waited)
    return min((at for at in (*waits, *turns) if at > now), default=None)


def calendars_of(plan: Plan, rules: Iterable[OverflowRule]) -> Iterator[str]:
    """Names of the calendars that the rules ask, those of the queues included into which they lead or that they add."""
    for rule in rules:
        added = rule.then.queue if isinstance(rule.then, Widening) else None
        target = plan.queues.get(moves_to(rule) or added or NOWHERE)
        yield from (name for name in (rule.open, rule.closed, target.hours if target else "") if name in plan.hours)


def next_turn(hours: OpeningHours, now: datetime) -> datetime:
    """When the calendar opens or closes next; if it does not within the hour, the end of that hour."""
    minute = now.replace(second=0, microsecond=0)
    minutes = [minute + count * MINUTE for count in range(1, MOST_MINUTES + 1)]
    is_open = hours.is_open(now)
    return next((at for at in minutes if hours.is_open(at) is not is_open), minutes[-1])


def _leads_on(plan: Plan, rule: OverflowRule, interaction: Interaction, place: QueuePlace, now: datetime) -> bool:
    """Nobody is moved into a closed queue, into the same one, or back."""
    then = rule.then
    if isinstance(then, Widening):
        return then.needs not in place.widened if then.queue is None else _adds(plan, then.queue, place, now)
    if then.kind is ExitKind.NUMBER:
        return then.target not in interaction.numbers_tried
    if then.kind is ExitKind.CALLBACK:
        return not place.is_invited
    target = moves_to(rule)
    return target is None or (target not in place.visited and _is_another(plan, target, place, now))


def _adds(plan: Plan, queue: QueueId, place: QueuePlace, now: datetime) -> bool:
    return queue not in further_queues(plan, place) and _is_another(plan, queue, place, now)


def _is_another(plan: Plan, queue: QueueId, place: QueuePlace, now: datetime) -> bool:
    target = plan.queues.get(queue)
    if target is None or target.id == place.queue:
        return False
    return not target.hours or _is_open(plan, target.hours, now)


def _holds(plan: Plan, rule: OverflowRule, waited: timedelta, on: Collection[Switch], now: datetime) -> bool:
    return (
        waited >= rule.waited
        and all(switch in on for switch in switches_of(plan, rule))
        and (not rule.open or _is_open(plan, rule.open, now))
        and (not rule.closed or not _is_open(plan, rule.closed, now))
    )


def _is_open(plan: Plan, hours: str, now: datetime) -> bool:
    """A calendar that the plan does not have is open, as at an entry point."""
    return hours not in plan.hours or plan.hours[hours].is_open(now)
