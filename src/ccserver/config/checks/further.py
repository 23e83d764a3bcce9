"""Callers who wait in several queues at once: names said twice, and further queues that bring nobody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ccserver.config.checks.needs import Staff
from ccserver.config.checks.nodes import nodes_of
from ccserver.config.checks.references import overflow_rules
from ccserver.config.load import Checked
from ccserver.config.needs import part_of_queue, steps_of_queue, widenings_of_queue
from ccserver.config.problems import ConfigProblem, problem_at, warning_at
from ccserver.config.schema import Root
from ccserver.config.schema.flows import QueueSection
from ccserver.config.yaml_tree import Location
from ccserver.core.skills import AllOf, AnyOf, NoneOf, Requirement

Said = tuple[Location, str | None, Sequence[str | None]]
"""Where `also` stands, the queue beside it, and what it names."""


def said(model: Root) -> Iterator[Said]:
    """Everywhere that `also` is written."""
    for name, queue in model.queues.items():
        yield ("queues", name, "also"), name, queue.also or ()
    for name, entry in model.entry_points.items():
        yield ("entry_points", name, "also"), entry.queue, entry.also or ()
    for name, flow in model.flows.items():
        for key, node in nodes_of(flow).items():
            if isinstance(node, QueueSection):
                yield ("flows", name, "nodes", key, "also"), node.queue, node.also or ()


def names_said_twice(checked: Checked) -> Iterator[ConfigProblem]:
    """A queue beside itself, or twice in one list; and `also` of an entry point that leads to no queue."""
    for loc, queue, names in said(checked.model):
        if queue is None and names and loc[0] == "entry_points" and not checked.is_unknown(*loc[:2], "queue"):
            what = f"the entry point {str(loc[1])!r} leads to no queue, so its callers wait nowhere else"
            yield problem_at(checked.place(*loc, at_key=True), what, "write also: at the queue node of the flow")
        for index, name in enumerate(names):
            if name is not None and name == queue:
                what = "this is the queue that the caller is in"
                yield problem_at(checked.place(*loc, index), what, "name another queue, or use relax", name)
            elif name is not None and name in names[:index]:
                yield problem_at(checked.place(*loc, index), f"{name!r} is named twice", "remove one of them", name)


def queues_that_bring_nobody(checked: Checked) -> Iterator[ConfigProblem]:
    """Further queues, by `also` or by a rule, whose agents could take the call anyway."""
    staff = Staff.of(checked)
    if staff is None:
        return
    needs = {name: part_of_queue(name, queue).requirement for name, queue in checked.model.queues.items()}
    for loc, queue, names in said(checked.model):
        for index, name in enumerate(names):
            if queue is not None and name is not None and not _brings(staff, needs[name], needs[queue]):
                yield _nobody_more(checked, (*loc, index), name)
    for loc, rule in overflow_rules(checked.model):
        if rule.then.add is not None and not _brings(staff, needs[rule.then.add], needs[str(loc[1])]):
            yield _nobody_more(checked, (*loc, "then", "add"), rule.then.add)


def widenings_that_bring_nobody(checked: Checked) -> Iterator[ConfigProblem]:
    """Rules that loosen the requirement and let no other agent in."""
    staff = Staff.of(checked)
    if staff is None:
        return
    for name, queue in checked.model.queues.items():
        for part in widenings_of_queue(name, queue):
            if not _brings(staff, part.requirement, part_of_queue(name, queue).requirement):
                place = checked.place(*part.loc, at_key=True)
                yield warning_at(place, "no other agent will do by this rule than without it", "ask for less in it")


def needs_of_queue(name: str, model: Root) -> list[Requirement]:
    """Everything that is enough in the queue at some time."""
    queue = model.queues[name]
    parts = (part_of_queue(name, queue), *steps_of_queue(name, queue), *widenings_of_queue(name, queue))
    return [each.requirement for each in parts]


def _brings(staff: Staff, more: Requirement, than: Requirement) -> bool:
    return staff.can_meet(AllOf((more, NoneOf((AnyOf((than,)),)))))


def _nobody_more(checked: Checked, loc: Location, name: str) -> ConfigProblem:
    what = f"every agent of {name!r} can take these calls anyway"
    return warning_at(checked.place(*loc), what, "remove it, or name a queue with other agents", name)
