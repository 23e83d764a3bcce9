"""How position and estimated wait are said: Asterisk's own recordings in English, whole sentences in other languages.

The recordings can say "less than four minutes" and not "two to four": a voice of its own for the one missing word between
them would be worse than the upper end alone, which is what the caller may hold us to. Only for "more than twelve" there is
none at all, so that this one is spoken. Languages that are spoken throughout say the range.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ccserver.core.forecast import Step
from ccserver.core.sounds import Sounds, number, recorded

SENTENCES: Final[Mapping[Step, str]] = MappingProxyType(
    {
        Step.UNDER_1: "wait/under-1",
        Step.FROM_1_TO_2: "wait/from-1-to-2",
        Step.FROM_2_TO_4: "wait/from-2-to-4",
        Step.FROM_4_TO_7: "wait/from-4-to-7",
        Step.FROM_7_TO_12: "wait/from-7-to-12",
        Step.OVER_12: "wait/over-12",
    }
)
"""The recording of each step, by its name."""
SENTENCE_LANGUAGES: Final = frozenset({"de", "es", "fr", "zh"})
"""Which have a recording of every step."""
THANKS: Final = recorded("queue-thankyou")
_MINUTES: Final = {
    Step.UNDER_1: 1,
    Step.FROM_1_TO_2: 2,
    Step.FROM_2_TO_4: 4,
    Step.FROM_4_TO_7: 7,
    Step.FROM_7_TO_12: 12,
}


def position_words(place: int) -> Sounds:
    """ "You are now first in line." or "Your call is now number 3, waiting to be answered…"."""
    if place <= 1:
        return recorded("queue-youarenext")
    return (*recorded("queue-thereare"), number(place), *recorded("queue-callswaiting"))


def wait_words(step: Step, language: str) -> Sounds:
    """The step in the caller's language; a language without words is spoken to in English, as everywhere."""
    minutes = _MINUTES.get(step)
    if minutes is None or language.partition("-")[0].lower() in SENTENCE_LANGUAGES:
        return recorded(SENTENCES[step])
    unit = "queue-minute" if minutes == 1 else "queue-minutes"
    return (*recorded("queue-holdtime", "queue-less-than"), number(minutes), *recorded(unit))
