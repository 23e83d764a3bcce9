"""The system clock: aware, monotonic, honest about steps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ccserver.adapters.system_clock import SystemClock
from ccserver.services.ports import Clock

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)


class Machine:
    """A machine whose two clocks are set by hand."""

    def __init__(self) -> None:
        self.wall = NOON
        self.uptime = 1000.0

    def clock(self) -> SystemClock:
        return SystemClock(lambda: self.wall, lambda: self.uptime)


def test_it_fills_the_port_with_aware_utc_instants() -> None:
    """`now` is in UTC and says so."""
    clock: Clock = SystemClock()
    assert clock.now().tzinfo is UTC


def test_real_time_passes() -> None:
    """Two readings are in order."""
    clock = SystemClock()
    assert clock.now() <= clock.now()


def test_elapsed_time_moves_it() -> None:
    """It follows the monotonic clock."""
    machine = Machine()
    clock = machine.clock()
    machine.uptime += 2.5
    assert clock.now() == NOON + timedelta(seconds=2.5)


def test_a_wall_clock_set_back_does_not_turn_it_back() -> None:
    """Only the elapsed time counts after the start."""
    machine = Machine()
    clock = machine.clock()
    machine.wall -= timedelta(hours=1)
    assert clock.now() == NOON


def test_a_step_of_the_wall_clock_is_told() -> None:
    """An hour back is told as minus one hour."""
    machine = Machine()
    clock = machine.clock()
    machine.wall -= timedelta(hours=1)
    assert clock.step() == timedelta(hours=-1)
