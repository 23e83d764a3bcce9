"""What is wrong with a configuration, told to the person who wrote it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from ccserver.core.errors import CcserverError

LONGEST_SHOWN = 60
MOST_LETTERS_OFF = 2
MOST_COMPARED = 300
MOST_PROBLEMS = 500
"""More are not shown: whoever has so many has one cause."""


class Place(NamedTuple):
    """Where something is written; line and column count from 1, the column in characters."""

    path: Path
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class ConfigProblem:
    """One thing that is wrong. `value` is what was found (empty for secrets), `advice` what would be right.

    A warning may be meant as it is written: it keeps no configuration from being used.
    """

    path: Path
    line: int
    column: int
    value: str
    what: str
    advice: str
    is_warning: bool = False

    def __str__(self) -> str:
        """The line that editors and people know how to read: `file:line:column: what is wrong; what would be right`."""
        kind = "warning: " if self.is_warning else ""
        return _printable(f"{self.path}:{self.line}:{self.column}: {kind}{self.what}; {self.advice}")


class ConfigError(CcserverError):
    """The configuration cannot be used. Holds every problem, in the order of files and lines."""

    def __init__(self, problems: Sequence[ConfigProblem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


def problem_at(place: Place, what: str, advice: str, value: object = "") -> ConfigProblem:
    """A problem at a place; `value` is shortened and made harmless."""
    return ConfigProblem(place.path, place.line, place.column, shown(value) if value != "" else "", what, advice)


def warning_at(place: Place, what: str, advice: str, value: object = "") -> ConfigProblem:
    """The same for what may be meant as it is written."""
    return replace(problem_at(place, what, advice, value), is_warning=True)


def in_order(problems: Iterable[ConfigProblem]) -> list[ConfigProblem]:
    """Without repetitions, by file, line and column; at most MOST_PROBLEMS, then one line that says how many are left."""
    ordered = sorted(dict.fromkeys(problems), key=lambda one: (str(one.path), one.line, one.column))
    if len(ordered) <= MOST_PROBLEMS:
        return ordered
    last = ordered[MOST_PROBLEMS - 1]
    left = len(ordered) - MOST_PROBLEMS
    more = ConfigProblem(last.path, last.line, last.column, "", f"{left} more problems", "repair these first")
    return [*ordered[:MOST_PROBLEMS], more]


def shown(value: object) -> str:
    """The value as it may be printed on a terminal: one short line without control characters."""
    text = value if isinstance(value, str) else _scalar(value)
    text = text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 3] + "..."
    return _printable(text)


def did_you_mean(word: str, known: Iterable[str], otherwise: str) -> str:
    """Advice for a word that is not known: the nearest known one, or else `otherwise`."""
    near = nearest(word, known)
    return f"did you mean {near!r}?" if near else otherwise


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is most like this one, or None.

    Bounded for hostile words and long lists: only words of about the same length are looked at, and not all of many.
    """
    if not 0 < len(word) <= LONGEST_SHOWN:
        return None
    alike = [one for one in known if abs(len(one) - len(word)) <= MOST_LETTERS_OFF]
    if len(alike) > MOST_COMPARED:
        ends = {word[:1].lower(), word[-1:].lower()}
        alike = [one for one in alike if one[:1].lower() in ends or one[-1:].lower() in ends][:MOST_COMPARED]
    near = difflib.get_close_matches(word, alike, n=1)
    return near[0] if near else None


def listed(words: Iterable[str], most: int = 12) -> str:
    """Words as a list for people; long lists are cut."""
    words = list(words)
    return ", ".join(words[:most]) + (", ..." if len(words) > most else "")


def _scalar(value: object) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return repr(value) if not isinstance(value, bool) else str(value).lower()


def _printable(text: str) -> str:
    return text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
