"""The callback: its table."""

from __future__ import annotations

import pytest
from tests.core.tables import check_every_pair, reached, targets, without_way_out

from ccserver.core.callback import CALLBACK, OPEN, CallbackEvent, CallbackState


def test_every_state_has_a_row() -> None:
    """Those that are over too: news of them may come late."""
    assert set(CALLBACK) == set(CallbackState)


def test_every_state_can_be_reached() -> None:
    """From the promise."""
    assert reached(CALLBACK, CallbackState.WAITING) == set(CallbackState)


def test_only_what_is_open_goes_on() -> None:
    """Whatever is over stays so."""
    assert without_way_out(CALLBACK) == set(CallbackState) - OPEN


def test_every_pair_is_a_row_or_raises() -> None:
    """Nothing in between."""
    check_every_pair(CALLBACK, CallbackEvent)


@pytest.mark.parametrize("state", sorted(OPEN))
def test_every_open_one_can_be_cancelled(state: CallbackState) -> None:
    """In any phase."""
    assert CallbackState.CANCELLED in targets(CALLBACK, state)


def test_only_from_the_line_is_dialled() -> None:
    """So that nobody is called who rests, or twice at once."""
    assert [state for state in CALLBACK if CallbackState.CALLING in targets(CALLBACK, state)] == [CallbackState.WAITING]
