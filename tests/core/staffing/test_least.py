"""The least number of agents is enough, and one fewer is not."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccserver.core.errors import Refused
from ccserver.core.staffing.least import MOST_AGENTS, Goals, figures_for, least_agents, on_rota
from ccserver.core.staffing.workload import Workload

TEN_ERLANGS = Workload(100 / 1800, 180)
IMPATIENT = Workload(100 / 1800, 180, 60)


def test_eighty_per_cent_within_twenty_seconds() -> None:
    """Ten erlangs need 14 agents: the worked example of Call Centre Helper, "Erlang C formula"."""
    assert least_agents(TEN_ERLANGS, Goals(20, service_level=0.8)).agents == 14


def test_a_cap_on_occupancy_takes_more() -> None:
    """At most 65 %: 10 / 16 = 62.5 %."""
    assert least_agents(TEN_ERLANGS, Goals(20, service_level=0.8, occupancy=0.65)).agents == 16


def test_at_most_so_many_give_up() -> None:
    """The goal of abandonment alone, with a patience of a minute."""
    found = least_agents(IMPATIENT, Goals(abandonment=0.05))
    assert found.abandonment <= 0.05 < figures_for(IMPATIENT, found.agents - 1, 20).abandonment


def test_who_may_lose_callers_needs_fewer() -> None:
    """Erlang A beside Erlang C for the same target."""
    goals = Goals(20, service_level=0.8)
    assert least_agents(IMPATIENT, goals).agents < least_agents(TEN_ERLANGS, goals).agents


@settings(max_examples=60, deadline=None)
@given(
    workload=st.builds(Workload, st.floats(0.001, 2), st.floats(1, 600), st.none() | st.floats(1, 3600)),
    goals=st.builds(Goals, st.floats(0, 300), st.floats(0, 0.99), st.floats(0.01, 1), st.floats(0.3, 1)),
)
def test_it_is_enough_and_one_fewer_is_not(workload: Workload, goals: Goals) -> None:
    """Whatever is asked of whatever comes in."""
    found = least_agents(workload, goals)
    assert goals.are_met_by(found)
    assert not goals.are_met_by(figures_for(workload, found.agents - 1, goals.target))


def test_a_quiet_interval_needs_nobody() -> None:
    """Whatever is promised."""
    assert least_agents(Workload(0, 180), Goals(20, service_level=0.99)).agents == 0


def test_without_goals_the_line_still_may_not_grow_for_ever() -> None:
    """Ten erlangs are more than ten agents can do."""
    assert least_agents(TEN_ERLANGS, Goals()).agents == 11


@pytest.mark.parametrize("load", [MOST_AGENTS * 2, MOST_AGENTS * 0.9])
def test_what_takes_too_many_is_refused(load: float) -> None:
    """By the load, or by the goal."""
    with pytest.raises(Refused) as refused:
        least_agents(Workload(load / 100, 100), Goals(occupancy=0.5))
    assert refused.value.reason == "unreachable"


@pytest.mark.parametrize(
    "wrong",
    [
        {"service_level": 1.0},
        {"service_level": -0.1},
        {"abandonment": 0.0},
        {"abandonment": 1.1},
        {"occupancy": 0.0},
        {"occupancy": math.nan},
        {"target": -1.0},
        {"target": math.inf},
    ],
)
def test_goals_that_cannot_be_kept_are_refused(wrong: dict[str, float]) -> None:
    """100 % answered in time takes endlessly many."""
    with pytest.raises(ValueError, match="cannot be kept"):
        Goals(**wrong)


@pytest.mark.parametrize(
    ("agents", "shrinkage", "rota"), [(14, 0.3, 20), (7, 0.3, 10), (0, 0.3, 0), (10, 0, 10), (9, 0.1, 10)]
)
def test_the_rota_makes_up_for_who_is_away(agents: int, shrinkage: float, rota: int) -> None:
    """14 / 0.7 is exactly 20, not one more by the rounding of floats."""
    assert on_rota(agents, shrinkage) == rota


@pytest.mark.parametrize("shrinkage", [-0.1, 1.0, math.nan])
def test_what_is_no_shrinkage_is_refused(shrinkage: float) -> None:
    """With all away no rota is long enough."""
    with pytest.raises(ValueError, match="no shrinkage"):
        on_rota(1, shrinkage)
