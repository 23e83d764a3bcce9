"""Which recordings there are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

FOLDER, MUSIC_FOLDER = "sounds", "music"
STOCK_MUSIC = "default"
"""The music that comes with Asterisk."""
ENDINGS = frozenset({".wav", ".ulaw", ".alaw", ".g722", ".sln", ".sln16"})
"""Formats that the explicit list of Asterisk's modules plays."""
MOST_FILES = 10_000


@cache
def stock_recordings() -> frozenset[str]:
    """The English recordings that come with Asterisk: Debian package asterisk-core-sounds-en-wav 1.6.1-1."""
    text = files("ccserver.config").joinpath("stock_sounds.txt").read_text(encoding="utf-8")
    return frozenset(text.split())


@dataclass(frozen=True, slots=True)
class Recordings:
    """Stock recordings and those in `folder`, by their names without ending."""

    folder: Path
    own: frozenset[str]

    @classmethod
    def of(cls, configuration: Path) -> Recordings:
        """Those of a configuration folder (or of the folder of its single file). An unreadable folder has none."""
        folder = (configuration if configuration.is_dir() else configuration.parent) / FOLDER
        return cls(folder, frozenset(_names(folder)))

    def has(self, name: str) -> bool:
        """There is a recording of this name, in whatever format."""
        return name in self.own or name in stock_recordings()

    def names(self) -> list[str]:
        """All of them."""
        return sorted(self.own | stock_recordings())


def _names(folder: Path) -> set[str]:
    names: set[str] = set()
    open_ends = [folder]
    while open_ends and len(names) < MOST_FILES:
        here = open_ends.pop()
        try:
            found = sorted(here.iterdir())
        except OSError:
            continue
        for one in found[:MOST_FILES]:
            if one.is_dir() and not one.is_symlink():
                open_ends.append(one)
            elif one.suffix in ENDINGS:
                names.add(one.relative_to(folder).with_suffix("").as_posix())
    return names


def own_music(configuration: Path) -> dict[str, Path]:
    """Music classes of the configuration: each folder `music/NAME` that holds at least one file that can be played."""
    folder = (configuration if configuration.is_dir() else configuration.parent) / MUSIC_FOLDER
    try:
        classes = sorted(one for one in folder.iterdir() if one.is_dir())[:MOST_FILES]
        return {one.name: one for one in classes if any(file.suffix in ENDINGS for file in one.iterdir())}
    except OSError:
        return {}
