"""Erlang A: published figures, the chain of states, a simulation, and what must hold for any workload."""

from __future__ import annotations

import math
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.staffing.queue_simulation import simulated

from ccserver.core.staffing.erlang_a import erlang_a
from ccserver.core.staffing.erlang_c import erlang_c
from ccserver.core.staffing.workload import Figures, Workload

WORKLOADS = st.builds(Workload, st.floats(0.001, 2), st.floats(1, 600), st.floats(1, 3600))


def test_the_example_of_garnett_mandelbaum_and_reiman() -> None:
    """50 agents, 48 calls a minute of 1 min, patience 2 min: table 1 has 3.1 %, 3.7 s (all callers), 93 %, 3 in the line."""
    figures = erlang_a(Workload(48 / 60, 60, 120), 50, 20)
    assert figures.abandonment == pytest.approx(0.031, abs=0.0005)
    assert figures.abandonment * 120 == pytest.approx(3.7, abs=0.05)
    assert figures.abandonment * 120 * 48 / 60 == pytest.approx(3, abs=0.05)
    assert figures.occupancy == pytest.approx(0.93, abs=0.005)


def by_states(workload: Workload, agents: int, target: float) -> Figures:
    """The figures from the chain of states, birth and death: who finds j waiting moves up j + 1 places or gives up on one."""
    theta, capacity = 1 / (workload.patience or 1), agents / workload.handle_time
    pace = [min(state, agents) / workload.handle_time + max(0, state - agents) * theta for state in range(1, 4000)]
    weights = list(accumulate(pace, lambda weight, leaving: weight * workload.rate / leaving, initial=1.0))
    whole, waiting = math.fsum(weights), weights[agents:]
    answered = [capacity / (capacity + (place + 1) * theta) for place in range(len(waiting))]
    moved_up = list(accumulate(1 / (capacity + (place + 1) * theta) for place in range(len(waiting))))
    at_once = math.fsum(weights[:agents])
    taken = math.fsum(weight * share for weight, share in zip(waiting, answered, strict=True))
    waited = math.fsum(w * share * time for w, share, time in zip(waiting, answered, moved_up, strict=True))
    share = (at_once + taken) / whole
    return Figures(agents, at_once / whole, waited / (at_once + taken), 1 - share, workload.load / agents * share, 0.0)


@settings(deadline=None, max_examples=40)
@given(
    load=st.floats(0.5, 60),
    handle_time=st.floats(10, 600),
    patience=st.floats(
        0.01, 10
    ),  # with load 60 the largest weight of the chain is e^600, beyond 20 too much for a float
    agents=st.integers(1, 60),
)
def test_it_agrees_with_the_chain_of_states(load: float, handle_time: float, patience: float, agents: int) -> None:
    """Another way to the same figures; with the target 0 s the service level is the share that need not wait."""
    workload = Workload(load / handle_time, handle_time, patience * handle_time)
    found, wanted = erlang_a(workload, agents, 0.0), by_states(workload, agents, 0.0)
    assert found.service_level == pytest.approx(wanted.service_level, rel=1e-7, abs=1e-12)
    assert found.abandonment == pytest.approx(wanted.abandonment, rel=1e-7, abs=1e-10)
    assert found.speed_of_answer == pytest.approx(wanted.speed_of_answer, rel=1e-6, abs=1e-9)
    assert found.occupancy == pytest.approx(wanted.occupancy, rel=1e-9)


@pytest.mark.parametrize(("agents", "seed"), [(8, 1), (10, 2), (13, 3)])
def test_it_agrees_with_a_simulation(agents: int, seed: int) -> None:
    """80,000 calls of ten erlangs, patience 2 min: too few agents, just as many, enough."""
    workload = Workload(10 / 180, 180, 120)
    seen, figures = simulated(workload, agents, 20, 80_000, seed), erlang_a(workload, agents, 20)
    assert seen.service_level == pytest.approx(figures.service_level, abs=0.015)
    assert seen.speed_of_answer == pytest.approx(figures.speed_of_answer, rel=0.1)
    assert seen.abandonment == pytest.approx(figures.abandonment, abs=0.005)
    assert seen.occupancy == pytest.approx(figures.occupancy, abs=0.01)
    assert seen.delayed == pytest.approx(figures.delayed, abs=0.01)


