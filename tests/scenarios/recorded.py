"""Recognising a recorded sound in what a telephone hears: by its loudness over time, as no two recordings have the same."""

from __future__ import annotations

import wave
from itertools import islice
from pathlib import Path
from statistics import correlation

from ccserver.adapters.softphone.audio import FRAME, loudness

ALIKE = 0.98
"""Correlation of half a second with a place in the recording; others stay below 0.9."""


class RecordedSound:
    """One file of 8000 Hz, 16 bit, as Asterisk's own prompts are."""

    def __init__(self, path: Path) -> None:
        with wave.open(str(path)) as file:
            raw = memoryview(file.readframes(file.getnframes())).cast("h")
        frames = (raw[start : start + FRAME] for start in range(0, len(raw) - FRAME + 1, FRAME))
        self._shape = [(sum(sample * sample for sample in frame) / FRAME) ** 0.5 for frame in frames]

    def is_heard_in(self, heard: bytes) -> bool:
        """Whether what was heard last, in µ-law, is a part of it."""
        shape = [loudness(heard[start : start + FRAME]) for start in range(0, len(heard) - FRAME + 1, FRAME)]
        if len(shape) < 10 or max(shape) - min(shape) < 100:
            return False
        places = range(len(self._shape) - len(shape) + 1)
        parts = (list(islice(self._shape, place, place + len(shape))) for place in places)
        return any(max(part) > min(part) and correlation(shape, part) > ALIKE for part in parts)
