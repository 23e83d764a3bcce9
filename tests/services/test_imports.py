"""Importing customers from CSV: what is read, what is rejected and how it is told."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccserver.core.errors import Refused
from ccserver.services.csv_rows import MOST_IN_A_LINE
from ccserver.services.imports import CHUNK, ImportReport, RowOutcome, RowResult, import_customers
from ccserver.services.office import CustomerDraft

HEADER = "name,numbers,tier,value,language,external_id\n"
ONE, TWO, THREE = "+442079460001", "+442079460002", "+442079460003"


class Collected:
    """A target that takes everything but what it is told to reject."""

    def __init__(self) -> None:
        self.drafts: list[CustomerDraft] = []
        self.chunks: list[int] = []
        self.rejected: set[str] = set()
        self.kept: frozenset[str] | None = None

    async def import_chunk(self, drafts: Sequence[CustomerDraft], kept: frozenset[str]) -> Sequence[RowResult]:
        self.kept = kept
        self.chunks.append(len(drafts))
        self.drafts += drafts
        return [
            RowResult(RowOutcome.REJECTED, "not wanted") if draft.name in self.rejected else RowResult(RowOutcome.ADDED)
            for draft in drafts
        ]


async def _import(
    tmp_path: Path, content: str | bytes, region: str | None = "GB", encoding: str | None = None
) -> tuple[Collected, ImportReport, str]:
    path, target = tmp_path / "in.csv", Collected()
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    report = await import_customers(path, target, region, encoding=encoding)
    return target, report, report.error_file.read_text("utf-8-sig") if report.error_file else ""


async def test_a_row_becomes_a_customer(tmp_path: Path) -> None:
    """All columns; several numbers, as they are written at home."""
    target, report, errors = await _import(
        tmp_path, HEADER + f'"Lovelace, Ada",020 7946 0001; {TWO},gold,12.50,en,x-1\n'
    )
    assert target.drafts == [CustomerDraft("Lovelace, Ada", (ONE, TWO), "gold", 12.5, "en", "x-1")]
    assert (report.accepted, report.rejected, errors) == (1, 0, "")


async def test_columns_may_be_in_any_order_and_more(tmp_path: Path) -> None:
    """Case and spaces of the header do not matter; unknown columns are passed over; short rows are filled up."""
    target, _, _ = await _import(tmp_path, f"Town, Numbers ,NAME,tier\nX,{ONE},Ada\n\n,,,\n")
    assert target.drafts == [CustomerDraft("Ada", (ONE,))]


@pytest.mark.parametrize(
    ("header", "kept"),
    [
        ("name,numbers", {"tier", "value", "language", "external_id", "account_manager", "notes"}),
        ("Notes ,VALUE,name,numbers,tier,town", {"language", "external_id", "account_manager"}),
    ],
)
async def test_what_the_file_has_no_column_for_is_to_be_kept(tmp_path: Path, header: str, kept: set[str]) -> None:
    """The target is told by name, whatever else the file has."""
    row = {"name": "Ada", "numbers": ONE}
    cells = ",".join(row.get(name.strip().lower(), "") for name in header.split(","))
    target, _, _ = await _import(tmp_path, f"{header}\n{cells}\n")
    assert target.kept == frozenset(kept)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
async def test_separators_and_line_ends(tmp_path: Path, separator: str, end: str) -> None:
    """As spreadsheets of all countries write them."""
    lines = [
        separator.join(["name", "numbers"]),
        separator.join(["Ada", f'"{ONE};{TWO}"']),
        separator.join(["Bob", THREE]),
    ]
    target, _, _ = await _import(tmp_path, end.join(lines))
    assert [draft.numbers for draft in target.drafts] == [(ONE, TWO), (THREE,)]


@pytest.mark.parametrize(
    ("encoding", "bom"), [("utf-8", b""), ("utf-8", codecs.BOM_UTF8), ("utf-16-le", codecs.BOM_UTF16_LE)]
)
async def test_unicode_is_found(tmp_path: Path, encoding: str, bom: bytes) -> None:
    """A short Chinese name is read right in each form."""
    target, report, _ = await _import(tmp_path, bom + f"name,numbers\n王小明,{ONE}\n".encode(encoding))
    assert [draft.name for draft in target.drafts] == ["王小明"]
    assert report.encoding.startswith(encoding[:6])


@pytest.mark.parametrize(
    ("encoding", "name", "bom"),
    [
        ("gb18030", "王小明", b""),
        ("gbk", "王小明", b""),
        ("windows-1252", "José Müller", b""),
        ("latin-1", "José", b""),
        ("UTF8", "José", b""),
        ("utf-8", "José", codecs.BOM_UTF8),
    ],
)
async def test_an_encoding_that_is_said_is_used(tmp_path: Path, encoding: str, name: str, bom: bytes) -> None:
    """Whatever else the bytes could mean; a byte order mark is no part of the first column's name."""
    content = bom + f"name,numbers\n{name},{ONE}\n".encode(encoding)
    target, report, _ = await _import(tmp_path, content, encoding=encoding)
    assert [draft.name for draft in target.drafts] == [name]
    assert codecs.lookup(report.encoding).name.removesuffix("-sig") == codecs.lookup(encoding).name


