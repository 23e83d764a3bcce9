"""How long work is shown: a bar on a terminal; elsewhere a line at its start and every ten seconds after."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from ccserver.cli.failing import note
from ccserver.pbx import Progress, terminal_progress

REPEAT_AFTER = 10.0


class PlainLines:
    """For a log or a pipe: what begins is told at once, how far it is every ten seconds."""

    def __init__(self) -> None:
        self._title, self._told_at = "", 0.0

    def step(self, title: str) -> None:
        self._title, self._told_at = title, time.monotonic()
        note(f"{title} …")

    def at(self, share: float) -> None:
        if self._title and time.monotonic() - self._told_at > REPEAT_AFTER:
            self._told_at = time.monotonic()
            note(f"{self._title}: {share:.0%}")


@contextmanager
def shown() -> Iterator[Progress]:
    """On standard error, which leaves standard output to the answer."""
    if not sys.stderr.isatty():
        yield PlainLines()
        return
    with terminal_progress(Console(stderr=True)) as bars:
        yield bars
