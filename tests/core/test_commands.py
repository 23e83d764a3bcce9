"""Orders: values with an address, in one union."""

from __future__ import annotations

import inspect
from dataclasses import FrozenInstanceError, fields, is_dataclass
from typing import get_args

import pytest

from ccserver.core import commands
from ccserver.core.commands import AnswerLeg, Command, HangUpLeg, TelephonyCommand
from ccserver.core.ids import LegId

DEFINED = {kind for _, kind in inspect.getmembers(commands, is_dataclass) if kind.__module__ == commands.__name__}


def test_every_order_is_in_the_union() -> None:
    """One that is left out would be taken for a notice."""
    assert set(get_args(Command)) == DEFINED


def test_orders_to_the_pbx_name_a_leg_or_a_connection() -> None:
    """What the performer keeps in order."""
    addresses = {fields(kind)[0].name for kind in get_args(TelephonyCommand)}
    assert addresses == {"leg", "connection"}


def test_orders_cannot_be_changed_on_their_way() -> None:
    """They are values."""
    with pytest.raises(FrozenInstanceError):
        HangUpLeg(LegId("leg"), "rona").reason = ""  # type: ignore[misc]


def test_equal_orders_are_equal() -> None:
    """A repeated one is recognised."""
    assert AnswerLeg(LegId("leg")) == AnswerLeg(LegId("leg"))
