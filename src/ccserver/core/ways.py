"""Where a waiting caller was sent on, and why: as codes and values, and as one English sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ccserver.core.ids import QueueId


class WayCause(StrEnum):
    """What sends a waiting caller another way."""

    RULE = "rule"
    """An overflow rule of the queue held."""
    MAX_WAIT = "max_wait"
    FULL = "full"
    CLOSING = "closing"
    """The queue closed while the caller waited."""
    CLOSED = "closed"
    """The caller came when it, or the number called, was closed."""


@dataclass(frozen=True, slots=True)
class Held:
    """One condition of a rule that held, with what was found.

    `what` is waited (seconds), a figure of the queue `name`, predicted_wait (seconds, in the queue `name`), open or closed (of the calendar `name`), or expression (its text is
    the `name`). `limit` is the
    bound that is written, `value` what there was; with `is_least` it had to be at least the limit, otherwise below it.
    """

    what: str
    name: str = ""
    is_least: bool = True
    limit: float = 0.0
    value: float = 0.0


@dataclass(frozen=True, slots=True)
class Way:
    """A caller was sent on: from which queue, why, after which wait, and where. `kind` and `target` are those of the exit."""

    at: datetime
    queue: QueueId | None
    """None: from none, the number called was closed."""
    cause: WayCause
    kind: str
    target: str = ""
    waited: timedelta = timedelta()
    rule: int = 0
    """Its number in the queue, from 1; 0: no rule."""
    held: tuple[Held, ...] = ()
    outcome: str = ""
    """Of an outside number: answered, or the cause why not; empty while it rings, and for all other ways."""

    @property
    def is_number(self) -> bool:
        return self.kind == "number"

    def sentence(self) -> str:
        """In English with ids: why, where, and what became of it."""
        why = ", ".join([_CAUSES[self.cause].format(self.rule), *map(_condition, self.held)])
        where = f"{self.kind} {self.target}".strip()
        return f"{why}: {where}" + (f" ({self.outcome})" if self.outcome else "")


_CAUSES = {
    WayCause.RULE: "rule {} held",
    WayCause.MAX_WAIT: "the longest wait was over",
    WayCause.FULL: "the queue was full",
    WayCause.CLOSING: "the queue closed",
    WayCause.CLOSED: "it was closed",
}


def _condition(held: Held) -> str:
    if held.what == "expression":
        return held.name
    if held.what in ("open", "closed"):
        return f"{held.name} {held.what}"
    bound = "at least" if held.is_least else "fewer than"
    return f"{held.what} {held.name} {held.value:g} ({bound} {held.limit:g})".replace("  ", " ")
