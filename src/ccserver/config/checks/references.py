"""Names that name nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ccserver.config.checks.nodes import edges, nodes_of
from ccserver.config.load import Checked
from ccserver.config.problems import ConfigProblem, did_you_mean, listed, problem_at
from ccserver.config.schema import Root
from ccserver.config.schema.flows import BranchSection, QueueSection, SetSection
from ccserver.config.schema.overflow import OverflowSection
from ccserver.config.schema.policies import KINDS
from ccserver.config.schema.queues import QueueDefinition
from ccserver.config.schema.sounds import Exit, WaitingExit
from ccserver.config.yaml_tree import Location

_ONE_OF = {
    "queues": "queue",
    "flows": "flow",
    "hours": "opening hours",
    "teams": "team",
    "tiers": "tier",
    "policies": "policy",
}

TIER = "tier"
"""The value by which a flow gives its caller a tier."""

Reference = tuple[Location, str, str]
"""Where it stands, the section it points into, the name."""


def exits(model: Root) -> Iterator[tuple[Location, Exit]]:
    """Every way out that is written, with its location."""
    for name, entry_point in model.entry_points.items():
        if entry_point.on_closed is not None:
            yield ("entry_points", name, "on_closed"), entry_point.on_closed
    for name, queue in model.queues.items():
        ways = {"on_max_wait": queue.on_max_wait, "on_full": queue.on_full, **closed_ways(queue)}
        yield from ((("queues", name, key), way) for key, way in ways.items() if way is not None)
    yield from (((*loc, "then"), rule.then) for loc, rule in overflow_rules(model) if rule.then is not None)
    yield from keys_of_queues(model)
    if model.default_exit is not None:
        yield ("default_exit",), model.default_exit


def closed_ways(queue: QueueDefinition) -> dict[str, Exit | None]:
    """Where callers go because of the hours of a queue: by the key that says so."""
    return {"on_closed": queue.on_closed, "on_closing": queue.on_closing}


def keys_of_queues(model: Root) -> Iterator[tuple[Location, WaitingExit]]:
    """Where the keys lead that a waiting caller may press."""
    for name, queue in model.queues.items():
        for key, way in (queue.keys or {}).items():
            if way is not None:
                yield ("queues", name, "keys", key), way


def overflow_rules(model: Root) -> Iterator[tuple[Location, OverflowSection]]:
    """Every overflow rule that could be read, with its location; the second part of that is the queue."""
    for name, queue in model.queues.items():
        for index, rule in enumerate(queue.overflow or []):
            if rule is not None:
                yield ("queues", name, "overflow", index), rule


def unknown_names(checked: Checked) -> Iterator[ConfigProblem]:
    """Queues, flows, hours, teams, tiers and policies that are named and do not exist."""
    names = {section: checked.names(section) for section in _ONE_OF if checked.knows_names(section)}
    if "policies" in names:
        names["policies"] |= KINDS
    for loc, section, name in _references(checked.model):
        known = names.get(section)
        if known is None or name in known:
            continue
        kind = _ONE_OF[section]
        otherwise = f"known are {listed(sorted(known))}" if known else f"add it under {section}:"
        advice = did_you_mean(name, sorted(known), otherwise)
        verb = "are" if section == "hours" else "is"
        yield problem_at(checked.place(*loc), f"there {verb} no {kind} {name!r}", advice, name)


def unknown_nodes(checked: Checked) -> Iterator[ConfigProblem]:
    """Nodes that are named and are not in their flow."""
    for flow_name, flow in checked.model.flows.items():
        where: Location = ("flows", flow_name)
        if flow.nodes is None:
            continue
        named: list[tuple[Location, str]] = [(("start",), flow.start)] if flow.start is not None else []
        for name, node in nodes_of(flow).items():
            named += [(("nodes", name, *loc), target) for loc, target in edges(node)]
        known = sorted(flow.nodes)
        for loc, target in named:
            if target not in flow.nodes:
                advice = did_you_mean(target, known, f"known are {listed(known)}")
                what = f"there is no node {target!r} in the flow {flow_name!r}"
                yield problem_at(checked.place(*where, *loc), what, advice, target)


def _references(model: Root) -> Iterator[Reference]:
    yield from _of_entry_points(model)
    yield from _of_queues(model)
    yield from _of_overflow(model)
    yield from _of_callbacks(model)
    for loc, exit_ in exits(model):
        if exit_.queue is not None:
            yield (*loc, "queue"), "queues", exit_.queue
        if exit_.flow is not None:
            yield (*loc, "flow"), "flows", exit_.flow
    yield from _of_flows(model)
    for name, agent in model.agents.items():
        if agent.team is not None:
            yield ("agents", name, "team"), "teams", agent.team


def _of_queues(model: Root) -> Iterator[Reference]:
    if model.default_policy is not None:
        yield ("default_policy",), "policies", model.default_policy
    for name, queue in model.queues.items():
        if queue.policy is not None:
            yield ("queues", name, "policy"), "policies", queue.policy
        if queue.hours is not None:
            yield ("queues", name, "hours"), "hours", queue.hours
        yield from _also(("queues", name), queue.also)


def _of_overflow(model: Root) -> Iterator[Reference]:
    """Calendars; the queues whose figures are asked stand as keys, see `overflow.unknown_queues`."""
    for loc, rule in overflow_rules(model):
        for key in ("open", "closed"):
            hours = getattr(rule.when, key, None)
            if hours is not None:
                yield (*loc, "when", key), "hours", hours
        if rule.then is not None and rule.then.add is not None:
            yield (*loc, "then", "add"), "queues", rule.then.add


def _of_callbacks(model: Root) -> Iterator[Reference]:
    for name, queue in model.queues.items():
        if queue.callback is not None and queue.callback.hours is not None:
            yield ("queues", name, "callback", "hours"), "hours", queue.callback.hours


def references_to(model: Root, section: str) -> Iterator[tuple[Location, str]]:
    """Where names of the section stand, and the names."""
    return ((loc, name) for loc, into, name in _references(model) if into == section)


def _also(loc: Location, names: Sequence[str | None] | None) -> Iterator[Reference]:
    """Queues in which the caller waits too."""
    for index, name in enumerate(names or ()):
        if name is not None:
            yield (*loc, "also", index), "queues", name


def _of_entry_points(model: Root) -> Iterator[Reference]:
    for name, entry_point in model.entry_points.items():
        for key, section in (("flow", "flows"), ("queue", "queues"), ("hours", "hours"), ("tier", "tiers")):
            target = getattr(entry_point, key)
            if target is not None:
                yield ("entry_points", name, key), section, target
        yield from _also(("entry_points", name), entry_point.also)


def _of_cases(where: Location, node: BranchSection) -> Iterator[Reference]:
    for index, case in enumerate(node.cases or []):
        if case is None:
            continue
        yield from (((*where, index, "tier", at), "tiers", tier) for at, tier in enumerate(case.tier or []) if tier)
        yield from (((*where, index, key), "hours", name) for key in ("open", "closed") if (name := getattr(case, key)))


def _of_flows(model: Root) -> Iterator[Reference]:
    for name, flow in model.flows.items():
        for node_name, node in nodes_of(flow).items():
            if isinstance(node, QueueSection) and node.queue is not None:
                yield ("flows", name, "nodes", node_name, "queue"), "queues", node.queue
            if isinstance(node, BranchSection):
                yield from _of_cases(("flows", name, "nodes", node_name, "cases"), node)
            if isinstance(node, QueueSection):
                yield from _also(("flows", name, "nodes", node_name), node.also)
            if isinstance(node, SetSection) and (tier := (node.values or {}).get(TIER)) is not None:
                yield ("flows", name, "nodes", node_name, "values", TIER), "tiers", tier
