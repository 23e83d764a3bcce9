"""Bringing customers in from a CSV file, in chunks, with every row that was not taken in an error file.

Columns: name, numbers (several separated by semicolons; the first is the main one), tier, value, language, external_id,
account_manager (the id of an agent), notes. Only name and numbers must be there; others are passed over. Of a known customer a column that the file lacks keeps what
is there, an empty cell clears it (but an external id). Rows are recognised by external id, else by number,
so the same file can be imported again and again; of two rows of one file that are the same customer the later is
rejected, for nobody could tell which is true. The error file has the rejected rows with line and reason, and can
itself be mended and imported.

What is a known customer and what is written is decided by the target.
"""

from __future__ import annotations

import asyncio
import csv
import math
import os
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final, Protocol

from ccserver.core.errors import Refused
from ccserver.services.csv_rows import BadRow, CsvFile, CsvRow, guarded
from ccserver.services.numbers import to_e164
from ccserver.services.office import CustomerDraft

CHUNK: Final = 500
MOST_NUMBERS: Final = 20
_NEEDED: Final = frozenset({"name", "numbers"})
_FIELDS: Final = frozenset(field.name for field in fields(CustomerDraft))
"""A column has the name of its field."""
_LONGEST: Final = {
    "name": 200,
    "tier": 200,
    "language": 35,
    "external_id": 200,
    "account_manager": 200,
    "notes": 10_000,
}
MOST_REMEMBERED: Final = 1_000_000
"""Numbers and external ids of one file that are compared, some 150 bytes each; behind that a repetition is not noticed."""
MOST_TIERS: Final = 100
"""Names of tiers that are counted; a file with more of them has another column there."""
_LANGUAGE: Final = re.compile(
    r"[a-z]{2,3}(-[a-z]{3}){0,3}(-[a-z]{4})?(-([a-z]{2}|\d{3}))?(-([a-z0-9]{5,8}|\d[a-z0-9]{3}))*"
    r"(-[0-9a-wy-z](-[a-z0-9]{2,8})+)*(-x(-[a-z0-9]{1,8})+)?",
    re.IGNORECASE | re.ASCII,
)
"""RFC 5646, 2.1, without its grandfathered tags, and without languages of four to eight letters: none is registered."""
_OWN_COLUMNS: Final = ("line", "reason")


