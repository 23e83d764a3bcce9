"""Events: each has somebody who answers it, and none carries its own time."""

from __future__ import annotations

import inspect
from dataclasses import fields, is_dataclass
from typing import get_args

from tests.core.playbook import NODE

from ccserver.core import events, fallback_events
from ccserver.core.events import Event, PbxSnapshot, SnapshotLeg, TimerFired, TransferTarget
from ccserver.core.kernel import HANDLERS

KINDS = set(get_args(Event))
PARTS = {PbxSnapshot, SnapshotLeg, TransferTarget}


def test_every_event_is_in_the_union() -> None:
    """Parts of events apart."""
    modules = (events, fallback_events)
    defined = {k for m in modules for _, k in inspect.getmembers(m, is_dataclass) if k.__module__ == m.__name__}
    assert defined - PARTS == KINDS


def test_every_event_is_answered() -> None:
    """Timers go by their key."""
    assert set(HANDLERS) == KINDS - {TimerFired}
    assert all(HANDLERS.values())


def test_events_carry_no_time_of_their_own() -> None:
    """`now` comes with them; only what is read back afterwards knows when it was."""
    present = {kind for kind in KINDS if kind.__module__ != fallback_events.__name__}
    timed = {kind.__name__ for kind in present for field in fields(kind) if field.name in ("now", "at")}
    assert timed == set()


def test_events_are_values() -> None:
    """They are recorded and replayed."""
    assert [kind for kind in KINDS if not kind.__dataclass_params__.frozen] == []


def test_an_empty_snapshot_holds_nothing() -> None:
    """A PBX that has just started."""
    snapshot = PbxSnapshot(NODE)
    assert (snapshot.legs, snapshot.connections, snapshot.waiting) == ((), {}, frozenset())
