"""Simulated hours: repeatable, and right where the theory of queues knows the answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.scenarios.plan import make_plan
from tests.scenarios.stage import SUPPORT_LINE

from ccserver.adapters.sim.people import Habits
from ccserver.adapters.sim.score import Score
from ccserver.adapters.sim.simulation import Load, Span, simulate
from ccserver.core.ids import AgentId, QueueId, TierId
from ccserver.core.plan import AgentProfile, Plan
from ccserver.core.staffing.erlang_a import erlang_a
from ccserver.core.staffing.erlang_c import erlang_c
from ccserver.core.staffing.workload import Workload
from ccserver.core.tiers import Tier

SERVERS, TALK = 8, timedelta(minutes=3)
SUPPORT = QueueId("support")
PATIENT = Habits(
    patience=timedelta(days=365),
    talk=TALK,
    wrap_up=timedelta(),
    answer_delay=timedelta(),
    missed_ratio=0.0,
    keys="",
)
HOUR = Span(1)
SOON = timedelta(seconds=1)


def big_plan() -> Plan:
    """One queue, eight agents who can all take its calls."""
    agents = {AgentId(f"a{n}"): AgentProfile(AgentId(f"a{n}"), f"A{n}", str(n), {"support": 5}) for n in range(SERVERS)}
    plan = make_plan()
    queues = {key: replace(queue, max_wait=timedelta(days=2)) for key, queue in plan.queues.items()}
    return replace(plan, agents=agents, queues=queues)


def support(span: Span, seed: int, rate: float, agents: int = SERVERS, habits: Habits = PATIENT) -> Score:
    """Calls of one queue."""
    plan = big_plan()
    return simulate(plan, span, seed, Load(rate, {SUPPORT_LINE: 1.0}, tuple(plan.agents)[:agents], {}, habits))


def test_same_seed_gives_the_same_result() -> None:
    """A run can be repeated."""
    assert simulate(make_plan(), Span(0.5), 7) == simulate(make_plan(), Span(0.5), 7)


def test_other_seed_gives_another_result() -> None:
    """The seed is used."""
    assert simulate(make_plan(), Span(0.5), 7).tallies != simulate(make_plan(), Span(0.5), 8).tallies


def test_the_same_callers_call_however_many_agents_there_are() -> None:
    """So that the difference between two runs is that of the agents."""
    few, many = (support(Span(2), 4, 60, agents) for agents in (3, 8))
    assert few.calls == many.calls
    assert few.tallies != many.tallies


def test_every_call_has_its_result() -> None:
    """No call is forgotten, and whoever waited was answered, gave up or was sent on."""
    calls = 0

    def count(_share: float) -> bool:
        nonlocal calls
        calls += 1
        return True

    score = simulate(make_plan(), HOUR, 5, watch=count)
    assert score.calls + score.unfinished == calls == sum(score.results.values())
    assert sum(tally.offered for tally in score.tallies.values()) >= score.results["answered"]


def test_whoever_watches_can_end_it() -> None:
    """What was played until then counts, and calls in progress come to their end."""
    score = simulate(make_plan(), Span(10), 5, watch=lambda share: share < 0.1)
    assert timedelta(hours=0.9) < score.closes_at - score.opens_at < timedelta(hours=1.5)
    assert score.unfinished == 0


def test_the_warm_up_is_played_and_not_counted() -> None:
    """Fewer calls count than were played, and the clock begins after it."""
    played: list[float] = []

    def watch(share: float) -> bool:
        played.append(share)
        return True

    score = simulate(make_plan(), Span(1, timedelta(hours=1)), 5, watch=watch)
    assert 0.3 < score.calls / len(played) < 0.7
    assert score.closes_at - score.opens_at == timedelta(hours=1)


def test_agents_work_the_share_of_time_that_calls_take() -> None:
    """80 calls an hour of 3 min in the mean keep eight agents half busy."""
    score = support(Span(6), 3, 80)
    assert score.occupancy_ratio(frozenset(big_plan().agents)) == pytest.approx(0.5, abs=0.06)


def test_callers_of_a_tier_come_in_their_share() -> None:
    """And are measured by what was promised to them."""
    gold, basic = Tier(TierId("gold"), "Gold", 5.0, timedelta(minutes=5)), Tier(TierId("basic"), "Basic", 1.0, SOON)
    habits = replace(PATIENT, answer_delay=timedelta(seconds=4))
    load = Load(60, {SUPPORT_LINE: 1.0}, (), {"gold": 0.25}, habits)
    score = simulate(replace(big_plan(), tiers=(gold, basic)), Span(4), 3, load)
    first, last = score.tallies[SUPPORT, gold.id], score.tallies[SUPPORT, basic.id]
    assert 0.15 < first.offered / (first.offered + last.offered) < 0.35
    assert (first.service_level_ratio, last.service_level_ratio) == (1.0, 0.0)


@pytest.mark.slow
def test_more_agents_serve_sooner() -> None:
    """The same calls, more people."""
    few, many = (support(Span(2), 3, 100, agents).of_queue(SUPPORT) for agents in (SERVERS - 3, SERVERS))
    assert (many.mean_wait_seconds or 0) < (few.mean_wait_seconds or 0)


@pytest.mark.slow
def test_service_level_is_that_of_erlang_c() -> None:
    """Eight agents at three quarters of their capacity, patient callers: within six points of the formula."""
    found = support(Span(12), 11, 120).of_queue(SUPPORT)
    target = big_plan().queues[SUPPORT].answer_target.total_seconds()
    expected = erlang_c(Workload(120 / 3600, TALK.total_seconds()), SERVERS, target)
    assert found.service_level_ratio == pytest.approx(expected.service_level, abs=0.06)


@pytest.mark.slow
def test_with_impatient_callers_it_is_that_of_erlang_a() -> None:
    """Eight agents for eight agents' work, patience two minutes."""
    score = support(Span(24, timedelta(minutes=30)), 12, 160, habits=replace(PATIENT, patience=timedelta(minutes=2)))
    found, target = score.of_queue(SUPPORT), big_plan().queues[SUPPORT].answer_target.total_seconds()
    expected = erlang_a(Workload(160 / 3600, TALK.total_seconds(), 120), SERVERS, target)
    assert found.service_level_ratio == pytest.approx(expected.service_level, abs=0.05)
    assert found.abandoned_ratio == pytest.approx(expected.abandonment, abs=0.03)
    assert found.mean_wait_seconds == pytest.approx(expected.speed_of_answer, rel=0.2)
    assert score.occupancy_ratio(frozenset(big_plan().agents)) == pytest.approx(expected.occupancy, abs=0.03)
