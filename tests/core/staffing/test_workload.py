"""What is a workload, and what is none."""

from __future__ import annotations

import math

import pytest

from ccserver.core.staffing.workload import Workload, quiet


def test_the_load_is_calls_times_their_length() -> None:
    """200 calls an hour of 3 minutes keep ten agents busy."""
    assert Workload(200 / 3600, 180).load == pytest.approx(10)


@pytest.mark.parametrize(
    ("rate", "handle_time", "patience"),
    [(-1, 60, None), (math.inf, 60, None), (math.nan, 60, None), (1, 0, None), (1, math.inf, None), (1, 60, 0)],
)
def test_what_is_no_workload_is_refused(rate: float, handle_time: float, patience: float | None) -> None:
    """Before a formula makes figures of it."""
    with pytest.raises(ValueError, match="no workload"):
        Workload(rate, handle_time, patience)


def test_nobody_waits_when_nobody_calls() -> None:
    """Whatever the number of agents."""
    assert (quiet(0).service_level, quiet(3).agents, quiet(3).occupancy) == (1.0, 3, 0.0)
