"""Centres drawn for ideas: others than the sample, and the same from the same seed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, NamedTuple

from bench.other_traces import FIGURES, centre, table


class Tier(NamedTuple):
    name: str
    share: float
    target: float
    goal: float
    value: float
    patience: float


class CallType(NamedTuple):
    name: str
    share: float
    aht: float
    cv: float


MODEL = SimpleNamespace(Tier=Tier, CallType=CallType, Scenario=SimpleNamespace)


def test_the_same_seed_draws_the_same_centre() -> None:
    """And another one another."""
    assert centre(MODEL, 3) == centre(MODEL, 3)
    assert centre(MODEL, 3) != centre(MODEL, 4)


def test_a_better_tier_is_dearer_and_promised_sooner() -> None:
    """And all shares together are everybody."""
    for seed in range(50):
        drawn = centre(MODEL, seed)
        for parts in (drawn.tiers, drawn.types):
            assert abs(sum(part.share for part in parts) - 1) < 1e-9
        for better, worse in zip(drawn.tiers, drawn.tiers[1:], strict=False):
            assert (better.value > worse.value, better.target < worse.target) == (True, True)


def test_the_last_row_tells_the_mean_change() -> None:
    """With its standard error."""
    usual = dict.fromkeys(FIGURES, 5.0)
    found: list[dict[str, Any]] = [
        {"centre": n, "agents": 20, "load": 1.0, "tiers": 2, "usual": usual, "change": dict.fromkeys(FIGURES, change)}
        for n, change in ((1, 1.0), (2, 2.0))
    ]
    assert "+1.50 ± 0.50" in table(found)[-1]
