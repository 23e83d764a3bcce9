"""The front: bounds hide nobody who may win, and a quick no is right."""

from __future__ import annotations

import math
import random

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.acd.routing.world import BASIC, router

from ccserver.core.acd.routing.front import Front
from ccserver.core.acd.routing.router import Router
from ccserver.core.acd.routing.terms import Policy, Terms

SILVER = Terms("silver", 2.0, 30.0, 0.8, 200.0)


def crowd(chance: random.Random) -> Router:
    """Some wait for a, b and c; nobody is there to take them, but for an agent who is busy."""
    centre = router(Policy(), SILVER)
    for number in range(chance.randrange(1, 15)):
        centre.enqueue(f"x{number}", chance.choice("abc"), chance.randrange(3), -chance.uniform(0, 100), 0.0)
    centre.sign_in("ann", "a9b3c6")
    centre.decide(0.0)
    return centre


def by_hand(centre: Router, now: float) -> float:
    """The greatest urgency to ann, every line weighed anew."""
    profile, urgencies = centre.staff.get("ann").profile, centre.prices.urgencies
    urgencies.begin(now)
    lines = (line for some in centre.lines.open.values() for line in some)
    factors = urgencies.gains
    return max(
        (urgencies.weigh(line, now) * factors[line.need][profile.able[line.need]] for line in lines), default=0.0
    )


def step(centre: Router, chance: random.Random, number: int, now: float) -> None:
    """Somebody comes or goes."""
    waiting = sorted(str(entry.id) for entry in centre.lines)
    if waiting and chance.random() < 0.5:
        centre.abandoned(chance.choice(waiting), now)
    else:
        centre.enqueue(f"y{number}", chance.choice("abc"), chance.randrange(3), now, now)
    centre.decide(now)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_the_foremost_is_the_most_urgent_at_any_time(seed: int) -> None:
    """Whatever was weighed before, and whoever came or went since."""
    chance = random.Random(seed)
    centre, now = crowd(chance), 0.0
    profile = centre.staff.get("ann").profile
    for number in range(30):
        now += chance.choice([0.0, 0.1, 1.0, 10.0])
        step(centre, chance, number, now)
        found = centre.front.foremost(profile, now)
        most = by_hand(centre, now)
        assert (found is None) == (not len(centre.lines))
        assert found is None or found[0] == most


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_a_no_is_certain(seed: int) -> None:
    """Nobody is worth the price who was said not to be, however old the bound is."""
    chance = random.Random(seed)
    centre, now = crowd(chance), 0.0
    profile = centre.staff.get("ann").profile
    for number in range(30):
        now += chance.choice([0.0, 0.3, 1.0, 5.0])
        if chance.random() < 0.3:
            step(centre, chance, number, now)
        price = 10 ** chance.uniform(-2, 2)
        if not centre.front.is_worth(profile, price, now):
            assert len(centre.lines)
            assert by_hand(centre, now) < price


def test_where_nobody_waits_nothing_is_certain() -> None:
    """So that whoever is kept free for nobody is not kept any more."""
    centre = router()
    centre.sign_in("ann", "a9")
    centre.decide(0.0)
    profile = centre.staff.get("ann").profile
    assert centre.front.is_worth(profile, 5.0, 0.0)
    assert centre.front.foremost(profile, 0.0) is None


def test_who_waits_longer_comes_longest_first_by_either_way() -> None:
    """Of each line the first, and not more than asked for."""
    for few in (0, 100):
        centre = router(Policy(), SILVER)
        for number, (need, kind) in enumerate([("a", 0), ("b", 1), ("c", 2), ("a", 1)]):
            centre.enqueue(f"x{number}", need, kind, -10.0 * number, 0.0)
        centre.sign_in("ann", "a9b3c6")
        centre.decide(0.0)
        centre.front.few = few
        found = centre.front.older(centre.staff.get("ann").profile, -5.0, 0.0, 2)
        assert [line.terms for _, line in found] == [BASIC, SILVER]
        assert all(0 < urgency < math.inf for urgency, _ in found)


def test_it_holds_nothing_that_could_not_be_found_again() -> None:
    """A front made afresh tells the same."""
    centre = crowd(random.Random(1))
    profile = centre.staff.get("ann").profile
    told = centre.front.foremost(profile, 3.0)
    assert Front(centre.prices.urgencies).foremost(profile, 3.0) == told
