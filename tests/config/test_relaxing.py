"""Preferences, and steps by which a requirement is loosened."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.config.marked import assert_marked
from tests.config.test_build import load
from tests.config.test_needs import centre

from ccserver.core.ids import QueueId
from ccserver.core.skills import EVERYBODY, AllOf, AnyOf, AtLeast, Relaxation


def test_preferences_and_steps(tmp_path: Path) -> None:
    """In the order written; a step without `needs` is enough for everybody."""
    queue = (
        "skills: {sales: 1}, prefer: {french: 2, tech: 1},"
        " relax: [{after: 20 s, needs: {any: [german, {french: 4}]}}, {after: 1 min, needs: tech}, {after: 2 min}]"
    )
    found = load(tmp_path, centre(queue).replace("max_wait: 9", "max_wait: 9 min")).plan.queues[QueueId("a")]
    assert found.needs == AllOf((AtLeast("sales"),))
    assert found.prefer == (AtLeast("french", 2), AtLeast("tech"))
    assert found.relax == (
        Relaxation(timedelta(seconds=20), AnyOf((AtLeast("german"), AtLeast("french", 4)))),
        Relaxation(timedelta(seconds=60), AtLeast("tech")),
        Relaxation(timedelta(seconds=120), EVERYBODY),
    )


def test_without_them_there_are_none(tmp_path: Path) -> None:
    """Most queues."""
    found = load(tmp_path, centre("needs: tech")).plan.queues[QueueId("a")]
    assert (found.prefer, found.relax) == ((), ())


MISTAKES = {
    "no time": ("relax: [§{needs: tech}]", "has no after; add after: after so long a wait"),
    "a time that is none": ("relax: [{after: §soon}]", "write 15 s"),
    "a word that is none": ("relax: [{after: 2, needs: {§anny: [tech]}}]", "only all, any and none have lists"),
    "times out of order": (
        "needs: {tech: 5}, relax: [{after: 3, needs: {tech: 2}}, {after: §3}]",
        "this step is due after 3 s, and the one before it after 3 s; write the step with the shortest wait first",
    ),
    "a step after the wait": (
        "skills: {sales: 1}, relax: [{after: §9}]",
        "callers of 'a' leave before this step is due; use less than 9 s",
    ),
    "a step that adds nobody": (
        "needs: {tech: 1}, relax: [{§after: 2}, {§after: 3, needs: german}]",
        "no other agent will do after this step than before it; ask for less in it",
        "no other agent will do",
    ),
    "an alternative of a step that nobody meets": (
        "skills: {sales: 1}, relax: [{after: 2, needs: {any: [§spanish, german]}}]",
        "no agent has the skill 'spanish', so this alternative is never taken",
    ),
    "a preference of nobody": (
        "needs: tech, prefer: {§frnch: 1}",
        "no agent has the skill 'frnch', so nobody is preferred for it; did you mean 'french'?",
    ),
    "a preferred level that is none": ("prefer: {tech: §0}", "use at least 1"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_steps_and_preferences(tmp_path: Path, name: str) -> None:
    """The place is exact to the column, and the advice says what would be right."""
    queue, *words = MISTAKES[name]
    assert_marked(tmp_path, centre(queue), *words)


def test_a_step_after_the_queues_wait_may_come_in_that_of_a_tier(tmp_path: Path) -> None:
    """Whose callers wait longer."""
    tiers = "tiers: {gold: {value: 1, answer: 80 % within 5 s, max_wait: 20}}\n"
    assert_marked(tmp_path, centre("skills: {sales: 1}, relax: [{after: 19}]") + tiers)
    assert_marked(tmp_path, centre("skills: {sales: 1}, relax: [{after: §20}]") + tiers, "use less than 20 s")
