"""Staff: who could take a need, and who is idle."""

from __future__ import annotations

import pytest
from tests.core.acd.routing.world import fit

from ccserver.core.acd.routing.staff import Staff


def test_cover_and_online_are_counted_by_need() -> None:
    """A need that comes later is counted from what is there."""
    staff = Staff(fit)
    staff.add_need("a")
    staff.sign_in("ann", "a9b2")
    staff.sign_in("bob", "b5")
    staff.sign_in("cid", "c5")
    staff.set_idle("ann", 1.0)
    staff.set_idle("ann", 2.0)
    staff.add_need("b")
    assert (list(staff.online), list(staff.cover), len(staff)) == ([1, 2], [1, 1], 3)
    staff.sign_out("ann")
    assert (list(staff.online), list(staff.cover)) == ([0, 1], [0, 0])


def test_idle_profiles_of_a_need() -> None:
    """Who can take it, and only while somebody is idle."""
    staff = Staff(fit)
    staff.add_need("a")
    for number in range(3):
        staff.sign_in(f"n{number}", f"a{number + 1}")
    staff.set_idle("n1", 1.0)
    staff.set_idle(staff.sign_in("x1", "x1").id, 1.0)
    assert [profile.key for profile in staff.idle[0].values()] == ["a2"]
    staff.set_busy("n1")
    assert staff.idle == [{}]


def test_of_two_idle_ones_the_other_stays() -> None:
    """The profile is idle until the last of its agents is busy."""
    staff = Staff(fit)
    staff.add_need("a")
    for agent in ("ann", "bob"):
        staff.set_idle(staff.sign_in(agent, "a5").id, 1.0)
    staff.set_busy("ann")
    profile = staff.get("bob").profile
    assert (profile.first, staff.cover, list(staff.idle[0].values())) == (staff.get("bob"), [1], [profile])
    assert [agent.id for agent in staff] == ["ann", "bob"]


def test_who_is_idle_for_longer_comes_first_whenever_that_is_told() -> None:
    """A phone was away for a moment; the agent had been idle before the others."""
    staff = Staff(fit)
    for agent, since in (("bob", 2.0), ("cem", 3.0), ("ann", 1.0)):
        staff.set_idle(staff.sign_in(agent, "a5").id, since)
    assert list(staff.get("bob").profile.idle) == ["ann", "bob", "cem"]


def test_who_is_idle_and_cannot_is_named_for_explanations() -> None:
    """Nobody who is busy, and nobody who can."""
    staff = Staff(fit)
    staff.add_need("a")
    for agent, profile in (("ann", "a5"), ("bob", "b5"), ("cem", "c5")):
        staff.sign_in(agent, profile)
    staff.set_idle("ann", 1.0)
    staff.set_idle("bob", 1.0)
    assert [agent.id for agent in staff.idle_without(0)] == ["bob"]
    assert (staff.find("dan"), staff.find("bob")) == (None, staff.get("bob"))


def test_in_a_big_centre_the_profiles_are_asked_about_a_new_need_one_part_after_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who becomes free meanwhile is asked at once, and in the end everybody counts once."""
    monkeypatch.setattr("ccserver.core.acd.routing.staff.ASKED_AT_ONCE", 2)
    staff = Staff(fit)
    staff.add_need("b")
    for number in range(5):
        staff.sign_in(f"n{number}", f"a{number + 1}b1")
    staff.set_idle("n3", 0.0)
    need = staff.add_need("a")
    assert (staff.is_asking, staff.online[need], staff.cover[need]) == (True, 2, 0)
    staff.set_idle("n4", 0.0)
    assert (staff.online[need], staff.cover[need]) == (3, 1)
    assert [staff.ask(), staff.ask()] == [need, need]
    assert (staff.is_asking, staff.online[need], staff.cover[need], staff.scarce[need]) == (False, 5, 2, 2)
    staff.set_busy("n3")
    assert (staff.cover, staff.scarce) == ([1, 1], [1, 1])
