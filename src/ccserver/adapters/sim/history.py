"""The contact history in virtual time, and what carries finished records to it from the journal's outbox.

It does what `services.relay` and the CRM database do: while the history is away records wait on the disk, and one that is
delivered twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from ccserver.adapters.sim.clock import Agenda, Appointment
from ccserver.adapters.sim.journal import SimJournal
from ccserver.core.errors import PortUnavailable
from ccserver.core.ids import InteractionId
from ccserver.core.records import InteractionRecord

FIRST_PAUSE: Final = timedelta(seconds=0.25)
LONGEST_PAUSE: Final = timedelta(seconds=8)


class SimHistory:
    """`is_up` False: it refuses. `rows` has the highest revision of each record, `refused` counts the tries in vain."""

    def __init__(self) -> None:
        self.is_up = True
        self.rows: dict[InteractionId, InteractionRecord] = {}
        self.refused = 0

    def store(self, records: Sequence[InteractionRecord]) -> None:
        """Raises PortUnavailable, and then nothing is stored."""
        if not self.is_up:
            self.refused += 1
            raise PortUnavailable("database")
        for record in records:
            known = self.rows.get(record.id)
            if known is None or known.revision < record.revision:
                self.rows[record.id] = record


class SimRelay:
    """Delivers what comes into the outbox, and tries again after a growing pause while the history is away."""

    def __init__(self, agenda: Agenda, journal: SimJournal, history: SimHistory) -> None:
        self._agenda, self._journal, self._history = agenda, journal, history
        self._pause = FIRST_PAUSE
        self._again: Appointment | None = None
        journal.on_safe = self.wake

    def wake(self) -> None:
        """Something is in the outbox. Does not shorten the pause after a failure."""
        if self._again is None:
            self._deliver()

    def start(self) -> None:
        """With what an earlier run left behind."""
        self.stop()
        self._pause = FIRST_PAUSE
        self._deliver()

    def stop(self) -> None:
        """The server is dead."""
        if self._again is not None:
            self._again.cancel()
            self._again = None

    def _deliver(self) -> None:
        self._again = None
        try:
            self._history.store(self._journal.outbox)
        except PortUnavailable:
            self._again = self._agenda.after(self._pause, self._deliver)
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
            return
        self._journal.outbox.clear()
        self._pause = FIRST_PAUSE
