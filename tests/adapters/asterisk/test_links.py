"""How long the links wait before they try again."""

from __future__ import annotations

import random
from datetime import timedelta

from ccserver.adapters.asterisk.links import Backoff


def test_the_first_pause_is_short_and_the_others_stay_under_the_ceiling() -> None:
    """0.25 s, then full jitter under 0.5, 1, 2, 4 and at most 8 s."""
    backoff = Backoff(random.Random(7))
    pauses = [backoff.next_pause().total_seconds() for _ in range(40)]
    ceilings = [0.25, 0.5, 1.0, 2.0, 4.0] + [8.0] * 35
    assert pauses[0] == 0.25
    assert all(0 <= pause <= ceiling for pause, ceiling in zip(pauses, ceilings, strict=True))
    assert max(pauses) > 7


def test_success_makes_the_pauses_short_again() -> None:
    """A link that held for a while heals at once."""
    backoff = Backoff(random.Random(7))
    for _ in range(10):
        backoff.next_pause()
    backoff.reset()
    assert backoff.next_pause() == timedelta(milliseconds=250)
