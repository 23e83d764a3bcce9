"""Recordings as files: ARI stores messages, MixMonitor stores calls, each in a folder of its own below Asterisk's spool.

Decides neither who may hear them nor how long they are kept.
"""

from __future__ import annotations

import asyncio
import re
import wave
from datetime import timedelta
from pathlib import Path

from ccserver.core.errors import PortUnavailable
from ccserver.services.office import RecordingFile

FOLDERS = ("recording", "monitor")
"""Of ARI's `record` (res_ari_recordings.c: astspooldir/recording) and of MixMonitor (astspooldir/monitor)."""
ENDING = ".wav"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+-]{0,199}")
"""No slash and no dot at its begin: whatever a record says, the file is right in its folder."""
_HEADER_BYTES = 44
"""Of a WAV file as format_wav.c writes it: RIFF, fmt and the head of data."""


class RecordingFiles:
    """The recordings of one Asterisk on this machine."""

    def __init__(self, spool: Path) -> None:
        self._folders = [spool / folder for folder in FOLDERS]

    async def find(self, name: str) -> RecordingFile | None:
        if not _NAME.fullmatch(name):
            return None
        try:
            return await asyncio.to_thread(self._find, name + ENDING)
        except OSError as error:
            raise PortUnavailable("recordings") from error

    def _find(self, file: str) -> RecordingFile | None:
        """A link is no recording: Asterisk makes none."""
        for path in (folder / file for folder in self._folders):
            if path.is_file() and not path.is_symlink():
                return RecordingFile(path, length_of(path))
        return None


def length_of(path: Path) -> timedelta | None:
    """The length of a WAV file with linear samples; None for any other. Raises OSError.

    Asterisk writes how long it is when it closes the file. Of one that it never closed, the size tells.
    """
    try:
        with wave.open(str(path), "rb") as sound:
            frame = sound.getsampwidth() * sound.getnchannels()
            there = max(0, path.stat().st_size - _HEADER_BYTES) // frame
            frames = min(sound.getnframes() or there, there)
            return timedelta(seconds=frames / sound.getframerate())
    except (wave.Error, EOFError, ZeroDivisionError):
        return None
