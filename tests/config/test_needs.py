"""Expressions over skills, from the YAML to the plan, and their mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.config.marked import assert_marked, problems
from tests.config.test_build import load

from ccserver.core.ids import QueueId
from ccserver.core.skills import AllOf, AnyOf, AtLeast, NoneOf, Requirement

AGENTS = """
agents:
  ann: {name: Ann, extension: "1001", skills: {tech: 5, french: 3, sales: 2}}
  bob: {name: Bob, extension: "1002", skills: {tech: 2, german: 3}}
"""
FRENCH, GERMAN = AtLeast("french", 2), AtLeast("german")


def centre(queue: str) -> str:
    return f"version: 1\n{AGENTS.strip()}\nqueues: {{a: {{max_wait: 9, on_max_wait: voicemail, {queue}}}}}\n"


@pytest.mark.parametrize(
    ("queue", "wanted"),
    [
        ("", AllOf()),
        ("skills: {tech: 3, sales: 1}", AllOf((AtLeast("tech", 3), AtLeast("sales")))),
        ("needs: german", AllOf((GERMAN,))),
        ("needs: {tech: 3, french: 2}", AllOf((AtLeast("tech", 3), FRENCH))),
        (
            "skills: {tech: 2}, needs: {any: [german, {french: 2}]}",
            AllOf((AtLeast("tech", 2), AnyOf((GERMAN, FRENCH)))),
        ),
        (
            "needs: {any: [{tech: 1, french: 2}, {none: [sales]}]}",
            AllOf((AnyOf((AllOf((AtLeast("tech"), FRENCH)), NoneOf((AtLeast("sales"),)))),)),
        ),
        (
            "needs: {all: [tech, {all: [{french: 2}, sales]}], none: [german]}",
            AllOf((AtLeast("tech"), AllOf((FRENCH, AtLeast("sales"))), NoneOf((GERMAN,)))),
        ),
    ],
)
def test_what_is_written_is_what_is_needed(tmp_path: Path, queue: str, wanted: Requirement) -> None:
    """`skills` and `needs` together; what stands in one mapping must all hold."""
    assert load(tmp_path, centre(queue)).plan.queues[QueueId("a")].needs == wanted


MISTAKES = {
    "nothing": ("§needs: {}", "needs asks for nothing; name a skill"),
    "no alternative": ("needs: {§any: []}", "any has too few entries"),
    "a number": ("needs: §5", "needs must be a mapping of keys, but is a number"),
    "a list": ("§needs: [tech]", "needs must be a mapping of keys, but is a list"),
    "a misspelt word": ("needs: {§anny: [tech, french]}", "only all, any and none have lists"),
    "a level that is none": ("needs: {any: [{tech: §11}, french]}", "tech is 11; use at most 10"),
    "a level in quotes": ('needs: {any: [{tech: §"3"}, french]}', "write it without quotes: 3"),
    "a name that is none": ("needs: {any: [§Tech Two, french]}", "is no name"),
    "an entry that is none": ("needs: {any: [§5, french]}", "any, entry 1, must be"),
    "too deep": (
        "§needs: {all: [{all: [{all: [{all: [{all: [{all: [tech]}]}]}]}]}]}",
        "is nested too deep; use at most 5 levels",
    ),
    "a skill nobody has": ("needs: {tech: 1, §frnch: 1}", "no agent has the skill 'frnch'; did you mean 'french'?"),
    "a skill nobody has so well": ("needs: {§tech: 6}", "at 6 or better (the best has 5); ask for at most 5"),
    "alternatives that nobody meets": ("needs: {tech: 1, §any: [{french: 9}, spanish]}", "no agent meets one of these"),
    "what every agent has": ("needs: {§none: [tech]}", "every agent has one of these; forbid less"),
    "together in nobody": (
        "§needs: {any: [french, german], sales: 1, none: [french]}",
        "no agent has all that the queue",
    ),
    "together with the skills in nobody": ("skills: {sales: 1}, §needs: german", "no agent has all that the queue 'a'"),
    "both needed and forbidden": (
        "needs: {tech: 3, all: [{none: [{any: [sales, x]}, §tech]}]}",
        "'tech' is needed at 3 or better and forbidden at 1 or better; remove one of the two",
    ),
    "needed in skills and forbidden": ("skills: {tech: 3}, needs: {none: [{§tech: 2}]}", "'tech' is needed at 3"),
    "a skill of `skills` that nobody has": ("skills: {§x: 1}, needs: {tech: 1}", "no agent has the skill 'x'"),
    "an alternative nobody meets": (
        "needs: {any: [§frnch, tech, {all: [french, german]}]}".replace("{all", "§{all"),
        "no agent has the skill 'frnch', so this alternative is never taken; did you mean 'french'?",
        "no agent has all of these, so this alternative is never taken",
    ),
    "a skill forbidden to nobody": (
        "needs: {none: [§trainee, {all: [german, sales]}]}",
        "no agent has the skill 'trainee', so nobody is kept out by it; remove it",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_an_expression(tmp_path: Path, name: str) -> None:
    """The part that is wrong is told, exact to the column, and what would be right."""
    queue, *words = MISTAKES[name]
    assert_marked(tmp_path, centre(queue), *words)


def test_as_deep_as_allowed(tmp_path: Path) -> None:
    """Five lists, one inside the other, count as five."""
    assert problems(tmp_path, centre=centre("needs: {all: [{all: [{all: [{all: [tech]}]}]}]}")) == []


def test_too_many_skills(tmp_path: Path) -> None:
    """Nobody could read them."""
    names = ", ".join(f"s{number}" for number in range(51))
    assert_marked(tmp_path, centre(f"§needs: {{any: [{names}]}}"), "names too many skills; use at most 50")


def test_a_skill_that_only_an_expression_names_is_needed(tmp_path: Path) -> None:
    """An agent's skill that is one slip of the hand away from it is told."""
    text = centre("needs: {any: [french, german]}").replace("french: 3, sales: 2", "french: 3, §germna: 2")
    assert_marked(tmp_path, text, "did you mean 'german'?")


def test_nothing_is_concluded_from_agents_that_could_not_be_read(tmp_path: Path) -> None:
    """Perhaps the one with the mistake meets it."""
    text = centre("needs: {tech: 9}").replace("tech: 5", "tech: §lots")
    assert_marked(tmp_path, text, "tech must be a whole number")


def test_without_agents_that_alone_is_told(tmp_path: Path) -> None:
    """Not that nobody has the skill."""
    text = "version: 1\nagents: {}\nqueues: {§a: {max_wait: 9, on_max_wait: voicemail, needs: tech}}\n"
    assert_marked(tmp_path, text, "there are no agents")


def test_an_agent_who_meets_an_expression_has_a_queue(tmp_path: Path) -> None:
    """And one who does not is warned of."""
    text = centre("needs: {any: [french, sales]}").replace("bob:", "§bob:")
    assert_marked(tmp_path, text, "no queue gives calls to 'bob'")
