"""What the simulated PBX can ring: agents' phones, which register or do not, and numbers outside."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from ccserver.adapters.sim.channels import Channels
from ccserver.adapters.sim.legs import Party, SimLeg
from ccserver.adapters.sim.link import Link
from ccserver.core.commands import DialNumber, RingAgent
from ccserver.core.events import Cause, LegEnded, LegRang, PhoneReachable, PhoneUnreachable
from ccserver.core.ids import AgentId, InteractionId, LegId

RING_LAG: Final = timedelta(milliseconds=25)
"""From the order to the phone's ringing."""


class Endpoints:
    """`states` is the line on which phones are told of; `outside` says who answers a number that is dialled out."""

    def __init__(self, channels: Channels, states: Link) -> None:
        self._channels, self._states = channels, states
        self.phones: dict[AgentId, Party] = {}
        self.registered: set[AgentId] = set()
        self.outside: dict[str, Party] = {}

    def register(self, agent: AgentId, party: Party) -> None:
        """The agent's phone is there."""
        self.phones[agent] = party
        self.registered.add(agent)
        self._states.send(PhoneReachable(agent))

    def unregister(self, agent: AgentId) -> None:
        """The agent's phone went away; a call on it goes on."""
        self.registered.discard(agent)
        self._states.send(PhoneUnreachable(agent))

    def tell_all(self) -> None:
        """What every phone is now."""
        for agent in sorted(self.phones):
            self._states.send(PhoneReachable(agent) if agent in self.registered else PhoneUnreachable(agent))

    def ring(self, order: RingAgent) -> None:
        """A phone that is not registered is unreachable."""
        party = self.phones.get(order.agent) if order.agent in self.registered else None
        leg = self._open(order.leg, party, order.interaction, order.limit)
        if leg is not None:
            leg.agent, leg.ani, leg.caller_name = order.agent, order.caller_number, order.caller_name

    def dial(self, order: DialNumber) -> None:
        """A number of nobody is invalid."""
        party = self.outside.get(order.number)
        if party is None:
            self._channels.calls.send(LegEnded(order.leg, Cause.INVALID_NUMBER))
            return
        leg = self._open(order.leg, party, order.interaction, order.limit)
        if leg is not None:
            leg.ani, leg.dnis = order.caller_number, order.number

    def _open(self, leg_id: LegId, party: Party | None, interaction: InteractionId, limit: timedelta) -> SimLeg | None:
        """A leg of ours towards a far end; an id that is there already is not opened again."""
        channels = self._channels
        if leg_id in channels.legs:
            return None
        if party is None:
            channels.calls.send(LegEnded(leg_id, Cause.UNREACHABLE))
            return None
        leg = SimLeg(leg_id, party, channels.agenda.now(), interaction, is_ours=True, is_handed_over=True)
        channels.legs[leg_id] = leg
        leg.limit = channels.agenda.after(limit, lambda: channels.end(leg_id, Cause.NO_ANSWER))
        channels.agenda.after(RING_LAG, lambda: self._ring(leg))
        return leg

    def _ring(self, leg: SimLeg) -> None:
        if self._channels.legs.get(leg.id) is leg and not leg.is_up:
            self._channels.calls.send(LegRang(leg.id))
            leg.party.rang(leg.id)
