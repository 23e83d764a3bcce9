"""The files of the event log: private, compressed when ended, the oldest removed."""

from __future__ import annotations

import gzip
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ccserver.adapters.event_files import EventFolder, files_of, lines_of

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def names(folder: Path) -> list[str]:
    return [path.name for path in files_of(folder)]


def test_a_file_is_private_and_has_the_name_of_its_instant(tmp_path: Path) -> None:
    """The folder too."""
    files = EventFolder(tmp_path / "events", DAY, 10**6)
    files.begin(b"header\n", NOW)
    files.write(b"one\ntwo\n")
    (path,) = files_of(tmp_path / "events")
    assert path.name == "20260302T090000Z.jsonl"
    assert list(lines_of(path)) == [b"header\n", b"one\n", b"two\n"]
    assert [path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777] == [0o600, 0o700]


def test_one_that_is_ended_is_compressed(tmp_path: Path) -> None:
    """One that a kill left behind as well, at the next start, with its torn line."""
    EventFolder(tmp_path, DAY, 10**6).begin(b"header\nto", NOW)
    files = EventFolder(tmp_path, DAY, 10**6)
    files.begin(b"second\n", NOW)
    files.begin(b"third\n", NOW + timedelta(hours=1))
    assert names(tmp_path) == ["20260302T090000Z-1.jsonl.gz", "20260302T090000Z.jsonl.gz", "20260302T100000Z.jsonl"]
    assert list(lines_of(tmp_path / "20260302T090000Z.jsonl.gz")) == [b"header\n", b"to"]
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_what_is_older_than_it_may_be_is_removed_at_the_next_file(tmp_path: Path) -> None:
    """By when it ended."""
    files = EventFolder(tmp_path, DAY, 10**6)
    for path, hours in ((tmp_path / "a.jsonl.gz", 25), (tmp_path / "b.jsonl.gz", 23)):
        path.write_bytes(gzip.compress(b"x\n"))
        at = (NOW - timedelta(hours=hours)).timestamp()
        os.utime(path, (at, at))
    files.begin(b"header\n", NOW)
    assert names(tmp_path) == ["20260302T090000Z.jsonl", "b.jsonl.gz"]


def test_the_oldest_goes_when_all_together_are_too_large(tmp_path: Path) -> None:
    """The one that is written stays."""
    files = EventFolder(tmp_path, DAY, 1000)
    for number in range(3):
        path = tmp_path / f"{number}.jsonl.gz"
        path.write_bytes(os.urandom(400))
        at = NOW.timestamp() - 10 + number
        os.utime(path, (at, at))
    files.begin(b"header\n", NOW)
    assert names(tmp_path) == ["1.jsonl.gz", "2.jsonl.gz", "20260302T090000Z.jsonl"]


def test_a_file_is_full_at_an_eighth_of_what_all_may_have(tmp_path: Path) -> None:
    """So that several are there to choose from."""
    files = EventFolder(tmp_path, DAY, 800)
    files.begin(b"x" * 99, NOW)
    assert not files.is_full
    files.write(b"x")
    assert files.is_full


def test_nothing_is_written_before_a_file_has_begun(tmp_path: Path) -> None:
    """Steps without a header are of no use."""
    with pytest.raises(OSError, match="no file is open"):
        EventFolder(tmp_path, DAY, 800).write(b"x")
