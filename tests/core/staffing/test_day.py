"""A day of intervals, and what it comes to."""

from __future__ import annotations

import math

import pytest

from ccserver.core.staffing.day import Interval, given, needed, total
from ccserver.core.staffing.least import Goals, least_agents
from ccserver.core.staffing.workload import Workload

GOALS = Goals(20, service_level=0.8)


def interval(name: str, calls: float, patience: float | None = None) -> Interval:
    return Interval(name, 1800, Workload(calls / 1800, 180, patience))


DAY = [interval("09:00", 100, 60), interval("09:30", 10, 60), interval("10:00", 0, 60)]


def test_every_interval_has_its_own_number() -> None:
    """Each as if it stood alone."""
    staffed = needed(DAY, GOALS, 0.3)
    assert [each.figures for each in staffed] == [least_agents(each.workload, GOALS) for each in DAY]
    assert [each.rota for each in staffed][-1] == 0
    assert staffed[0].rota == math.ceil(staffed[0].figures.agents / 0.7)


def test_given_agents_are_the_same_all_day() -> None:
    """What would 12 do?"""
    assert [(each.figures.agents, each.rota) for each in given(DAY, 12, 20, 0.0)] == [(12, 12)] * 3


def test_the_day_counts_callers_not_intervals() -> None:
    """A hundred badly served weigh ten times what ten well served do."""
    staffed = given(DAY, 9, 20, 0.0)
    first, second, _ = (each.figures for each in staffed)
    day = total(staffed)
    assert day.calls == pytest.approx(110)
    assert day.service_level == pytest.approx((100 * first.service_level + 10 * second.service_level) / 110)
    assert day.abandonment == pytest.approx((100 * first.abandonment + 10 * second.abandonment) / 110)
    answered = [100 * (1 - first.abandonment), 10 * (1 - second.abandonment)]
    waited = answered[0] * first.speed_of_answer + answered[1] * second.speed_of_answer
    assert day.speed_of_answer == pytest.approx(waited / sum(answered))
    assert (day.agent_hours, day.rota_hours) == (13.5, 13.5)


def test_occupancy_of_the_day_is_work_by_time() -> None:
    """11 agent-half-hours of work, all answered, in 3 x 20 paid."""
    assert total(given([interval(each.name, each.calls) for each in DAY], 20, 20, 0.0)).occupancy == pytest.approx(
        11 / 60
    )


def test_an_interval_without_end_makes_the_day_so() -> None:
    """Erlang C beyond full load."""
    assert total(given([interval("09:00", 100)], 9, 20, 0.0)).speed_of_answer == math.inf


def test_a_day_without_calls() -> None:
    """Nobody, nothing missed."""
    day = total(needed([interval("09:00", 0)], GOALS, 0.3))
    assert (day.calls, day.service_level, day.agent_hours, day.occupancy) == (0, 1.0, 0, 0.0)
