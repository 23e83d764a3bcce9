"""What terms and policies may be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ccserver.core.acd.routing.terms import Policy, Terms


@pytest.mark.parametrize("wrong", [{"value": 0.0}, {"target": 0.0}, {"goal": 0.0}, {"goal": 1.1}, {"wait_limit": 10.0}])
def test_terms_that_cannot_be_are_refused(wrong: dict[str, Any]) -> None:
    """With their name."""
    fair = Terms("gold", 1.0, 20.0, 0.8, 60.0)
    with pytest.raises(ValueError, match="terms gold"):
        replace(fair, **wrong)


def test_small_centres_hold_less() -> None:
    """Two price factors."""
    policy = Policy(protect=3.0, protect_small=1.0)
    assert (policy.protect_for(49), policy.protect_for(50)) == (1.0, 3.0)


def test_small_centres_look_further_ahead() -> None:
    """Two longest looks."""
    policy = Policy(longest_look=48.0, longest_look_small=75.0)
    assert (policy.look_for(49), policy.look_for(50)) == (75.0, 48.0)
