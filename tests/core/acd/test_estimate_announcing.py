"""What is said of an estimated wait, and when nothing is."""

from __future__ import annotations

import pytest
from tests.core.acd.estimate_worlds import expected

from ccserver.core.acd.estimate_announcing import Heard, step_of, to_announce
from ccserver.core.forecast import Step


@pytest.mark.parametrize(
    ("seconds", "step"),
    [
        (0.0, Step.UNDER_1),
        (59.9, Step.UNDER_1),
        (60.0, Step.FROM_1_TO_2),
        (120.0, Step.FROM_2_TO_4),
        (240.0, Step.FROM_4_TO_7),
        (420.0, Step.FROM_7_TO_12),
        (719.0, Step.FROM_7_TO_12),
        (7200.0, Step.OVER_12),
    ],
)
def test_steps(seconds: float, step: Step) -> None:
    """Six steps; the upper end belongs to the next."""
    assert step_of(seconds) is step


def test_the_prudent_value_is_told() -> None:
    """Typically 50 s, but one of four waits longer than 80 s: one to two minutes."""
    assert to_announce(expected(typical=50.0, prudent=80.0, high=100.0), None) is Step.FROM_1_TO_2


def test_a_worse_figure_is_never_told() -> None:
    """Under a minute was heard: silence about one to two."""
    assert to_announce(expected(prudent=80.0, high=100.0), Heard(Step.UNDER_1, 5.0)) is None


@pytest.mark.parametrize("heard", [Step.FROM_1_TO_2, Step.OVER_12])
def test_the_same_or_a_better_figure_is_told(heard: Step) -> None:
    """As long as what was heard has not run out."""
    assert to_announce(expected(prudent=80.0, high=100.0), Heard(heard, 30.0)) is Step.FROM_1_TO_2


@pytest.mark.parametrize(("ago", "told"), [(59.0, Step.FROM_1_TO_2), (61.0, None)])
def test_the_same_figure_is_not_told_for_a_second_wait(ago: float, told: Step | None) -> None:
    """One to two minutes, and a minute later one to two more: that would be over two together."""
    assert to_announce(expected(prudent=80.0, high=100.0), Heard(Step.FROM_1_TO_2, ago)) is told


def test_nothing_is_told_any_more_when_the_figure_has_run_out() -> None:
    """Under a minute was heard a minute and a half ago."""
    assert to_announce(expected(prudent=40.0), Heard(Step.UNDER_1, 90.0)) is None


def test_over_twelve_minutes_never_runs_out() -> None:
    """It has no upper end."""
    long = expected(low=800.0, typical=900.0, prudent=1000.0, high=1200.0)
    assert to_announce(long, Heard(Step.OVER_12, 3600.0)) is Step.OVER_12


def test_nothing_is_told_when_unsure() -> None:
    """Too little was learned, or the figure is likely wrong."""
    assert to_announce(expected(confidence=0.3), None) is None


def test_nothing_is_told_when_the_range_says_nothing() -> None:
    """From under one to over four minutes."""
    assert to_announce(expected(low=30.0, prudent=200.0, high=300.0), None) is None


def test_a_range_of_three_steps_may_be_told() -> None:
    """From under one minute to nearly four."""
    assert to_announce(expected(low=30.0, prudent=150.0, high=230.0), None) is Step.FROM_2_TO_4
