"""Which Asterisk is run: the machine's own if it is new enough and complete, else the unpacked one by its own loader."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.house.files import TOP

from ccserver.pbx import PbxError, Quiet, fetch_asterisk
from ccserver.pbx.install import OLDEST, installed, machine_architecture, unpacked
from ccserver.services.doctor import check_asterisk

MODULES = "usr/lib/x86_64-linux-gnu/asterisk/modules"


def program(path: Path, says: str) -> Path:
    """A script that answers every question with these words."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(0o755)
    return path


def machine(root: Path, version: str, modules: str = MODULES, binary: str = "usr/sbin/asterisk") -> Path:
    """A machine on which this Asterisk is installed."""
    program(root / binary, f"Asterisk {version}")
    (root / modules).mkdir(parents=True)
    (root / modules / "res_ari.so").touch()
    (root / "usr/share/asterisk/sounds").mkdir(parents=True)
    return root


@pytest.mark.parametrize(
    ("answer", "version"),
    [
        ("22.10.1", (22, 10, 1)),
        ("22.11.0", (22, 11, 0)),
        ("23.0.0", (23, 0, 0)),
        ("22.10.1~dfsg+~cs6.15.60671435-1", (22, 10, 1)),
        ("certified/22.10.2-cert1", (22, 10, 2)),
    ],
)
def test_an_installed_asterisk_is_used(tmp_path: Path, answer: str, version: tuple[int, int, int]) -> None:
    """As its packagers write the version; nothing is fetched, and no cache is made."""
    own = fetch_asterisk(tmp_path / "cache", Quiet(), machine(tmp_path / "m", answer))
    assert (own.version, own.argv, own.root) == (version, (str(tmp_path / "m/usr/sbin/asterisk"),), None)
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("answer", ["22.10.0", "22.9.1", "20.15.2", "18.0.0", "GIT-master-1234", "SVN-trunk-r1"])
def test_an_old_or_unknown_asterisk_is_not_used(tmp_path: Path, answer: str) -> None:
    """The advisories fixed in 22.10.1 are not optional."""
    assert installed(machine(tmp_path, answer)) is None


def test_an_asterisk_that_does_not_start_is_not_used(tmp_path: Path) -> None:
    """Its libraries may be gone."""
    machine(tmp_path, "22.10.1")
    (tmp_path / "usr/sbin/asterisk").write_text("no program")
    assert installed(tmp_path) is None


@pytest.mark.parametrize("gone", [f"{MODULES}/res_ari.so", "usr/share/asterisk/sounds"])
def test_an_incomplete_asterisk_is_not_used(tmp_path: Path, gone: str) -> None:
    """Without ARI or without prompts it would not do."""
    path = machine(tmp_path, "22.10.1") / gone
    path.rmdir() if path.is_dir() else path.unlink()
    assert installed(tmp_path) is None


@pytest.mark.parametrize(
    ("modules", "binary"),
    [
        ("usr/lib/aarch64-linux-gnu/asterisk/modules", "usr/sbin/asterisk"),
        ("usr/lib/asterisk/modules", "usr/local/sbin/asterisk"),
        ("usr/lib64/asterisk/modules", "usr/bin/asterisk"),
    ],
)
def test_other_places_of_an_installed_asterisk(tmp_path: Path, modules: str, binary: str) -> None:
    """Of arm64, of one compiled by hand, and of other distributions."""
    own = installed(machine(tmp_path, "22.10.1", modules, binary))
    assert own is not None
    assert own.modules == tmp_path / modules


@pytest.mark.parametrize(
    ("architecture", "loader"),
    [
        ("amd64", "usr/lib64/ld-linux-x86-64.so.2"),
        ("amd64", "usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"),
        ("arm64", "usr/lib/ld-linux-aarch64.so.1"),
        ("arm64", "usr/lib/aarch64-linux-gnu/ld-linux-aarch64.so.1"),
    ],
)
def test_the_loader_of_the_architecture_runs_it(tmp_path: Path, architecture: str, loader: str) -> None:
    """Under the names that Debian's libc6 gives it. It is played by a script that answers -V."""
    program(tmp_path / loader, "Asterisk 22.10.1")
    found = unpacked(tmp_path, architecture)
    libraries = tmp_path / {"amd64": "usr/lib/x86_64-linux-gnu", "arm64": "usr/lib/aarch64-linux-gnu"}[architecture]
    assert found.argv == (
        str(tmp_path / loader),
        "--library-path",
        str(libraries),
        str(tmp_path / "usr/sbin/asterisk"),
    )
    assert found.modules == libraries / "asterisk/modules"
    assert found.environment["OPENSSL_MODULES"] == str(libraries / "ossl-modules")


def test_the_loader_of_another_architecture_is_not_taken(tmp_path: Path) -> None:
    """A cache that was copied from another machine."""
    program(tmp_path / "usr/lib64/ld-linux-x86-64.so.2", "Asterisk 22.10.1")
    with pytest.raises(PbxError, match=r"no dynamic loader at .*ld-linux-aarch64\.so\.1"):
        unpacked(tmp_path, "arm64")


def test_tree_without_loader_is_explained(tmp_path: Path) -> None:
    """Damaged after it was unpacked."""
    with pytest.raises(PbxError, match="no dynamic loader"):
        unpacked(tmp_path, "amd64")


def test_too_old_asterisk_is_refused(tmp_path: Path) -> None:
    """Also among the unpacked."""
    program(tmp_path / "usr/lib64/ld-linux-x86-64.so.2", "Asterisk 22.9.0")
    with pytest.raises(PbxError, match=r"22\.9\.0; at least 22\.10\.1"):
        unpacked(tmp_path, "amd64")


@pytest.mark.parametrize("architecture", ["amd64", "arm64"])
def test_the_architecture_is_what_dpkg_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, architecture: str) -> None:
    """A kernel of 64 bits may run a system of 32: dpkg knows."""
    program(tmp_path / "dpkg", architecture)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert machine_architecture() == architecture


@pytest.mark.parametrize("architecture", ["armhf", "i386", "riscv64"])
def test_another_architecture_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, architecture: str) -> None:
    """With what can be done."""
    program(tmp_path / "dpkg", architecture)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(PbxError, match=f"architecture {architecture}\n.*amd64 or arm64"):
        machine_architecture()


def test_a_machine_without_dpkg_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no Debian."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PbxError, match="no dpkg"):
        machine_architecture()


def test_documents_and_doctor_name_the_oldest_version_that_is_taken() -> None:
    """And no newest: a later series is taken too, and told about."""
    oldest = ".".join(str(part) for part in OLDEST)
    for document in ("docs/operations.md", "docs/configuration.md"):
        text = (TOP / document).read_text(encoding="utf-8")
        assert f"{oldest} or newer" in text
        assert "later of 22" not in text
    (finding,) = check_asterisk("22.10.0")
    assert f"{oldest} or newer" in finding.advice
    assert [found.level for version in (oldest, "23.0.0") for found in check_asterisk(version)] == ["fine", "warning"]
