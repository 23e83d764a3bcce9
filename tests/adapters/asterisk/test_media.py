"""Numbers as the files they are made of."""

from __future__ import annotations

import pytest

from ccserver.adapters.asterisk.media import media_uris
from ccserver.core.sounds import Sound, SoundKind


@pytest.mark.parametrize(
    ("number", "spoken"),
    [
        ("0", "0"),
        ("000", "0"),
        ("19", "19"),
        ("20", "20"),
        ("25", "20 5"),
        ("100", "1 hundred"),
        ("205", "2 hundred 5"),
        ("999", "9 hundred 90 9"),
        ("1000", "1 thousand"),
        ("12034", "12 thousand 30 4"),
        ("100000", "1 hundred thousand"),
        ("1000001", "1 million 1"),
        ("777123456", "7 hundred 70 7 million 1 hundred 20 3 thousand 4 hundred 50 6"),
    ],
)
def test_a_number_is_spoken_by_files(number: str, spoken: str) -> None:
    """Whatever its size: nothing that Asterisk says by itself, which could not be stopped."""
    uris = media_uris((Sound(SoundKind.NUMBER, number),))
    assert uris == tuple(f"sound:digits/{part}" for part in spoken.split())
