"""The estimated wait: what is said untaught, what is learned, and from whom."""

from __future__ import annotations

import math
import random

import pytest
from tests.core.acd.estimate_worlds import seen

from ccserver.core.acd import estimate
from ccserver.core.acd.estimate import Estimator, fluid


def taught(rounds: int, wait_each: float = 30.0, patience: float = 1e9, seed: int = 1) -> Estimator:
    """Contacts find 0 to 5 before them and wait about `wait_each` seconds for each and themselves, if they have the patience."""
    chance, estimator = random.Random(seed), Estimator()
    for contact in range(rounds):
        ahead = float(chance.randrange(6))
        now = 1000.0 * contact
        estimator.expect(contact, seen(ahead=ahead), now)
        wait = wait_each * (ahead + 1) * chance.lognormvariate(0, 0.3)
        limit = chance.expovariate(1 / patience)
        if wait <= limit:
            estimator.answered(contact, now + wait)
        else:
            estimator.left(contact, now + limit)
    return estimator


def test_untaught_it_guesses_from_the_load_and_says_it_is_unsure() -> None:
    """More before one, a longer wait; no confidence at all."""
    short, long = (Estimator().look(seen(ahead=ahead)) for ahead in (0.0, 9.0))
    assert 10 < short.typical < long.typical < 600
    assert short.confidence == 0


def test_the_four_figures_stand_in_order() -> None:
    """The low end, the typical value, the one that three of four keep within, the high end."""
    said = taught(50).look(seen(ahead=2.0))
    assert 0 <= said.low < said.typical < said.prudent < said.high


@pytest.mark.parametrize("ahead", [0.0, 2.0, 5.0])
def test_it_learns_how_long_a_place_takes(ahead: float) -> None:
    """After 400 contacts within a fifth of the truth, at every place."""
    assert taught(400).look(seen(ahead=ahead)).typical == pytest.approx(30 * (ahead + 1), rel=0.2)


def test_it_follows_when_agents_become_slower() -> None:
    """300 contacts later the waits of another day are known."""
    estimator = taught(400)
    for contact in range(300):
        estimator.expect(contact, seen(ahead=2.0), 0.0)
        estimator.answered(contact, 200.0)
    assert estimator.look(seen(ahead=2.0)).typical == pytest.approx(200, rel=0.2)


def test_the_range_holds_seven_of_ten() -> None:
    """Log-normal waits with a deviation of 0.3: 15 % and 85 % lie at 0.73 and 1.36 times the middle."""
    said = taught(600).look(seen(ahead=2.0))
    assert said.low == pytest.approx(90 * 0.73, rel=0.2)
    assert said.high == pytest.approx(90 * 1.36, rel=0.2)


def test_who_hangs_up_teaches_that_it_would_have_taken_longer() -> None:
    """With a patience of 120 s hardly anybody waits out 180 s; those who do are answered at 180 s, not sooner."""
    assert taught(800, patience=120.0).look(seen(ahead=5.0)).typical == pytest.approx(180, rel=0.25)


def test_confidence_grows_with_what_was_learned() -> None:
    """It says how likely the figure is right: certain about short waits once it knows them."""
    few, many = (taught(rounds).look(seen()).confidence for rounds in (5, 400))
    assert few < 0.4
    assert 0.85 < many <= 1


def test_a_long_wait_is_less_sure_than_a_short_one() -> None:
    """Half a minute off is much of a short wait's spread, and little of a long one's."""
    estimator = taught(600, wait_each=90.0)
    assert estimator.look(seen(ahead=5.0)).confidence < estimator.look(seen(ahead=0.0)).confidence


def test_each_terms_learns_its_own() -> None:
    """Platinum is answered in 10 s, basic in 100 s, from the same sight."""
    estimator = Estimator()
    for contact in range(300):
        estimator.expect(contact, seen(terms=contact % 2), 0.0)
        estimator.answered(contact, 10.0 + 90.0 * (contact % 2))
    platinum, basic = (estimator.look(seen(terms=terms)).typical for terms in (0, 1))
    assert platinum < 15
    assert basic > 75


