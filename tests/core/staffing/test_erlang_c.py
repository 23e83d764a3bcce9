"""Erlang C: published figures, a simulation, and what must hold for any workload."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.staffing.queue_simulation import simulated

from ccserver.core.staffing.erlang_c import delayed, erlang_c
from ccserver.core.staffing.workload import Workload

WORKLOADS = st.builds(Workload, st.floats(0.001, 2), st.floats(1, 1000))


def test_the_example_of_ten_erlangs() -> None:
    """100 calls in half an hour of 3 min, 14 agents, 20 s: the worked example of Call Centre Helper, "Erlang C formula"."""
    figures = erlang_c(Workload(100 / 1800, 180), 14, 20)
    assert figures.delayed == pytest.approx(0.174, abs=0.0005)
    assert figures.service_level == pytest.approx(0.888, abs=0.0005)
    assert figures.speed_of_answer == pytest.approx(7.8, abs=0.05)
    assert figures.occupancy == pytest.approx(0.714, abs=0.0005)


def test_the_example_of_48_erlangs() -> None:
    """360 calls in half an hour of 4 min, 55 agents, 15 s: the worked example of Mitan Ltd, "The Erlang-C formula"."""
    figures = erlang_c(Workload(360 / 1800, 240), 55, 15)
    assert figures.delayed == pytest.approx(0.239, abs=0.0005)
    assert figures.occupancy == pytest.approx(0.873, abs=0.0005)
    assert figures.speed_of_answer == pytest.approx(8.2, abs=0.05)
    assert figures.service_level == pytest.approx(0.846, abs=0.0005)


def test_the_example_of_garnett_mandelbaum_and_reiman() -> None:
    """50 agents, 48 calls a minute of 1 min: the column without abandonment of their table 1."""
    figures = erlang_c(Workload(48 / 60, 60), 50, 20)
    assert (round(figures.speed_of_answer, 1), round(figures.occupancy, 2)) == (20.8, 0.96)


def test_one_agent_is_the_textbook_queue() -> None:
    """M/M/1: the chance to wait is the load."""
    assert delayed(0.6, 1) == pytest.approx(0.6)


def test_it_agrees_with_a_simulation() -> None:
    """80,000 calls, ten agents at 85 %."""
    workload = Workload(8.5 / 180, 180)
    seen, figures = simulated(workload, 10, 20, 80_000, seed=1), erlang_c(workload, 10, 20)
    assert seen.service_level == pytest.approx(figures.service_level, abs=0.01)
    assert seen.speed_of_answer == pytest.approx(figures.speed_of_answer, rel=0.12)
    assert seen.occupancy == pytest.approx(figures.occupancy, abs=0.01)
    assert seen.delayed == pytest.approx(figures.delayed, abs=0.01)


@settings(deadline=None)
@given(workload=WORKLOADS, agents=st.integers(0, 300), target=st.floats(0, 600))
def test_one_more_agent_makes_nothing_worse(workload: Workload, agents: int, target: float) -> None:
    """What the search for the least number stands on."""
    few, more = erlang_c(workload, agents, target), erlang_c(workload, agents + 1, target)
    assert more.service_level >= few.service_level - 1e-12
    assert more.speed_of_answer <= few.speed_of_answer
    assert more.occupancy <= few.occupancy
    assert 0 <= more.delayed <= few.delayed <= 1


@settings(deadline=None)
@given(workload=WORKLOADS, agents=st.integers(1, 300), target=st.floats(0, 600))
def test_a_later_target_is_met_more_often(workload: Workload, agents: int, target: float) -> None:
    """The share answered within it is a distribution."""
    assert erlang_c(workload, agents, target + 5).service_level >= erlang_c(workload, agents, target).service_level


def test_beyond_full_load_the_line_grows_without_end() -> None:
    """Exactly full is too much already."""
    figures = erlang_c(Workload(1, 10), 10, 20)
    assert (figures.service_level, figures.speed_of_answer, figures.occupancy) == (0.0, math.inf, 1.0)
    assert delayed(10, 10) == 1.0


def test_large_centres_have_figures() -> None:
    """5,000 agents at 99 %; the square-root rule of S. Halfin and W. Whitt 1981 says how many wait."""
    spare = 50 / math.sqrt(4950)
    density, below = math.exp(-(spare**2) / 2) / math.sqrt(2 * math.pi), 0.5 * (1 + math.erf(spare / math.sqrt(2)))
    assert delayed(4950, 5000) == pytest.approx(1 / (1 + spare * below / density), rel=0.02)


def test_nobody_waits_when_nobody_calls() -> None:
    """A quiet interval needs nobody."""
    assert erlang_c(Workload(0, 60), 0, 20).service_level == 1.0
