"""Sights and estimators for the tests of the estimated wait."""

from __future__ import annotations

from ccserver.core.acd.estimate import Expected
from ccserver.core.acd.estimate_sight import Sight


def seen(terms: int = 0, need: int = 0, waited: float = 0.0, ahead: float = 0.0, higher: float = 0.0) -> Sight:
    """One of ten agents who can take a need of 300 s, which is asked for every 40 s."""
    return Sight(
        need=need,
        terms=terms,
        waited=waited,
        ahead=ahead,
        higher=higher,
        equal=0.0,
        lower=0.0,
        online=10.0,
        idle=0.0,
        handle=300.0,
        arriving=1 / 40,
        arriving_higher=1 / 400,
        patience=240.0,
        target=60.0,
        head_waited=10.0 * ahead,
    )


def expected(
    low: float = 10.0, typical: float = 30.0, prudent: float = 50.0, high: float = 55.0, confidence: float = 1.0
) -> Expected:
    """An estimate, as far as it is for others."""
    return Expected(low, typical, prudent, high, confidence, seen(), 0.0, None)  # type: ignore[arg-type]
