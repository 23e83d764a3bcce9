"""A YAML text as a tree in which every node knows its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ccserver.config.problems import Place

YamlValue = Any
"""dict, list, str, int, float, bool or None: what pydantic is given."""


@dataclass(slots=True)
class Scalar:
    """`text` is what is written, `value` what it means; `is_quoted` shifts the text by one column."""

    place: Place
    text: str
    value: str | int | float | bool | None
    is_quoted: bool = False


@dataclass(slots=True)
class Entry:
    """One key with its place, and its value."""

    key_place: Place
    node: Node


@dataclass(slots=True)
class MappingNode:
    """Keys are the text as written: `1:`, `NO:` and `+44:` keep their form."""

    place: Place
    entries: dict[str, Entry] = field(default_factory=dict)


@dataclass(slots=True)
class ListNode:
    place: Place
    items: list[Node] = field(default_factory=list)


Node = Scalar | MappingNode | ListNode


def plain(node: Node) -> YamlValue:
    """The tree as dicts, lists and scalars. Keys without a value are left out: the reader has noted them."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, ListNode):
        return [plain(item) for item in node.items]
    return {key: plain(entry.node) for key, entry in node.entries.items() if not is_empty(entry.node)}


def is_empty(node: Node) -> bool:
    """Nothing is written, or `null`."""
    return isinstance(node, Scalar) and node.value is None


Location = tuple[str | int, ...]
"""Keys and list positions from the root."""


def node_at(root: Node, loc: Location) -> Node | None:
    """The node at exactly this location."""
    node: Node | None = root
    for segment in loc:
        node = _child(node, segment)
    return node


def place_of(root: Node, loc: Location, at_key: bool = False) -> Place:
    """Where the value at `loc` is written (or its key); where it is not written, where its nearest parent is named.

    Segments that are no key, such as the kind of a node that pydantic puts into its locations, are passed over.
    """
    node, key_place = root, root.place
    for segment in loc:
        below = _child(node, segment)
        if below is None:
            continue
        key_place = node.entries[str(segment)].key_place if isinstance(node, MappingNode) else below.place
        node = below
    return node.place if isinstance(node, Scalar) and not at_key else key_place


def _child(node: Node | None, segment: str | int) -> Node | None:
    if isinstance(node, MappingNode):
        entry = node.entries.get(str(segment))
        return entry.node if entry else None
    if isinstance(node, ListNode) and isinstance(segment, int) and segment < len(node.items):
        return node.items[segment]
    return None
