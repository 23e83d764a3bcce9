"""Notices: what the centre tells; nothing answers them."""

from __future__ import annotations

import inspect
from dataclasses import is_dataclass
from typing import get_args

from ccserver.core import notices
from ccserver.core.commands import Command
from ccserver.core.events import Event
from ccserver.core.notices import Notice

KINDS = set(get_args(Notice))


def test_every_notice_is_in_the_union() -> None:
    """A reader that matches on the union misses none."""
    defined = {k for _, k in inspect.getmembers(notices, is_dataclass) if k.__module__ == notices.__name__}
    assert defined == KINDS


def test_a_notice_is_neither_event_nor_command() -> None:
    """It changes nothing and orders nothing."""
    assert KINDS & {*get_args(Event), *get_args(Command)} == set()


def test_notices_are_values() -> None:
    """They go to many listeners."""
    assert [kind for kind in KINDS if not kind.__dataclass_params__.frozen] == []
