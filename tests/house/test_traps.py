"""The table of traps names tests that exist, and forgets no trap."""

from __future__ import annotations

import re

import pytest
from tests.house.files import TOP

TABLE = (TOP / "docs/asterisk-traps.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`([a-z_/]+\.py)::(test_[a-z0-9_]+)`", TABLE)))


@pytest.mark.parametrize(("file", "test"), NAMED, ids=[test for _, test in NAMED])
def test_the_test_of_a_trap_exists(file: str, test: str) -> None:
    """Under the name that the table gives it."""
    assert re.search(rf"^(?:async )?def {test}\(", (TOP / "tests" / file).read_text(encoding="utf-8"), re.MULTILINE)


def test_every_trap_has_a_row_with_a_test() -> None:
    """Twenty traps and fourteen experiments."""
    rows = [line for line in TABLE.splitlines() if line.startswith(("| T", "| EXP", "| AMI"))]
    numbers = {number for row in rows for number in re.findall(r"\b(?:T|EXP-)[0-9]+\b", row.split("|")[1])}
    assert numbers >= {f"T{n}" for n in range(1, 21)} | {f"EXP-{n}" for n in range(1, 15)}
    assert all("::test_" in row for row in rows)
