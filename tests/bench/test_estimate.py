"""The judge of estimated waits: what counts, against whom, and what it must reach."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from bench.estimate import OURS, Seen, Verdict, as_it_must_be, judge, rivals
from tests.core.acd.estimate_worlds import seen

from ccserver.core.acd.estimate import Estimator

DAY = SimpleNamespace(warmup=0.0, horizon=1e6, tail=0.0, tiers=[SimpleNamespace(name="gold")])


def contact(number: int, probe: bool = False) -> Any:
    """A contact that comes at 100 s times its number."""
    return SimpleNamespace(id=number, probe=probe, tier=0, cls=0, arrival=100.0 * number)


def stay(item: Any, waited: float, kind: str = "answered") -> list[Seen]:
    """Its facts: it came, and was answered or left."""
    return [Seen("came", item, item.arrival, seen()), Seen(kind, item, item.arrival + waited)]


def test_asterisk_takes_a_quarter_from_the_newest() -> None:
    """app_queue: (3 x 0 + 40) / 4 = 10, then (30 + 80) / 4 = 27 in whole seconds."""
    rival = rivals()["Asterisk's average"]
    for waited in (40.0, 80.0):
        rival.answered(contact(1), waited)
    assert rival.typical(contact(2)) == 27


def test_only_probes_are_judged_and_nobody_learns_from_them() -> None:
    """One contact of 40 s, then two probes: both are told 40 s by the rule of the last wait."""
    facts = stay(contact(1), 40.0) + stay(contact(2, probe=True), 200.0) + stay(contact(3, probe=True), 40.0)
    verdict = judge(facts, DAY, Estimator())
    assert verdict.by_name["last wait"].contacts == 2
    assert verdict.by_name["last wait"].share_near == 0.5


def test_those_who_leave_are_not_judged() -> None:
    """Their wait is not known."""
    assert judge(stay(contact(1), 40.0, "left"), DAY, Estimator()).by_name == {}


def test_a_contact_that_found_somebody_at_once_is_not_judged() -> None:
    """It never came into a line."""
    assert judge(stay(contact(1, probe=True), 3.0)[1:], DAY, Estimator()).by_name == {}


def test_what_is_missed_is_named() -> None:
    """A hundred percent off, never near, never in the range."""
    verdict = Verdict()
    verdict.add(OURS, 200.0, 400.0, 300.0, 500.0)
    assert len(as_it_must_be("1.05", verdict)) == 3


def test_what_is_reached_is_not() -> None:
    """Seven of ten in the range, all near."""
    verdict = Verdict()
    for number in range(10):
        verdict.add(OURS, 100.0, 110.0, 90.0 if number < 7 else 105.0, 120.0)
    assert as_it_must_be("1.05", verdict) == []


def test_days_merge() -> None:
    """Two days' probes are judged together."""
    one, other = Verdict(), Verdict()
    for verdict in (one, other):
        verdict.add(OURS, 100.0, 110.0)
    one.merge(other)
    assert one.by_name[OURS].contacts == pytest.approx(2)
