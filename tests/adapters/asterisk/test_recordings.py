"""Recordings as files: found by name in Asterisk's two folders and nowhere else, with the length of their sound."""

from __future__ import annotations

import wave
from datetime import timedelta
from pathlib import Path

import pytest

from ccserver.adapters.asterisk.recordings import RecordingFiles, length_of
from ccserver.core.errors import PortUnavailable


def sound(path: Path, seconds: float) -> Path:
    """A WAV file as Asterisk writes it: 8 kHz, 16 bits, one channel."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(round(seconds * 8000) * 2))
    return path


@pytest.mark.parametrize(("folder", "name"), [("recording", "vm-c1"), ("monitor", "call-c1")])
async def test_messages_and_calls_are_found(tmp_path: Path, folder: str, name: str) -> None:
    """Each in the folder in which Asterisk stores it."""
    path = sound(tmp_path / folder / f"{name}.wav", 2.5)
    found = await RecordingFiles(tmp_path).find(name)
    assert found is not None
    assert (found.path, found.length) == (path, timedelta(seconds=2.5))


@pytest.mark.parametrize(
    "name",
    [
        "../secret",
        "..",
        ".hidden",
        "",
        "a/b",
        "/etc/passwd",
        "a\0b",
        "a\n",
        "..\\secret",
        "%2e%2e%2fsecret",
        "é",
        "a" * 201,
    ],
)
async def test_a_hostile_name_finds_nothing(tmp_path: Path, name: str) -> None:
    """Though a file lies there."""
    spool = tmp_path / "spool"
    for file in (
        tmp_path / "secret.wav",
        spool / "secret.wav",
        spool / "recording/.hidden.wav",
        spool / "recording/a/b.wav",
    ):
        sound(file, 1)
    assert await RecordingFiles(spool).find(name) is None


async def test_a_link_is_no_recording(tmp_path: Path) -> None:
    """Wherever it leads."""
    (tmp_path / "spool/recording").mkdir(parents=True)
    (tmp_path / "spool/recording/vm-c1.wav").symlink_to(sound(tmp_path / "secret.wav", 1))
    assert await RecordingFiles(tmp_path / "spool").find("vm-c1") is None


async def test_folders_that_are_not_there(tmp_path: Path) -> None:
    """Hold no recording."""
    assert await RecordingFiles(tmp_path / "none").find("vm-c1") is None


async def test_folders_that_cannot_be_looked_into(tmp_path: Path) -> None:
    """Are told as such, not as recordings that are gone."""
    with pytest.raises(PortUnavailable):
        await RecordingFiles(tmp_path / ("x" * 300)).find("vm-c1")


def test_the_length_of_a_file_that_was_never_closed(tmp_path: Path) -> None:
    """Its header says zero; the size tells."""
    path = sound(tmp_path / "call.wav", 2)
    content = bytearray(path.read_bytes())
    content[40:44] = bytes(4)
    path.write_bytes(content)
    assert length_of(path) == timedelta(seconds=2)


@pytest.mark.parametrize(
    "content", [b"", b"RIFF", b"not a sound at all, but long enough for a header of forty-four bytes"]
)
def test_the_length_of_what_is_no_sound(tmp_path: Path, content: bytes) -> None:
    """Is not known."""
    path = tmp_path / "odd.wav"
    path.write_bytes(content)
    assert length_of(path) is None
