"""From a folder to a checked model, with every problem at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ccserver.config import files
from ccserver.config.explain import explain, in_file
from ccserver.config.problems import MOST_PROBLEMS, ConfigProblem, Place, nearest
from ccserver.config.schema import SECTIONS, Root
from ccserver.config.schema.lookup import keys_at
from ccserver.config.schema.section import TOLERANT
from ccserver.config.yaml_tree import Location, MappingNode, is_empty, node_at, place_of, plain

MOST_EXPLAINED = MOST_PROBLEMS + 1
MOST_PASSES = 5
"""Each reads what stands below the misspelt keys that the one before has found."""


@dataclass(slots=True)
class Checked:
    """What is known of a configuration so far.

    `model` holds everything that is written; where a value is wrong by itself it is None, whatever its type says
    (see `schema.section`). `wrong` are the places of such values, `unknown` the keys of the first level that mean nothing.
    `root` has misspelt keys under the names that are meant. `is_whole`: all files could be read.
    """

    folder: Path
    root: MappingNode
    model: Root
    is_whole: bool
    wrong: set[Location] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    problems: list[ConfigProblem] = field(default_factory=list)

    def names(self, section: str) -> set[str]:
        """All names written in a section, whether right or wrong, and those that stand where no section is known."""
        found: set[str] = set()
        for key in (section, *self.unknown):
            node = node_at(self.root, (key,))
            if isinstance(node, MappingNode):
                found |= node.entries.keys()
        return found

    def knows_names(self, section: str) -> bool:
        """All names of the section could be read, so a name that is not there is missing indeed."""
        return self.is_whole and (section,) not in self.wrong

    def is_unknown(self, *loc: str | int) -> bool:
        """Something may be meant here that could not be read: a wrong value, or none."""
        node = node_at(self.root, loc)
        return not self.is_whole or loc in self.wrong or (node is not None and is_empty(node))

    def place(self, *loc: str | int, at_key: bool = False) -> Place:
        return place_of(self.root, loc, at_key)


def read_and_validate(folder: Path) -> Checked:
    """Read all files and check each value by itself. Problems are collected, none is raised."""
    written = files.read(folder)
    checked = Checked(folder, written.root, Root(version=1), written.is_whole)
    checked.problems += written.problems
    if not written.root.entries and not written.is_whole:
        return checked
    for _ in range(MOST_PASSES):
        data = plain(written.root)
        errors = _read(checked, data)
        misspelt = _meant_keys(written.root, errors)
        checked.problems += _explained(written.root, (error for error, _, _ in misspelt))
        for _, loc, name in misspelt:
            _rename(written.root, loc, name)
        if not misspelt:
            break
    _read_tolerantly(checked, data, errors)
    if not written.is_whole:
        errors = [one for one in errors if not (one["type"] == "missing" and len(one["loc"]) == 1)]
    checked.problems += _explained(written.root, errors)
    return checked


def _context(data: dict[str, Any]) -> dict[str, Any]:
    return {"region": data.get("default_region", "GB")}


def _read(checked: Checked, data: dict[str, Any]) -> list[ErrorDetails]:
    try:
        checked.model = Root.model_validate(data, context=_context(data))
    except ValidationError as error:
        return error.errors(include_url=False)
    return []


def _meant_keys(root: MappingNode, errors: list[ErrorDetails]) -> list[tuple[ErrorDetails, Location, str]]:
    """Keys that are not known but are like one that is and is not written: where each stands, and the one that is meant.

    What stands below is checked as if the key were right, so that its mistakes are told in the same run.
    """
    found: dict[tuple[Location, str], tuple[ErrorDetails, Location, str]] = {}
    for error in [one for one in errors if one["type"] == "extra_forbidden"][:MOST_EXPLAINED]:
        loc, _ = in_file(root, error["loc"])
        mapping = node_at(root, loc[:-1])
        if isinstance(mapping, MappingNode):
            name = nearest(str(loc[-1]), [one for one in keys_at(error["loc"][:-1]) if one not in mapping.entries])
            if name is not None:
                found.setdefault((loc[:-1], name), (error, loc, name))
    return list(found.values())


def _rename(root: MappingNode, loc: Location, name: str) -> None:
    mapping = node_at(root, loc[:-1])
    if isinstance(mapping, MappingNode):
        mapping.entries[name] = mapping.entries.pop(str(loc[-1]))


def _read_tolerantly(checked: Checked, data: dict[str, Any], errors: list[ErrorDetails]) -> None:
    if not errors:
        return
    for error in errors:
        loc, _ = in_file(checked.root, error["loc"])
        if error["type"] != "extra_forbidden":
            checked.wrong.add(loc)
        elif len(loc) == 1:
            checked.unknown.add(str(loc[0]))
    tolerant = Root.model_validate(data, context={**_context(data), TOLERANT: True})
    unread = [one for one in (*SECTIONS, "tiers", "network", "voicemail") if getattr(tolerant, one) is None]
    checked.model = tolerant.model_copy(update={one: Root.model_fields[one].default for one in unread})


def _explained(root: MappingNode, errors: Iterable[ErrorDetails]) -> list[ConfigProblem]:
    problems = (explain(root, error) for error in islice(errors, MOST_EXPLAINED))
    return [one for one in problems if one is not None]