class RowOutcome(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row; `reason` says why it was rejected."""

    outcome: RowOutcome
    reason: str = ""


class ImportTarget(Protocol):
    async def import_chunk(self, drafts: Sequence[CustomerDraft], kept: frozenset[str]) -> Sequence[RowResult]:
        """Add or change customers in one transaction; one result for each, in order. Raises PortUnavailable.

        `kept` are the fields of CustomerDraft that the drafts say nothing of: a known customer keeps them.
        """
        ...


@dataclass(slots=True)
class ImportReport:
    """Counts of rows, and how far the file has been read. `error_file` is None when nothing was rejected; `tiers` counts
    the accepted rows by tier."""

    bytes_total: int
    encoding: str
    bytes_done: int = 0
    counts: dict[RowOutcome, int] = field(default_factory=lambda: dict.fromkeys(RowOutcome, 0))
    error_file: Path | None = None
    tiers: dict[str, int] = field(default_factory=dict)

    @property
    def rejected(self) -> int:
        return self.counts[RowOutcome.REJECTED]

    @property
    def accepted(self) -> int:
        return sum(self.counts.values()) - self.rejected


OnProgress = Callable[[ImportReport], None]


async def import_customers(
    path: Path,
    target: ImportTarget,
    region: str | None = None,
    error_file: Path | None = None,
    on_progress: OnProgress = lambda _report: None,
    encoding: str | None = None,
) -> ImportReport:
    """Import the whole file; `on_progress` is called after each chunk with the counts so far.

    `region` reads numbers without a plus. Rejected rows go into `error_file` (by default beside `path`, with
    `.errors.csv`); an old one is replaced. `encoding` None finds UTF-8 and files with a byte order mark (see csv_rows). Raises Refused for a file that is no such table, OSError for one that cannot
    be read, and PortUnavailable; chunks before that stay imported, and the import can simply be repeated.
    """
    file, errors = await asyncio.to_thread(_open, path, error_file, encoding)
    report = ImportReport(file.size, file.encoding)
    rows, seen, kept = iter(file), _Seen(), _FIELDS - frozenset(file.columns)
    with file, errors:
        while chunk := await asyncio.to_thread(_next_chunk, rows, region, seen):
            good = [draft for draft in (_draft_of(item) for item in chunk) if draft is not None]
            results = iter(await target.import_chunk(good, kept) if good else [])
            for item in chunk:
                result = RowResult(RowOutcome.REJECTED, item.reason) if isinstance(item, _Rejected) else next(results)
                _count(report, item, result)
                if result.outcome is RowOutcome.REJECTED:
                    errors.add(item.row, result.reason)
            report.bytes_done, report.error_file = file.position, errors.written
            on_progress(report)
    report.bytes_done = report.bytes_total
    on_progress(report)
    return report


def _count(report: ImportReport, item: _Drafted | _Rejected, result: RowResult) -> None:
    report.counts[result.outcome] += 1
    if isinstance(item, _Drafted) and result.outcome is not RowOutcome.REJECTED:
        tier = item.draft.tier
        if tier in report.tiers or len(report.tiers) < MOST_TIERS:
            report.tiers[tier] = report.tiers.get(tier, 0) + 1


def error_file_of(path: Path) -> Path:
    """Where the rejected rows of `path` go unless told otherwise: `c.errors.csv` beside `c.csv`."""
    return path.with_name(f"{path.stem}.errors.csv")


def _open(path: Path, error_file: Path | None, encoding: str | None) -> tuple[CsvFile, _ErrorFile]:
    error_file = error_file or error_file_of(path)
    if error_file.resolve() == path.resolve():
        raise Refused("same_file", "the error file would replace the file that is imported")
    file = CsvFile(path, _NEEDED, encoding)
    return file, _ErrorFile(error_file, file.columns)


@dataclass(frozen=True, slots=True)
class _Drafted:
    row: CsvRow
    draft: CustomerDraft


@dataclass(frozen=True, slots=True)
class _Rejected:
    row: CsvRow | BadRow
    reason: str


def _draft_of(item: _Drafted | _Rejected) -> CustomerDraft | None:
    return item.draft if isinstance(item, _Drafted) else None


class _Seen:
    """In which line of the file each number and external id came first."""

    def __init__(self) -> None:
        self._lines: dict[str, int] = {}

    def take(self, draft: CustomerDraft, line: int) -> None:
        """Raises ValueError when an earlier line has the same number or external id; else remembers this line."""
        told = [(f"number {number}", number) for number in draft.numbers]
        if draft.external_id:
            told.append((f"external_id {draft.external_id}", f"id {draft.external_id}"))
        for what, key in told:
            if key in self._lines:
                raise ValueError(f"{what} is in line {self._lines[key]} too (a customer is one line)")
        for _, key in told:
            if len(self._lines) < MOST_REMEMBERED:
                self._lines[key] = line


def _next_chunk(rows: Iterator[CsvRow | BadRow], region: str | None, seen: _Seen) -> list[_Drafted | _Rejected]:
    """In a thread: reading and parsing block."""
    return [_judged(row, region, seen) for row in islice(rows, CHUNK)]


def _judged(row: CsvRow | BadRow, region: str | None, seen: _Seen) -> _Drafted | _Rejected:
    if isinstance(row, BadRow):
        return _Rejected(row, row.reason)
    try:
        draft = _to_draft(row.cells, region)
        seen.take(draft, row.line)
        return _Drafted(row, draft)
    except ValueError as error:
        return _Rejected(row, str(error))


def _to_draft(cells: dict[str, str], region: str | None) -> CustomerDraft:
    """Raises ValueError in words for whoever brought the file."""
    words = {name: _text(name, cells.get(name, "")) for name in _LONGEST}
    if not words["name"]:
        raise ValueError("name is empty")
    if words["language"] and not _LANGUAGE.fullmatch(words["language"]):
        raise ValueError(f'language "{words["language"]}" is no language tag: write it like en, en-GB or zh-Hant')
    numbers = [number.strip() for number in cells["numbers"].split(";") if number.strip()]
    if len(numbers) > MOST_NUMBERS:
        raise ValueError(f"{len(numbers)} numbers; at most {MOST_NUMBERS} are kept")
    found = tuple(dict.fromkeys(to_e164(number, region) for number in numbers))
    if not found and not words["external_id"]:
        raise ValueError("neither a number nor an external_id: the customer could not be recognised again")
    return CustomerDraft(numbers=found, value=_value(cells.get("value", "")), **words)


def _text(name: str, cell: str) -> str:
    if len(cell) > _LONGEST[name]:
        raise ValueError(f"{name} is longer than {_LONGEST[name]} characters")
    allowed = "\n\r\t" if name == "notes" else ""
    if any(unicodedata.category(sign) in {"Cc", "Cs"} and sign not in allowed for sign in cell):
        raise ValueError(f"{name} has a control character or a line break in it")
    return cell


def _value(cell: str) -> float:
    try:
        value = float(cell) if cell else 0.0
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1e12:
        raise ValueError(f'value "{cell}" is not an amount: write it like 1234.50')
    return value


class _ErrorFile:
    """Made with the first rejected row; UTF-8 with BOM, as spreadsheets want it. Private like the data it came from."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self._path = path
        self._columns = [name for name in columns if name not in _OWN_COLUMNS]
        self._file: IO[str] | None = None
        self._writer: Any = None

    def __enter__(self) -> _ErrorFile:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file:
            self._file.close()
        else:
            self._path.unlink(missing_ok=True)

    @property
    def written(self) -> Path | None:
        return self._path if self._file else None

    def add(self, row: CsvRow | BadRow, reason: str) -> None:
        if self._file is None:
            descriptor = os.open(self._path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
            self._file = os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="", errors="replace")
            self._writer = csv.writer(self._file)
            self._writer.writerow([*self._columns, *_OWN_COLUMNS])
        cells = row.cells if isinstance(row, CsvRow) else {}
        self._writer.writerow([guarded(cells.get(name, "")) for name in self._columns] + [row.line, guarded(reason)])
