"""Prompts and recordings of our own among Asterisk's sounds."""

from __future__ import annotations

from pathlib import Path

import pytest

from ccserver.pbx import AsteriskInstall, PbxError, PbxPlan, load_or_create_secrets
from ccserver.pbx.render import render

INSTALL = AsteriskInstall(("asterisk",), (22, 10, 1), Path("/opt/a/modules"), Path("/opt/a/share"))


def sounds(data: Path, own: Path | None = None, **made: Path) -> dict[str, str]:
    """What is found by each name below the sounds, after rendering; `zh_CN__hello` stands for `zh_CN/hello`."""
    prompts = tuple((name.replace("__", "/"), file) for name, file in made.items())
    plan = PbxPlan(data, sounds=own, prompts=prompts)
    folder = render(plan, load_or_create_secrets(data, ()), INSTALL).share / "sounds"
    return {str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*") if file.is_file()}


@pytest.fixture
def made(tmp_path: Path) -> Path:
    file = tmp_path / "prompts" / "0123.wav"
    file.parent.mkdir()
    file.write_text("made")
    return file


def own(tmp_path: Path, *names: str) -> Path:
    for name in names:
        (tmp_path / "own" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "own" / name).write_text(f"own {name}")
    return tmp_path / "own"


def test_a_prompt_is_found_by_its_language(tmp_path: Path, made: Path) -> None:
    """In folders, too."""
    assert sounds(tmp_path, zh_CN__hello=made, zh_CN__digits__3=made) == {
        "zh_CN/hello.wav": "made",
        "zh_CN/digits/3.wav": "made",
    }


def test_a_recording_of_our_own_wins(tmp_path: Path, made: Path) -> None:
    """Where it comes to both in the same place."""
    assert sounds(tmp_path, own(tmp_path, "zh/hello.wav"), zh__hello=made) == {"zh/hello.wav": "own zh/hello.wav"}


def test_a_prompt_that_is_no_longer_wanted_goes(tmp_path: Path, made: Path) -> None:
    """Though its file is kept: another language, or a recording of our own in another format."""
    sounds(tmp_path, zh__hello=made)
    assert sounds(tmp_path, own(tmp_path, "zh/hello.ulaw")) == {"zh/hello.ulaw": "own zh/hello.ulaw"}
    assert made.exists()


def test_a_recording_that_was_taken_away_goes(tmp_path: Path, made: Path) -> None:
    """And the prompt is heard in its place."""
    folder = own(tmp_path, "zh/hello.wav", "hello.wav")
    sounds(tmp_path, folder, zh__hello=made)
    (folder / "zh/hello.wav").unlink()
    assert sounds(tmp_path, folder, zh__hello=made) == {"zh/hello.wav": "made", "hello.wav": "own hello.wav"}


def test_a_folder_of_a_region_is_there_as_asterisk_spells_it(tmp_path: Path) -> None:
    """As well as under its own name, by which a flow may ask for it; other folders are left as they are."""
    folder = own(tmp_path, "zh-CN/hello.wav", "custom/hello.wav")
    assert set(sounds(tmp_path, folder)) == {"zh-CN/hello.wav", "zh_CN/hello.wav", "custom/hello.wav"}


@pytest.mark.parametrize("name", ["en/hello", "hello", "../hello", "zh/../../hello", "zh/a b", "ZH/hello", "zh/"])
def test_a_name_that_is_none_is_refused(tmp_path: Path, made: Path, name: str) -> None:
    """It would be a place outside the folder, or in the installation."""
    with pytest.raises(PbxError, match="prompt"):
        PbxPlan(tmp_path, prompts=((name, made),))
