"""Steps by which the requirement of a queue is loosened, and preferences: what of them changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from ccserver.config.checks.needs import Staff
from ccserver.config.load import Checked
from ccserver.config.needs import part_of_queue, steps_of_queue
from ccserver.config.problems import ConfigProblem, did_you_mean, problem_at, warning_at
from ccserver.config.schema.types import spoken
from ccserver.core.skills import AllOf, AnyOf, NoneOf


def steps_out_of_order(checked: Checked) -> Iterator[ConfigProblem]:
    """A step that is due before the one that stands before it, or with it."""
    for name, queue in checked.model.queues.items():
        times = [step.after if step is not None else None for step in queue.relax or []]
        for index, (before, after) in enumerate(pairwise(times), 1):
            if before is not None and after is not None and after <= before:
                place = checked.place("queues", name, "relax", index, "after")
                what = f"this step is due after {spoken(after)}, and the one before it after {spoken(before)}"
                yield problem_at(place, what, "write the step with the shortest wait first")


def steps_too_late(checked: Checked) -> Iterator[ConfigProblem]:
    """Steps that are due when every caller has left."""
    longest = max((tier.max_wait for tier in checked.model.tiers.values() if tier.max_wait), default=timedelta())
    for name, queue in checked.model.queues.items():
        for index, step in enumerate(queue.relax):
            if step.after >= max(queue.max_wait, longest):
                place = checked.place("queues", name, "relax", index, "after")
                what = f"callers of {name!r} leave before this step is due"
                yield warning_at(place, what, f"use less than {spoken(max(queue.max_wait, longest))}")


def steps_that_add_nobody(checked: Checked) -> Iterator[ConfigProblem]:
    """Steps after which no other agents will do than before."""
    staff = Staff.of(checked)
    if staff is None:
        return
    for name, queue in checked.model.queues.items():
        before = [part_of_queue(name, queue).requirement]
        for index, part in enumerate(steps_of_queue(name, queue)):
            if not staff.can_meet(AllOf((part.requirement, NoneOf((AnyOf(tuple(before)),))))):
                place = checked.place("queues", name, "relax", index, "after", at_key=True)
                yield warning_at(place, "no other agent will do after this step than before it", "ask for less in it")
            before.append(part.requirement)


def preferences_of_nobody(checked: Checked) -> Iterator[ConfigProblem]:
    """Preferred skills that no agent has."""
    staff = Staff.of(checked)
    if staff is None:
        return
    for name, queue in checked.model.queues.items():
        for skill in queue.prefer:
            if skill not in staff.best:
                place = checked.place("queues", name, "prefer", skill, at_key=True)
                advice = did_you_mean(skill, sorted(staff.best), "remove it, or give it to an agent")
                yield warning_at(
                    place, f"no agent has the skill {skill!r}, so nobody is preferred for it", advice, skill
                )
