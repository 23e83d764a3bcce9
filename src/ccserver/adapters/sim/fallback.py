"""The last resort of the simulated PBX: the static queue in which agents' phones are rung in turn, then a closed message.

The same as context `fallback` of dialplan/extensions.conf and asterisk-config/queues.conf, in virtual time: slices of 25 s,
after each of which the caller is offered to ccserver again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ccserver.adapters.sim.black_box import BlackBox
from ccserver.adapters.sim.bridges import DEFAULT_MUSIC
from ccserver.adapters.sim.channels import Channels
from ccserver.adapters.sim.clock import Appointment
from ccserver.adapters.sim.endpoints import RING_LAG, Endpoints
from ccserver.adapters.sim.legs import SimLeg
from ccserver.core.events import Cause
from ccserver.core.fallback_events import FallbackAnswered, FallbackClosed, FallbackRang
from ccserver.core.ids import AgentId, ConnectionId, LegId

SLICE: Final = timedelta(seconds=25)
SLICES: Final = 36
RING_TIME: Final = timedelta(seconds=20)
RING_PAUSE: Final = timedelta(seconds=2)
CLOSED_MESSAGE: Final = timedelta(seconds=7)
"""Sorry, nobody is available, please try again later, good-bye."""
STATIC: Final = "static-"
"""Begins the ids of legs and connections that are the static queue's own."""


@dataclass(slots=True)
class _Place:
    """A caller of the static queue. `phone` is the one that rings, or that the caller talks with."""

    leg: SimLeg
    slices: int
    phone: SimLeg | None = None
    next_ring: Appointment | None = None

    @property
    def is_talking(self) -> bool:
        return self.phone is not None and self.phone.is_up

    def rest(self) -> None:
        """No more phones are rung."""
        if self.next_ring is not None:
            self.next_ring.cancel()


class Fallback:
    """`offer` hands a caller to ccserver if that is there, and tells whether it was."""

    def __init__(
        self, channels: Channels, endpoints: Endpoints, box: BlackBox, offer: Callable[[SimLeg], bool]
    ) -> None:
        self._channels, self._endpoints, self._box, self._offer = channels, endpoints, box, offer
        self._places: dict[LegId, _Place] = {}
        self._serial = 0
        self._last = AgentId("")

    def enter(self, leg: SimLeg, slices: int = 0) -> None:
        """The next slice of the static queue, or the closed message when no phone is there."""
        if not self._endpoints.registered or slices >= SLICES:
            self._close(leg)
            return
        place = self._places[leg.id] = _Place(leg, slices)
        leg.music = DEFAULT_MUSIC
        leg.limit = self._channels.agenda.after(SLICE, lambda: self._slice_is_over(place))
        self._ring_next(place)

    def leg_ended(self, leg: SimLeg) -> None:
        """A caller who leaves takes the phone along; a phone that ends a talk the caller; one that only rang is followed."""
        place = self._places.pop(leg.id, None)
        if place is not None:
            self._let_phone_go(place, Cause.NORMAL)
            return
        place = next((place for place in self._places.values() if place.phone is leg), None)
        if place is None:
            return
        if leg.is_up:
            self._channels.end(place.leg.id, Cause.NORMAL)
            return
        self._rang_in_vain(place, leg)
        place.next_ring = self._channels.agenda.after(RING_PAUSE, lambda: self._ring_next(place))

    def answered(self, phone: SimLeg) -> bool:
        """A phone of the static queue is taken: the two talk, and ccserver has no part in it. False for another phone."""
        place = next((place for place in self._places.values() if place.phone is phone), None)
        if place is None:
            return False
        place.leg.stop_limit()
        phone.stop_limit()
        phone.is_up = True
        self._box.write(FallbackAnswered(place.leg.id, phone.agent, self._now(), self._now() - phone.created_at))
        connection = ConnectionId(phone.id)
        self._channels.bridges.prepare(connection)
        for leg in (place.leg, phone):
            self._channels.bridges.enter(connection, leg)
        for leg in (place.leg, phone):
            leg.party.connected(leg.id)
        return True

    def vanish(self) -> None:
        """The PBX restarts."""
        for place in self._places.values():
            place.rest()
        self._places.clear()

    # -- inside ---------------------------------------------------------------------------------------------------------

    def _now(self) -> datetime:
        return self._channels.agenda.now()

    def _slice_is_over(self, place: _Place) -> None:
        del self._places[place.leg.id]
        if place.phone is not None:
            self._rang_in_vain(place, place.phone)
        self._let_phone_go(place, Cause.NO_ANSWER)
        place.leg.limit = None
        if not self._offer(place.leg):
            self.enter(place.leg, place.slices + 1)

    def _close(self, leg: SimLeg) -> None:
        self._box.write(FallbackClosed(leg.id, self._now()))
        leg.music, leg.is_told_good_bye = "", True
        leg.limit = self._channels.agenda.after(CLOSED_MESSAGE, lambda: self._channels.end(leg.id, Cause.NORMAL))

    def _let_phone_go(self, place: _Place, cause: Cause) -> None:
        """The place is no more: nothing rings for it, nothing is left of its talk."""
        place.rest()
        phone = place.phone
        if phone is not None and phone.id in self._channels.legs:
            self._channels.end(phone.id, cause)
        if phone is not None:
            self._channels.bridges.drop(ConnectionId(phone.id), self._channels.legs)

    def _rang_in_vain(self, place: _Place, phone: SimLeg) -> None:
        self._box.write(FallbackRang(place.leg.id, phone.agent, self._now(), self._now() - phone.created_at))
        place.phone = None if phone.id not in self._channels.legs else phone

    def _ring_next(self, place: _Place) -> None:
        """The next free phone in turn; another look in a moment if there is none."""
        agenda, agent = self._channels.agenda, self._next_free()
        if agent is None:
            place.next_ring = agenda.after(RING_PAUSE, lambda: self._ring_next(place))
            return
        self._last, self._serial = agent, self._serial + 1
        key = LegId(f"{STATIC}{self._serial}")
        phone = SimLeg(key, self._endpoints.phones[agent], self._now(), agent=agent)
        phone.ani, phone.caller_name = place.leg.ani, place.leg.caller_name
        place.phone = self._channels.legs[key] = phone
        phone.limit = agenda.after(RING_TIME, lambda: self._channels.end(key, Cause.NO_ANSWER))
        agenda.after(RING_LAG, lambda: self._ring(phone))

    def _next_free(self) -> AgentId | None:
        """`strategy = rrmemory`, `ringinuse = no`."""
        in_use = {leg.agent for leg in self._channels.legs.values()}
        free = sorted(agent for agent in self._endpoints.registered if agent not in in_use)
        return next((agent for agent in free if agent > self._last), free[0] if free else None)

    def _ring(self, phone: SimLeg) -> None:
        if self._channels.legs.get(phone.id) is phone and not phone.is_up:
            phone.party.rang(phone.id)
