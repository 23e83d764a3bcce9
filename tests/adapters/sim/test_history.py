"""The history in virtual time: while it is away records wait on the disk, and each arrives once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.scenarios.plan import make_plan
from tests.scenarios.stage import SUPPORT_LINE

from ccserver.adapters.sim.centre import SimCentre
from ccserver.adapters.sim.legs import Party


@pytest.fixture
def sim() -> SimCentre:
    """A centre that has just opened."""
    centre = SimCentre(make_plan())
    centre.run_for(timedelta(seconds=1))
    return centre


def abandons(sim: SimCentre) -> None:
    """One call that leaves one record."""
    leg = sim.pbx.call_in(Party(), "+442079460300", SUPPORT_LINE)
    sim.run_for(timedelta(seconds=2))
    sim.pbx.hang_up(leg)
    sim.run_for(timedelta(seconds=1))


def test_record_is_delivered(sim: SimCentre) -> None:
    """And leaves the outbox."""
    abandons(sim)
    assert (len(sim.history.rows), sim.journal.outbox) == (1, [])


def test_records_wait_while_the_history_is_away(sim: SimCentre) -> None:
    """Each of them, in the outbox."""
    sim.lose_database()
    abandons(sim)
    abandons(sim)
    assert (sim.history.rows, len(sim.journal.outbox)) == ({}, 2)


def test_waiting_records_are_delivered_when_it_is_back(sim: SimCentre) -> None:
    """At the latest eight seconds after."""
    sim.lose_database()
    abandons(sim)
    sim.run_for(timedelta(minutes=5))
    sim.restore_database()
    sim.run_for(timedelta(seconds=8))
    assert (len(sim.history.rows), sim.journal.outbox) == (1, [])


def test_records_outlive_a_crash(sim: SimCentre) -> None:
    """They are on the disk."""
    sim.lose_database()
    abandons(sim)
    sim.crash()
    sim.restore_database()
    assert sim.history.rows == {}
    sim.start()
    assert len(sim.history.rows) == 1


def test_history_is_not_asked_all_the_time(sim: SimCentre) -> None:
    """Tries become rare."""
    sim.lose_database()
    abandons(sim)
    sim.run_for(timedelta(minutes=5))
    assert 30 < sim.history.refused < 60
