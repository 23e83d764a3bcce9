"""Unpacking and the marker: half a tree is never taken for a whole one."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from ccserver.pbx import PbxError, Quiet, default_cache
from ccserver.pbx.fetch import unpack
from ccserver.pbx.install import read_marker, write_marker


def package(folder: Path, name: str) -> Path:
    """A package that holds usr/sbin/`name`."""
    tree = folder / name
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN/control").write_text(
        f"Package: {name}\nVersion: 1\nArchitecture: all\nMaintainer: n <n@example.test>\nDescription: d\n"
    )
    (tree / "usr/sbin").mkdir(parents=True)
    (tree / "usr/sbin" / name).write_text("#!/bin/sh\n")
    subprocess.run(["dpkg-deb", "-b", tree, folder / f"{name}.deb"], check=True, capture_output=True)
    return folder / f"{name}.deb"


def test_all_packages_are_in_one_tree(tmp_path: Path) -> None:
    """Unpacked side by side."""
    root = unpack((package(tmp_path, "asterisk"), package(tmp_path, "other")), tmp_path / "cache", Quiet())
    assert {file.name for file in (root / "usr/sbin").iterdir()} == {"asterisk", "other"}


def test_tree_without_marker_does_not_count(tmp_path: Path) -> None:
    """The marker is the last thing written."""
    root = unpack((package(tmp_path, "asterisk"),), tmp_path, Quiet())
    assert read_marker(tmp_path) is None
    write_marker(tmp_path, root)
    assert read_marker(tmp_path) == root


def test_marker_without_tree_does_not_count(tmp_path: Path) -> None:
    """Somebody tidied up."""
    write_marker(tmp_path, tmp_path / "root")
    assert read_marker(tmp_path) is None


def test_half_tree_is_removed_before_the_next_try(tmp_path: Path) -> None:
    """What an interrupted run left behind does not mix in."""
    (tmp_path / "root.partial/usr/sbin").mkdir(parents=True)
    (tmp_path / "root.partial/usr/sbin/left-over").write_text("x")
    root = unpack((package(tmp_path, "asterisk"),), tmp_path, Quiet())
    assert [file.name for file in (root / "usr/sbin").iterdir()] == ["asterisk"]


def test_broken_package_names_itself(tmp_path: Path) -> None:
    """And says what to do."""
    broken = tmp_path / "broken.deb"
    broken.write_bytes(b"no archive")
    with pytest.raises(PbxError, match=r"broken\.deb cannot be unpacked"):
        unpack((broken,), tmp_path, Quiet())


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"CCSERVER_CACHE": "/c"}, Path("/c")),
        ({"XDG_CACHE_HOME": "/x"}, Path("/x/ccserver")),
        ({}, Path.home() / ".cache/ccserver"),
    ],
)
def test_place_of_the_cache(environment: dict[str, str], expected: Path) -> None:
    """The setting, the desktop standard, the home folder."""
    assert default_cache(environment) == expected
