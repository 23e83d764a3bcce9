"""Which texts may be spoken."""

from __future__ import annotations

import pytest

from ccserver.services.speech import LONGEST_TEXT, Unspeakable, speakable


@pytest.mark.parametrize("text", ["您好，这里是客服。", "Guten Tag & willkommen!", "می\u200cخواهم", "21"])
def test_words_of_any_language_are(text: str) -> None:
    """As they are written."""
    assert speakable(text) == text


def test_lines_are_joined() -> None:
    """A text of the YAML may go over several."""
    assert speakable(" one\n  two\tthree ") == "one two three"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("?!", "nothing to say"),
        ("bell\x07", r"U\+0007"),
        ("turned\u202eround", r"U\+202E"),
        ("private\ue000", r"U\+E000"),
        ("<speak>", "has <"),
        ("[[f@'nEtIks]]", r"has \[\["),
        ("long " * LONGEST_TEXT, "the most"),
    ],
)
def test_what_is_more_than_words_is_refused(text: str, says: str) -> None:
    """With the reason."""
    with pytest.raises(Unspeakable, match=says):
        speakable(text)
