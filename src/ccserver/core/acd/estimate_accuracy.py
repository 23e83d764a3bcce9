"""How good the estimates were: counts by which an hour, a tier or a benchmark is judged. Pure sums, cheap to add and merge."""

from __future__ import annotations

from dataclasses import dataclass

from ccserver.core.acd.estimate import NEAR, NEAR_SHARE
from ccserver.core.acd.estimate_learning import LONG


@dataclass(slots=True)
class Accuracy:
    """Estimates whose contacts were answered. Those who hung up are not counted: their wait is not known."""

    contacts: int = 0
    near: int = 0
    in_range: int = 0
    too_low: int = 0
    long: int = 0
    percent_off: float = 0.0
    """Sum over the long ones of the error as a percentage of the true wait."""
    waited: float = 0.0
    expected: float = 0.0

    def add(self, typical: float, low: float, high: float, waited: float) -> None:
        """One contact was answered after `waited` seconds, and this had been expected."""
        self.contacts += 1
        self.near += abs(typical - waited) <= max(NEAR, NEAR_SHARE * waited)
        self.in_range += low <= waited <= high
        self.too_low += typical < waited
        self.waited += waited
        self.expected += typical
        if waited >= LONG:
            self.long += 1
            self.percent_off += 100 * abs(typical - waited) / waited

    def merge(self, other: Accuracy) -> None:
        """Add what another one counted."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def mean_percent_off(self) -> float:
        """Mean absolute error in percent of the true wait, of waits of at least LONG; 0 when there were none."""
        return self.percent_off / max(1, self.long)

    @property
    def share_near(self) -> float:
        """Share whose typical value was within 30 s or 25 % of the truth."""
        return self.near / max(1, self.contacts)

    @property
    def coverage(self) -> float:
        """Share that waited as long as the range said."""
        return self.in_range / max(1, self.contacts)

    @property
    def bias(self) -> float:
        """Mean estimate over mean wait, less 1: below 0 when it promises too much."""
        return self.expected / max(1.0, self.waited) - 1 if self.contacts else 0.0
