"""What a scenario reads: rows of the history, and promises that are open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class SegmentRow:
    kind: str
    started_at: datetime
    ended_at: datetime
    queue: str
    agent: str

    @property
    def seconds(self) -> float:
        return (self.ended_at - self.started_at).total_seconds()


@dataclass(frozen=True, slots=True)
class Row:
    """One interaction as the history shows it. `revisions` counts how often this very row was stored as final."""

    id: str
    direction: str
    result: str
    ani: str
    dnis: str
    queue: str
    agent: str
    customer_name: str
    reason: str
    answers: Mapping[str, str]
    disposition: str
    notes: str
    recordings: tuple[str, ...]
    started_at: datetime
    customer_left_at: datetime
    length: timedelta
    segments: tuple[SegmentRow, ...]
    is_final: bool
    ways: list[str]
    """Where it was sent on: by which rule, the kind of the way, and what became of a number."""
    callback_of: str = ""
    end_cause: str = ""

    @property
    def kinds(self) -> list[str]:
        """The kinds of the segments, in their order."""
        return [segment.kind for segment in self.segments]

    def seconds(self, kind: str) -> float:
        """Sum of the segments of one kind."""
        return sum(s.seconds for s in self.segments if s.kind == kind)

    def agents(self, kind: str) -> list[str]:
        """Agents of the segments of one kind, in their order."""
        return [s.agent for s in self.segments if s.kind == kind]


@dataclass(frozen=True, slots=True)
class Promise:
    """An open promise to call back."""

    id: str
    number: str
    state: str
    attempts: int
