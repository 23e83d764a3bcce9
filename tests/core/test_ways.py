"""Where a caller was sent on and why, as one sentence."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.core.playbook import SALES, START

from ccserver.core.ways import Held, Way, WayCause


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (WayCause.MAX_WAIT, "the longest wait was over: voicemail"),
        (WayCause.FULL, "the queue was full: voicemail"),
        (WayCause.CLOSING, "the queue closed: voicemail"),
        (WayCause.CLOSED, "it was closed: voicemail"),
    ],
)
def test_a_cause_has_its_words(cause: WayCause, words: str) -> None:
    """And the way its kind."""
    assert Way(START, SALES, cause, "voicemail").sentence() == words


def test_a_rule_tells_what_held_and_what_was_found() -> None:
    """With the bound in the sense in which it is written, and what came of the number."""
    held = (
        Held("waited", "", True, 60, 61.5),
        Held("ready", "sales", False, 2, 1),
        Held("open", "office"),
        Held("expression", "customer.is_known"),
    )
    way = Way(START, SALES, WayCause.RULE, "number", "+442079460999", timedelta(seconds=61.5), 3, held, "no_answer")
    assert way.sentence() == (
        "rule 3 held, waited 61.5 (at least 60), ready sales 1 (fewer than 2), office open, customer.is_known: "
        "number +442079460999 (no_answer)"
    )


def test_only_a_number_is_one() -> None:
    """Whose outcome is worth waiting for."""
    assert [Way(START, SALES, WayCause.RULE, kind).is_number for kind in ("number", "queue")] == [True, False]
