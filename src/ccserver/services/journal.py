"""The journal and the history without a disk: for tests and simulations, held to the same contracts as the real ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ccserver.core.errors import PortUnavailable
from ccserver.core.ids import InteractionId
from ccserver.core.records import InteractionRecord


class MemoryJournal:
    """Everything is "durable" at once. `is_away` makes it refuse, as a full disk would."""

    def __init__(self) -> None:
        self.is_away = False
        self.notes: list[str] = []
        self.set_aside_records: dict[int, str] = {}
        self._state: dict[str, bytes] = {}
        self._outbox: dict[int, InteractionRecord] = {}
        self._serial = 0

    @property
    def depth(self) -> int:
        return len(self._outbox)

    async def commit(
        self, state: Mapping[str, bytes | None], records: Sequence[InteractionRecord], notes: Sequence[str]
    ) -> None:
        self._check()
        for key, value in state.items():
            if value is None:
                self._state.pop(key, None)
            else:
                self._state[key] = value
        known = {(record.id, record.revision) for record in self._outbox.values()}
        for record in records:
            if (record.id, record.revision) not in known:
                self._serial += 1
                self._outbox[self._serial] = record
        self.notes += notes

    async def load(self) -> Mapping[str, bytes]:
        self._check()
        return dict(self._state)

    async def pending(self, limit: int) -> Sequence[tuple[int, InteractionRecord]]:
        self._check()
        return [item for item in sorted(self._outbox.items()) if item[0] not in self.set_aside_records][:limit]

    async def delivered(self, keys: Sequence[int]) -> None:
        self._check()
        for key in keys:
            self._outbox.pop(key, None)

    async def set_aside(self, key: int, why: str) -> None:
        self._check()
        self.set_aside_records[key] = why

    def _check(self) -> None:
        if self.is_away:
            raise PortUnavailable("journal", why="switched off")


class MemoryHistory:
    """Keeps the highest revision of each record. `is_away` makes it refuse."""

    def __init__(self) -> None:
        self.is_away = False
        self.records: dict[InteractionId, InteractionRecord] = {}

    async def store(self, records: Sequence[InteractionRecord]) -> None:
        if self.is_away:
            raise PortUnavailable("database", why="switched off")
        for record in records:
            known = self.records.get(record.id)
            if known is None or known.revision < record.revision:
                self.records[record.id] = record

    async def get(self, interaction: InteractionId) -> InteractionRecord | None:
        return self.records.get(interaction)
