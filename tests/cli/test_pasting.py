"""Commands that are printed can be pasted."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ccserver.cli.pasting import DEFAULT_CONFIG, DEFAULT_DATA, command


@pytest.fixture(autouse=True)
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone that is the present folder, without settings; `ccserver` is on no path."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    for name in ("WEB_PORT", "SIP_PORT", "AMI_PORT", "WEB_HOST", "SIP_HOST"):
        monkeypatch.delenv(f"CCSERVER_{name}", raising=False)
    return tmp_path


@pytest.mark.parametrize(
    ("called", "shown"),
    [
        (".venv/bin/ccserver", ".venv/bin/ccserver"),
        ("ccserver", "ccserver"),
        ("/opt/my tools/ccserver", "'/opt/my tools/ccserver'"),
    ],
)
def test_the_program_is_as_it_was_called(monkeypatch: pytest.MonkeyPatch, called: str, shown: str) -> None:
    """Relative to this folder when it is in it."""
    monkeypatch.setattr(sys, "argv", [called])
    assert command("down") == f"{shown} down"


def test_a_path_into_this_folder_is_shortened(monkeypatch: pytest.MonkeyPatch, clone: Path) -> None:
    """Another terminal begins in the same folder."""
    monkeypatch.setattr(sys, "argv", [str(clone / ".venv/bin/ccserver")])
    assert command("down") == ".venv/bin/ccserver down"


def test_as_a_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """python -m ccserver has no program of its own."""
    monkeypatch.setattr(sys, "argv", ["/x/ccserver/__main__.py"])
    monkeypatch.setattr(sys, "executable", "/x/python")
    assert command("down") == "/x/python -m ccserver down"


def test_usual_folders_are_left_out_and_others_are_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    """What need not be typed is not shown."""
    monkeypatch.setattr(sys, "argv", ["ccserver"])
    assert command("up", config=DEFAULT_CONFIG, data=DEFAULT_DATA) == "ccserver up"
    assert command("up", config=Path("my centre"), data=Path("d")) == "ccserver up --config 'my centre' --data d"


def test_settings_that_find_the_server_go_along(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another terminal does not have them; to start one, all of the network's are needed."""
    monkeypatch.setattr(sys, "argv", ["ccserver"])
    monkeypatch.setenv("CCSERVER_WEB_PORT", "18080")
    monkeypatch.setenv("CCSERVER_AMI_PORT", "15038")
    monkeypatch.setenv("CCSERVER_DATABASE_URL", "sqlite:///geheim")
    assert command("demo", "call") == "CCSERVER_WEB_PORT=18080 ccserver demo call"
    assert command("up") == "CCSERVER_WEB_PORT=18080 CCSERVER_AMI_PORT=15038 ccserver up"
