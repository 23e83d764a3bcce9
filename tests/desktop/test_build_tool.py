"""The build of the page: when it is needed, and how it is put in place."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from tests.desktop.conftest import ROOT


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_desktop_tested", ROOT / "tools" / "build_desktop.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """What the bundler made."""
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("new")
    (folder / "assets" / "index-2.js").write_text("new")
    return folder


def test_a_changed_source_changes_the_fingerprint(tool: ModuleType, tmp_path: Path) -> None:
    """Content counts, not the date."""
    file = tmp_path / "a.ts"
    file.write_text("one")
    before = tool.fingerprint([file], tmp_path)
    file.write_text("two")
    assert tool.fingerprint([file], tmp_path) != before


def test_every_source_counts(tool: ModuleType) -> None:
    """The page's own files and what decides how they are built."""
    names = {path.relative_to(tool.DESKTOP).as_posix() for path in tool.sources(tool.DESKTOP)}
    assert {"index.html", "package-lock.json", "vite.config.ts", "src/App.vue", "public/mark.svg"} <= names


def test_nothing_is_built_twice(tool: ModuleType, built: Path, tmp_path: Path) -> None:
    """The stamp of the sources is beside the page."""
    static = tmp_path / "static"
    tool.publish(built, static, "abc")
    assert (tool.is_fresh(static, "abc"), tool.is_fresh(static, "abd")) == (True, False)


def test_old_files_go_and_the_marker_stays(tool: ModuleType, built: Path, tmp_path: Path) -> None:
    """Nothing of an earlier build is left to be served."""
    static = tmp_path / "static"
    (static / "assets").mkdir(parents=True)
    for name in (".keep", "assets/index-1.js"):
        (static / name).touch()
    tool.publish(built, static, "abc")
    left = {path.relative_to(static).as_posix() for path in static.rglob("*") if path.is_file()}
    assert left == {".keep", ".stamp", "index.html", "assets/index-2.js"}


def test_the_lock_file_names_no_registry() -> None:
    """Each machine knows its own."""
    assert '"resolved"' not in (ROOT / "desktop" / "package-lock.json").read_text()
