"""Expressions over skills that nobody can meet, and parts of them that change nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ccserver.config.load import Checked
from ccserver.config.needs import Part, part_of_queue, steps_of_queue, widenings_of_queue
from ccserver.config.problems import ConfigProblem, did_you_mean, problem_at, warning_at
from ccserver.core.skills import AllOf, AnyOf, AtLeast, NoneOf, Requirement, meets

MOST_TRIED = 200_000
"""Agents held against requirements; then nothing is said of the rest, so that a hostile file costs no more than others."""


@dataclass(slots=True)
class Staff:
    """The different sets of skills that agents have, and the best level of each skill."""

    profiles: list[Mapping[str, int]]
    best: Mapping[str, int]
    tries_left: int = MOST_TRIED

    @classmethod
    def of(cls, checked: Checked) -> Staff | None:
        """None where there are no agents, or one may have skills that could not be read."""
        sections = checked.model.agents.values()
        if not (checked.names("agents") and checked.knows_names("agents")):
            return None
        if any(one.skills is None or None in one.skills.values() for one in sections):
            return None
        profiles = {frozenset(one.skills.items()) for one in sections}
        best: dict[str, int] = {}
        for skill, level in (pair for each in profiles for pair in each):
            best[skill] = max(level, best.get(skill, 0))
        return cls([dict(each) for each in profiles], best)

    def can_meet(self, requirement: Requirement) -> bool:
        """Whether one agent can, or it is not looked at any more."""
        self.tries_left -= len(self.profiles)
        return self.tries_left < 0 or any(meets(each, requirement) for each in self.profiles)


def needs_nobody_meets(checked: Checked) -> Iterator[ConfigProblem]:
    """Contradictions, skills that no agent has, and parts that no agent meets: the smallest ones."""
    staff = Staff.of(checked)
    unread = {loc[1] for loc in checked.wrong if loc[:1] == ("queues",) and loc[2:3] in (("skills",), ("needs",))}
    for name, queue in checked.model.queues.items():
        if queue.needs is None or queue.skills is None or name in unread:
            continue
        part = part_of_queue(name, queue)
        found = list(_contradictions(checked, part))
        yield from found
        if staff is not None and not found and not staff.can_meet(part.requirement):
            yield from _unmet(checked, staff, part)


def parts_of_no_use(checked: Checked) -> Iterator[ConfigProblem]:
    """Alternatives that nobody meets, and skills that are forbidden and that nobody has. Warnings: an agent may come later."""
    staff = Staff.of(checked)
    if staff is None:
        return
    for name, queue in checked.model.queues.items():
        for part in (part_of_queue(name, queue), *steps_of_queue(name, queue), *widenings_of_queue(name, queue)):
            yield from _of_no_use(checked, staff, part)


def _of_no_use(checked: Checked, staff: Staff, part: Part) -> Iterator[ConfigProblem]:
    for one in part.parts:
        if isinstance(part.requirement, AnyOf) and not staff.can_meet(one.requirement):
            words = "so this alternative is never taken"
        elif isinstance(part.requirement, NoneOf) and _is_of_nobody(staff, one):
            words = "so nobody is kept out by it"
        else:
            yield from _of_no_use(checked, staff, one)
            continue
        yield warning_at(checked.place(*one.loc, at_key=True), f"{_nobody(staff, one)}, {words}", _advice(staff, one))


def _is_of_nobody(staff: Staff, part: Part) -> bool:
    return isinstance(part.requirement, AtLeast) and part.requirement.skill not in staff.best


def _contradictions(checked: Checked, part: Part) -> Iterator[ConfigProblem]:
    """Skills that are needed and forbidden at once."""
    conjuncts = list(part.conjuncts())
    needed: dict[str, int] = {}
    for one in conjuncts:
        if isinstance(one.requirement, AtLeast):
            needed[one.requirement.skill] = max(one.requirement.level, needed.get(one.requirement.skill, 0))
    for one in (each for none in conjuncts if isinstance(none.requirement, NoneOf) for each in none.parts):
        if isinstance(one.requirement, AtLeast) and needed.get(one.requirement.skill, 0) >= one.requirement.level:
            skill = one.requirement.skill
            what = (
                f"{skill!r} is needed at {needed[skill]} or better and forbidden at {one.requirement.level} or better"
            )
            yield problem_at(checked.place(*one.loc, at_key=True), what, "remove one of the two", skill)


def _unmet(checked: Checked, staff: Staff, part: Part) -> Iterator[ConfigProblem]:
    """The parts that nobody meets, each by itself; else that nobody meets all of them. Those of `skills` are told elsewhere."""
    alone = [one for one in part.conjuncts() if not staff.can_meet(one.requirement)]
    for one in alone:
        if one.loc[2] == "needs":
            place = checked.place(*one.loc, at_key=True)
            yield problem_at(place, _nobody(staff, one), _advice(staff, one), _skill(one))
    if not alone:
        place = checked.place(*part.loc, at_key=True)
        what = f"no agent has all that the queue {part.loc[1]!r} needs"
        yield problem_at(place, what, "give one agent all of it, or ask for less")


def _skill(part: Part) -> str:
    return part.requirement.skill if isinstance(part.requirement, AtLeast) else ""


def _nobody(staff: Staff, part: Part) -> str:
    match part.requirement:
        case AtLeast(skill, level) if skill in staff.best:
            return f"no agent has the skill {skill!r} at {level} or better (the best has {staff.best[skill]})"
        case AtLeast(skill, _):
            return f"no agent has the skill {skill!r}"
        case AnyOf():
            return "no agent meets one of these"
        case NoneOf():
            return "every agent has one of these"
        case AllOf():
            return "no agent has all of these"


def _advice(staff: Staff, part: Part) -> str:
    match part.requirement:
        case AtLeast(skill, _) if skill in staff.best:
            return f"ask for at most {staff.best[skill]}"
        case AtLeast(skill, _):
            return did_you_mean(skill, sorted(staff.best), "remove it, or give it to an agent")
        case NoneOf():
            return "forbid less"
        case _:
            return "ask for less, or give it to an agent"
