"""YAML text to a tree. Strict and bounded.

Only what a configuration needs is let through: mappings with scalar keys, lists, scalars of the YAML 1.2 core schema
(https://yaml.org/spec/1.2.2/#103-core-schema: `NO` is text, `0123` a number, `22:30` text). Aliases, tags, double keys
and second documents are refused, so that 300 bytes cannot become 400 million leaves and nothing is silently overwritten.

Events come from libyaml: 100,000 nodes take about half a second, which a parser in pure Python does not reach.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from yaml.cyaml import CParser

from ccserver.config.problems import ConfigProblem, Place, problem_at
from ccserver.config.yaml_tree import Entry, ListNode, MappingNode, Node, Scalar

DEEPEST = 32
MOST_NODES = 100_000
MOST_SYNTAX_PROBLEMS = 200

_INTEGER = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_TRUTHS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_LONGEST_NUMBER = 18


class NodeBudget:
    """Nodes still allowed, over all files together."""

    def __init__(self, left: int = MOST_NODES) -> None:
        self.left = left


class _Unreadable(Exception):
    """The rest of the file cannot be read."""

    def __init__(self, problem: ConfigProblem) -> None:
        self.problem = problem


class Parsed(NamedTuple):
    """The tree of one file (None: empty or unreadable), and what is wrong with its YAML.

    Where the YAML breaks off, `node` has the entries that were complete before, and `is_whole` is False.
    """

    node: Node | None
    problems: list[ConfigProblem]
    is_whole: bool = True


def parse(path: Path, content: bytes, budget: NodeBudget) -> Parsed:
    """Raises nothing."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = _place_of_byte(path, content, error.start)
        return Parsed(None, [problem_at(place, "this is not UTF-8 text", "save the file as UTF-8")], False)
    reader = _Reader(path, text, budget)
    try:
        return Parsed(reader.document(), reader.problems)
    except _Unreadable as error:
        return Parsed(None, [*reader.problems, error.problem], False)
    except yaml.reader.ReaderError as error:
        place = _place_of_byte(path, text.encode(), error.position)
        what = f"a character that YAML does not allow: {error.reason}"
        return Parsed(None, [*reader.problems, problem_at(place, what, "remove it")], False)
    except yaml.MarkedYAMLError as error:
        return Parsed(reader.complete(), [*reader.problems, _syntax_problem(path, error)], False)


def meaning(text: str) -> str | int | float | bool | None:
    """What a plain scalar means in the YAML 1.2 core schema. Numbers of more than 18 characters stay text."""
    if text in _NULLS:
        return None
    if text in _TRUTHS:
        return _TRUTHS[text]
    if len(text) > _LONGEST_NUMBER:
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    return float(text) if _FLOAT.fullmatch(text) else text


