"""What an agent must be able to do: expressions over skills with levels (1 to 10), as plain objects, and whether one is met.

It decides who may take a contact and how well; who gets it is the router's business.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

ORDINARY: Final = 6
"""How well an agent does what asks for no skill at all."""
_BEST: Final = 10


@dataclass(frozen=True, slots=True)
class AtLeast:
    """The skill with this level or a higher one."""

    skill: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part; without parts everybody will do."""

    parts: tuple[Requirement, ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One part or more; without parts nobody will do."""

    parts: tuple[Requirement, ...] = ()


@dataclass(frozen=True, slots=True)
class NoneOf:
    """Not one of the parts: NOT, and NOT of OR."""

    parts: tuple[Requirement, ...] = ()


Requirement = AtLeast | AllOf | AnyOf | NoneOf
EVERYBODY: Final = AllOf()


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A step by which a requirement is loosened: after so long a wait, whoever meets `needs` will do too."""

    after: timedelta
    needs: Requirement = EVERYBODY


def meets(skills: Mapping[str, int], requirement: Requirement) -> bool:
    """Whether the skills satisfy the requirement."""
    return proficiency(skills, requirement) > 0


def proficiency(skills: Mapping[str, int], requirement: Requirement) -> int:
    """How well, from 1 to 10; 0: not at all. Of several skills that are all asked for, the weakest counts; of alternatives
    the strongest. ORDINARY where no skill is asked for."""
    level = _level(skills, requirement)
    return ORDINARY if level is None else level


def _level(skills: Mapping[str, int], requirement: Requirement) -> int | None:
    """None: satisfied without a skill that could be measured."""
    match requirement:
        case AtLeast(skill, least):
            has = min(skills.get(skill, 0), _BEST)
            return has if has >= least else 0
        case AllOf(parts):
            return min((level for part in parts if (level := _level(skills, part)) is not None), default=None)
        case AnyOf(parts):
            found = [_level(skills, part) for part in parts]
            known = [level for level in found if level is not None]
            return None if len(known) < len(found) and not any(known) else max(known, default=0)
    return 0 if any(_level(skills, part) != 0 for part in requirement.parts) else None


def widened(steps: Sequence[Relaxation], waited: float) -> tuple[Requirement, ...]:
    """What is enough too after so many seconds; the shortest `after` stands first."""
    return tuple(step.needs for step in steps if step.after.total_seconds() <= waited)


def suitability(
    skills: Mapping[str, int],
    requirement: Requirement,
    prefer: Sequence[AtLeast] = (),
    wider: Sequence[Requirement] = (),
) -> int:
    """How well, from 1 to 10, with everything that is said of a queue; 0: not at all.

    Whoever will do only by a relaxation (`wider`) counts as 1. Preferences exclude nobody: what of them is there counts two
    thirds, so that whoever has all of them goes before whoever has none, and proficiency decides among those who are alike.
    """
    level = proficiency(skills, requirement) or int(any(meets(skills, each) for each in wider))
    if not level or not prefer:
        return level
    there = sum(min(1.0, skills.get(one.skill, 0) / one.level) for one in prefer) / len(prefer)
    return max(1, round((2 * _BEST * there + level) / 3))


def skills_named(requirement: Requirement) -> Iterator[AtLeast]:
    """Every skill it speaks of, those it forbids too, in the order written."""
    if isinstance(requirement, AtLeast):
        yield requirement
    else:
        for part in requirement.parts:
            yield from skills_named(part)
