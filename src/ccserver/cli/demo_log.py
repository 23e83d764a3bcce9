"""Where the demo's log lines go: all of them into a file, and to the terminal only what somebody should look at.

A person who tries the demo needs the sign-ins to stay in sight. Whoever sets CCSERVER_LOG_FORMAT, and every centre that
is no demo, gets every line on standard output.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import orjson

from ccserver.cli.failing import note

MOST_BYTES = 50_000_000
"""Then the file is put aside as .1, in place of the one before: two are kept."""
ERRORS = frozenset({"error", "critical"})
WORTH_A_LOOK = ERRORS | {"warning"}
LONGEST_LINE = 300


def log_file(data: Path) -> Path:
    return data / "log" / "ccserver.log"


class DemoLog:
    """A text stream for the log's writer thread; only that thread calls it."""

    def __init__(self, path: Path, tell: Callable[[str], None] = note, most_bytes: int = MOST_BYTES) -> None:
        self._path, self._tell, self._most = path, tell, most_bytes
        self.is_stopping = False
        """Set when the end was asked for: that links close is no news then, and only errors are."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._open()

    def isatty(self) -> bool:
        """The lines are JSON."""
        return False

    def write(self, text: str) -> int:
        """One line of the log. Raises OSError when the disk does not take it."""
        self._told(text)
        if self._size > self._most:
            self._file.close()
            self._path.replace(self._path.with_name(self._path.name + ".1"))
            self._open()
        self._size += len(text)
        return self._file.write(text)

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        self._file.close()

    def _open(self) -> None:
        descriptor = os.open(self._path, os.O_CREAT | os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._file: IO[str] = os.fdopen(descriptor, "a", encoding="utf-8", errors="replace")
        self._size = os.fstat(descriptor).st_size

    def _told(self, text: str) -> None:
        try:
            line = orjson.loads(text)
        except orjson.JSONDecodeError:
            return
        worth = ERRORS if self.is_stopping else WORTH_A_LOOK
        if isinstance(line, dict) and line.get("level") in worth:
            self._tell(f"{shortly(line)}  (more in {self._path})")


def shortly(line: dict[str, Any]) -> str:
    """`warning  what happened  why=...`: one printable line; of a traceback its last line."""
    more = {name: value for name, value in line.items() if name not in {"ts", "level", "event", "exception"}}
    if line.get("exception"):
        more["error"] = str(line["exception"]).strip().splitlines()[-1]
    parts = [str(line.get("level")), str(line.get("event")), *(f"{name}={value}" for name, value in more.items())]
    text = "  ".join(parts)
    printable = "".join(sign if sign.isprintable() else "?" for sign in text)
    return printable if len(printable) <= LONGEST_LINE else f"{printable[:LONGEST_LINE]}…"
