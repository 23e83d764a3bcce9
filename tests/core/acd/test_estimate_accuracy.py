"""Counting how good the estimates were."""

from __future__ import annotations

import pytest

from ccserver.core.acd.estimate_accuracy import Accuracy


def test_nothing_counted_is_all_zero() -> None:
    """No division by nothing."""
    none = Accuracy()
    assert (none.mean_percent_off, none.share_near, none.coverage, none.bias) == (0, 0, 0, 0)


def test_an_estimate_is_near_within_half_a_minute_or_a_quarter() -> None:
    """30 s off of 60 s, 31 s off, and 100 s off of 400 s."""
    counted = Accuracy()
    for typical, waited in ((90.0, 60.0), (91.0, 60.0), (300.0, 400.0)):
        counted.add(typical, 0.0, 1000.0, waited)
    assert counted.share_near == pytest.approx(2 / 3)


def test_the_percentage_is_of_the_true_wait_and_of_long_ones_only() -> None:
    """50 % too much of 100 s; a wait of 2 s that was told as 20 does not count."""
    counted = Accuracy()
    counted.add(150.0, 0.0, 200.0, 100.0)
    counted.add(20.0, 0.0, 200.0, 2.0)
    assert counted.mean_percent_off == pytest.approx(50)


def test_coverage_counts_those_in_the_range() -> None:
    """Both ends belong to it."""
    counted = Accuracy()
    for waited in (9.0, 10.0, 50.0, 51.0):
        counted.add(20.0, 10.0, 50.0, waited)
    assert counted.coverage == 0.5


def test_bias_is_negative_when_too_little_is_told() -> None:
    """60 s told, 80 s waited."""
    counted = Accuracy()
    counted.add(60.0, 0.0, 100.0, 80.0)
    assert counted.bias == pytest.approx(-0.25)
    assert counted.too_low == 1


def test_counts_merge() -> None:
    """Two hours make one."""
    one, other = Accuracy(), Accuracy()
    one.add(10.0, 0.0, 20.0, 15.0)
    other.add(100.0, 50.0, 70.0, 200.0)
    one.merge(other)
    assert (one.contacts, one.near, one.in_range, one.long, one.waited) == (2, 1, 1, 1, 215.0)
