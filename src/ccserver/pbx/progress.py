"""How long work of this layer is told to a person: a protocol, a bar for terminals, and silence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import rich.progress
from rich.console import Console


class Progress(Protocol):
    """Told what is going on; decides nothing and never raises."""

    def step(self, title: str) -> None:
        """A new piece of work begins; the one before is done."""

    def at(self, share: float) -> None:
        """The present piece is done to `share`, 0 to 1."""


class Quiet:
    """Says nothing: for tests and for runs without a terminal."""

    def step(self, title: str) -> None:
        """Nothing."""

    def at(self, share: float) -> None:
        """Nothing."""


class _Bar:
    def __init__(self, bars: rich.progress.Progress) -> None:
        self._bars = bars
        self._task: rich.progress.TaskID | None = None

    def step(self, title: str) -> None:
        self.finish()
        self._task = self._bars.add_task(title, total=1.0)

    def at(self, share: float) -> None:
        if self._task is not None:
            self._bars.update(self._task, completed=min(1.0, max(0.0, share)))

    def finish(self) -> None:
        self.at(1.0)


@contextmanager
def terminal_progress(console: Console | None = None) -> Iterator[Progress]:
    """A bar for each step on `console` (standard error by default); on something that is no terminal, plain lines."""
    columns = (
        "[progress.description]{task.description}",
        rich.progress.BarColumn(),
        rich.progress.TaskProgressColumn(),
    )
    with rich.progress.Progress(*columns, console=console or Console(stderr=True)) as bars:
        bar = _Bar(bars)
        yield bar
        bar.finish()
