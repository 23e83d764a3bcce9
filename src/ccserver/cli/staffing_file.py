"""The CSV file of a day's calls: a header with time and calls, and if you like handle_time; one interval to a row."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from ccserver.cli.failing import fail
from ccserver.cli.staffing_words import number, seconds
from ccserver.config.problems import did_you_mean

MOST_BYTES, MOST_ROWS, MOST_LETTERS = 1_000_000, 3_000, 30
NEEDED, COLUMNS = ("time", "calls"), ("time", "calls", "handle_time")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-4]):([0-5][0-9])")
_DAY = 24 * 60
_ADVICE = "the first line names the columns time, calls and perhaps handle_time; each other line is an interval"


@dataclass(frozen=True, slots=True)
class Row:
    """One interval as it was written."""

    time: str
    calls: float
    handle_time: float | None
    """Seconds; None: that of the command line."""


def rows_of(file: Path) -> list[Row]:
    """Every interval of the file; the first thing that is wrong ends the command, with its line."""
    lines = _text(file).splitlines()
    separator = next((sign for sign in ";\t" if lines and sign in lines[0]), ",")
    reader = csv.DictReader(lines, delimiter=separator, strict=True)
    try:
        _check_columns(file, [name.strip() for name in reader.fieldnames or ()])
        found = [
            _row(f"{file}:{reader.line_num}", {(key or "").strip(): value for key, value in row.items()})
            for row in reader
        ]
    except csv.Error as error:
        fail(f"{file}:{reader.line_num + 1}: {error}", _ADVICE)
    if not 0 < len(found) <= MOST_ROWS:
        fail(f"{file} has {len(found)} intervals", f"give 1 to {MOST_ROWS}")
    return found


def spacing(file: Path, rows: list[Row]) -> float | None:
    """Seconds from one clock time of the day to the next, the shortest of them; None where the times are other words."""
    clocks = [_CLOCK.fullmatch(row.time) for row in rows]
    minutes = [60 * int(clock[1]) + int(clock[2]) for clock in clocks if clock]
    if len(minutes) < max(2, len(rows)):
        return None
    steps = [(after - before) % _DAY for before, after in pairwise(minutes)]
    if not all(steps):
        fail(f"{file}: {rows[steps.index(0)].time} stands there twice in a row", "give each interval once")
    return 60.0 * min(steps)


def _text(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            raw = opened.read(MOST_BYTES + 1)
    except OSError as error:
        fail(
            f"{file}: {(error.strerror or 'cannot be read').lower()}",
            "give a number of calls or a CSV file of intervals",
        )
    if len(raw) > MOST_BYTES:
        fail(f"{file} has more than {MOST_BYTES} bytes", "give one day, or a week, of intervals")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        fail(f"{file} is not written in UTF-8", "save it as CSV in UTF-8")


def _check_columns(file: Path, names: list[str]) -> None:
    for name in names:
        if name not in COLUMNS:
            fail(f"{file}:1: {name[:MOST_LETTERS]!r} is no column of it", did_you_mean(name, COLUMNS, _ADVICE))
    for name in NEEDED:
        if names.count(name) != 1:
            fail(f"{file}:1: one column {name} is needed", _ADVICE)


def _row(place: str, cells: dict[str, str | list[str] | None]) -> Row:
    texts = {name: cell.strip() for name, cell in cells.items() if isinstance(cell, str)}
    if len(texts) < len(cells):
        fail(f"{place}: has not as many cells as there are columns", _ADVICE)
    time, handle_time = texts["time"], texts.get("handle_time", "")
    if not (time.isprintable() and 0 < len(time) <= MOST_LETTERS):
        fail(
            f"{place}: time: {time[:MOST_LETTERS]!r} cannot be shown",
            f"write 1 to {MOST_LETTERS} letters, such as 09:00",
        )
    calls = number(texts["calls"], f"{place}: calls")
    return Row(time, calls, seconds(handle_time, f"{place}: handle_time") if handle_time else None)
