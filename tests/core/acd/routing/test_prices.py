"""Prices: what an agent's time is worth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from tests.core.acd.routing.world import BASIC, VIP, fit

from ccserver.core.acd.routing.demand import Demand
from ccserver.core.acd.routing.lines import Lines
from ccserver.core.acd.routing.prices import Prices, saved_by_cover
from ccserver.core.acd.routing.staff import Profile, Staff
from ccserver.core.acd.routing.terms import Policy


def prices(policy: Policy, in_time: bool | None = None) -> tuple[Prices, Staff, Profile]:
    """After an hour of demand for need a, answered always or never in time; one of three agents is idle."""
    staff, seen, lines = Staff(fit), Demand(), Lines()
    made = Prices(lines, staff)
    staff.add_need("a")
    seen.add_need()
    lines.add_need()
    made.rule(0, policy)
    for kind, terms in enumerate((VIP, BASIC)):
        seen.add_kind(terms.goal)
        lines.line(0, kind, terms)
        seen.add_line()
    for number in range(3):
        staff.sign_in(f"n{number}", "a9")
    for second in range(0, 3600, 20):
        seen.asked(0, float(second))
        if in_time is not None:
            seen.answered(0, 1.0, in_time)
    made.refresh(seen, 3600.0)
    staff.set_idle("n0", 0.0)
    return made, staff, staff.get("n0").profile


def test_each_further_idle_agent_is_worth_less() -> None:
    """The price of an agent falls with the number of other idle agents who cover the same."""
    saved = saved_by_cover(np.array([5.0]), np.array([2.0]))[0]
    assert list(saved) == sorted(saved, reverse=True)
    assert saved[-1] >= 0


def test_meeting_the_goals_lowers_the_price() -> None:
    """And missing them raises it, within bounds."""
    met, missed = prices(Policy(), True)[0].protect, prices(Policy(), False)[0].protect
    fixed = prices(Policy(is_adjusting=False), False)[0].protect
    assert met[0] < fixed[0] < missed[0] <= 2 * fixed[0]


def test_nobody_is_kept_for_a_lower_band() -> None:
    """What those behind would lose does not count for one of a higher band."""
    made, _, profile = prices(Policy())
    assert made.of([profile], 0)[0] > 0
    assert made.of([profile], 1)[0] == 0


def test_the_price_follows_the_cover() -> None:
    """It falls as others become idle, and no more beyond the most that counts."""
    made, staff, profile = prices(Policy())
    told = made.of([profile], 0)
    for number in range(20):
        staff.set_idle(staff.sign_in(f"m{number}", "a9").id, 0.0)
        told += made.of([profile], 0)
    assert told == sorted(told, reverse=True)
    assert told[0] > told[11] > told[12] == told[20]


def test_the_price_is_bounded_by_one_dear_contact() -> None:
    """However much demand there is, an agent serves one contact."""
    made, _, profile = prices(replace(Policy(), protect_small=1e6))
    assert made.of([profile], 0)[0] < VIP.value
