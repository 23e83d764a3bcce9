"""Draw the state machines of the core into docs/architecture.md, from the very tables the program runs on.

Each table gets a Mermaid diagram between `<!-- machine NAME -->` and `<!-- end -->`. With `--check` nothing is written:
exit 1 when the page is not what the tables say. A table without a place on the page is an error too.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path

import ccserver.core
from ccserver.core.fsm import IGNORE

PAGE = Path(__file__).parent.parent / "docs/architecture.md"
BLOCK = re.compile(r"(<!-- machine (?P<name>\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
TableShape = Mapping[StrEnum, Mapping[StrEnum, object]]


def tables() -> dict[str, TableShape]:
    """Every machine of the core by the name of its states' class."""
    return {type(next(iter(table))).__name__: table for module in core_modules() for table in tables_of(module)}


def core_modules() -> Iterator[object]:
    for info in pkgutil.walk_packages(ccserver.core.__path__, "ccserver.core."):
        yield importlib.import_module(info.name)


def tables_of(module: object) -> Iterator[TableShape]:
    for value in vars(module).values():
        if is_table(value):
            yield value


def is_table(value: object) -> bool:
    """A mapping from every state of one StrEnum to a row of (event, state or IGNORE)."""
    if not isinstance(value, Mapping) or not value:
        return False
    kinds = {type(state) for state in value}
    if len(kinds) != 1 or not issubclass(kind := kinds.pop(), StrEnum):
        return False
    return all(
        isinstance(row, Mapping) and all(target is IGNORE or isinstance(target, kind) for target in row.values())
        for row in value.values()
    )


def diagram(table: TableShape) -> str:
    """Rows to the same state are one arrow; ignored events are in the text below, not in the picture."""
    states = list(table)
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {states[0]}"]
    for state, row in table.items():
        arrows: defaultdict[str, list[str]] = defaultdict(list)
        for event, target in row.items():
            if isinstance(target, StrEnum):
                arrows[target.value].append(event.value)
        lines += [f"    {state} --> {target}: {', '.join(events)}" for target, events in arrows.items()]
        if not arrows:
            lines.append(f"    {state} --> [*]")
    lines.append("```")
    ignored = [
        f"{state}: {', '.join(event for event, target in row.items() if target is IGNORE)}"
        for state, row in table.items()
        if any(target is IGNORE for target in row.values())
    ]
    return "\n".join([*lines, *(["", f"May come late and changes nothing: {'; '.join(ignored)}."] if ignored else [])])


def draw(page: str, machines: Mapping[str, TableShape]) -> str:
    """The page with every diagram made again. Raises KeyError for a block whose machine is gone."""
    return BLOCK.sub(lambda block: f"{block[1]}{diagram(machines[block['name']])}\n{block[3]}", page)


def main(is_check: bool) -> int:
    machines = tables()
    before = PAGE.read_text(encoding="utf-8")
    places = {block["name"] for block in BLOCK.finditer(before)}
    if places != machines.keys():
        print(f"{PAGE.name}: machines without a place: {sorted(machines.keys() - places)}")
        print(f"{PAGE.name}: places without a machine: {sorted(places - machines.keys())}")
        return 1
    after = draw(before, machines)
    if is_check and after != before:
        print(f"{PAGE.name} does not show the present state machines; run `make docs`")
        return 1
    if not is_check and after != before:
        PAGE.write_text(after, encoding="utf-8")
        print(f"{PAGE.name}: drawn again")
    return 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
