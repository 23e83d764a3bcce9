"""Overflow, live: after each step it finds those for whom a rule of their queue holds now.

It decides only who goes first. The dispatch looks before it: whoever can be offered to an agent is not sent on. Of those
whom a rule moves, the first in line goes alone; then the dispatch looks, and the figures are asked again: one agent who is
ready elsewhere draws one caller, not all. Of those whom the length of the line sends away, the last goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from ccserver.core.acd.line import rank
from ccserver.core.acd.overflow import Found, take_rule
from ccserver.core.acd.overflow_predicted import next_prediction, see_predicted
from ccserver.core.acd.overflow_rules import (
    calendars_of,
    held_by,
    moves_to,
    next_look,
    next_turn,
    offers_callback,
    rule_for,
    rules_of,
    surplus,
)
from ccserver.core.acd.overflow_sight import OverflowSight
from ccserver.core.centre import Centre
from ccserver.core.commands import CancelTimer, Command, StartTimer
from ccserver.core.events import Event
from ccserver.core.ids import InteractionId
from ccserver.core.interaction import Interaction, QueuePlace
from ccserver.core.notices import Notice
from ccserver.core.plan import Figure, Widening
from ccserver.core.timers import OverflowDue

Effects = Iterator[Command | Notice | Event]
MOST_AT_ONCE: Final = 50
"""Callers sent on in one step; the others follow `SOON` after it."""
SOON: Final = timedelta(milliseconds=100)


class OverflowWatch:
    """One for a kernel. Not to be asked while a step is under way."""

    def __init__(self) -> None:
        self.sight: OverflowSight | None = None
        self._turns: dict[str, datetime] = {}
        """When it is worth asking the calendars again."""
        self._sent = 0

    def look(self, centre: Centre, now: datetime) -> Effects:
        """Who is sent on now, after a step that touched `centre.touched`; and when to look at the others again."""
        sight = self._follow(centre)
        found: list[Found] = []
        for interaction, place in _in_order(centre, sight.to_look_at):
            see_predicted(centre, interaction, place, centre.plan.queues[place.queue].overflow, now)
            taken = rule_for(centre.plan, interaction, centre.switches, sight.count, now)
            if taken is None:
                sight.to_look_at.discard(interaction.id)
                yield from self._look_again(centre, interaction, place, now)
                continue
            number, rule = taken
            found.append(Found(interaction, place, number, rule, held_by(rule, place, sight.count, now)))
            if is_move(found[-1]):
                break
        yield from self._send(centre, first_to_go(found, sight), now)

    def _follow(self, centre: Centre) -> OverflowSight:
        if self.sight is None or self.sight.plan is not centre.plan:
            self.sight = OverflowSight(centre)
            self._turns.clear()
        else:
            self.sight.follow(centre)
        return self.sight

    def _look_again(self, centre: Centre, interaction: Interaction, place: QueuePlace, now: datetime) -> Effects:
        rules = [rule for _, rule in rules_of(centre.plan.queues[place.queue])]
        key, names = OverflowDue(interaction.id), set(calendars_of(centre.plan, rules))
        for name in names:
            if self._turns.get(name, now) <= now:
                self._turns[name] = next_turn(centre.plan.hours[name], now)
        turns = [self._turns[name] for name in names]
        if (again := next_prediction(rules, centre.timers.get(key), now)) is not None:
            turns.append(again)
        due_at = next_look(rules, place.since, turns, now)
        if centre.timers.get(key) != due_at:
            yield CancelTimer(key) if due_at is None else StartTimer(key, due_at)

    def _send(self, centre: Centre, found: list[Found], now: datetime) -> Effects:
        """Without anybody to send the step is over."""
        at_once = found[: MOST_AT_ONCE - self._sent]
        self._sent = self._sent + len(at_once) if at_once else 0
        for one in at_once:
            centre.interaction(one.interaction.id)
            yield from take_rule(centre, one, now)
        if found and not at_once:
            yield StartTimer(OverflowDue(found[0].interaction.id), now + SOON)


def _in_order(centre: Centre, keys: Iterable[InteractionId]) -> list[tuple[Interaction, QueuePlace]]:
    waiting = sorted((centre.interactions[key] for key in keys), key=rank)
    return [(each, each.place) for each in waiting if each.place is not None]


def is_move(found: Found) -> bool:
    """It stays in line, there or here, and takes room or agents that the next one then does not find."""
    return isinstance(found.rule.then, Widening) or moves_to(found.rule) is not None


def first_to_go(found: list[Found], sight: OverflowSight) -> list[Found]:
    """Of those for whom a rule holds, in the order of the line: who is moved, alone; else who is sent away, and last of all
    the end of a line that is too long, as far as it is."""
    if found and is_move(found[-1]):
        return found[-1:]
    lengths = [sight.count(one.place.queue, Figure.LENGTH) for one in found]
    too_many = [surplus(one.rule, one.place.queue, length) for one, length in zip(found, lengths, strict=True)]
    anyway = [
        one
        for one, most in zip(found, too_many, strict=True)
        if most is None or offers_callback(one.rule)  # who is offered one does not leave the line by that
    ]
    if anyway or not found:
        return anyway
    queue = found[-1].place.queue
    here = [(one, most) for one, most in zip(found, too_many, strict=True) if one.place.queue == queue]
    fewest = min(most for _, most in here if most is not None)
    return [one for one, _ in here][-fewest:]
