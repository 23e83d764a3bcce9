"""The simulated PBX: takes the core's commands, holds legs and connections, and reports in a realistic order.

It knows nothing of queues and agents' presence. What it does follows what Asterisk 22 does with channels, bridges and
playbacks: legs outlive the link to ccserver, a stopped prompt reports its end, a leg left alone in a connection hears
silence, a caller who arrives while ccserver is away is kept with music and offered again every second, callers in the hands
of a ccserver that is gone are rescued by the guardian.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Final

from ccserver.adapters.sim.channels import Channels
from ccserver.adapters.sim.clock import Agenda
from ccserver.adapters.sim.dialplan import Dialplan
from ccserver.adapters.sim.endpoints import Endpoints
from ccserver.adapters.sim.fallback import STATIC
from ccserver.adapters.sim.guardian import SimGuardian
from ccserver.adapters.sim.legs import Party, Sense
from ccserver.adapters.sim.link import Lag, Lanes, Link
from ccserver.adapters.sim.orders import Orders
from ccserver.core.commands import TelephonyCommand
from ccserver.core.events import Cause, DigitReceived, LegAnswered, PbxSnapshot, SnapshotLeg
from ccserver.core.ids import AgentId, LegId, NodeName
from ccserver.services.performer import lanes
from ccserver.services.ports import EventSink

COMMAND_LAG: Final = timedelta(milliseconds=4)
EVENT_LAG: Final = timedelta(milliseconds=2)


class SimPbx:
    """One node. Far ends are `Party` objects; `outside` says who answers a number that is dialled out."""

    def __init__(self, agenda: Agenda, sink: EventSink, node: NodeName, chance: Random | None = None) -> None:
        spread = timedelta(milliseconds=20)
        self.agenda, self.node = agenda, node
        self.calls = Link(agenda, "telephony", Lag(EVENT_LAG, spread, chance), sink)
        self.registrations = Link(agenda, "phones", Lag(EVENT_LAG, spread, chance), sink)
        self._lanes = Lanes(agenda, Lag(COMMAND_LAG, spread, chance))
        self._channels = Channels(agenda, self.calls)
        self._endpoints = Endpoints(self._channels, self.registrations)
        self._dialplan = Dialplan(self._channels, self._endpoints, node)
        self._orders = Orders(self._channels, self._endpoints, self._dialplan)
        self.guardian = SimGuardian(self._channels, self._dialplan.fall_back)
        self.black_box = self._dialplan.black_box
        self.legs = self._channels.legs
        self.connections = self._channels.bridges.members
        self.phones, self.registered = self._endpoints.phones, self._endpoints.registered
        self.outside = self._endpoints.outside

    # -- the Telephony port ---------------------------------------------------------------------------------------------

    def perform(self, command: TelephonyCommand, not_before: datetime | None = None) -> None:
        """Take the command; it is carried out a moment later. Raises PortUnavailable while the link is down."""
        self.calls.require()
        run, boot, leaves_at = self.calls.run, self._dialplan.boots, not_before or self.agenda.now()
        self._lanes.run(lanes(command), not_before, lambda: self._carry_out(command, boot, run, leaves_at))

    def _carry_out(self, command: TelephonyCommand, boot: int, run: int, leaves_at: datetime) -> None:
        """Unless the PBX restarted, or the link broke before the command left."""
        if boot == self._dialplan.boots and not self.calls.was_cut_before(run, leaves_at):
            self._orders.carry_out(command)

    def snapshot(self) -> PbxSnapshot:
        """What is there now. Legs that the dialplan still keeps are not in our hands and not shown."""
        ours = [leg for leg in self.legs.values() if leg.is_handed_over]
        shown = tuple(
            SnapshotLeg(
                leg.id, leg.is_up, leg.interaction, leg.is_ours, leg.ani, leg.dnis, leg.caller_name, leg.created_at
            )
            for leg in ours
        )
        waiting = frozenset(leg.id for leg in ours if leg.music)
        connections = {key: tuple(members) for key, members in self.connections.items() if not key.startswith(STATIC)}
        elsewhere = frozenset(leg.id for leg in self.legs.values() if not leg.is_handed_over)
        return PbxSnapshot(self.node, shown, connections, waiting, f"boot{self._dialplan.boots}", elsewhere)

    # -- what far ends do -----------------------------------------------------------------------------------------------

    def call_in(self, party: Party, ani: str, dnis: str, caller_name: str = "") -> LegId:
        """A caller dials one of our numbers."""
        return self._dialplan.take_caller(party, ani, dnis, caller_name)

    def dial_from_phone(self, agent: AgentId, number: str) -> LegId:
        """An agent dials on the phone itself."""
        return self._dialplan.take_phone(self.phones[agent], agent, number)

    def answer(self, leg_id: LegId) -> None:
        """A far end that rings is answered. While ccserver is away there is nobody to hand the leg to: it ends."""
        leg = self.legs.get(leg_id)
        if leg is not None and not leg.is_up and not self._dialplan.answered(leg) and leg.is_ours:
            if not self.calls.is_up:
                self._channels.end(leg_id, Cause.NORMAL)
                return
            leg.is_up = True
            leg.stop_limit()
            self.calls.send(LegAnswered(leg_id))

    def hang_up(self, leg_id: LegId, cause: Cause = Cause.NORMAL) -> None:
        """The far end ends the call, or refuses the one that rings (with BUSY or REJECTED)."""
        if leg_id in self.legs:
            self._channels.end(leg_id, cause)

    def press(self, leg_id: LegId, digit: str) -> None:
        """The far end presses a key."""
        leg = self._channels.ours(leg_id)
        if leg is None:
            return
        self.calls.send(DigitReceived(leg_id, digit))
        if digit == "#":
            self._channels.recordings.end(leg)

    def register(self, agent: AgentId, party: Party) -> None:
        """The agent's phone is there."""
        self._endpoints.register(agent, party)

    def unregister(self, agent: AgentId) -> None:
        """The agent's phone went away; a call on it goes on."""
        self._endpoints.unregister(agent)

    def hears(self, leg_id: LegId) -> Sense:
        """What the far end hears at this instant."""
        return self._channels.hears(leg_id)

    def partners(self, leg_id: LegId) -> list[LegId]:
        """Whom the far end can talk to."""
        leg = self.legs.get(leg_id)
        return [] if leg is None else self._channels.bridges.partners(leg)

    # -- faults ---------------------------------------------------------------------------------------------------------

    def restart(self) -> None:
        """All legs are gone, the far ends notice, nothing is reported; phones must register again."""
        self.calls.cut()
        self.registrations.cut()
        self._dialplan.restart()
        self._channels.vanish()
        self.registered.clear()

    def mend_registrations(self) -> None:
        """The second link is back: it tells what every phone is now."""
        self.registrations.mend()
        self._endpoints.tell_all()
