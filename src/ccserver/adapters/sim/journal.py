"""The journal in virtual time: what was handed to it is safe a moment later, and a crash before that forgets it.

It keeps the very rows that the live server writes, so a field that has no written form, or a change that nobody counted as
touched, shows itself in the first simulated crash.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from ccserver.adapters.sim.clock import Agenda, Appointment
from ccserver.core.ids import InteractionId
from ccserver.core.records import InteractionRecord
from ccserver.services.memory import Rows

COMMIT_LAG: Final = timedelta(milliseconds=3)


class SimJournal:
    """`rows`, `records` and `outbox` are on the disk; what waits for the disk is lost in a crash.

    `records` are all that ever came, `outbox` those that the history has not got yet; `on_safe` is told when there are more.
    """

    def __init__(self, agenda: Agenda) -> None:
        self._agenda = agenda
        self.rows: dict[str, bytes] = {}
        self.records: dict[InteractionId, list[InteractionRecord]] = {}
        self.outbox: list[InteractionRecord] = []
        self.on_safe: Callable[[], None] = lambda: None
        self._waiting_rows: Rows = {}
        self._waiting_records: list[InteractionRecord] = []
        self._flush: Appointment | None = None

    def keep(self, rows: Rows, records: Sequence[InteractionRecord]) -> None:
        """Take what one step changed."""
        self._waiting_rows.update(rows)
        self._waiting_records += records
        if self._flush is None:
            self._flush = self._agenda.after(COMMIT_LAG, self.flush)

    @property
    def safe_at(self) -> datetime:
        """When everything kept so far is on the disk."""
        return self._flush.at if self._flush is not None else self._agenda.now()

    def everything(self) -> dict[str, bytes]:
        """The rows as they will be once all of it is on the disk."""
        rows = {**self.rows, **self._waiting_rows}
        return {name: row for name, row in rows.items() if row is not None}

    def everything_recorded(self) -> dict[InteractionId, list[InteractionRecord]]:
        """The records as they will be."""
        records = {key: list(kept) for key, kept in self.records.items()}
        for record in self._waiting_records:
            records.setdefault(record.id, []).append(record)
        return records

    def flush(self) -> None:
        """All of it goes to the disk now."""
        for name, row in self._waiting_rows.items():
            if row is None:
                self.rows.pop(name, None)
            else:
                self.rows[name] = row
        for record in self._waiting_records:
            self.records.setdefault(record.id, []).append(record)
        self.outbox += self._waiting_records
        self._clear()
        if self.outbox:
            self.on_safe()

    def crash(self) -> None:
        """What waited for the disk is lost."""
        self._clear()

    def _clear(self) -> None:
        if self._flush is not None:
            self._flush.cancel()
        self._flush = None
        self._waiting_rows = {}
        self._waiting_records = []
