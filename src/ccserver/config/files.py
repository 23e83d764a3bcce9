"""The files of a configuration: finding them, reading them within bounds, and putting them together as one tree."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ccserver.config.problems import ConfigProblem, Place, problem_at
from ccserver.config.schema import SECTIONS
from ccserver.config.yaml_reader import NodeBudget, parse
from ccserver.config.yaml_tree import Entry, MappingNode, is_empty

MOST_BYTES = 1_000_000
"""Of all files together."""
MOST_FILES = 200


@dataclass(slots=True)
class Written:
    """All files as one tree. `is_whole` is False when a part could not be read: what it defines is not known."""

    root: MappingNode
    is_whole: bool = True
    problems: list[ConfigProblem] = field(default_factory=list)


def read(folder: Path) -> Written:
    """Every *.yaml file of the folder, in the order of names, or one single file. Raises nothing."""
    written = Written(MappingNode(Place(folder, 1, 1)))
    budget = NodeBudget()
    left = MOST_BYTES
    for path in _paths(folder, written):
        content = _content(path, left, written)
        if content is None:
            written.is_whole = False
            continue
        left -= len(content)
        node, problems, is_whole = parse(path, content, budget)
        written.problems += problems
        written.is_whole &= is_whole
        if isinstance(node, MappingNode):
            _merge(written, node)
        elif node is not None and not is_empty(node):
            written.is_whole = False
            written.problems.append(
                problem_at(node.place, "the file is no mapping", "begin with a key such as queues:")
            )
    if written.is_whole and not written.root.entries and not written.problems:
        _stop(written, Place(folder, 1, 1), "nothing is written here", "begin with a copy of examples/demo")
    return written


def _paths(folder: Path, written: Written) -> list[Path]:
    whole = Place(folder, 1, 1)
    try:
        if not folder.is_dir():
            if not folder.is_file():
                _stop(written, whole, "there is no such folder", "name the folder with the *.yaml files")
                return []
            return [folder]
        names = sorted(one for one in folder.iterdir() if not one.name.startswith("."))
        paths = [one for one in names if one.suffix == ".yaml" and _is_file(one, written)]
    except (OSError, ValueError) as error:
        _stop(written, whole, f"the folder cannot be read: {_reason(error)}", "check its rights")
        return []
    for other in (one for one in names if one.suffix in {".yml", ".YAML", ".YML"}):
        what = "files with this ending are not read"
        written.problems.append(problem_at(Place(other, 1, 1), what, f"rename it to {other.stem[:60]}.yaml"))
    if not paths and not written.problems:
        _stop(written, whole, "there are no *.yaml files", "begin with a copy of examples/demo")
    if len(paths) > MOST_FILES:
        _stop(written, whole, f"there are more than {MOST_FILES} files", "put some together")
    return paths[:MOST_FILES]


def _is_file(path: Path, written: Written) -> bool:
    """A pipe would be waited for for ever; a folder or a link to nothing is meant to be a file."""
    if path.is_file():
        return True
    if path.is_dir():
        _stop(written, Place(path, 1, 1), "this is a folder, not a file", "put its files beside it, or rename it")
    elif path.is_symlink() and not path.exists():
        _stop(written, Place(path, 1, 1), "this link leads nowhere", "repair it, or remove it")
    else:
        _stop(written, Place(path, 1, 1), "this is no file", "remove it")
    return False


def _content(path: Path, left: int, written: Written) -> bytes | None:
    try:
        with path.open("rb") as file:
            content = file.read(left + 1)
    except OSError as error:
        what = f"the file cannot be read: {_reason(error)}"
        written.problems.append(problem_at(Place(path, 1, 1), what, "check its rights"))
        return None
    if len(content) > left:
        what = f"the configuration is larger than {MOST_BYTES // 1_000_000} MB"
        advice = "remove what does not belong here; customers and lists are imported into the database"
        written.problems.append(problem_at(Place(path, 1, 1), what, advice))
        return None
    return content


def _stop(written: Written, place: Place, what: str, advice: str) -> None:
    written.problems.append(problem_at(place, what, advice))
    written.is_whole = False


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__


def _merge(written: Written, node: MappingNode) -> None:
    if not written.root.entries:
        written.root.place = node.place
    for key, entry in node.entries.items():
        known = written.root.entries.get(key)
        if known is None or (key in SECTIONS and is_empty(known.node)):
            written.root.entries[key] = entry
        elif key in SECTIONS and isinstance(known.node, MappingNode) and isinstance(entry.node, MappingNode):
            _merge_section(written, known.node, entry.node)
        elif key not in SECTIONS or not is_empty(entry.node):
            _note_twice(written, key, known, entry)


def _merge_section(written: Written, known: MappingNode, more: MappingNode) -> None:
    for key, entry in more.entries.items():
        if key in known.entries:
            _note_twice(written, key, known.entries[key], entry)
        else:
            known.entries[key] = entry


def _note_twice(written: Written, key: str, first: Entry, second: Entry) -> None:
    where = f"{first.key_place.path.name}:{first.key_place.line}"
    what = f"the key {key[:40]!r} is here and in {where}"
    written.problems.append(problem_at(second.key_place, what, "remove or rename one of them"))