def test_new_terms_begin_with_what_is_known_of_all() -> None:
    """A tier seen for the first time is judged like the others, without confidence."""
    said = taught(400).look(seen(terms=7, ahead=2.0))
    assert said.typical == pytest.approx(90, rel=0.3)
    assert said.confidence == 0


def test_needs_differ_in_what_was_seen_last() -> None:
    """Two needs under the same terms and with the same figures, one served quickly."""
    estimator = Estimator()
    for contact in range(400):
        need = contact % 2
        estimator.expect(contact, seen(need=need), 0.0)
        estimator.answered(contact, 20.0 + 100.0 * need)
    assert estimator.look(seen(need=0)).typical < 0.5 * estimator.look(seen(need=1)).typical


def test_who_waits_already_is_a_matter_of_its_own() -> None:
    """What remains after a minute is learned from those who waited a minute."""
    estimator = Estimator()
    for contact in range(200):
        estimator.expect(contact, seen(), 0.0)
        estimator.expect(contact, seen(waited=60.0), 60.0)
        estimator.answered(contact, 260.0)
    assert estimator.look(seen()).typical == pytest.approx(260, rel=0.15)
    assert estimator.look(seen(waited=60.0)).typical == pytest.approx(200, rel=0.15)


def test_only_looks_at_doubled_waits_are_learned_from() -> None:
    """Asked every ten seconds, a contact teaches at 0, 10, 20, 40 s: five seconds before the answer nothing is learned."""
    estimator = Estimator()
    for contact in range(200):
        for waited in range(0, 80, 10):
            estimator.expect(contact, seen(waited=float(waited)), float(waited))
        estimator.answered(contact, 75.0)
    assert estimator.look(seen(waited=40.0)).typical > 25


def test_contacts_that_are_gone_are_forgotten() -> None:
    """Nothing is kept of those who do not wait."""
    estimator = taught(50, patience=60.0)
    assert len(estimator) == 0
    estimator.expect("waits", seen(), 0.0)
    assert len(estimator) == 1


def test_a_contact_that_was_never_asked_about_teaches_nothing() -> None:
    """It found an agent at once."""
    estimator = Estimator()
    before = estimator.look(seen())
    estimator.answered("unknown", 5.0)
    estimator.left("unknown", 5.0)
    assert estimator.look(seen()).typical == before.typical


def test_terms_beyond_the_limit_share_one_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """With room for one, the second and third learn together."""
    monkeypatch.setattr(estimate, "MOST_MODELS", 1)
    estimator = Estimator()
    for contact in range(60):
        estimator.expect(contact, seen(terms=contact % 3), 0.0)
        estimator.answered(contact, 30.0)
    second, third = (estimator.look(seen(terms=terms)) for terms in (1, 2))
    assert second.confidence == pytest.approx(third.confidence, rel=1e-3)
    assert second.confidence > 1.1 * estimator.look(seen(terms=0)).confidence


def test_lines_beyond_the_limit_use_what_is_known_of_their_terms(monkeypatch: pytest.MonkeyPatch) -> None:
    """With room for none, two needs of unlike waits look the same."""
    monkeypatch.setattr(estimate, "MOST_LINES", 0)
    estimator = Estimator()
    for contact in range(100):
        estimator.expect(contact, seen(need=contact % 2), 0.0)
        estimator.answered(contact, 20.0 + 100.0 * (contact % 2))
    assert estimator.look(seen(need=0)).typical == estimator.look(seen(need=1)).typical


def test_fluid_is_the_time_until_those_before_are_served() -> None:
    """One agent freed every 30 s, a tenth of it for a higher rank: 32 s for the next, less as some before hang up."""
    assert fluid(seen()) == pytest.approx(240 * math.log1p(1 / (1 / 30 - 1 / 400) / 240))
    assert fluid(seen(ahead=4.0, higher=5.0)) > 5 * fluid(seen())


def test_same_facts_same_estimates() -> None:
    """No chance inside."""
    assert taught(100).look(seen(ahead=3.0)).typical == taught(100).look(seen(ahead=3.0)).typical
