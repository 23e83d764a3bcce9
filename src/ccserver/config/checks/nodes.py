"""Where a node of a flow leads."""

from __future__ import annotations

from collections.abc import Iterator

from ccserver.config.schema.flows import (
    BranchSection,
    DigitsSection,
    FlowSection,
    HangUpSection,
    MenuSection,
    PlaySection,
    QueueSection,
    SetSection,
    VoicemailSection,
)
from ccserver.config.yaml_tree import Location

AnyNode = (
    PlaySection
    | MenuSection
    | DigitsSection
    | SetSection
    | BranchSection
    | QueueSection
    | VoicemailSection
    | HangUpSection
)
WAYS = frozenset({"do", "keys", "on_timeout", "on_wrong", "next", "on_failed", "cases", "otherwise"})
"""The keys of a node that say where it leads."""


def nodes_of(flow: FlowSection) -> dict[str, AnyNode]:
    """The nodes as far as they are known; one of an unknown kind is not among them."""
    return {name: node for name, node in (flow.nodes or {}).items() if node is not None}


def edges(node: AnyNode) -> Iterator[tuple[Location, str]]:
    """Every way out to another node that is known, with its location inside the node."""
    for key in ("next", "on_timeout", "on_wrong", "on_failed", "otherwise"):
        target = getattr(node, key, None)
        if target is not None:
            yield (key,), target
    if isinstance(node, MenuSection):
        yield from ((("keys", key), target) for key, target in (node.keys or {}).items() if target is not None)
    if isinstance(node, BranchSection):
        for index, case in enumerate(node.cases or []):
            if case is not None and case.next is not None:
                yield ("cases", index, "next"), case.next


def silent_way(node: AnyNode) -> tuple[str, str] | None:
    """Where a caller who presses nothing goes, and for whom no case holds: the key that says so, and the node. None where the flow ends."""
    key = "next"
    if isinstance(node, MenuSection):
        key = "on_timeout"
    elif isinstance(node, BranchSection):
        key = "otherwise"
    elif isinstance(node, DigitsSection) and node.on_failed is not None:
        key = "on_failed"
    target = getattr(node, key, None)
    return (key, target) if target is not None else None


def silent_queue(flow: FlowSection) -> str | None:
    """The queue in which a caller who presses nothing ends up; None if in none."""
    here: str | None = flow.start
    nodes = nodes_of(flow)
    seen: set[str] = set()
    while here is not None and here not in seen and here in nodes:
        seen.add(here)
        node = nodes[here]
        if isinstance(node, QueueSection):
            return node.queue
        way = silent_way(node)
        here = way[1] if way else None
    return None
