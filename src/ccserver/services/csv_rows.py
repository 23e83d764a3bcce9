"""CSV files as people bring them: any of three separators, any line ends; UTF-8, UTF-16 with its mark, or what is said.

Other encodings are not guessed: almost every Latin-1 name is readable as GB18030 too and the other way round, and wrong
names are found only when a caller is greeted by one. The refusal shows how the file would read in the usual ones. Read in a stream, so that memory does not grow with the file. What cannot be read as a row becomes a `BadRow`, and reading
goes on behind it.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final

from ccserver.core.errors import Refused

MOST_IN_A_LINE: Final = 2**20
_BLOCK: Final = 2**20
_SEPARATORS: Final = ",;\t"
_USUAL: Final = ("windows-1252", "windows-1250", "gb18030", "big5", "shift_jis")
"""Tried for the refusal: western and central Europe, China, Taiwan, Japan, as spreadsheets there save them."""
_LONGEST_SAMPLE: Final = 60
_BOMS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True, slots=True)
class CsvRow:
    """`line` is where the row starts, counted from 1; `cells` by column name."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class BadRow:
    line: int
    reason: str


class CsvFile:
    """A context manager; iterate once. Raises Refused for a file that is no such table at all."""

    def __init__(self, path: Path, needed: frozenset[str], encoding: str | None = None) -> None:
        """`needed` are the columns without which nothing can be done; names are compared without case.

        `encoding` is Python's name of one; None: UTF-8 or what the byte order mark says.
        """
        self.path = path
        self.size = path.stat().st_size
        self.encoding = _found_encoding(path) if encoding is None else _named_encoding(path, encoding)
        self._binary = path.open("rb")
        self._lines = _Lines(io.TextIOWrapper(self._binary, self.encoding, newline=""))
        header = next(self._lines, "")
        self._separator, self.columns = _header(header, needed)

    def __enter__(self) -> CsvFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lines.text.close()

    @property
    def position(self) -> int:
        """Bytes read so far."""
        return self._binary.tell()

    def __iter__(self) -> Iterator[CsvRow | BadRow]:
        reader = csv.reader(self._lines, delimiter=self._separator)
        while True:
            start = self._lines.count + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield BadRow(
                    start, f"not a row; perhaps a quote is opened and not closed before line {self._lines.count}"
                )
                continue
            except _TooLong:
                yield BadRow(start, f"longer than {MOST_IN_A_LINE} characters")
                reader = csv.reader(self._lines, delimiter=self._separator)
                continue
            if any(cells):
                yield self._row(start, cells)

    def _row(self, line: int, cells: list[str]) -> CsvRow | BadRow:
        if len(cells) > len(self.columns):
            return BadRow(line, f"{len(cells)} cells, but the header has {len(self.columns)} columns")
        cells += [""] * (len(self.columns) - len(cells))
        return CsvRow(line, dict(zip(self.columns, (_unguarded(cell).strip() for cell in cells), strict=True)))


class _TooLong(Exception):
    pass


class _Lines:
    """Lines of bounded length, counted. A class and not a generator: it goes on after an error."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self.text = text
        self.count = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self.text.readline(MOST_IN_A_LINE)
        if not line:
            raise StopIteration
        self.count += 1
        if len(line) < MOST_IN_A_LINE or line.endswith(("\n", "\r")):
            return line
        while line and not line.endswith(("\n", "\r")):
            line = self.text.readline(MOST_IN_A_LINE)
        raise _TooLong


def guarded(cell: str) -> str:
    """For a file that may be opened in a spreadsheet: what would be run as a formula is marked as text.

    A telephone number with plus is left as it is.
    """
    is_number = cell[:1] == "+" and cell[1:].isdigit()
    return f"'{cell}" if cell[:1] in tuple("=+-@\t\r") and cell and not is_number else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and cell[1:2] in tuple("=+-@\t\r") else cell


def _found_encoding(path: Path) -> str:
    """The whole file is looked at: one late letter decides."""
    with path.open("rb") as file:
        start = file.read(4)
    for bom, encoding in _BOMS:
        if start.startswith(bom):
            return _if_readable(path, encoding) or _refuse(f"{path.name} begins as {encoding} and does not go on so")
    return _if_readable(path, "utf-8") or _refuse(f"{path.name} is not UTF-8{_readings(path)}")


def _named_encoding(path: Path, name: str) -> str:
    try:
        found = codecs.lookup(name)
        "".encode(found.name)  # LookupError for a codec that is none of text, such as zlib
    except (LookupError, ValueError):
        raise Refused(
            "bad_encoding", f'"{name[:40]}" is no encoding: give one such as windows-1252 or gb18030'
        ) from None
    if found.name == "utf-8":
        return _if_readable(path, "utf-8-sig") or _refuse(f"{path.name} is not UTF-8{_readings(path)}")
    return _if_readable(path, found.name) or _refuse(f"{path.name} cannot be read as {found.name}{_readings(path)}")


def _readings(path: Path) -> str:
    """How the first line with other letters than ASCII reads in each usual encoding that reads the whole file."""
    with path.open("rb") as file:
        lines = (line for line in iter(lambda: file.readline(MOST_IN_A_LINE), b"") if not line.isascii())
        sample = next(lines, b"").strip()
    readings = {
        encoding: sample.decode(encoding, "replace")[:_LONGEST_SAMPLE]
        for encoding in _USUAL
        if _if_readable(path, encoding)
    }
    distinct = {text: encoding for encoding, text in reversed(readings.items()) if text.isprintable()}
    told = "".join(f"\n    --encoding {encoding:<14}{text}" for text, encoding in reversed(distinct.items()))
    return f": save it as CSV UTF-8, or say which of these is right{told}" if told else ": save it as CSV UTF-8"


def _if_readable(path: Path, encoding: str) -> str | None:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while block := file.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeError:
            return None
    return encoding


def _refuse(why: str) -> str:
    raise Refused("bad_encoding", why)


def _header(line: str, needed: frozenset[str]) -> tuple[str, list[str]]:
    for separator in _SEPARATORS:
        columns = [name.strip().lower() for name in next(csv.reader([line], delimiter=separator), [])]
        if needed <= set(columns):
            named = [name for name in columns if name]
            if len(set(named)) < len(named):
                raise Refused("bad_header", f"a column is there twice: {', '.join(columns)}")
            return separator, columns
    raise Refused("bad_header", f"the first line must name the columns, {' and '.join(sorted(needed))} among them")
