"""A line from the PBX to ccserver that can break: what is on its way when it breaks is lost, as with a web socket."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Final

from ccserver.adapters.sim.clock import Agenda
from ccserver.core.errors import PortUnavailable
from ccserver.core.events import Event
from ccserver.services.ports import EventSink

MOST_LANES: Final = 1_000
"""Beyond this, lanes without anything under way are forgotten."""


class Lag:
    """How long something is under way: `base`, and up to `spread` more when a source of chance is given."""

    def __init__(self, base: timedelta, spread: timedelta = timedelta(), chance: Random | None = None) -> None:
        self._base, self._spread, self._chance = base, spread, chance

    def draw(self) -> timedelta:
        """One length."""
        return self._base + (self._spread * self._chance.random() if self._chance else timedelta())


class Link:
    """Events arrive in the order in which they were sent, each after the lag."""

    def __init__(self, agenda: Agenda, name: str, lag: Lag, sink: EventSink) -> None:
        self._agenda, self._name, self._lag, self._sink = agenda, name, lag, sink
        self.run = 0
        """Counts the connections: what belongs to an older one never arrives."""
        self._last = agenda.now()
        self._since: datetime | None = agenda.now()
        self._cut_at: datetime | None = None
        self.is_up = False

    def require(self) -> None:
        """Raises PortUnavailable while the link is down."""
        if not self.is_up:
            raise PortUnavailable(self._name, self._since)

    def send(self, event: Event) -> None:
        """Let the event arrive, unless the link is down or breaks before."""
        if not self.is_up:
            return
        run = self.run
        self._last = max(self._last, self._agenda.now() + self._lag.draw())
        self._agenda.at(self._last, lambda: self._arrive(run, event))

    def _arrive(self, run: int, event: Event) -> None:
        if self.is_up and run == self.run:
            self._sink(event)

    def cut(self) -> None:
        """Break it."""
        if self.is_up:
            self.is_up, self._since = False, self._agenda.now()
            self._cut_at = self._agenda.now()

    def was_cut_before(self, run: int, instant: datetime) -> bool:
        """Whether the connection `run` broke before the instant."""
        is_over = run != self.run or not self.is_up
        return is_over and self._cut_at is not None and self._cut_at < instant

    def mend(self) -> None:
        """A new connection: nothing of the old one arrives any more."""
        self.run += 1
        self._last = self._agenda.now()
        self.is_up, self._since = True, None


class Lanes:
    """Keeps the order of commands within each lane although every command has a lag of its own."""

    def __init__(self, agenda: Agenda, lag: Lag) -> None:
        self._agenda, self._lag = agenda, lag
        self._busy_until: dict[str, datetime] = {}

    def run(self, lanes: tuple[str, ...], not_before: datetime | None, action: Callable[[], None]) -> None:
        """Do it after the lag, and not before what was entered earlier for one of the lanes."""
        now = self._agenda.now()
        before = [self._busy_until[lane] for lane in lanes if lane in self._busy_until]
        at = max([now + self._lag.draw(), not_before or now, *before])
        if len(self._busy_until) > MOST_LANES:
            self._busy_until = {lane: until for lane, until in self._busy_until.items() if until > now}
        for lane in lanes:
            self._busy_until[lane] = at
        self._agenda.at(at, action)
