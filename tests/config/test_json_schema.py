"""The JSON Schema for editors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from tests.house.files import TOP

from ccserver.config import json_schema
from ccserver.config.yaml_reader import NodeBudget, parse
from ccserver.config.yaml_tree import plain

SCHEMA = TOP / "docs/schema/ccserver.schema.json"
VALIDATOR = jsonschema_rs.validator_for(json_schema.editor_schema())


def read(text: str) -> Any:
    node, problems, _ = parse(Path("a.yaml"), text.encode(), NodeBudget())
    assert node is not None
    assert problems == []
    return plain(node)


def test_the_file_is_current() -> None:
    """`python -m ccserver.config.json_schema` would change nothing."""
    assert SCHEMA.read_text(encoding="utf-8") == json_schema.text()


def test_the_command_writes_the_file(tmp_path: Path) -> None:
    """To the path it is given."""
    target = tmp_path / "new" / "schema.json"
    assert json_schema.main([str(target)]) == 0
    assert target.read_text(encoding="utf-8") == json_schema.text()


@pytest.mark.parametrize("path", sorted((TOP / "examples/demo").glob("*.yaml")), ids=lambda path: path.name)
def test_each_file_of_the_demo_is_valid(path: Path) -> None:
    """A file alone is no mistake in the editor."""
    assert [one.message for one in VALIDATOR.iter_errors(read(path.read_text(encoding="utf-8")))] == []


@pytest.mark.parametrize(
    "text",
    [
        "quues: {}",
        "caller_number: 448081570100",
        "queues: {a: {max_wait: soon, on_max_wait: voicemail}}",
        "queues: {a: {max_wait: 5 min, on_max_wait: mailbox}}",
        "queues: {a: {max_wait: 5 min}}",
        "flows: {f: {start: a, nodes: {a: {do: dance}}}}",
        "agents: {Ann: {name: Ann, extension: '1001'}}",
    ],
)
def test_the_editor_sees_mistakes(text: str) -> None:
    """The same ones that `check` finds."""
    assert not VALIDATOR.is_valid(read(text))
