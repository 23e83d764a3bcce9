"""Which recordings Asterisk has in a language besides the English ones that come with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

ENDINGS: Final = (".wav", ".ulaw", ".alaw", ".g722", ".sln", ".sln16")
"""Of the formats that the explicit list of modules plays."""
ENGLISH: Final = "en"


def asterisk_language(tag: str) -> str:
    """`zh_CN` of `zh-CN`: Asterisk takes what follows an underscore for the region, and asks without it second."""
    return tag.replace("-", "_")


class SoundFolder:
    """Asterisk's folder of sounds, looked at when it is asked: what it has changes with every reload."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def in_language(self, language: str) -> Callable[[str], bool]:
        """Tells of a name whether it is there in this language (as Asterisk spells it), in it without its region, or for all
        languages."""
        parts = language.split("_")
        spellings = ["_".join(parts[:length]) for length in range(len(parts), 0, -1)]
        folders = [self._folder / spelling for spelling in (*spellings, "") if spelling != ENGLISH]

        def has(name: str) -> bool:
            return any((folder / (name + ending)).is_file() for folder in folders for ending in ENDINGS)

        return has
