"""What an idle agent's time is worth to those who will come, in the value of terms.

An opportunity price that generalises idle-agent thresholds (Gurvich, Armony and Mandelbaum 2008) to skills: for every need
the agent covers, the worth of one contact that finds nobody times the chance that more contacts come within a look than
other idle agents cover the need.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import factorial
from operator import getitem

import numpy as np

from ccserver.core.acd.routing.demand import Demand, Floats
from ccserver.core.acd.routing.lines import Lines
from ccserver.core.acd.routing.staff import MOST_COVER, Profile, Staff
from ccserver.core.acd.routing.terms import Policy
from ccserver.core.acd.routing.urgency import Learned, Urgencies

_ADJUST_GAIN = 10.0
_MOST_PRICE = 0.5
_COVERS = np.arange(MOST_COVER)
_FACTORIALS = np.array([float(factorial(k)) for k in range(MOST_COVER)])
_BY_COVER = np.maximum(0, np.arange(MOST_COVER + 1) - 1)
"""The column for each cover; of those who are nobody's cover nothing is asked."""


class Table:
    """The prices of needs for contacts of one band, by cover."""

    def __init__(self, saved: Floats, dearest: Floats, staff: Staff) -> None:
        self._staff = staff
        self._rows: list[list[float]] = saved[:, _BY_COVER].tolist()
        """By need and cover: what is lost when one of those who now cover it is taken."""
        self._dearest: list[float] = dearest.tolist()

    def prices(self, profiles: Iterable[Profile]) -> list[float]:
        """Of one idle agent of each. Bounded: an agent serves one contact, and is kept from none of the dearest."""
        scarcity, told = self._staff.scarcity, []
        for profile in profiles:
            if profile.priced_in != scarcity or profile.price_of is not self:
                self._price(profile)
            told.append(profile.price)
        return told

    def _price(self, profile: Profile) -> None:
        """Kept until the cover changes again."""
        if profile.price_of is not self:
            profile.dearest, profile.price_of = max(profile.pick(self._dearest), default=0.0), self
        price = sum(map(getitem, profile.pick(self._rows), profile.pick(self._staff.scarce)))
        profile.price = price if price < profile.dearest else profile.dearest
        profile.priced_in = self._staff.scarcity


