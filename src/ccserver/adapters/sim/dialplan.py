"""The dialplan of the simulated PBX: calls are handed to ccserver, and kept with music while it is away.

The same as dialplan/extensions.conf, in virtual time.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Final

from ccserver.adapters.sim.black_box import BlackBox
from ccserver.adapters.sim.bridges import DEFAULT_MUSIC
from ccserver.adapters.sim.channels import Channels
from ccserver.adapters.sim.endpoints import Endpoints
from ccserver.adapters.sim.fallback import Fallback
from ccserver.adapters.sim.legs import Party, SimLeg
from ccserver.core.events import Cause, LegArrived, LegEnded, PhoneDialled
from ccserver.core.fallback_events import FallbackEntered, FallbackLeft, FallbackRestarted
from ccserver.core.ids import AgentId, InteractionId, LegId, NodeName

TRY_AGAIN: Final = timedelta(seconds=1)
CALLER_TRIES: Final = 30
PHONE_TRIES: Final = 10


class Dialplan:
    """What happens to a leg before ccserver has it, and when it has it no more."""

    def __init__(self, channels: Channels, endpoints: Endpoints, node: NodeName) -> None:
        self._channels, self._node = channels, node
        self.black_box = BlackBox()
        self._fallback = Fallback(channels, endpoints, self.black_box, self._offer)
        self._serial = count(1)
        self.boots = 1
        channels.on_end = self._leg_ended

    def take_caller(self, party: Party, ani: str, dnis: str, caller_name: str) -> LegId:
        """A caller dials one of our numbers."""
        leg = self._new_leg(party)
        leg.ani, leg.dnis, leg.caller_name = ani, dnis, caller_name
        if not self._offer(leg):
            self._enter_black_box(leg)
            self._answer(leg)
            self._keep(leg, 0)
        return leg.id

    def take_phone(self, party: Party, agent: AgentId, number: str) -> LegId:
        """An agent dials on the phone itself."""
        leg = self._new_leg(party)
        leg.agent, leg.dnis = agent, number
        self._try_phone(leg, 0)
        return leg.id

    def fall_back(self, leg: SimLeg) -> None:
        """A caller in ccserver's hands is continued at `fallback,s,1`: for ccserver the leg ends."""
        self._channels.let_go(leg)
        self._channels.calls.send(LegEnded(leg.id, Cause.NORMAL))
        self._enter_fallback(leg)

    def answered(self, leg: SimLeg) -> bool:
        """A phone is taken; False unless the static queue rang it."""
        return self._fallback.answered(leg)

    def restart(self) -> None:
        """The PBX starts anew; the black box says so."""
        self.boots += 1
        self._fallback.vanish()
        self.black_box.write(FallbackRestarted(self._node, self._channels.agenda.now()))

    # -- inside ---------------------------------------------------------------------------------------------------------

    def _new_leg(self, party: Party) -> SimLeg:
        interaction = InteractionId(f"i{next(self._serial):06}")
        key = LegId(f"{self.boots}.{next(self._serial)}")
        leg = self._channels.legs[key] = SimLeg(key, party, self._channels.agenda.now(), interaction)
        return leg

    def _offer(self, leg: SimLeg) -> bool:
        """Into ccserver's hands, if it is there."""
        calls, key = self._channels.calls, leg.interaction or InteractionId(leg.id)
        if not calls.is_up:
            return False
        leg.is_handed_over, leg.music = True, ""
        if leg.agent is not None:
            calls.send(PhoneDialled(leg.id, self._node, key, leg.agent, leg.dnis))
        else:
            calls.send(LegArrived(leg.id, self._node, key, leg.ani, leg.dnis, leg.caller_name))
        return True

    def _keep(self, leg: SimLeg, tries: int) -> None:
        """Music, and another try in a second; in the end the fallback."""
        leg.music = DEFAULT_MUSIC

        def again() -> None:
            leg.limit = None
            if self._offer(leg):
                return
            if tries + 1 < CALLER_TRIES:
                self._keep(leg, tries + 1)
            else:
                self._enter_fallback(leg)

        leg.limit = self._channels.agenda.after(TRY_AGAIN, again)

    def _try_phone(self, leg: SimLeg, tries: int) -> None:
        """The phone hears it ringing, and in the end that the network is out of order."""
        leg.limit = None
        if self._offer(leg):
            return
        if tries < PHONE_TRIES:
            leg.limit = self._channels.agenda.after(TRY_AGAIN, lambda: self._try_phone(leg, tries + 1))
        else:
            self._channels.end(leg.id, Cause.UNKNOWN)

    def _enter_fallback(self, leg: SimLeg) -> None:
        self._enter_black_box(leg)
        self._answer(leg)
        self._fallback.enter(leg)

    def _enter_black_box(self, leg: SimLeg) -> None:
        leg.is_boxed, key = True, leg.interaction or InteractionId(leg.id)
        now = self._channels.agenda.now()
        self.black_box.write(FallbackEntered(leg.id, self._node, key, leg.ani, leg.dnis, now, leg.caller_name))

    def _answer(self, leg: SimLeg) -> None:
        if not leg.is_up:
            leg.is_up = True
            leg.party.answered(leg.id)

    def _leg_ended(self, leg: SimLeg) -> None:
        """The hang-up handler of the black box is run however the call ends."""
        if leg.is_boxed:
            self.black_box.write(FallbackLeft(leg.id, self._channels.agenda.now()))
        self._fallback.leg_ended(leg)
