"""How position and wait are said."""

from __future__ import annotations

import pytest

from ccserver.core.acd.wait_words import SENTENCES, position_words, wait_words
from ccserver.core.forecast import Step
from ccserver.core.sounds import number, recorded


def test_the_first_in_line_hears_no_figure() -> None:
    """You are now first in line."""
    assert position_words(1) == recorded("queue-youarenext")


def test_others_hear_their_figure() -> None:
    """Your call is now number three in line."""
    assert position_words(3) == (*recorded("queue-thereare"), number(3), *recorded("queue-callswaiting"))


def test_in_english_the_upper_end_is_told() -> None:
    """The estimated hold time is currently less than four minutes."""
    assert wait_words(Step.FROM_2_TO_4, "en-GB") == (
        *recorded("queue-holdtime", "queue-less-than"),
        number(4),
        *recorded("queue-minutes"),
    )


def test_one_minute_is_one() -> None:
    """Not one minutes."""
    assert wait_words(Step.UNDER_1, "en")[-1] == recorded("queue-minute")[0]


@pytest.mark.parametrize("language", ["zh-CN", "de", "fr", "es"])
@pytest.mark.parametrize("step", list(Step))
def test_elsewhere_the_range_is_one_sentence(language: str, step: Step) -> None:
    """Spoken by the engine, or recorded by the house."""
    assert wait_words(step, language) == recorded(SENTENCES[step])


def test_a_language_without_words_hears_english() -> None:
    """As with the position."""
    assert wait_words(Step.FROM_4_TO_7, "it") == wait_words(Step.FROM_4_TO_7, "en")


def test_beyond_twelve_minutes_no_figure_is_promised() -> None:
    """More than twelve, in every language one sentence."""
    assert {wait_words(Step.OVER_12, language) for language in ("en", "zh", "it")} == {recorded("wait/over-12")}