@settings(deadline=None)
@given(rate=st.floats(0.001, 2), handle_time=st.floats(1, 300), spare=st.integers(1, 40), target=st.floats(0, 600))
def test_with_long_patience_it_is_erlang_c(rate: float, handle_time: float, spare: int, target: float) -> None:
    """Where the load leaves something spare: otherwise patience ends all waits, however long it is."""
    agents = math.ceil(rate * handle_time) + spare
    patient = erlang_a(Workload(rate, handle_time, 1e12), agents, target)
    endless = erlang_c(Workload(rate, handle_time), agents, target)
    assert patient.service_level == pytest.approx(endless.service_level, abs=1e-5)
    assert patient.speed_of_answer == pytest.approx(endless.speed_of_answer, rel=1e-4, abs=1e-9)
    assert patient.delayed == pytest.approx(endless.delayed, abs=1e-5)
    assert patient.abandonment == pytest.approx(0, abs=1e-5)


@settings(deadline=None)
@given(workload=WORKLOADS, agents=st.integers(0, 300), target=st.floats(0, 600))
def test_one_more_agent_makes_nothing_worse(workload: Workload, agents: int, target: float) -> None:
    """What the search for the least number stands on."""
    few, more = erlang_a(workload, agents, target), erlang_a(workload, agents + 1, target)
    assert more.service_level >= few.service_level - 1e-12
    assert more.abandonment <= few.abandonment + 1e-12
    assert more.occupancy <= few.occupancy + 1e-12 or agents == 0
    assert more.speed_of_answer <= few.speed_of_answer * (1 + 1e-9)


@settings(deadline=None)
@given(workload=WORKLOADS, agents=st.integers(1, 300), target=st.floats(0, 600))
def test_shares_are_shares(workload: Workload, agents: int, target: float) -> None:
    """Whoever is answered in time did not give up; agents work on what was answered; the target can only be met more often later."""
    figures = erlang_a(workload, agents, target)
    assert 0 <= figures.abandonment <= figures.delayed <= 1
    assert 0 <= figures.service_level <= 1 - figures.abandonment + 1e-12
    assert figures.occupancy == pytest.approx(workload.load / agents * (1 - figures.abandonment), rel=1e-9)
    assert erlang_a(workload, agents, target + 5).service_level >= figures.service_level - 1e-12


@settings(deadline=None)
@given(workload=WORKLOADS, agents=st.integers(1, 300))
def test_patience_only_lets_callers_wait_longer(workload: Workload, agents: int) -> None:
    """Fewer give up, more wait."""
    longer = Workload(workload.rate, workload.handle_time, (workload.patience or 0) * 1.5)
    short, long = erlang_a(workload, agents, 20), erlang_a(longer, agents, 20)
    assert long.abandonment <= short.abandonment + 1e-12
    assert long.delayed >= short.delayed - 1e-12


@pytest.mark.parametrize("patience", [0.001, 1, 120, 1e6, 1e9])
def test_large_centres_have_figures_at_any_patience(patience: float) -> None:
    """5,000 agents for 5,040 and 7,000 erlangs: what is too much gives up, whatever the patience."""
    full, over = (erlang_a(Workload(load / 180, 180, patience), 5000, 20) for load in (5040, 7000))
    assert over.abandonment == pytest.approx(2 / 7, rel=0.01)
    assert 40 / 5040 - 1e-9 <= full.abandonment < 0.02
    assert all(math.isfinite(figure) for figure in (full.speed_of_answer, over.speed_of_answer, over.service_level))


def test_many_agents_for_few_calls() -> None:
    """All of 500 are never busy, as far as a float can tell."""
    figures = erlang_a(Workload(0.001, 180, 60), 500, 20)
    assert (figures.service_level, figures.abandonment, figures.delayed) == (1.0, 0.0, 0.0)


def test_without_agents_all_give_up() -> None:
    """And nobody is answered."""
    figures = erlang_a(Workload(1, 60, 60), 0, 20)
    assert (figures.abandonment, figures.service_level, figures.speed_of_answer) == (1.0, 0.0, math.inf)


def test_nobody_waits_when_nobody_calls() -> None:
    """A quiet interval needs nobody."""
    assert erlang_a(Workload(0, 60, 60), 0, 20).service_level == 1.0


def test_a_patience_is_needed() -> None:
    """Without one it is Erlang C's business."""
    with pytest.raises(ValueError, match="patience"):
        erlang_a(Workload(1, 60), 70, 20)