@pytest.mark.parametrize(
    ("encoding", "name"), [("latin-1", "José Müller"), ("gb18030", "王小明"), ("windows-1250", "Łukasz Žižka")]
)
async def test_no_encoding_is_guessed(tmp_path: Path, encoding: str, name: str) -> None:
    """Latin-1 was taken for GB18030 once; the refusal shows how the row would read and what to type."""
    content = f"name,numbers\nEve,{TWO}\n{name},{ONE}\n".encode(encoding)
    with pytest.raises(Refused, match="is not UTF-8") as refused:
        await _import(tmp_path, content)
    shown = [line.split(maxsplit=2) for line in refused.value.advice.splitlines()[1:]]
    assert name in {text.partition(",")[0] for _option, _encoding, text in shown}


async def test_one_late_sign_decides_the_encoding(tmp_path: Path) -> None:
    """The whole file is looked at, not a sample."""
    content = b"name,numbers\n" + f"Ada,{ONE}\n".encode() * 5_000 + f"王,{ONE}\n".encode("gb18030")
    with pytest.raises(Refused, match="is not UTF-8"):
        await _import(tmp_path, content)


@pytest.mark.parametrize("encoding", ["nonsense", "zlib", "rot13", "", "\0"])
async def test_an_encoding_that_is_none_is_refused(tmp_path: Path, encoding: str) -> None:
    """And codecs that are none of text."""
    with pytest.raises(Refused, match="is no encoding"):
        await _import(tmp_path, HEADER, encoding=encoding)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "ascii"])
async def test_a_file_that_is_not_as_was_said_is_refused(tmp_path: Path, encoding: str) -> None:
    """Better no import than wrong names."""
    with pytest.raises(Refused, match="bad_encoding"):
        await _import(tmp_path, b"name,numbers\n\xff\xff\xff,1\n", encoding=encoding)


