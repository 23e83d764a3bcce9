"""The black box of the simulated PBX: what it writes down of callers whom it looks after itself, read by ccserver later."""

from __future__ import annotations

from collections.abc import Callable

from ccserver.core.events import Event


class BlackBox:
    """A file that outlives ccserver and the PBX. `on_line` is told of each line."""

    def __init__(self) -> None:
        self._lines: list[Event] = []
        self.on_line: Callable[[], None] = lambda: None

    def write(self, line: Event) -> None:
        """One more at the end."""
        self._lines.append(line)
        self.on_line()

    def read(self, position: str) -> tuple[list[Event], str]:
        """What was written since, and the new position; the empty position is the beginning."""
        return self._lines[int(position or 0) :], str(len(self._lines))
