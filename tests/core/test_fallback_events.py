"""Events of the black box: facts of the past, so each says itself when it was."""

from __future__ import annotations

import inspect
from dataclasses import fields, is_dataclass
from typing import Any

from ccserver.core import fallback_events
from ccserver.core.fallback_events import FallbackRead, PhoneBusy, PhoneFree

KINDS: set[Any] = {
    kind for _, kind in inspect.getmembers(fallback_events, is_dataclass) if kind.__module__ == fallback_events.__name__
}
PRESENT = {FallbackRead, PhoneBusy, PhoneFree}
"""What is true now, and needs no instant."""


def test_what_is_read_afterwards_carries_its_instant() -> None:
    """`now` is when it was read."""
    timed = {kind for kind in KINDS for field in fields(kind) if field.name == "at"}
    assert timed == KINDS - PRESENT


def test_events_are_values() -> None:
    """They are recorded and replayed."""
    assert [kind for kind in KINDS if not kind.__dataclass_params__.frozen] == []
