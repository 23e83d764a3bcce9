"""What can be used as it is written and is rarely meant so: warnings, of configurations without mistakes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from typing import Final

from ccserver.config.checks.further import needs_of_queue
from ccserver.config.checks.references import exits
from ccserver.config.load import Checked
from ccserver.config.problems import MOST_COMPARED, ConfigProblem, warning_at
from ccserver.config.schema.queues import ComfortSection, PositionSection
from ccserver.core.skills import meets

_TOLD: Final = {
    "announce": "position and wait",
    "announce_position": "their position",
    "comfort": "any message",
}
"""Sections of a queue, and what they tell."""


def not_in_service(checked: Checked) -> Iterator[ConfigProblem]:
    """Callers outside the hours who hear what callers of numbers that are none hear."""
    if checked.model.default_exit is not None:
        return
    for name, one in checked.model.entry_points.items():
        if one.hours is not None and one.on_closed is None:
            place = checked.place("entry_points", name, "hours", at_key=True)
            what = f"callers of {name!r} outside the hours hear that the number is not in service"
            yield warning_at(place, what, "add on_closed:, or default_exit: for all entry points", one.hours)


def silent_messages(checked: Checked) -> Iterator[ConfigProblem]:
    """Messages without a sound: the caller hears nothing, and the call ends."""
    for loc, exit_ in exits(checked.model):
        if exit_.message == []:
            place = checked.place(*loc, "message", at_key=True)
            yield warning_at(place, "the call ends without a word", "name what the caller hears, such as vm-goodbye")


def announced_never(checked: Checked) -> Iterator[ConfigProblem]:
    """Positions, waits and messages that are told only when the caller has left."""
    for name, queue in checked.model.queues.items():
        told = ((key, getattr(queue, key), what) for key, what in _TOLD.items())
        for key, section, what in told:
            if section is not None and _first(section) >= queue.max_wait:
                written = "first_after" if section.first_after is not None else "every"
                place = checked.place("queues", name, key, written)
                yield warning_at(
                    place,
                    f"callers of {name!r} leave before they are told {what}",
                    f"make {written} shorter than max_wait",
                )


def _first(section: ComfortSection | PositionSection) -> timedelta:
    return section.first_after or (section.every if isinstance(section, ComfortSection) else section.first_after)


def agents_for_no_queue(checked: Checked) -> Iterator[ConfigProblem]:
    """Agents who have what no queue needs as it is written; they can take calls that are transferred to them."""
    needs = {each for name in checked.model.queues for each in needs_of_queue(name, checked.model)}
    if not 0 < len(needs) <= MOST_COMPARED:
        return
    can_take = cache(lambda has: any(meets(dict(has), each) for each in needs))
    for name, agent in checked.model.agents.items():
        if not can_take(frozenset(agent.skills.items())):
            place = checked.place("agents", name, at_key=True)
            what = f"no queue gives calls to {name!r}"
            yield warning_at(
                place, what, "give the agent the skills of a queue, each with the proficiency needed", name
            )