@pytest.mark.parametrize("content", ["", "name\nAda\n", "\x00\x01", "name,numbers,name\n"])
async def test_a_file_without_the_columns_is_refused(tmp_path: Path, content: str) -> None:
    """Nothing is guessed about what the columns mean."""
    with pytest.raises(Refused, match="bad_header"):
        await _import(tmp_path, content)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (f",{ONE},,,,", "name is empty"),
        ("Ada,12,,,,", '"12" is not a whole telephone number of its country'),
        ("Ada,hello,,,,", '"hello" is not a telephone number'),
        (f"Ada,{ONE},,lots,,", 'value "lots" is not an amount: write it like 1234.50'),
        (f"Ada,{ONE},,nan,,", 'value "nan" is not an amount: write it like 1234.50'),
        (f"Ada,{ONE},,-1,,", 'value "-1" is not an amount: write it like 1234.50'),
        (f"A\x00da,{ONE},,,,", "name has a control character or a line break in it"),
        (f'"A\nda",{ONE},,,,', "name has a control character or a line break in it"),
        (f"{'A' * 201},{ONE},,,,", "name is longer than 200 characters"),
        ("Ada,,,,,", "neither a number nor an external_id: the customer could not be recognised again"),
        (f"Ada,{ONE},,,,,", "7 cells, but the header has 6 columns"),
        (f"Ada,{';'.join(f'+4420794600{n:02}' for n in range(21))},,,,", "21 numbers; at most 20 are kept"),
    ],
)
async def test_a_bad_row_is_rejected_with_its_reason(tmp_path: Path, row: str, reason: str) -> None:
    """And the good ones around it are taken."""
    target, report, errors = await _import(tmp_path, f"{HEADER}Eve,{ONE},,,,\n{row}\nEve,{TWO},,,,\n")
    assert ([draft.name for draft in target.drafts], report.rejected) == (["Eve", "Eve"], 1)
    last = errors.splitlines()[-1]
    assert last.endswith((f",3,{reason}", f',3,"{reason.replace(chr(34), chr(34) * 2)}"'))


async def test_without_a_region_a_plus_is_needed(tmp_path: Path) -> None:
    """The reason says how to write it."""
    _, report, errors = await _import(tmp_path, HEADER + "Ada,020 7946 0001,,,,\n", region=None)
    assert (report.rejected, "write it like +442079460000" in errors) == (1, True)


async def test_what_the_target_rejects_is_in_the_error_file(tmp_path: Path) -> None:
    """With the row as it was."""
    path, target = tmp_path / "in.csv", Collected()
    path.write_text(HEADER + f"Ada,{ONE},gold,,,\nBob,{TWO},,,,\n")
    target.rejected = {"Bob"}
    report = await import_customers(path, target, None)
    assert (report.counts[RowOutcome.ADDED], report.rejected) == (1, 1)
    assert (tmp_path / "in.errors.csv").read_text("utf-8-sig").splitlines()[1] == f"Bob,{TWO},,,,,3,not wanted"


async def test_the_error_file_can_be_mended_and_imported(tmp_path: Path) -> None:
    """Its further columns are no trouble, and what was guarded against formulas comes back as it was."""
    _, _, errors = await _import(tmp_path, HEADER + "=Ada,12,,,,\n")
    assert "'=Ada" in errors
    target, report, _ = await _import(tmp_path, errors.replace(",12,", f",{ONE},"))
    assert (target.drafts, report.error_file) == ([CustomerDraft("=Ada", (ONE,))], None)


async def test_an_open_quote_does_not_swallow_the_file(tmp_path: Path) -> None:
    """What cannot be a row is rejected, and reading goes on behind it."""
    rows = "".join(f"Eve,+4420794{n + 10000},,,,\n" for n in range(9_000))
    target, report, errors = await _import(tmp_path, f'{HEADER}"Ada,{TWO},,,,\n{rows}')
    assert report.rejected == 1
    assert len(target.drafts) > 1_000
    assert "a quote is opened and not closed" in errors


async def test_an_endless_line_is_rejected(tmp_path: Path) -> None:
    """It is not held in memory, and reading goes on behind it."""
    target, report, _ = await _import(tmp_path, f"{HEADER}{'A' * (3 * MOST_IN_A_LINE)}\nEve,{ONE},,,,\n")
    assert ([draft.name for draft in target.drafts], report.rejected) == (["Eve"], 1)


