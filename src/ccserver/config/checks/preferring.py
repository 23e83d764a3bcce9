"""Preferred agents: what of it is said twice, holds never, or has no effect."""

from __future__ import annotations

from collections.abc import Iterator

from ccserver.config.checks.nodes import nodes_of
from ccserver.config.load import Checked
from ccserver.config.people import expand
from ccserver.config.problems import ConfigProblem, did_you_mean, problem_at, warning_at
from ccserver.config.schema import Root
from ccserver.config.schema.flows import DigitsSection, MenuSection, SetSection
from ccserver.config.schema.types import spoken
from ccserver.config.yaml_tree import Location

AGENT = "agent"
"""The value by which a flow names an agent."""
NAMED, LAST_AGENT = "named", "last_agent"


def choices_said_twice(checked: Checked) -> Iterator[ConfigProblem]:
    """The same choice again."""
    for name, queue in checked.model.queues.items():
        who = (queue.preferred_agent.who or []) if queue.preferred_agent is not None else []
        for index, one in enumerate(who):
            if one is not None and one in who[:index]:
                place = checked.place("queues", name, "preferred_agent", "who", index)
                yield problem_at(place, f"{one!r} is named twice", "remove one of them", one)


def agents_that_are_none(checked: Checked) -> Iterator[ConfigProblem]:
    """Agents whom a flow names, for queues that ask for it, and who do not exist: by id or by extension."""
    rules = (queue.preferred_agent for queue in checked.model.queues.values())
    if not any(rule is not None and NAMED in rule.who for rule in rules):
        return
    agents = [one for key, section in checked.model.agents.items() for one in expand(key, section)]
    known = {name for one in agents for name in (one.id, one.extension)}
    for loc, name in _named(checked.model):
        if name not in known:
            advice = did_you_mean(name, sorted(known), "use the id or the extension of an agent")
            yield warning_at(checked.place(*loc), f"there is no agent {name!r}", advice, name)


def preferred_in_vain(checked: Checked) -> Iterator[ConfigProblem]:
    """A wait that is longer than callers stay, limits that nobody asks, and a choice that no flow makes."""
    names_agents = _names_agents(checked.model)
    for name, queue in checked.model.queues.items():
        rule = queue.preferred_agent
        if rule is None:
            continue
        loc: Location = ("queues", name, "preferred_agent")
        if rule.wait_for >= queue.max_wait:
            what = f"callers of {name!r} leave before they have waited so long for an agent"
            yield warning_at(checked.place(*loc, "wait_for"), what, f"use less than {spoken(queue.max_wait)}")
        if not rule.wait_for and {"wait_while", "past_target"} & rule.model_fields_set:
            key = next(key for key in ("wait_while", "past_target") if key in rule.model_fields_set)
            what = "nobody waits for a preferred agent who is at work, so this changes nothing"
            yield warning_at(checked.place(*loc, key, at_key=True), what, "add wait_for: with a time such as 20 s")
        if "within" in rule.model_fields_set and LAST_AGENT not in rule.who:
            what = "the last agent is not preferred, so this changes nothing"
            yield warning_at(checked.place(*loc, "within", at_key=True), what, "add last_agent to who:, or remove it")
        if NAMED in rule.who and not names_agents:
            place = checked.place(*loc, "who", rule.who.index(NAMED))
            what = "no flow names an agent"
            yield warning_at(place, what, "keep one under the name agent in a flow, by set, menu or digits", NAMED)


def _named(model: Root) -> Iterator[tuple[Location, str]]:
    for name, flow in model.flows.items():
        for key, node in nodes_of(flow).items():
            if isinstance(node, SetSection) and AGENT in (node.values or {}):
                yield ("flows", name, "nodes", key, "values", AGENT), node.values[AGENT]


def _names_agents(model: Root) -> bool:
    nodes = (node for flow in model.flows.values() for node in nodes_of(flow).values())
    stored = (node.store for node in nodes if isinstance(node, MenuSection | DigitsSection))
    return any(True for _ in _named(model)) or AGENT in stored
