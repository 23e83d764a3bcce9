"""The event log on the disk: one file after the other, private, compressed when it is ended, the oldest removed.

`events/20260302T090000Z.jsonl` is being written, `….jsonl.gz` is ended. What is dropped, at each new file: files that ended
longer ago than `keep`, then the oldest until all together are within `most_bytes`. The one that is written is never dropped;
it ends at an eighth of `most_bytes`, so the whole may be beyond by that much.

Lines are handed to the kernel of the machine at once, and not forced to the disk: they outlive a kill, and a power cut costs
the last seconds. What is needed to go on after it is in the journal, not here.
"""

from __future__ import annotations

import gzip
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Final

OPEN, ENDED = ".jsonl", ".jsonl.gz"
_SHARE: Final = 8
_STAMP: Final = "%Y%m%dT%H%M%SZ"
LONGEST_LINE: Final = 64 * 2**20
"""A longer one is no line of ours: the header of the largest centre has some megabytes."""


class EventFolder:
    """Files of one data folder; for one process, which holds its journal. Every method raises OSError."""

    def __init__(self, folder: Path, keep: timedelta, most_bytes: int) -> None:
        self._folder, self._keep, self._most = folder, keep, most_bytes
        self._file: BinaryIO | None = None
        self._path: Path | None = None
        self._size = 0

    @property
    def is_full(self) -> bool:
        return self._size >= self._most // _SHARE

    def begin(self, header: bytes, at: datetime) -> None:
        """End the file that is written, and those that a kill left behind; begin another with the header."""
        self.close()
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for left in sorted(self._folder.glob(f"*{OPEN}")):
            _compress(left)
        self._drop(at)
        self._path = self._free_name(at)
        descriptor = os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        self._file, self._size = os.fdopen(descriptor, "wb", buffering=0), 0
        self.write(header)

    def write(self, lines: bytes) -> None:
        """All of it, or OSError; then the file ends with what got through."""
        if self._file is None:
            raise OSError("no file is open")
        rest = memoryview(lines)
        while rest:
            done = self._file.write(rest) or 0
            self._size += done
            rest = rest[done:]

    def close(self) -> None:
        """No more is written."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
        self._file = None

    def _free_name(self, at: datetime) -> Path:
        """After the instant; two of one second get a number."""
        name = at.astimezone(UTC).strftime(_STAMP)
        names = (f"{name}{f'-{serial}' if serial else ''}" for serial in range(1000))
        there = {path.name.partition(".")[0] for path in files_of(self._folder)}
        return self._folder / f"{next(each for each in names if each not in there)}{OPEN}"

    def _drop(self, now: datetime) -> None:
        files = sorted(self._folder.glob(f"*{ENDED}"), key=lambda path: (path.stat().st_mtime, path.name), reverse=True)
        room = self._most
        for path in files:
            facts = path.stat()
            room -= facts.st_size
            if room < 0 or now.timestamp() - facts.st_mtime > self._keep.total_seconds():
                path.unlink(missing_ok=True)


def _compress(path: Path) -> None:
    """In place of the file, with its time; half-written ones of a kill are written over."""
    ended, fresh = path.with_name(path.name + ".gz"), path.with_name(path.name + ".gz.new")
    facts = path.stat()
    descriptor = os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with (
        path.open("rb") as source,
        os.fdopen(descriptor, "wb") as target,
        gzip.GzipFile("", "wb", 6, target, 0) as packed,
    ):
        shutil.copyfileobj(source, packed, 2**20)
    os.utime(fresh, (facts.st_atime, facts.st_mtime))
    fresh.replace(ended)
    path.unlink()


def lines_of(path: Path) -> Iterator[bytes]:
    """The lines of a file, compressed or not, each with its end; the last may lack it. Raises OSError (EOFError of gzip too)."""
    with path.open("rb") as probe:
        is_packed = probe.read(2) == b"\x1f\x8b"
    with gzip.open(path, "rb") if is_packed else path.open("rb") as file:
        while line := file.readline(LONGEST_LINE):
            yield line


def files_of(folder: Path) -> list[Path]:
    """The event logs of a folder, the oldest first."""
    return sorted((*folder.glob(f"*{OPEN}"), *folder.glob(f"*{ENDED}")), key=lambda path: path.name)