class Prices:
    """Brought up to date by `refresh`; between two of them only the cover changes."""

    def __init__(self, lines: Lines, staff: Staff) -> None:
        self.ring = 3.0
        self.policies: dict[int, Policy] = {}
        """By need."""
        self.protect: Floats = np.zeros(0)
        """Price factor of each need."""
        self.urgencies = Urgencies(lines)
        self._staff = staff
        self._is_holding = False
        self._rates: Floats = np.zeros(0)
        self._missed: Floats = np.zeros(0)
        self._look: Floats = np.zeros(0)
        self._pace: Floats = np.zeros(0)
        self._tables: dict[int, Table] = {}
        self._holds_from = 0
        self.holds_differ = False
        """Whether some needs wait for agents who are kept free and others do not."""
        self.is_ruled = False
        """Whether the policies are taken into account as they are."""

    def rule(self, need: int, policy: Policy) -> None:
        """Another policy for a need, or the first for a new one: needs are numbered from 0."""
        self.policies[need] = policy
        self.is_ruled = False
        self._tables.clear()

    def _rule(self) -> None:
        distinct: dict[Policy, int] = {}
        group = [distinct.setdefault(policy, len(distinct)) for policy in self.policies.values()]
        self._groups, self._group = list(distinct), np.array(group, dtype=np.intp)
        self._spread = np.array([policy.spread for policy in distinct])[self._group]
        self._late = np.array([policy.late for policy in distinct])[self._group]
        self.urgencies.rule(self._groups, group)
        self.holds_differ = len({(policy.holds, policy.holds_from) for policy in distinct}) > 1
        self._holds_from = max((policy.holds_from for policy in distinct), default=0)
        self.is_ruled = True

    def holds(self, need: int) -> bool:
        """Whether a contact of the need waits for an agent who is worth more elsewhere."""
        policy = self.policies[need]
        return policy.holds and len(self._staff) >= policy.holds_from

    @property
    def all_hold(self) -> bool:
        """There are agents enough for every policy that keeps some free."""
        return len(self._staff) >= self._holds_from

    def refresh(self, demand: Demand, now: float) -> None:
        """Learn from what was seen. Costs a few vector operations over all lines and needs."""
        if not self.is_ruled:
            self._rule()
        mean = demand.mean_handle()
        longest = np.array([policy.look_for(len(self._staff)) for policy in self._groups])[self._group]
        self._look = np.minimum(longest, self._spread * mean / np.maximum(1, self._staff.online))
        self._pace = mean / demand.handle_by_need()
        self._missed = self.notice(demand)
        demand.fade(now)
        self._rates = demand.rates(now)
        self.protect = self._protect(demand)
        self._is_holding = bool(self.protect.any())
        self._tables.clear()

    def notice(self, demand: Demand) -> Floats:
        """Take lines into account that were opened since the last refresh; prices know of them from the next one on.

        Returns the chance by line that a contact is lost which finds nobody.
        """
        urgencies = self.urgencies
        urgencies.promise(self.ring)
        need = urgencies.need
        look = self._look[need]
        leaving = np.minimum(1.0, look / demand.patience()[urgencies.kind])
        urgencies.refresh(Learned(look, leaving, self._pace[need], self._late[need]))
        return np.exp(-np.maximum(0.0, urgencies.slack) / look) + leaving

    def _protect(self, demand: Demand) -> Floats:
        base = np.array([policy.protect_for(len(self._staff)) for policy in self._groups])
        protect: Floats = (base * self._adjusted(demand))[self._group]
        return protect

    def _adjusted(self, demand: Demand) -> Floats:
        """Factor by policy: less while its goals are met, more while they are missed."""
        urgencies, groups = self.urgencies, len(self._groups)
        weights, group = urgencies.value * self._rates, self._group[urgencies.need]
        missing = urgencies.goal - demand.served()[urgencies.kind]
        total = np.bincount(group, weights, groups)
        mean = np.bincount(group, weights * missing, groups) / np.maximum(total, 1e-12)
        factor = np.clip(np.exp(_ADJUST_GAIN * mean), 0.1, 2.0)
        factor[[not policy.is_adjusting for policy in self._groups]] = 1.0
        return factor

    def of(self, profiles: Sequence[Profile], band: int) -> list[float]:
        """What is lost elsewhere when an idle agent of each profile takes a contact of the band now."""
        if not self._is_holding:
            return [0.0] * len(profiles)
        table = self._tables.get(band)
        if table is None:
            table = self._tables[band] = self._table(band)
        return table.prices(profiles)

    def _table(self, band: int) -> Table:
        """Counts contacts of this band and above: nobody is kept free from a contact for those who stand behind it."""
        urgencies, needs = self.urgencies, len(self.policies)
        known = len(self._rates)
        need = urgencies.need[:known]
        counts = (self._rates > 0) & (urgencies.band[:known] >= band)
        rates, each, dearest = self._rates * counts, urgencies.value[:known] * self._missed, np.zeros(needs)
        arriving = np.bincount(need, rates, needs)
        worth = np.bincount(need, rates * each, needs) / np.maximum(arriving, 1e-12)
        np.maximum.at(dearest, need, each * counts)
        saved = saved_by_cover(worth * self.protect, arriving * self._look)
        return Table(saved, _MOST_PRICE * dearest, self._staff)


def saved_by_cover(worth: Floats, arriving: Floats) -> Floats:
    """Loss that agent number k + 1 saves, for k below MOST_COVER: he is needed when more than k come within the look.

    `worth` is the loss of one contact that finds nobody, `arriving` the number expected; arrivals are Poisson.
    """
    exactly = np.exp(-arriving)[:, None] * arriving[:, None] ** _COVERS / _FACTORIALS
    saved: Floats = worth[:, None] * np.maximum(0.0, 1.0 - exactly.cumsum(axis=1))
    return saved
