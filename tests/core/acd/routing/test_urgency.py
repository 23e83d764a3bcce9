"""Urgency: the same figure by either way, and what makes it grow."""

from __future__ import annotations

import pytest
from tests.core.acd.routing.world import NEVER_HOLD, VIP, at_work, router

from ccserver.core.acd.routing.urgency import STARVING, gains


def urgencies(few: int, *instants: float) -> list[float]:
    """Of a contact of each of three needs that came at 0; `few` decides the way."""
    found = []
    for now in instants:
        centre = router(NEVER_HOLD)
        for need in "abc":
            centre.enqueue(f"x{need}", need, 0, 0.0, 0.0)
        centre.front.few = few
        at_work(centre, now, ann="a9b9c9")
        (match,) = centre.decide(now)
        found.append(match.urgency)
    return found


def test_one_by_one_and_all_at_once_tell_the_same() -> None:
    """Near the target, past it and at the wait limit."""
    instants = (5.0, 12.0, 30.0, VIP.wait_limit)
    assert urgencies(0, *instants) == pytest.approx(urgencies(100, *instants))


def test_it_grows_towards_the_target_falls_behind_it_and_is_above_all_at_the_limit() -> None:
    """What cannot be missed any more is worth little; what was promised to end is worth everything."""
    early, near, late, starving = urgencies(100, 1.0, 11.0, 30.0, VIP.wait_limit)
    assert late < early < near < STARVING < starving


def test_proficiency_makes_a_contact_more_urgent() -> None:
    """Nobody is worth nothing, however little he can."""
    assert gains(0.0) == [1.0] * 11
    rising = gains(0.15)
    assert rising == sorted(rising)
    assert rising[6] == 1.0
    assert min(gains(10.0)) > 0
