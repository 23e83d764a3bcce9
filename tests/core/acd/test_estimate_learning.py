"""The learners of the estimated wait."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from ccserver.core.acd.estimate_learning import LONG, LeastSquares, Spread, Waits, guessed
from ccserver.core.acd.estimate_sight import Floats


def line(forget: float = 0.0) -> LeastSquares:
    """y = 0 + 0 x, quite unsure."""
    return LeastSquares(np.zeros(2), np.ones(2), forget)


def test_least_squares_find_the_line() -> None:
    """y = 1 + 2 x from 300 points."""
    chance, learner = random.Random(1), line()
    for _ in range(300):
        x = chance.uniform(-1, 1)
        learner.learn(np.array([1.0, x]), 1 + 2 * x + chance.gauss(0, 0.1))
    assert learner.weights == pytest.approx([1, 2], abs=0.1)


def test_forgetting_lets_it_follow() -> None:
    """After a change the one that forgets is nearer to the new truth."""
    steady, forgetful = line(), line(forget=0.05)
    for truth in [1.0] * 500 + [0.0] * 50:
        for learner in (steady, forgetful):
            learner.learn(np.array([1.0, 0.0]), truth)
    assert abs(forgetful.weights[0]) < 0.1 < steady.weights[0]


def test_a_feature_that_never_changes_does_not_upset_it() -> None:
    """Ten thousand lessons on one point, then another: no jump, as plain exponential forgetting would make."""
    learner = line(forget=0.05)
    for _ in range(10_000):
        learner.learn(np.array([1.0, 0.0]), 1.0)
    learner.learn(np.array([1.0, 1.0]), 2.0)
    assert np.abs(learner.weights).max() < 1.5


def test_one_outlier_counts_as_a_limited_one() -> None:
    """A wait of a billion seconds moves no more than one seven times the estimate."""
    near, far = line(), line()
    near.learn(np.array([1.0, 0.0]), 2.0)
    far.learn(np.array([1.0, 0.0]), 20.0)
    assert near.weights.tolist() == far.weights.tolist()


def hazard(spread: Spread, score: float) -> Floats:
    answered, at_risk = spread.seen(score)
    share: Floats = answered / np.maximum(at_risk, 1e-9)
    return share


def test_the_life_table_sees_through_hang_ups() -> None:
    """Waits are 100 to 140 s; two thirds hang up at random before 120 s: the median is still 120 s."""
    chance, spread, score = random.Random(2), Spread(1.0), math.log(100)
    for _ in range(3000):
        wait, patience = chance.uniform(100, 140), chance.uniform(0, 180)
        spread.learn(score, min(wait, patience), wait <= patience)
    waits = Waits(score, hazard(spread, score))
    assert waits.quantile(0.5) == pytest.approx(120, abs=6)


def test_waits_are_kept_as_multiples_of_their_estimate() -> None:
    """Estimates of 90 to 110 s that were half too high: 50 s for one of 100 s."""
    chance, spread = random.Random(3), Spread(1.0)
    for _ in range(500):
        estimate = chance.uniform(90, 110)
        spread.learn(math.log(estimate), estimate / 2, True)
    waits = Waits(math.log(100), hazard(spread, math.log(100)))
    assert 38 < waits.quantile(0.05) < 50
    assert 50 < waits.quantile(0.95) < 65


def test_estimates_far_apart_keep_their_own_tables() -> None:
    """What was seen at an estimate of 20 s says nothing at 400 s."""
    spread = Spread(1.0)
    spread.learn(math.log(20), 25.0, True)
    assert spread.seen(math.log(20))[0].sum() > 0.5
    assert spread.seen(math.log(400))[0].sum() == 0


@pytest.mark.parametrize("score", [-5.0, 50.0])
def test_estimates_beyond_all_marks_count_at_the_last(score: float) -> None:
    """Nothing is lost, nothing fails."""
    spread = Spread(1.0)
    spread.learn(score, 30.0, True)
    assert spread.seen(score)[0].sum() == pytest.approx(1.0, abs=0.01)


def test_old_contacts_fade() -> None:
    """With a keep of 0.5 the sum of any number of contacts is below two."""
    spread = Spread(0.5)
    for _ in range(50):
        spread.learn(math.log(6.0), 10.0, True)
    assert spread.seen(math.log(6.0))[0].sum() == pytest.approx(2.0)


def test_hanging_up_counts_by_the_part_of_the_cell_it_stayed() -> None:
    """Cells are a quarter wide in logarithm, from 3.5 below the estimate: at 3.3 below it 80 % of the second is passed."""
    spread, score = Spread(1.0), math.log(6.0)
    spread.learn(score, math.exp(score - 3.3), False)
    assert spread.seen(score)[1][:3] == pytest.approx([1.0, 0.8, 0.0])


@pytest.mark.parametrize(("waited", "cell"), [(-1.0, 0), (0.0, 0), (6.0, 15), (1e9, 26)])
def test_every_wait_has_a_cell(waited: float, cell: int) -> None:
    """The first cell takes all below, the last all beyond."""
    spread = Spread(1.0)
    spread.learn(math.log(6.0), waited, True)
    assert spread.seen(math.log(6.0))[0].nonzero()[0].tolist() == [cell]


def test_a_guess_is_log_normal_about_the_estimate() -> None:
    """Half are answered before it, 84 % before one deviation more."""
    waits = Waits(math.log(100), guessed(0.5))
    assert waits.quantile(0.5) == pytest.approx(100, rel=0.03)
    assert waits.quantile(0.841) == pytest.approx(165, rel=0.05)


def two_lots(first: float = 0.5, last: float = 1.0) -> Waits:
    """An estimate of 100 s: half are answered between 100 and 128 s, all of the others between 448 and 576 s."""
    shares = np.zeros(27)
    shares[15], shares[21] = first, last
    return Waits(math.log(100), shares)


def test_a_quantile_that_is_not_reached_is_the_end_of_the_table() -> None:
    """A tenth outlast it: 95 % are answered within twenty times the estimate, as far as is known."""
    assert two_lots(last=0.8).quantile(0.95) == pytest.approx(100 * math.exp(3))


def test_share_within_a_range() -> None:
    """Half, all, or none of them."""
    assert two_lots().within(90.0, 130.0) == pytest.approx(0.5)
    assert two_lots().within(0.0, 600.0) == pytest.approx(1.0)
    assert two_lots().within(200.0, 400.0) == pytest.approx(0.0)


def test_the_usual_wait_leans_towards_the_shorter_ones() -> None:
    """When six of ten wait four times as long, they weigh less than the four."""
    assert 100 < two_lots(first=0.4).usual() < 130


def test_short_waits_do_not_count_for_the_usual_one() -> None:
    """Nine of ten are answered in 10 to 13 s, which any figure under 40 s is near enough to."""
    shares = np.zeros(27)
    shares[15], shares[23] = 0.9, 1.0
    assert 70 < Waits(math.log(10), shares).usual() < 100


def test_when_all_waits_are_short_the_usual_one_is_at_most_long() -> None:
    """Nobody waits long enough to tell of."""
    shares = np.zeros(27)
    shares[3] = 1.0
    assert Waits(math.log(10), shares).usual() == LONG


def test_the_wait_beyond_an_instant() -> None:
    """Who has waited 200 s belongs to the later half."""
    assert math.exp(two_lots().beyond(200.0)) == pytest.approx(508, rel=0.01)
    assert math.exp(two_lots().beyond(0.0)) == pytest.approx(math.sqrt(113 * 508), rel=0.01)


def test_the_wait_beyond_the_end_is_at_least_that() -> None:
    """Where the table expects nobody, what was waited is the answer."""
    assert math.exp(two_lots().beyond(3000.0)) == pytest.approx(3000)


def test_who_is_not_answered_within_the_table_belongs_to_its_end() -> None:
    """A tenth outlast it: the mean beyond 600 s is that of the last cell."""
    assert math.exp(two_lots(last=0.8).beyond(600.0)) == pytest.approx(100 * math.exp(2.875), rel=0.01)
