"""Whatever the files hold: problems come back, nothing is raised, and nothing takes long."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.house.files import TOP

from ccserver.config import ConfigError, ConfigProblem, Configuration, check, load_configuration
from ccserver.config.schema import Root
from ccserver.config.schema.lookup import schema_of_everything

pytestmark = pytest.mark.slow

DEMO = sorted((TOP / "examples/demo").glob("*.yaml"))
"""Seconds that reading may take at most."""


def outcome(content: bytes) -> list[ConfigProblem] | Configuration:
    """What becomes of one file: problems, or a configuration."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "centre.yaml").write_bytes(content)
        problems = check(Path(folder))
        if all(problem.is_warning for problem in problems):
            return load_configuration(Path(folder))
        with pytest.raises(ConfigError) as refused:
            load_configuration(Path(folder))
        assert list(refused.value.problems) == problems
        return problems


def assert_harmless(content: bytes) -> None:
    found = outcome(content)
    if isinstance(found, list):
        assert found
        assert all(str(one).isprintable() and one.line > 0 and one.column > 0 for one in found)


BOMBS = {
    "open brackets": "[" * 1_000_000,
    "open braces": "{" * 1_000_000,
    "dashes": "- " * 500_000,
    "question marks": "? " * 500_000,
    "colons": ": " * 500_000,
    "empty lines": "\n" * 999_999,
    "one long word": "name: " + "x" * 900_000,
    "one long quoted text": 'name: "' + "\\n " * 300_000 + '"',
    "one long key": "x" * 1_000 + ": 1",
    "many unknown keys": "".join(f"key{n}: 1\n" for n in range(20_000)),
    "many wrong queues": "version: 1\nqueues:\n" + "".join(f"  q{n}: {{nam: 1}}\n" for n in range(24_000)),
    "many unknown names": "version: 1\nagents:\n"
    + "".join(f'  a{n}: {{name: A, extension: "{10_000 + n}", team: t{n}}}\n' for n in range(9_000)),
    "many numbers of nobody": "version: 1\nentry_points:\n"
    + "".join(f"  e{n}: {{dnis: '{n}'}}\n" for n in range(24_000)),
    "many recordings": "version: 1\ndefault_exit: {message: [" + "a," * 10_000 + "]}\n",
    "a chain of queues": "version: 1\nqueues:\n"
    + "".join(f"  q{n}: {{max_wait: 10, on_max_wait: {{queue: q{n + 1}}}}}\n" for n in range(12_000))
    + "  q12000: {max_wait: 10, on_max_wait: {queue: q0}}\n",
    "a chain of nodes": "version: 1\nflows: {f: {start: n0, nodes: {\n"
    + "".join(f"n{n}: {{do: set, values: {{a: b}}, next: n{n + 1}}},\n" for n in range(4_000))
    + "n4000: {do: set, values: {a: b}, next: n0}}}}\n",
    "many trunks": "version: 1\ntrunks:\n"
    + "".join(f'  t{n}: {{match: ["10.{n // 250}.{n % 250}.1"], target: "a:1"}}\n' for n in range(9_000))
    + '  last: {match: ["10.0.0.0/8"], target: "a:1"}\n',
    "many hours": "version: 1\nhours:\n"
    + "".join(f"  h{n}: {{open: 'Mo-Fr 8', time_zone: UTC}}\n" for n in range(9_000)),
    "many time zones": "version: 1\nhours:\n"
    + "".join(f"  h{n}: {{open: '24/7', time_zone: Europe/Londn}}\n" for n in range(9_000)),
    "many holidays": "version: 1\nhours:\n"
    + "".join(f"  h{n}: {{open: '24/7; PH off', time_zone: UTC, holidays: GB-EN}}\n" for n in range(9_000)),
    "many aliases": "a: &a [1]\n" + "".join(f"k{n}: *a\n" for n in range(40_000)),
    "many needs of many agents": "version: 1\nagents:\n"
    + "".join(f'  a{n}: {{name: A, extension: "{10_000 + n}", skills: {{s{n}: 1}}}}\n' for n in range(5_000))
    + "queues:\n"
    + "".join(f"  q{n}: {{max_wait: 9, on_max_wait: voicemail, needs: {{x: 1}}}}\n" for n in range(5_000)),
    "an expression like a tree": "version: 1\nqueues: {a: {max_wait: 9, on_max_wait: voicemail, needs: {any: ["
    + "{all: [a, b, {none: [c, d]}]}, " * 9_000
    + "]}}}\n",
    "documents": "---\n" * 200_000,
    "directives": "%TAG ! a\n" * 90_000,
}


@pytest.mark.timeout(30)
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused(tmp_path: Path, name: str) -> None:
    """Whatever a megabyte holds, it is told in bounded words, and the work grows no faster than the file."""
    (tmp_path / "bomb.yaml").write_text(BOMBS[name])
    assert 0 < len(check(tmp_path)) <= 501


def test_a_pipe_is_not_read(tmp_path: Path) -> None:
    """It would be waited for for ever; it is told."""
    (tmp_path / "a.yaml").write_text("version: 1\n")
    os.mkfifo(tmp_path / "b.yaml")
    assert [(one.path.name, one.what) for one in check(tmp_path)] == [("b.yaml", "this is no file")]


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes(content: bytes) -> None:
    """Not even YAML."""
    assert_harmless(content)


@settings(deadline=None)
@given(st.text(alphabet="ab1 \n\t:-?[]{}#&*!|>'\"%@`,~.=<é\u2028\u0085", max_size=120))
def test_any_text_of_yaml_characters(content: str) -> None:
    """The characters that mean something."""
    assert_harmless(content.encode())


WORDS = sorted(
    {*Root.model_fields, *(k for one in schema_of_everything()["$defs"].values() for k in one["properties"])}
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(
        ["voicemail", "menu", "play", "set", "queue", "digits", "hang_up", "1 s", "Mo-Fr 08:00-12:00; PH off"]
    ),
    st.sampled_from(["+448081570100", "a..b", "a1..a3", "1001..1003", "UTC", "GB-ENG", "2026-12-24", "beep", "a", "b"]),
)
KEYS = st.one_of(
    st.sampled_from(WORDS), st.sampled_from(["a", "b", "1", "#", "a1..a3", "2026-12-24"]), st.text(max_size=4)
)
ANYTHING = st.recursive(
    LEAVES,
    lambda below: st.one_of(st.lists(below, max_size=4), st.dictionaries(KEYS, below, max_size=5)),
    max_leaves=25,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(Root.model_fields)), ANYTHING, max_size=8))
def test_any_values_under_known_keys(values: dict[str, Any]) -> None:
    """YAML that is right, with values that are not."""
    assert_harmless(yaml.safe_dump({"version": 1, **values}, allow_unicode=True).encode())


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(DEMO), st.data())
def test_a_slip_of_the_hand_in_the_demo(path: Path, data: st.DataObject) -> None:
    """A piece of a right file lost, doubled or replaced."""
    text = path.read_text(encoding="utf-8")
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    instead = data.draw(st.one_of(st.just(""), st.just(text[start:end] * 2), st.text(max_size=5)))
    assert_harmless((text[:start] + instead + text[end:]).encode("utf-8", "replace"))
