"""Messages that callers leave on the simulated PBX: each ends by silence, by its limit, by `#` or with the call."""

from __future__ import annotations

from ccserver.adapters.sim.clock import Agenda
from ccserver.adapters.sim.legs import Recording, SimLeg
from ccserver.core.commands import RecordMessage
from ccserver.core.events import MessageRecorded
from ccserver.services.ports import EventSink


class Recordings:
    """`report` gets the ends, with the length in seconds."""

    def __init__(self, agenda: Agenda, report: EventSink) -> None:
        self._agenda, self._report = agenda, report

    def start(self, leg: SimLeg, order: RecordMessage) -> None:
        """One at a time on a leg."""
        if leg.recording is None:
            spoken = leg.speech_after + order.silence if leg.speech_after is not None else order.limit
            ends = self._agenda.after(min(spoken, order.limit), lambda: self.end(leg))
            leg.recording = Recording(order.name, self._agenda.now(), ends)

    def end(self, leg: SimLeg) -> None:
        """Report what was recorded; nothing where nothing runs."""
        recording, leg.recording = leg.recording, None
        if recording is not None:
            recording.ends.cancel()
            seconds = (self._agenda.now() - recording.started_at).total_seconds()
            self._report(MessageRecorded(leg.id, recording.name, seconds))
