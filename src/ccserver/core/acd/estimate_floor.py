"""The floor as the Router knows it: sights for the contacts that wait in it, and for those who may come. Seconds."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Hashable, Iterator

import numpy as np

from ccserver.core.acd.estimate_sight import Floats, Floor, Ints, Overlaps, Place, Sight, sight
from ccserver.core.acd.routing.lines import Line
from ccserver.core.acd.routing.router import Router
from ccserver.core.acd.routing.staff import Profile

REFRESH = 10.0
"""Rates, handle times and patience are asked for so often."""
FEW_LINES = 256
KEEP_COUNTS = 0.5
"""With more lines than FEW_LINES those who wait are counted anew so often; the contact's own place is always exact."""
MOST_COUNTED = 500
"""A place in a longer line is estimated from so many of it."""


class Outlook:
    """Reads a router, changes nothing."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._overlaps = Overlaps(self._profiles_of)
        self._fresh_until = self._counted_until = -np.inf
        self._known = (-1, -1)
        self._profiles: Counter[Profile] = Counter()
        self._need: Ints = np.zeros(0, dtype=np.intp)
        self._terms: Ints = np.zeros(0, dtype=np.intp)
        self._rank: Ints = np.zeros(0, dtype=np.intp)
        self._target: Floats = np.zeros(0)
        self._waiting: Floats = np.zeros(0)
        self._rates: Floats = np.zeros(0)
        self._handle: Floats = np.zeros(0)
        self._patience: Floats = np.zeros(0)

    def of(self, contact: Hashable, waited: float, now: float) -> Sight | None:
        """What a contact sees that waits and has done so for `waited`, whatever its place; None for one that does not wait."""
        entry = self._router.lines.get(contact)
        if entry is None:
            return None
        head = entry.line.head() or entry
        place = Place(_ahead(entry.line, entry.since, entry.order), waited, max(0.0, now - head.since))
        return self._sight(entry.line, place, now)

    def of_newcomer(self, line: Line, now: float) -> Sight:
        """What a contact would see that joined this line now, at its end."""
        return self.of_joining(line, now, now)

    def of_joining(self, line: Line, since: float, now: float) -> Sight:
        """What a contact would see that joined this line now, at the place that it has waiting since `since`."""
        head = line.head()
        ahead = float(line.count) if since >= now else _ahead(line, since, sys.maxsize)
        return self._sight(line, Place(ahead, max(0.0, now - since), max(0.0, now - head.since) if head else 0.0), now)

    def _sight(self, line: Line, place: Place, now: float) -> Sight:
        floor = self._floor(now)
        return sight(floor, self._overlaps.row(line.need, floor), line.number, place)

    def _floor(self, now: float) -> Floor:
        router = self._router
        lines, staff = router.lines, router.staff
        if now >= self._fresh_until or self._known != (len(lines.all), len(staff.online)):
            self._refresh(now)
        if now >= self._counted_until or len(lines.all) <= FEW_LINES:
            self._waiting = np.fromiter((line.count for line in lines.all), np.float64, len(lines.all))
            self._counted_until = now + KEEP_COUNTS
        return Floor(
            now, self._need, self._terms, self._rank, self._waiting, self._rates,
            self._handle, np.array(staff.online), np.array(staff.cover), self._target, self._patience,
        )  # fmt: skip

    def _refresh(self, now: float) -> None:
        demand, lines = self._router.demand, self._router.lines.all
        self._fresh_until = now + REFRESH
        self._counted_until = now
        self._rates, self._handle, self._patience = demand.rates(now), demand.handle_by_need(), demand.patience()
        if self._known[0] != len(lines):
            self._need = np.array([line.need for line in lines], dtype=np.intp)
            self._terms = np.array([line.kind for line in lines], dtype=np.intp)
            self._target = np.array([line.terms.target for line in lines])
            ranks = sorted({line.terms.rank for line in lines}, reverse=True)
            above = {rank: number for number, rank in enumerate(ranks)}
            self._rank = np.array([above[line.terms.rank] for line in lines], dtype=np.intp)
        self._known = (len(lines), len(self._router.staff.online))
        self._profiles = Counter(agent.profile for agent in self._router.staff)

    def _profiles_of(self, need: int) -> Iterator[tuple[Ints, int]]:
        for profile, agents in self._profiles.items():
            if need in profile.able:
                yield np.fromiter(profile.able, dtype=np.intp), agents


def _ahead(line: Line, since: float, order: int) -> float:
    step = 1 + len(line.heap) // MOST_COUNTED
    place = (since, order)
    before = (entry[3].ticket == entry[2] for entry in line.heap[::step] if entry < place)
    return float(sum(before) * step)
