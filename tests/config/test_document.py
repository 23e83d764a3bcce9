"""docs/configuration.md and docs/queues.md tell the truth."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import jsonschema_rs
import pytest
from tests.house.files import TOP

from ccserver.config import Network, check, json_schema
from ccserver.config.schema.lookup import schema_of_everything
from ccserver.config.settings import PREFIX
from ccserver.config.yaml_reader import NodeBudget, parse
from ccserver.config.yaml_tree import plain
from ccserver.core.agent import SystemReason

TEXT = "\n".join((TOP / "docs" / name).read_text(encoding="utf-8") for name in ("configuration.md", "queues.md"))
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
VALIDATOR = jsonschema_rs.validator_for(json_schema.editor_schema())


def test_every_key_is_named() -> None:
    """A key nobody can read about does not exist."""
    schema = schema_of_everything()
    keys = {key for part in (schema, *schema["$defs"].values()) for key in part["properties"]} - {"do"}
    assert {key for key in keys if not re.search(rf"`(?:[^`\n]*\W)?{key}\b", TEXT)} == set()


def test_every_setting_is_named() -> None:
    """The environment too."""
    names = {PREFIX + one.name.upper() for one in fields(Network)}
    assert {name for name in names if name not in TEXT} == set()


def test_the_reasons_of_ccserver_are_named() -> None:
    """Whoever writes codes can see which are taken."""
    assert {reason for reason in SystemReason if f"`{reason}`" not in TEXT} == set()


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_fits_the_schema(example: str) -> None:
    """What is shown can be copied."""
    node, problems, _ = parse(Path("a.yaml"), example.encode(), NodeBudget())
    assert node is not None
    assert (problems, [one.message for one in VALIDATOR.iter_errors(plain(node))]) == ([], [])


def test_all_examples_together_are_a_configuration(tmp_path: Path) -> None:
    """But for two recordings and the queue for sales, which are the reader's own."""
    for number, example in enumerate(EXAMPLES):
        (tmp_path / f"{number}.yaml").write_text(example, encoding="utf-8")
    (tmp_path / "sales.yaml").write_text("queues:\n  sales: {max_wait: 1 min, on_max_wait: voicemail}\n")
    (tmp_path / "sounds/custom").mkdir(parents=True)
    for name in re.findall(r"custom/([a-z0-9-]+)\]", TEXT):
        (tmp_path / f"sounds/custom/{name}.wav").touch()
    assert [str(one) for one in check(tmp_path)] == []
