"""What of an estimate is said to the caller: one of six coarse steps, never a worse one than before, nothing when unsure.

Decides the words and whether to speak; when to speak, and in which voice, others decide. Lengths are seconds.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from typing import Final, NamedTuple

from ccserver.core.acd.estimate import Expected
from ccserver.core.forecast import Forecast, Step

SURE = 0.4
"""Least confidence with which anything is said."""
MOST_STEPS_APART = 2
"""The ends of the range may lie so many steps apart, no more: else it says nothing that helps."""
BOUNDS: Final = (60.0, 120.0, 240.0, 420.0, 720.0)


def step_of(seconds: float) -> Step:
    """The step a wait falls in; its upper end belongs to the next."""
    return Step(bisect_right(BOUNDS, seconds))


class Heard(NamedTuple):
    """The last step the caller heard in this wait, and how many seconds ago."""

    step: Step
    ago: float


def to_announce(expected: Expected | Forecast, heard: Heard | None) -> Step | None:
    """The step to say now, or None: say nothing.

    It is the step of the prudent value, which three of four contacts keep within: nobody minds being answered early. When
    that is worse than what was heard, or what was heard has run out meanwhile ("one to two minutes", two minutes ago, and
    one to two more), silence: repeating the old figure would be a lie, the new one a blow.
    """
    if not is_sure(expected):
        return None
    step = step_of(expected.prudent)
    return step if heard is None or _keeps(step, heard) else None


def _keeps(step: Step, heard: Heard) -> bool:
    left = (*BOUNDS, math.inf)[heard.step] - heard.ago
    return step <= heard.step and (0.0, *BOUNDS)[step] <= left


def is_sure(expected: Expected | Forecast) -> bool:
    """Whether the estimate may be spoken of at all."""
    apart = step_of(expected.high) - step_of(expected.low)
    return expected.confidence >= SURE and apart <= MOST_STEPS_APART
