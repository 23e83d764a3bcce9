"""What can be played."""

from __future__ import annotations

from ccserver.core.sounds import Sound, SoundKind, number, recorded


def test_recorded_files_follow_one_another() -> None:
    """In the order named."""
    assert recorded("welcome", "menu") == (Sound(SoundKind.RECORDED, "welcome"), Sound(SoundKind.RECORDED, "menu"))


def test_no_file_is_silence() -> None:
    """Nothing to play is an empty tuple."""
    assert recorded() == ()


def test_a_number_is_spoken_as_a_number() -> None:
    """Twelve, not one two."""
    assert number(12) == Sound(SoundKind.NUMBER, "12")
