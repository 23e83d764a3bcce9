"""Callers' numbers as carriers send them."""

from __future__ import annotations

import pytest

from ccserver.adapters.asterisk.dialect import caller_number


@pytest.mark.parametrize(
    ("sent", "region", "known"),
    [
        ("+442079460007", "GB", "+442079460007"),
        ("442079460007", "GB", "+442079460007"),
        ("02079460007", "GB", "+442079460007"),
        ("00442079460007", "GB", "+442079460007"),
        ("02079460007", None, ""),
        ("0", "GB", ""),
        ("anonymous", "GB", ""),
        ("", "GB", ""),
    ],
)
def test_a_callers_number(sent: str, region: str | None, known: str) -> None:
    """National and 00 forms are read in the region; what is no number is withheld."""
    assert caller_number(sent, region) == known
