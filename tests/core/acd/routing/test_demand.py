"""Demand: what is learned by watching."""

from __future__ import annotations

import pytest

from ccserver.core.acd.routing.demand import HALF_LIFE, Demand


def demand() -> Demand:
    """One need, two kinds of contacts, a line for each."""
    made = Demand()
    made.add_need()
    for goal in (0.95, 0.8):
        made.add_kind(goal)
        made.add_line()
    return made


def test_rates_are_the_true_ones_from_the_beginning() -> None:
    """One contact every ten seconds is told as 0.1 a second after ten minutes already."""
    seen = demand()
    assert not seen.rates(0.0).any()
    for second in range(0, 600, 10):
        seen.asked(1, float(second))
    assert seen.rates(600.0)[1] == pytest.approx(0.1, rel=0.1)


def test_rates_fade() -> None:
    """Half after a half-life without anybody, and the more so for the time watched."""
    seen = demand()
    for second in range(0, 20000, 10):
        seen.asked(1, float(second))
    before = seen.rates(20000.0)[1]
    assert seen.rates(20000.0 + HALF_LIFE)[1] == pytest.approx(before / 2, rel=0.05)


def test_patience_counts_those_who_were_answered() -> None:
    """The waits of the answered belong to the estimate: they had not lost patience yet."""
    seen = demand()
    seen.answered(1, 100.0, True)
    seen.abandoned(1, 60.0)
    assert seen.patience()[1] == pytest.approx((240 + 160) / 2)


def test_short_abandons_do_not_count_as_missed() -> None:
    """Under five seconds nobody could have answered."""
    seen = demand()
    before = seen.served()[1]
    seen.abandoned(1, 4.0)
    assert seen.served()[1] == before
    seen.abandoned(1, 6.0)
    assert seen.served()[1] < before


def test_no_needs_no_price() -> None:
    """The mean handle time before anything is known is the prior."""
    assert Demand().mean_handle() == 300.0
