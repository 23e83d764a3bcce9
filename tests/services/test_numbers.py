"""Telephone numbers as people write them."""

from __future__ import annotations

import pytest

from ccserver.services.numbers import NotANumber, to_e164


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("+44 20 7946 0077", None),
        ("+44 (0)20 7946 0077", None),
        ("020 7946 0077", "GB"),
        ("(020) 7946-0077", "GB"),
        ("0044 20 7946 0077", "GB"),
        ("011 44 20 7946 0077", "US"),
    ],
)
def test_a_number_is_read_as_it_is_written_in_the_region(text: str, region: str | None) -> None:
    """With its country code, nationally, or with the region's own prefix of calls abroad."""
    assert to_e164(text, region) == "+442079460077"


@pytest.mark.parametrize(
    ("text", "region", "why"),
    [
        ("020 7946 0077", None, "has no plus and country code"),
        ("12", "GB", "is not a whole telephone number"),
        ("+44 20 7946 0077 ext. 5", None, "is not a whole telephone number"),
        ("7946 0077", "GB", "is not a whole telephone number"),
        ("hello", "GB", "is not a telephone number"),
    ],
)
def test_what_is_no_number_is_explained(text: str, region: str | None, why: str) -> None:
    """With the text for a file's error list, and without it for those who must not repeat it."""
    with pytest.raises(NotANumber) as caught:
        to_e164(text, region)
    assert (text in str(caught.value), text in caught.value.why, why in caught.value.why) == (True, False, True)
