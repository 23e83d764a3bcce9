"""The work item: its table."""

from __future__ import annotations

import pytest
from tests.core.tables import check_every_pair, reached, targets, without_way_out

from ccserver.core.work_item import WORK, WorkEvent, WorkState


def test_every_state_has_a_row() -> None:
    """An empty one is a decision."""
    assert set(WORK) == set(WorkState)


def test_every_state_can_be_reached() -> None:
    """From the offer."""
    assert reached(WORK, WorkState.OFFERED) == set(WorkState)


def test_only_closed_work_is_for_ever() -> None:
    """Everything else has a way out."""
    assert without_way_out(WORK) == {WorkState.CLOSED}


def test_every_pair_is_a_row_or_raises() -> None:
    """Nothing in between."""
    check_every_pair(WORK, WorkEvent)


@pytest.mark.parametrize("state", [s for s in WorkState if s is not WorkState.CLOSED])
def test_reports_of_the_phone_may_come_late(state: WorkState) -> None:
    """A ring that is reported after the answer raises nothing."""
    assert state is WorkState.OFFERED or WorkEvent.RANG in WORK[state]


def test_there_is_no_way_back_from_wrap_up() -> None:
    """The talk is over; only closing is left."""
    assert targets(WORK, WorkState.WRAP_UP) == {WorkState.CLOSED}


def test_talk_cannot_be_skipped_into_wrap_up() -> None:
    """Who never answered has nothing to wrap up."""
    assert WorkEvent.TALK_ENDED not in WORK[WorkState.ALERTING]
