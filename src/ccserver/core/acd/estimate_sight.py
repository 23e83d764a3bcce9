"""What is to be seen of the floor when one contact asks how long it will wait. Lengths and instants are seconds.

Whoever runs the dispatcher fills a Floor from what it keeps anyway; nothing here is remembered but how needs overlap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

KEEP_ROW = 60.0
"""Seconds for which the overlap of one need with the others is taken as unchanged."""
MOST_PROFILES = 64
"""Profiles looked at for one row; in a centre with more, the first ones stand for all."""


@dataclass(frozen=True, slots=True)
class Floor:
    """The dispatcher's figures. A line is the contacts of one need under the same terms; all three go by number.

    `waiting`, `rates` (contacts per second), `need`, `terms`, `rank` (higher goes first) and `target` are by line; `handle`,
    `online` and `idle` (agents who can take the need) by need; `patience` by terms. Nothing is kept. Rates, handle times
    and patience may be some seconds old.
    """

    now: float
    need: Ints
    terms: Ints
    rank: Ints
    waiting: Floats
    rates: Floats
    handle: Floats
    online: Sequence[int] | Ints
    idle: Sequence[int] | Ints
    target: Floats
    patience: Floats


class Place(NamedTuple):
    """A contact's own place: how many are before it in its line, how long it and the first of its line have waited."""

    ahead: float = 0.0
    waited: float = 0.0
    head_waited: float = 0.0


@dataclass(frozen=True, slots=True)
class Sight:
    """The floor as one contact sees it. Contacts of other needs count by the share of their agents who can take this one."""

    need: int
    terms: int
    waited: float
    ahead: float
    """Waiting in the same line before it."""
    higher: float
    """Waiting contacts of a higher rank who compete for the same agents."""
    equal: float
    """The same of its own rank, its own line not counted."""
    lower: float
    online: float
    idle: float
    handle: float
    """Mean seconds that an agent is occupied by one contact of this need."""
    arriving: float
    """Contacts per second to come that compete for the same agents ..."""
    arriving_higher: float
    """... and those of a higher rank."""
    patience: float
    target: float
    head_waited: float
    """How long the first of its line has waited; 0: it is the first."""


ProfilesOf = Callable[[int], Iterable[tuple[Ints, int]]]
"""For a need: of each profile that serves it, all needs it serves and how many of its agents are signed in."""


class Overlaps:
    """How far needs compete for the same agents. Each row is worked out when it is asked for, and kept for KEEP_ROW."""

    def __init__(self, profiles_of: ProfilesOf) -> None:
        self._profiles_of = profiles_of
        self._rows: dict[int, tuple[float, Floats]] = {}

    def row(self, need: int, floor: Floor) -> Floats:
        """By other need: the share of its agents who can take `need` too. At least 1 for the need itself."""
        kept = self._rows.get(need)
        if kept is not None and floor.now < kept[0] and len(kept[1]) == len(floor.online):
            return kept[1]
        row = self._work_out(need, floor)
        self._rows[need] = (floor.now + KEEP_ROW, row)
        return row

    def _work_out(self, need: int, floor: Floor) -> Floats:
        common = np.zeros(len(floor.online))
        for needs, agents in islice(self._profiles_of(need), MOST_PROFILES):
            common[needs] += agents
        common *= floor.online[need] / max(1.0, float(common[need]))
        row: Floats = common / np.maximum(1.0, np.asarray(floor.online))
        np.minimum(row, 1.0, out=row)
        row[need] = 1.0
        return row


def sight(floor: Floor, row: Floats, line: int, place: Place) -> Sight:
    """What the contact sees. `row` is its need's of Overlaps.

    Its own line counts by `place` alone, so that the contact itself may be counted in `floor.waiting` or not.
    """
    need, terms = int(floor.need[line]), int(floor.terms[line])
    weights = row[floor.need]
    waiting = weights * floor.waiting
    waiting[line] = 0.0
    side = np.sign(floor.rank - floor.rank[line]) + 1
    lower, equal, higher = np.bincount(side, waiting, 3).tolist()
    arriving = np.bincount(side, weights * floor.rates, 3).tolist()
    return Sight(
        need=need,
        terms=terms,
        waited=place.waited,
        ahead=place.ahead,
        higher=higher,
        equal=equal,
        lower=lower,
        online=float(floor.online[need]),
        idle=float(floor.idle[need]),
        handle=float(floor.handle[need]),
        arriving=sum(arriving),
        arriving_higher=arriving[2],
        patience=float(floor.patience[terms]),
        target=float(floor.target[line]),
        head_waited=place.head_waited if place.ahead else 0.0,
    )