async def test_progress_is_told_after_each_chunk(tmp_path: Path) -> None:
    """Bytes never go back, and end with the size of the file."""
    path, seen = tmp_path / "in.csv", list[tuple[int, int]]()
    path.write_text(HEADER + "".join(f"Ada,+4420794{n + 10000},,,,\n" for n in range(CHUNK * 3 + 1)))
    target = Collected()
    await import_customers(
        path, target, None, on_progress=lambda report: seen.append((report.bytes_done, report.accepted))
    )
    assert target.chunks == [CHUNK, CHUNK, CHUNK, 1]
    assert [accepted for _, accepted in seen] == [CHUNK, 2 * CHUNK, 3 * CHUNK, 3 * CHUNK + 1, 3 * CHUNK + 1]
    assert sorted(seen) == seen
    assert seen[-1][0] == path.stat().st_size


async def test_the_error_file_may_not_replace_the_file(tmp_path: Path) -> None:
    """A slip on the command line costs no data."""
    path = tmp_path / "in.csv"
    path.write_text(HEADER)
    with pytest.raises(Refused, match="same_file"):
        await import_customers(path, Collected(), None, error_file=path)


@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=400), rows=st.lists(st.text(max_size=30), max_size=8))
def test_any_content_is_read_to_the_end(
    content: bytes, rows: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever is in the file: rows accepted or rejected, or the file refused; never another error."""
    import asyncio

    folder = tmp_path_factory.mktemp("any")
    text = HEADER.encode() + "\n".join(rows).encode("utf-8", "replace") + content
    try:
        target, report, _ = asyncio.run(_import(folder, text))
    except Refused:
        return
    assert len(target.drafts) == report.accepted


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (f"Ada,{ONE},gold,1,en,", "Ada,020 7946 0001,basic,1,en,", f"number {ONE} is in line 2 too"),
        (f"Ada,{ONE};{TWO},gold,1,en,", f"Bob,{TWO},basic,1,en,b", f"number {TWO} is in line 2 too"),
        (f"Ada,{ONE},gold,1,en,x-1", f"Ada,{TWO},basic,1,en,x-1", "external_id x-1 is in line 2 too"),
    ],
)
async def test_a_customer_who_is_in_the_file_twice_is_taken_once(
    tmp_path: Path, first: str, second: str, reason: str
) -> None:
    """The first line counts; the later one is rejected by name of the first, in the next chunk, too."""
    between = "".join(f"C{n},+4420794{n + 10000},,,,\n" for n in range(CHUNK))
    target, report, errors = await _import(tmp_path, f"{HEADER}{first}\n{between}{second}\n")
    assert (report.accepted, report.rejected, target.drafts[0].tier) == (CHUNK + 1, 1, "gold")
    assert f"{CHUNK + 3},{reason}" in errors


@pytest.mark.parametrize("tag", ["en", "en-GB", "zh-Hant-TW", "de-1996", "es-419", "yue", "en-x-own", "ZH-cn", ""])
async def test_a_language_tag_is_taken(tmp_path: Path, tag: str) -> None:
    """As BCP 47 writes it; none is no language known."""
    target, _, errors = await _import(tmp_path, f"{HEADER}Ada,{ONE},,,{tag},\n")
    assert ([draft.language for draft in target.drafts], errors) == ([tag], "")


@pytest.mark.parametrize("tag", ["english", "en_GB", "e", "en-", "12", "中文", "Deutsch"])
async def test_a_language_that_is_no_tag_is_rejected(tmp_path: Path, tag: str) -> None:
    """With how one looks."""
    target, _, errors = await _import(tmp_path, f"{HEADER}Ada,{ONE},,,{tag},\n")
    assert (target.drafts, "is no language tag: write it like en, en-GB or zh-Hant" in errors) == ([], True)


async def test_accepted_rows_are_counted_by_tier(tmp_path: Path) -> None:
    """Rejected ones are not."""
    _, report, _ = await _import(tmp_path, f"{HEADER}Ada,{ONE},gold,,,\nBob,{TWO},diamond,,,\nEve,x,basic,,,\n")
    assert report.tiers == {"gold": 1, "diamond": 1}
