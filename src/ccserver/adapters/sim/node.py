"""The node as the centre sees it, in virtual time: reading back after each connection, events kept meanwhile, the audit.

It does what `adapters.asterisk.node` does: the picture is a moment old when it arrives, and what happened in that moment
follows behind it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from ccserver.adapters.sim.clock import Agenda, Appointment
from ccserver.adapters.sim.link import Lag
from ccserver.adapters.sim.pbx import SimPbx
from ccserver.core.events import Event, LegArrived, PbxAudited, PbxSnapshot, TelephonyLost, TelephonyRestored
from ccserver.core.fallback_events import FallbackRead
from ccserver.services.ports import EventSink

AUDIT_EVERY: Final = timedelta(seconds=15)
READ_LAG: Final = timedelta(milliseconds=5)
BOX_EVERY: Final = timedelta(seconds=1)


class SimNode:
    """`sink` gets the events in the order in which the centre is to hear them; `position` tells how far the black box is read."""

    def __init__(self, agenda: Agenda, sink: EventSink, lag: Lag, position: Callable[[], str]) -> None:
        self._agenda, self._sink, self._lag, self._position = agenda, sink, lag, position
        self._box: Appointment | None = None
        self._kept: list[Event] | None = None
        self._session = 0
        self._audit: Appointment | None = None

    def hear(self, event: Event) -> None:
        """One event of the PBX."""
        if self._kept is None:
            self._sink(event)
        else:
            self._kept.append(event)

    def connect(self, pbx: SimPbx) -> None:
        """The link is up: read the PBX back."""
        pbx.calls.mend()
        self._session += 1
        self._kept = []
        self._sink(TelephonyLost(pbx.node))  # it was away, even if nobody has noticed
        self._read(pbx, lambda snapshot: self._restored(pbx, snapshot))

    def disconnect(self, pbx: SimPbx, noticed_after: timedelta) -> None:
        """The link broke; it is noticed some time later."""
        pbx.calls.cut()
        self._session += 1
        self._kept = None
        session = self._session

        def notice() -> None:
            if session == self._session:
                self._sink(TelephonyLost(pbx.node))

        self._agenda.after(noticed_after, notice)

    def forget(self) -> None:
        """The server is dead: nothing of this is told to the next one."""
        self._session += 1
        self._kept = None
        for appointment in (self._audit, self._box):
            if appointment is not None:
                appointment.cancel()
        self._box = None

    def audit(self, pbx: SimPbx) -> None:
        """Compare now and then."""

        def take() -> None:
            if pbx.calls.is_up and self._kept is None:
                self._read(pbx, lambda snapshot: self._sink(PbxAudited(snapshot)))
            self.audit(pbx)

        self._audit = self._agenda.after(AUDIT_EVERY, take)

    def _read(self, pbx: SimPbx, then: Callable[[PbxSnapshot], None]) -> None:
        """The PBX takes the picture after one lag, and it arrives after another."""
        session = self._session

        def arrive(snapshot: PbxSnapshot) -> None:
            if session == self._session:
                then(snapshot)

        def take() -> None:
            snapshot = pbx.snapshot()
            self._agenda.after(self._lag.draw(), lambda: arrive(snapshot))

        self._agenda.after(self._lag.draw(), take)

    def line_was_written(self, pbx: SimPbx) -> None:
        """Into the black box, which is read every second while the link is up, and at each return."""

        def read() -> None:
            self._box = None
            if pbx.calls.is_up and self._kept is None:
                self._read_box(pbx)

        if self._box is None and pbx.calls.is_up:
            self._box = self._agenda.after(BOX_EVERY, read)

    def _read_box(self, pbx: SimPbx) -> None:
        before = self._position()
        lines, position = pbx.black_box.read(before)
        for line in lines:
            self._sink(line)
        if position != before and lines:
            self._sink(FallbackRead(pbx.node, position))

    def _restored(self, pbx: SimPbx, snapshot: PbxSnapshot) -> None:
        """The black box is read after the picture was taken and before it is judged."""
        self._read_box(pbx)
        kept, self._kept = self._kept or [], None
        known = {leg.leg for leg in snapshot.legs}
        self._sink(TelephonyRestored(snapshot))
        for event in kept:
            if not (isinstance(event, LegArrived) and event.leg in known):
                self._sink(event)
