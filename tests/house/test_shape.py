"""The shape of the code: names, sizes, and a test file for each module of the core."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from tests.house.files import TOP, committed, named

pytestmark = pytest.mark.slow  # every file of the repository is parsed

NO_NAMES = ("Manager", "Handler", "Helper", "Util", "Utils", "Service", "Processor", "Data", "Info")
MOST_LINES = 500
MOST_FUNCTION_LINES = 60
GENERATED = ("src/ccserver/adapters/asterisk/ari_models.py",)
WRITTEN = [path for path in committed("src/*.py") if named(path) not in GENERATED]
SOURCES = [*WRITTEN, *committed("tests/*.py", "tools/*.py", "bench/*.py")]
TESTS = committed("tests/*test_*.py")
CORE = TOP / "src/ccserver/core"
CODE = ("*.py", "*.sh", "*.ts", "*.vue", "*.conf", "Makefile", "*.toml", "*.yaml", "*.md")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_no_class_has_a_name_that_says_nothing() -> None:
    """A class is named after what it is, not after a pattern."""
    classes = [
        (named(path), node.name) for path in WRITTEN for node in ast.walk(tree(path)) if isinstance(node, ast.ClassDef)
    ]
    assert [each for each in classes if each[1].endswith(NO_NAMES)] == []


def test_every_module_of_the_core_has_its_test_file() -> None:
    """core/acd/line.py is tested by tests/core/acd/test_line.py. One that only declares, and does nothing, needs none."""
    modules = [
        path.relative_to(CORE) for path in committed("src/ccserver/core/*.py") if any(map(_does, functions(path)))
    ]
    tests = [TOP / "tests/core" / module.parent / f"test_{module.name}" for module in modules]
    assert [named(path) for path in tests if not path.exists()] == []


def _does(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """More than a docstring and `...`."""
    return not all(isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant) for part in function.body)


def test_no_file_is_longer_than_the_limit() -> None:
    """A long file is two subjects."""
    lengths = {
        named(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in committed(*CODE)
        if named(path) not in GENERATED and path.name != "CHANGELOG.md"
    }
    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}


def test_no_function_is_longer_than_the_limit() -> None:
    """A long function is several."""
    lengths = [
        (named(path), function.name, (function.end_lineno or 0) - function.lineno + 1)
        for path in SOURCES
        for function in functions(path)
    ]
    assert [each for each in lengths if each[2] > MOST_FUNCTION_LINES] == []


def test_every_module_says_what_it_is() -> None:
    """A module starts with a sentence."""
    assert [named(path) for path in WRITTEN if path.stat().st_size and not ast.get_docstring(tree(path))] == []


def test_every_test_states_its_fact() -> None:
    """One line under each test."""
    tests = [(path, f) for path in TESTS for f in functions(path) if f.name.startswith("test_")]
    assert [(named(path), function.name) for path, function in tests if not ast.get_docstring(function)] == []


def test_facts_are_tested_not_calls() -> None:
    """No mocks: fakes are peers under the contract of the real thing."""
    imports = [
        (named(path), name)
        for path in SOURCES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]
    ]
    assert [each for each in imports if each[1].startswith(("unittest.mock", "mock"))] == []
