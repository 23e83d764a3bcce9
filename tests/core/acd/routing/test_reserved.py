"""Contacts that are kept for one agent: beside their lines, blocking nobody."""

from __future__ import annotations

from tests.core.acd.routing.world import BASIC, VIP, at_work, pairs, router

from ccserver.core.acd.routing.lines import Line, Waiting
from ccserver.core.acd.routing.reserved import Reserved
from ccserver.core.acd.routing.terms import Policy, Terms

URGENT = Terms("urgent", 1.0, 60.0, 0.8, 420.0, band=1)


def waiting(name: str) -> Waiting:
    return Waiting(name, Line(0, 0, 0, BASIC), 0.0, 1)


def test_one_is_there_for_one_agent() -> None:
    """The last word counts."""
    reserved, entry = Reserved(), waiting("c1")
    reserved.put(entry, "ann")
    reserved.put(entry, "bob")
    assert (list(reserved.of("ann")), list(reserved.of("bob")), reserved.agent_of("c1")) == ([], [entry], "bob")
    assert (len(reserved), list(reserved), reserved.get("c1")) == (1, [entry], entry)


def test_who_is_taken_out_is_gone() -> None:
    """Nothing is left of it; a second time nothing happens."""
    reserved, entry = Reserved(), waiting("c1")
    reserved.put(entry, "ann")
    assert (reserved.take("c1"), reserved.take("c1")) == (entry, None)
    assert (len(reserved), list(reserved.of("ann")), reserved.get("c1"), reserved.agent_of("c1")) == (0, [], None, None)


def test_a_free_agent_takes_the_own_contact_at_once() -> None:
    """Though others have been idle for longer, and others in the line came first."""
    centre = at_work(router(), amy="a9", ben="a9", now=0)
    centre.enqueue("c1", "a", 1, 10, 10)
    centre.reserve("c1", "ben")
    assert pairs(centre.decide(10)) == [("c1", "ben")]


def test_nobody_else_takes_it_and_nobody_waits_behind_it() -> None:
    """It stands beside its line; released, it is where it would have been."""
    centre = router()
    centre.sign_in("ben", "a9")
    for name, since in (("c1", 10), ("c2", 11), ("c3", 12)):
        centre.enqueue(name, "a", 1, since, 12)
    assert centre.reserve("c1", "ben")
    at_work(centre, amy="a9", now=12)
    assert pairs(centre.decide(12)) == [("c2", "amy")]
    assert (centre.find("c1"), centre.lines.get("c1")) == (centre.reserved.get("c1"), None)
    assert centre.release("c1")
    at_work(centre, ann="a9", now=13)
    assert pairs(centre.decide(13)) == [("c1", "ann")]


def test_the_same_news_twice_is_none() -> None:
    """Nor is there any of whoever does not wait."""
    centre = router()
    centre.enqueue("c1", "a", 1, 10, 10)
    assert [centre.reserve("c1", "ben"), centre.reserve("c1", "ben"), centre.reserve("c1", "amy")] == [
        True,
        False,
        True,
    ]
    assert [centre.release("c1"), centre.release("c1"), centre.release("c9")] == [True, False, False]
    assert not centre.reserve("c9", "ben")


def test_the_agent_takes_whoever_is_more_urgent_first() -> None:
    """A caller who is kept does not overtake one who is about to be lost, nor a higher band; but an equal one."""
    for other, taken in ((0, "other"), (2, "other"), (1, "kept")):
        centre = router()
        centre.terms(URGENT)
        centre.sign_in("ben", "a9")
        centre.enqueue("kept", "a", 1, 10, 10)
        centre.reserve("kept", "ben")
        centre.enqueue("other", "a", other, 10, 10)
        at_work(centre, ben="a9", now=20)
        assert [contact for contact, _ in pairs(centre.decide(20))] == [taken]


def test_of_several_the_most_urgent_is_taken() -> None:
    """And of equals the one that waits longer."""
    centre = router()
    centre.sign_in("ben", "a9")
    for name, terms, since in (("young", 1, 12), ("old", 1, 10), ("vip", 0, 14)):
        centre.enqueue(name, "a", terms, since, 14)
        centre.reserve(name, "ben")
    taken = []
    for now in (15, 16, 17):
        at_work(centre, ben="a9", now=now)
        taken += [contact for contact, _ in pairs(centre.decide(now))]
    assert (VIP.value > BASIC.value, taken) == (True, ["vip", "old", "young"])


def test_an_agent_kept_free_for_others_takes_the_own_contact() -> None:
    """That this very agent takes it was asked for, whatever the price."""
    dear = Policy("dear", protect=1000.0, protect_small=1000.0, is_adjusting=False)
    centre = router(dear)
    for number in range(40):  # many vips come, so that agents are dear
        centre.enqueue(f"v{number}", "a", 0, number, number)
        centre.abandoned(f"v{number}", number + 0.1)
    at_work(centre, ben="a9", now=40)
    centre.enqueue("plain", "a", 1, 41, 41)
    assert pairs(centre.decide(41)) == []
    centre.enqueue("own", "a", 1, 42, 42)
    centre.reserve("own", "ben")
    assert pairs(centre.decide(42)) == [("own", "ben")]


def test_an_offer_that_was_missed_goes_back_to_the_line() -> None:
    """Anybody may take it then, and this agent is asked last."""
    centre = at_work(router(), ben="a9", now=0)
    centre.enqueue("c1", "a", 1, 10, 10)
    centre.reserve("c1", "ben")
    centre.decide(10)
    centre.not_taken("ben")
    assert centre.lines.get("c1") is not None
    at_work(centre, ben="a9", amy="a9", now=11)
    assert pairs(centre.decide(11)) == [("c1", "amy")]


def test_who_hangs_up_is_gone_from_there() -> None:
    """And counts as one who gave up; other terms find it too."""
    centre = router()
    centre.enqueue("c1", "a", 1, 10, 10)
    centre.reserve("c1", "ben")
    centre.update("c1", "b", 0, 9)
    found = centre.find("c1")
    assert found is not None
    assert (found.since, found.line.terms) == (9, VIP)
    centre.abandoned("c1", 20)
    assert (centre.find("c1"), len(centre.reserved)) == (None, 0)
