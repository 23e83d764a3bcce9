"""The legs of the simulated PBX: which there are, what each one hears, and how it ends."""

from __future__ import annotations

from collections.abc import Callable

from ccserver.adapters.sim.bridges import Bridges
from ccserver.adapters.sim.clock import Agenda
from ccserver.adapters.sim.legs import Sense, SimLeg
from ccserver.adapters.sim.link import Link
from ccserver.adapters.sim.playbacks import Playbacks
from ccserver.adapters.sim.recordings import Recordings
from ccserver.core.events import Cause, LegEnded
from ccserver.core.ids import LegId


class Channels:
    """`calls` is the line on which everything about them is reported; `on_end` is told of each leg that is gone."""

    def __init__(self, agenda: Agenda, calls: Link) -> None:
        self.agenda, self.calls = agenda, calls
        self.legs: dict[LegId, SimLeg] = {}
        self.bridges = Bridges()
        self.playbacks = Playbacks(agenda, calls.send)
        self.recordings = Recordings(agenda, calls.send)
        self.on_end: Callable[[SimLeg], None] = lambda _leg: None

    def ours(self, leg_id: LegId) -> SimLeg | None:
        """The leg if it is in ccserver's hands; the dialplan keeps the others."""
        leg = self.legs.get(leg_id)
        return leg if leg is not None and leg.is_handed_over else None

    def hears(self, leg_id: LegId) -> Sense:
        """What the far end hears at this instant."""
        leg = self.legs.get(leg_id)
        if leg is None:
            return Sense.GONE
        if leg.prompts or leg.is_told_good_bye:
            return Sense.PROMPT
        if leg.music:
            return Sense.MUSIC
        if self.bridges.partners(leg):
            return Sense.SPEECH
        return Sense.SILENCE if leg.is_up or leg.is_ours else Sense.RINGING

    def end(self, leg_id: LegId, cause: Cause) -> None:
        """The leg is gone: recordings and prompts report their end first, then the leg."""
        leg, was_ours = self.legs[leg_id], self.ours(leg_id) is not None
        self.let_go(leg)
        del self.legs[leg_id]
        if was_ours:
            self.calls.send(LegEnded(leg_id, cause))
        leg.party.ended(leg_id, cause)
        self.on_end(leg)

    def let_go(self, leg: SimLeg) -> None:
        """Whatever ccserver has begun on it stops; it is in ccserver's hands no more."""
        leg.stop_limit()
        self.recordings.end(leg)
        self.playbacks.stop_all(leg)
        self.bridges.leave(leg)
        leg.is_handed_over = False

    def vanish(self) -> None:
        """All are gone at once: the far ends notice, nothing is reported."""
        for leg in list(self.legs.values()):
            leg.stop_limit()
            del self.legs[leg.id]
            leg.party.ended(leg.id, Cause.PBX_LOST)
        self.bridges.members.clear()
