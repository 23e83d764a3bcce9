"""Bridges of the simulated PBX: who hears whom, and who is kept with music. A leg is in one of them at most."""

from __future__ import annotations

from collections.abc import Mapping

from ccserver.adapters.sim.legs import SimLeg
from ccserver.core.ids import ConnectionId, LegId

DEFAULT_MUSIC = "default"


class Bridges:
    """`members` by connection; a bridge without members stays until it is dropped."""

    def __init__(self) -> None:
        self.members: dict[ConnectionId, list[LegId]] = {}

    def prepare(self, connection: ConnectionId) -> None:
        """Make it, if it is not there."""
        self.members.setdefault(connection, [])

    def enter(self, connection: ConnectionId, leg: SimLeg) -> None:
        """Out of any other and away from the music; nothing for a leg that is in it."""
        members = self.members[connection]
        if leg.id not in members:
            self.leave(leg)
            members.append(leg.id)
            leg.connection = connection

    def wait(self, leg: SimLeg, music: str) -> None:
        """Out of any connection, with music."""
        self.leave(leg)
        leg.music = music or DEFAULT_MUSIC

    def leave(self, leg: SimLeg) -> None:
        """Out of its connection and away from the music."""
        if leg.connection is not None:
            members = self.members.get(leg.connection, [])
            if leg.id in members:
                members.remove(leg.id)
            leg.connection = None
        leg.music = ""

    def drop(self, connection: ConnectionId, legs: Mapping[LegId, SimLeg]) -> None:
        """Nobody hears anybody there any more; the legs stay."""
        for member in self.members.pop(connection, ()):
            if member in legs:
                legs[member].connection = None

    def partners(self, leg: SimLeg) -> list[LegId]:
        """Who else is in its connection."""
        if leg.connection is None:
            return []
        return [other for other in self.members.get(leg.connection, ()) if other != leg.id]
