"""Sights from a router: what a contact sees that waits in it."""

from __future__ import annotations

from typing import Any

import pytest

from ccserver.core.acd import estimate_floor
from ccserver.core.acd.estimate_floor import KEEP_COUNTS, REFRESH, Outlook
from ccserver.core.acd.estimate_sight import Sight
from ccserver.core.acd.routing.router import Router
from ccserver.core.acd.routing.terms import Terms

GOLD = Terms("gold", 8.0, 20.0, 0.9, 140.0)
BASIC = Terms("basic", 1.0, 60.0, 0.8, 420.0)


def centre() -> Router:
    """Ann takes sales and support, Bob and Cid support; all are talking. Two basic contacts and a gold one wait."""
    router = Router(lambda need, skills: 5 if str(need) in str(skills) else 0)
    for need in ("sales", "support"):
        router.need(need)
    for agent, skills in (("ann", "sales support"), ("bob", "support"), ("cid", "support")):
        router.sign_in(agent, skills)
    for contact, need, terms, since in (
        ("a", "sales", BASIC, 0.0),
        ("b", "sales", BASIC, 10.0),
        ("c", "support", GOLD, 20.0),
    ):
        router.enqueue(contact, need, router.terms(terms), since, since)
    return router


def seen_by(outlook: Outlook, contact: Any, now: float = 30.0, waited: float = 0.0) -> Sight:
    found = outlook.of(contact, waited, now)
    assert found is not None
    return found


def test_a_waiting_contact_sees_who_is_before_it() -> None:
    """One of its line; and a third of a gold caller for support, as one of three of support's agents can take sales."""
    found = seen_by(Outlook(centre()), "b", waited=20.0)
    assert found.higher == pytest.approx(1 / 3)
    assert (found.ahead, found.head_waited) == (1.0, 30.0)
    assert (found.online, found.idle, found.target, found.waited) == (1.0, 0.0, 60.0, 20.0)


def test_the_first_of_a_line_sees_nobody_before_it_there() -> None:
    """Those behind it do not count."""
    assert seen_by(Outlook(centre()), "a").ahead == 0


def test_who_left_the_line_is_not_before_anybody() -> None:
    """Although the line may remember the entry for a while."""
    router = centre()
    router.enqueue("d", "sales", router.terms(BASIC), 25.0, 25.0)
    router.abandoned("b", 30.0)
    assert seen_by(Outlook(router), "d").ahead == 1


def test_a_credited_place_counts() -> None:
    """Whoever is put before the others has nobody before it."""
    router = centre()
    router.enqueue("back", "sales", router.terms(BASIC), -100.0, 30.0)
    assert seen_by(Outlook(router), "back").ahead == 0
    assert seen_by(Outlook(router), "b").ahead == 2


def test_a_contact_that_does_not_wait_sees_nothing() -> None:
    """It is unknown, was matched, or hung up."""
    assert Outlook(centre()).of("nobody", 0.0, 30.0) is None


def test_a_newcomer_would_stand_at_the_end() -> None:
    """Two are before it."""
    router = centre()
    entry = router.lines.get("a")
    assert entry is not None
    found = Outlook(router).of_newcomer(entry.line, 30.0)
    assert (found.ahead, found.head_waited) == (2.0, 30.0)


def test_a_newcomer_to_an_empty_line_sees_nobody_there() -> None:
    """The gold line after its contact left."""
    router = centre()
    entry = router.lines.get("c")
    assert entry is not None
    router.abandoned("c", 29.0)
    found = Outlook(router).of_newcomer(entry.line, 30.0)
    assert (found.ahead, found.head_waited) == (0.0, 0.0)


def test_agents_who_are_free_for_others_are_seen() -> None:
    """An agent who is kept free counts as idle."""
    router = centre()
    router.agent_free("ann", 25.0)
    assert seen_by(Outlook(router), "b").idle == 1


def test_what_was_learned_is_asked_for_now_and_then() -> None:
    """A rush is noticed after REFRESH, not with every look."""
    router = centre()
    outlook = Outlook(router)
    before = seen_by(outlook, "b").arriving
    for number in range(20):
        router.enqueue(number, "sales", router.terms(BASIC), 31.0, 31.0)
    assert seen_by(outlook, "b", now=30.0 + REFRESH - 1).arriving == before
    assert seen_by(outlook, "b", now=30.0 + REFRESH).arriving > 2 * before


def test_lines_and_needs_that_come_later_are_seen() -> None:
    """A new need and new terms in the next second."""
    router = centre()
    outlook = Outlook(router)
    seen_by(outlook, "b")
    router.need("billing")
    seen_by(outlook, "b")
    router.enqueue("new", "sales", router.terms(GOLD), 30.0, 30.0)
    assert seen_by(outlook, "new").lower == 2
    assert seen_by(outlook, "b").higher == pytest.approx(4 / 3)


def test_agents_who_sign_out_are_not_counted() -> None:
    """Bob's leaving makes sales compete with half of support's agents. A row is kept for a minute."""
    router = centre()
    router.sign_out("bob")
    assert seen_by(Outlook(router), "b").higher == pytest.approx(1 / 2)


def test_the_place_in_a_long_line_is_estimated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 400, at most 50 are looked at: the last one is told to stand within 10 % of the end."""
    monkeypatch.setattr(estimate_floor, "MOST_COUNTED", 50)
    router = centre()
    for number in range(400):
        router.enqueue(number, "sales", router.terms(BASIC), 30.0 + number, 30.0 + number)
    assert seen_by(Outlook(router), 399, now=500.0).ahead == pytest.approx(401, rel=0.1)


def test_with_many_lines_the_others_are_counted_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gold caller for sales is noticed half a second later; one's own place at once."""
    monkeypatch.setattr(estimate_floor, "FEW_LINES", 0)
    router = centre()
    router.enqueue("gold", "sales", router.terms(GOLD), 25.0, 25.0)
    outlook = Outlook(router)
    assert seen_by(outlook, "b").higher == pytest.approx(4 / 3)
    router.abandoned("gold", 30.0)
    router.abandoned("a", 30.0)
    assert seen_by(outlook, "b").higher == pytest.approx(4 / 3)
    assert seen_by(outlook, "b").ahead == 0
    assert seen_by(outlook, "b", now=30.0 + KEEP_COUNTS).higher == pytest.approx(1 / 3)
