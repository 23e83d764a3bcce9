"""Configurations with their mistakes marked: `§` stands before each place that a problem must point at."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from ccserver.config import ConfigProblem, check

MARK = "§"

SUPPORT = """
version: 1
queues:
  support: {max_wait: 5 min, on_max_wait: voicemail}
"""
"""The smallest thing to add to: a queue that other parts may name."""


SOMEBODY = "agents: {zoe: {name: Zoe, extension: '9999'}}\n"


def take_marks(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The text without its marks, and the line and column of each, counted from 1."""
    places = []
    lines = dedent(text).lstrip("\n").split("\n")
    for index in range(len(lines)):
        while (at := lines[index].find(MARK)) >= 0:
            lines[index] = lines[index][:at] + lines[index][at + 1 :]
            places.append((index + 1, at + 1))
    return "\n".join(lines), places


def problems(folder: Path, **files: str) -> list[ConfigProblem]:
    """What `check` says about these files; marks are taken out first. Values name files without ending.

    Queues without agents get one, so that they are answered.
    """
    if "max_wait:" in "".join(files.values()) and "agents:" not in "".join(files.values()):
        files["zz"] = SOMEBODY
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(take_marks(text)[0], encoding="utf-8")
    return check(folder)


def assert_marked(folder: Path, text: str, *says: str) -> None:
    """One file: exactly the marked places have problems, and the n-th one says the n-th words (what or advice)."""
    found = problems(folder, centre=text)
    shown = "\n".join(str(one) for one in found)
    assert [(one.line, one.column) for one in found] == take_marks(text)[1], shown
    assert {one.path for one in found} <= {folder / "centre.yaml"}
    for words, one in zip(says, found, strict=True):
        assert words in f"{one.what}; {one.advice}", shown
