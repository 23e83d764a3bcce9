"""An engine's recording as a telephone hears it: 8000 Hz, without silence around it, as loud as Asterisk's own prompts."""

from __future__ import annotations

import io
import struct
import wave
from typing import Final

import numpy as np
import numpy.typing as npt

RATE: Final = 8000
PASS, STOP = 3400.0, 4000.0
"""Hertz: what is lower stays, what is higher goes, and fades in between. 3400 Hz is the telephone's band (G.712)."""
PEAK: Final = 0.65
"""Of full scale, as Asterisk's English recordings have it."""
QUIET: Final = 0.01
"""Of the peak; what is quieter at the edges is silence."""
BEFORE: Final = 0.03
"""Seconds that stay of it, so that no consonant is cut."""

Samples = npt.NDArray[np.float64]


def telephone_sound(recording: bytes, pause: float) -> bytes:
    """A WAV file with `pause` seconds of silence at its end. Raises ValueError for what is no WAV of 16 bit and one channel."""
    rate, samples = _read(recording)
    samples = _without_silence(_resampled(samples, rate), pause)
    loudest = float(np.max(np.abs(samples)))
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(np.round(samples * (PEAK * 32767 / loudest)).astype("<i2").tobytes())
    return file.getvalue()


def _read(recording: bytes) -> tuple[int, Samples]:
    """By hand: an engine that writes to a pipe does not know the lengths that it puts into the header."""
    if len(recording) < 12 or recording[:4] != b"RIFF" or recording[8:12] != b"WAVE":
        raise ValueError("no WAV file")
    rate, at = 0, 12
    while at + 8 <= len(recording):
        name, length = struct.unpack_from("<4sI", recording, at)
        body = recording[at + 8 : at + 8 + length]
        if name == b"fmt " and len(body) >= 16:
            form, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", body)
            if (form, channels, bits) != (1, 1, 16) or not RATE <= rate <= 192_000:
                raise ValueError(f"WAV of format {form}, {channels} channels, {bits} bit, {rate} Hz")
        elif name == b"data" and rate:
            samples = np.frombuffer(body[: len(body) // 2 * 2], "<i2").astype(np.float64) / 32768
            if not samples.any():
                raise ValueError("nothing but silence")
            return rate, samples
        at += 8 + length + length % 2
    raise ValueError("WAV without samples")


def _resampled(samples: Samples, rate: int) -> Samples:
    """In the domain of frequencies: what a telephone cannot carry is faded out, and nothing folds back."""
    if rate == RATE:
        return samples
    seconds = -(-len(samples) // rate) + 1  # whole seconds have a whole number of samples at both rates
    spectrum = np.fft.rfft(samples, seconds * rate)[: seconds * RATE // 2 + 1]
    hertz = np.fft.rfftfreq(seconds * RATE, 1 / RATE)
    fade = np.clip((STOP - hertz) / (STOP - PASS), 0.0, 1.0)
    resampled: Samples = np.fft.irfft(spectrum * fade, seconds * RATE) * (RATE / rate)
    return resampled


def _without_silence(samples: Samples, pause: float) -> Samples:
    loud = np.flatnonzero(np.abs(samples) > QUIET * np.max(np.abs(samples)))
    first = max(0, int(loud[0]) - int(BEFORE * RATE))
    return np.concatenate((samples[first : int(loud[-1]) + 1], np.zeros(int(pause * RATE))))
