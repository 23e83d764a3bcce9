"""Which tier an interaction has."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ccserver.core.ids import TierId
from ccserver.core.tiers import DEFAULT_TIER, Tier, best_tier

TIERS = tuple(Tier(TierId(name), name.title()) for name in ("platinum", "gold", "basic"))


@pytest.mark.parametrize(
    ("names", "tier"),
    [
        (("gold", "platinum"), "platinum"),
        (("", "gold", ""), "gold"),
        (("unheard_of", "gold"), "gold"),
        (("unheard_of",), "basic"),
        ((), "basic"),
    ],
)
def test_the_highest_tier_that_is_known_counts(names: tuple[str, ...], tier: str) -> None:
    """The CRM, the number dialled and the IVR may each name one; whoever has none is of the last."""
    assert best_tier(TIERS, *names).id == tier


@pytest.mark.parametrize(
    ("names", "worth", "tier"),
    [
        ((), 250_000.0, "platinum"),
        ((), 100_000.0, "platinum"),
        ((), 99_999.99, "gold"),
        ((), 9_999.0, "basic"),
        (("gold",), 250_000.0, "platinum"),
        (("platinum",), 1.0, "platinum"),
        (("basic",), None, "basic"),
        ((), float("nan"), "basic"),
    ],
)
def test_the_worth_of_the_customer_gives_a_tier_too(names: tuple[str, ...], worth: float | None, tier: str) -> None:
    """The highest counts again, whoever gives it."""
    rich = (replace(TIERS[0], from_value=100_000.0), replace(TIERS[1], from_value=10_000.0), TIERS[2])
    assert best_tier(rich, *names, worth=worth).id == tier


def test_worth_gives_no_tier_where_no_rule_says_so() -> None:
    """Most centres have the tier in the CRM."""
    assert best_tier(TIERS, worth=1e9).id == "basic"


def test_a_plan_without_tiers_has_one() -> None:
    """Nothing needs to be written for a centre that knows no tiers."""
    assert best_tier((), "gold") == DEFAULT_TIER