class _Reader:
    """Builds the tree of one file from parser events; notes what can be noted and stops where it must."""

    def __init__(self, path: Path, text: str, budget: NodeBudget) -> None:
        self.problems: list[ConfigProblem] = []
        self._path = path
        self._budget = budget
        self._events = self._parser_events(text)
        self._root: MappingNode | None = None
        self._key: Scalar | None = None
        self._part: tuple[Scalar, MappingNode] | None = None

    def document(self) -> Node | None:
        """The first document; a second one is a problem."""
        root: Node | None = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    self._note(self._place(event), "a second document begins here", "write one document in each file")
                    return root
                root = self._node(next(self._events), 0)
        return root

    def complete(self) -> MappingNode | None:
        """After a break: the entries of the file, and of the part it broke in, that were read to their ends."""
        if self._root is not None and self._part is not None:
            key, part = self._part
            if part.entries and key.text not in self._root.entries:
                self._root.entries[key.text] = Entry(key.place, part)
        return self._root

    @staticmethod
    def _parser_events(text: str) -> Iterator[Any]:
        parser = CParser(text)
        while parser.check_event():
            yield parser.get_event()

    def _node(self, event: Any, depth: int) -> Node:
        place = self._place(event)
        self._budget.left -= 1
        if self._budget.left < 0:
            what = f"more than {MOST_NODES} values in the configuration"
            raise _Unreadable(problem_at(place, what, "use agent ranges such as load01..load50, or fewer entries"))
        if depth >= DEEPEST:
            raise _Unreadable(_too_deep(place))
        if isinstance(event, yaml.AliasEvent):
            self._note(place, "an alias (*name)", "write the values out: aliases are not allowed")
            return Scalar(place, f"*{event.anchor}", None)
        if event.tag is not None:
            self._note(place, "a tag (!name)", "remove the tag; put text that looks like a number in quotes")
        if isinstance(event, yaml.ScalarEvent):
            is_plain = event.implicit[0]
            value = meaning(event.value) if is_plain else event.value
            return Scalar(place, event.value, value, is_quoted=event.style in ("'", '"'))
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(place, depth)
        return self._mapping(place, depth)

    def _list(self, place: Place, depth: int) -> ListNode:
        node = ListNode(place)
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            node.items.append(self._node(event, depth + 1))
        return node

    def _mapping(self, place: Place, depth: int) -> MappingNode:
        node = MappingNode(place)
        if depth == 0:
            self._root = node
        elif depth == 1 and self._key is not None:
            self._part = (self._key, node)
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._node(event, depth + 1)
            if depth == 0:
                self._key, self._part = key if isinstance(key, Scalar) else None, None
            value = self._node(next(self._events), depth + 1)
            if not isinstance(key, Scalar):
                self._note(key.place, "a key that is a list or a mapping", "use text as key")
            elif key.text in node.entries:
                first = node.entries[key.text].key_place
                what = f"the key {key.text[:40]!r} is here twice (first in line {first.line})"
                self._note(key.place, what, "remove or rename one of them")
            else:
                node.entries[key.text] = Entry(key.place, value)
                if depth and isinstance(value, Scalar) and value.value is None and value.text in _NULLS:
                    self._note(key.place, f"{key.text[:40]!r} has no value", "write one, or remove the key")
        return node

    def _place(self, event: Any) -> Place:
        return Place(self._path, event.start_mark.line + 1, event.start_mark.column + 1)

    def _note(self, place: Place, what: str, advice: str) -> None:
        self.problems.append(problem_at(place, what, advice))
        if len(self.problems) >= MOST_SYNTAX_PROBLEMS:
            raise _Unreadable(problem_at(place, "too many mistakes to go on reading", "repair these first"))


def _too_deep(place: Place) -> ConfigProblem:
    return problem_at(place, f"nested more than {DEEPEST} deep", "nest less")


def _syntax_problem(path: Path, error: yaml.MarkedYAMLError) -> ConfigProblem:
    mark = error.problem_mark or error.context_mark
    place = Place(path, mark.line + 1, mark.column + 1) if mark else Place(path, 1, 1)
    if "nesting depth" in (
        error.problem or ""
    ):  # libyaml's own limit, reached while it looks ahead for the end of a key
        return _too_deep(place)
    what = f"this is not YAML: {error.problem or error}"
    if error.context and error.context_mark and "next token" not in error.context:
        what += f" ({error.context} that begins in line {error.context_mark.line + 1})"
    return problem_at(place, what, _syntax_advice(error))


def _syntax_advice(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or ""
    if "mapping values" in problem:
        return "put text that holds ': ' in quotes, and indent with the line above"
    if "cannot start any token" in problem or "tab" in problem.split():
        return "indent with spaces, never tabs, and put text that begins with a special character in quotes"
    if "expected ',' or" in problem or "unexpected end" in problem:
        return "close the bracket or the quote that was opened"
    return "check indentation, brackets and quotes around this line"


def _place_of_byte(path: Path, content: bytes, position: int) -> Place:
    before = content[:position].decode("utf-8", "replace")
    return Place(path, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
