"""Who can do what a queue needs, and how well."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ccserver.core.skills import (
    EVERYBODY,
    ORDINARY,
    AllOf,
    AnyOf,
    AtLeast,
    NoneOf,
    Relaxation,
    Requirement,
    meets,
    proficiency,
    skills_named,
    suitability,
    widened,
)

NEEDS = AllOf((AtLeast("sales", 3), AtLeast("chinese")))
NO_TRAINEE = NoneOf((AtLeast("trainee"),))
WHO_SPEAKS = AllOf((AtLeast("tech", 4), AnyOf((AtLeast("french", 2), AtLeast("german", 2))), NO_TRAINEE))


@pytest.mark.parametrize(
    ("skills", "is_met"),
    [
        ({"sales": 3, "chinese": 1}, True),
        ({"sales": 9, "chinese": 9, "more": 1}, True),
        ({"sales": 2, "chinese": 1}, False),
        ({"sales": 3}, False),
        ({}, False),
    ],
)
def test_every_need_counts(skills: dict[str, int], is_met: bool) -> None:
    """One that is missing or too low is enough for a no."""
    assert meets(skills, NEEDS) is is_met


@pytest.mark.parametrize(
    ("skills", "level"),
    [
        ({"tech": 8, "french": 5}, 5),
        ({"tech": 4, "french": 5, "german": 9}, 4),
        ({"tech": 8, "french": 1, "german": 1}, 0),
        ({"tech": 3, "german": 9}, 0),
        ({"tech": 8, "french": 5, "trainee": 1}, 0),
    ],
)
def test_the_weakest_of_all_and_the_strongest_of_alternatives_counts(skills: dict[str, int], level: int) -> None:
    """AND, OR, NOT and levels, one inside the other."""
    assert proficiency(skills, WHO_SPEAKS) == level


@pytest.mark.parametrize(
    ("requirement", "level"),
    [
        (EVERYBODY, ORDINARY),
        (NO_TRAINEE, ORDINARY),
        (AnyOf((NO_TRAINEE, AtLeast("sales"))), 9),
        (AnyOf((NO_TRAINEE, AtLeast("chinese"))), ORDINARY),
        (AnyOf(()), 0),
        (NoneOf((EVERYBODY,)), 0),
    ],
)
def test_what_asks_for_no_skill_is_done_in_the_ordinary_way(requirement: Requirement, level: int) -> None:
    """Also a requirement that only forbids something."""
    assert proficiency({"sales": 9}, requirement) == level


def test_a_level_beyond_ten_is_ten() -> None:
    """Whatever a program wrote."""
    assert proficiency({"sales": 99}, AtLeast("sales")) == 10


STEPS = (Relaxation(timedelta(seconds=20), AtLeast("french")), Relaxation(timedelta(seconds=60)))


@pytest.mark.parametrize(
    ("seconds", "wider"),
    [(0, ()), (19.9, ()), (20, (AtLeast("french"),)), (60, (AtLeast("french"), EVERYBODY))],
)
def test_with_the_wait_more_agents_will_do(seconds: float, wider: tuple[Requirement, ...]) -> None:
    """Each step stays when the next is due."""
    assert widened(STEPS, seconds) == wider


@pytest.mark.parametrize(
    ("skills", "level"),
    [({"tech": 7, "french": 3}, 3), ({"french": 9}, 1), ({"tech": 7}, 0)],
)
def test_whoever_will_do_only_after_some_wait_comes_last(skills: dict[str, int], level: int) -> None:
    """However good the agent is at the rest."""
    both = AllOf((AtLeast("tech"), AtLeast("french")))
    assert suitability(skills, both, wider=[AtLeast("french")]) == level


@pytest.mark.parametrize(
    ("skills", "level"),
    [
        ({"sales": 10}, 3),
        ({"sales": 1}, 1),
        ({"sales": 1, "vip": 4}, 7),
        ({"sales": 10, "vip": 9}, 10),
        ({"sales": 10, "vip": 2}, 7),
        ({"vip": 9}, 0),
    ],
)
def test_preferences_rank_and_exclude_nobody(skills: dict[str, int], level: int) -> None:
    """Whoever has what is preferred goes first, then proficiency decides."""
    assert suitability(skills, AtLeast("sales"), [AtLeast("vip", 4)]) == level


def test_several_preferences_count_in_equal_parts() -> None:
    """Half of them is half as much."""
    one, both = {"sales": 6, "vip": 4}, {"sales": 6, "vip": 4, "french": 1}
    wanted = [AtLeast("vip", 4), AtLeast("french")]
    assert [suitability(each, AtLeast("sales"), wanted) for each in (one, both)] == [5, 9]


def test_every_skill_that_is_named_is_found() -> None:
    """Those that are forbidden too."""
    assert [each.skill for each in skills_named(WHO_SPEAKS)] == ["tech", "french", "german", "trainee"]
