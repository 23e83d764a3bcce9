"""Paired differences over seeds, and what is within the noise."""

from __future__ import annotations

import pytest

from ccserver.adapters.sim.comparison import change, compare
from ccserver.core.ids import QueueId, TierId

HIRE = QueueId("hire")


def test_a_difference_has_the_interval_of_student() -> None:
    """By hand: 1, 2 and 3 have the mean 2 and the deviation 1; with two degrees of freedom 4.30 / sqrt(3)."""
    found = change([1.0, 1.0, 1.0], [2.0, 3.0, 4.0])
    assert (found.present, found.proposed, found.difference) == (1.0, 3.0, 2.0)
    assert found.margin == pytest.approx(4.30 / 3**0.5)
    assert found.is_noise


def test_what_is_the_same_in_every_seed_is_no_noise() -> None:
    """However much the seeds differ among themselves: the pairs count."""
    found = change([10.0, 500.0, 3.0], [11.0, 501.0, 4.0])
    assert (found.difference, found.margin, found.is_noise) == (1.0, 0.0, False)


def test_one_seed_tells_nothing_of_noise() -> None:
    """And what only one of the plans has is compared with nothing."""
    assert change([1.0], [2.0]).is_noise
    assert change([None, 1.0], [2.0, None]).difference is None


def test_rows_stand_queue_by_queue_with_the_whole_at_the_end() -> None:
    """A tier stands under its queue."""
    values = dict.fromkeys(
        ("offered", "in_time", "abandoned", "overflowed", "mean_wait_s", "p95_wait_s", "occupancy"), 1.0
    )
    rows = {(None, None): values, (HIRE, None): values, (HIRE, TierId("gold")): values}
    assert list(compare([rows], [rows])) == [(HIRE, None), (HIRE, TierId("gold")), (None, None)]
