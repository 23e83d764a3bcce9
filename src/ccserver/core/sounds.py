"""What can be played, without saying how the PBX names it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SoundKind(StrEnum):
    RECORDED = "recorded"
    """A recorded file by its name, without extension: `vm-goodbye`, `custom/welcome`."""
    NUMBER = "number"
    """A whole number, spoken: `12` is "twelve"."""
    DIGITS = "digits"
    """Digits one by one: `12` is "one two"."""
    SAID = "said"
    """A text, spoken in the caller's language."""
    TONE = "tone"
    """A tone of the country until stopped: `ring`, `busy`, `congestion`."""
    SILENCE = "silence"
    """Seconds of silence."""


@dataclass(frozen=True, slots=True)
class Sound:
    kind: SoundKind
    value: str


Sounds = tuple[Sound, ...]


def recorded(*names: str) -> Sounds:
    """Recorded files, one after the other."""
    return tuple(Sound(SoundKind.RECORDED, name) for name in names)


def number(value: int) -> Sound:
    """A number spoken as a number."""
    return Sound(SoundKind.NUMBER, str(value))
