"""What can be used as it is written and is rarely meant so: warnings, of configurations without mistakes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from ccserver.config.checks.references import exits
from ccserver.config.load import Checked
from ccserver.config.needs import part_of_queue, steps_of_queue
from ccserver.config.problems import MOST_COMPARED, ConfigProblem, warning_at
from ccserver.core.skills import meets


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
    """Positions that are told only when the caller has left."""
    for name, queue in checked.model.queues.items():
        announced = queue.announce_position
        if announced is not None and announced.first_after >= queue.max_wait:
            place = checked.place("queues", name, "announce_position", "first_after")
            what = f"callers of {name!r} leave before they are told their position"
            yield warning_at(place, what, "make first_after shorter than max_wait")


def agents_for_no_queue(checked: Checked) -> Iterator[ConfigProblem]:
    """Agents who have what no queue needs as it is written; they can take calls that are transferred to them."""
    queues = checked.model.queues.items()
    needs = {each.requirement for n, queue in queues for each in (part_of_queue(n, queue), *steps_of_queue(n, queue))}
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
