"""Flows that hold a caller for ever, and nodes that nobody reaches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ccserver.config.checks.expressions import expression_problem
from ccserver.config.checks.graph import loops, reached
from ccserver.config.checks.nodes import WAYS, edges, nodes_of, silent_way
from ccserver.config.load import Checked
from ccserver.config.problems import ConfigProblem, listed, nearest, problem_at
from ccserver.config.schema.flows import BranchSection, SetSection


def nodes_never_reached(checked: Checked) -> Iterator[ConfigProblem]:
    """Nodes to which no way leads from the start. A misspelt way leads to the node that is nearest, or else anywhere."""
    unread = set(_unread_ways(checked))
    for flow_name, flow in checked.model.flows.items():
        names, nodes = list(flow.nodes or {}), nodes_of(flow)
        ways = {name: [_meant(target, names) for _, target in edges(node)] for name, node in nodes.items()}
        start = _meant(flow.start, names)
        known = reached(start, ways) if start is not None else set()
        if start is None or None in known or any((flow_name, name) in unread or name not in nodes for name in known):
            continue
        for name in names:
            if name not in known:
                place = checked.place("flows", flow_name, "nodes", name, at_key=True)
                advice = "let another node lead to it, or remove it"
                yield problem_at(place, f"the node {name!r} is never reached", advice, name)


def _meant(target: str | None, names: Sequence[str]) -> str | None:
    return target if target is None or target in names else nearest(target, names)


def _unread_ways(checked: Checked) -> Iterator[tuple[str, str]]:
    """Flows and nodes in which something that says where they lead could not be read."""
    for loc in checked.wrong:
        if loc[:1] == ("flows",) and loc[2:3] == ("nodes",) and (len(loc) == 4 or (loc[4:5] and loc[4] in WAYS)):
            yield str(loc[1]), str(loc[3])


def silent_loops(checked: Checked) -> Iterator[ConfigProblem]:
    """Loops in which a caller who presses nothing stays for ever; a loop of `set` and `branch` nodes would not even take time."""
    for flow_name, flow in checked.model.flows.items():
        nodes = nodes_of(flow)
        ways = {name: way for name, node in nodes.items() if (way := silent_way(node)) is not None}
        for loop in loops({name: target for name, (_, target) in ways.items()}):
            first = loop[0]
            place = checked.place("flows", flow_name, "nodes", first, ways[first][0])
            path = " -> ".join([*loop[:6], "..."] if len(loop) > 6 else [*loop, first])
            if all(isinstance(nodes[name], SetSection | BranchSection) for name in loop):
                what = f"the nodes {listed(loop, 6)} take no time and lead only to one another"
                yield problem_at(place, what, "let one of them lead to another kind of node", first)
            else:
                what = f"a caller who presses nothing never leaves {path}"
                yield problem_at(
                    place, what, "let one of these nodes lead to a queue, voicemail or hang_up node", first
                )


def no_expressions(checked: Checked) -> Iterator[ConfigProblem]:
    """What is not in CEL, or asks for what is not known in a flow."""
    for flow_name, flow in checked.model.flows.items():
        for name, node in nodes_of(flow).items():
            for index, case in enumerate((node.cases or []) if isinstance(node, BranchSection) else []):
                if case is not None and case.expression is not None:
                    loc = ("flows", flow_name, "nodes", name, "cases", index, "expression")
                    yield from expression_problem(checked, loc, case.expression, is_waiting=False)
