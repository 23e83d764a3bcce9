"""The timekeeper: fires in time and in order, on the loop's clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import looptime
import pytest

from ccserver.core.commands import CancelTimer, StartTimer
from ccserver.core.events import Event, TimerFired
from ccserver.core.ids import InteractionId
from ccserver.core.timers import MaxWait
from ccserver.services.timekeeper import Timekeeper

START = datetime(2026, 1, 1, tzinfo=UTC)
ONE, TWO = MaxWait(InteractionId("1")), MaxWait(InteractionId("2"))

pytestmark = pytest.mark.looptime


class LoopClock:
    """Wall time that follows the loop's."""

    def now(self) -> datetime:
        return START + timedelta(seconds=asyncio.get_running_loop().time())


def at(seconds: float) -> datetime:
    return LoopClock().now() + timedelta(seconds=seconds)


def taken(told: list[Event]) -> Callable[[Event], bool]:
    """An inbox with room."""

    def take(event: Event) -> bool:
        told.append(event)
        return True

    return take


async def test_timers_fire_in_the_order_they_are_due() -> None:
    """Not in the order in which they were started."""
    told: list[Event] = []
    keeper = Timekeeper(LoopClock(), taken(told))
    keeper.apply([StartTimer(TWO, at(2)), StartTimer(ONE, at(1))])
    await asyncio.sleep(3)
    assert told == [TimerFired(ONE), TimerFired(TWO)]


async def test_a_timer_is_not_early() -> None:
    """Nothing before its time."""
    told: list[Event] = []
    Timekeeper(LoopClock(), taken(told)).apply([StartTimer(ONE, at(10))])
    await asyncio.sleep(9.9)
    assert told == []


async def test_a_cancelled_timer_does_not_fire() -> None:
    """It is dropped when its time comes."""
    told: list[Event] = []
    keeper = Timekeeper(LoopClock(), taken(told))
    keeper.apply([StartTimer(ONE, at(1)), CancelTimer(ONE)])
    await asyncio.sleep(2)
    assert told == []


async def test_a_restarted_timer_fires_once_at_the_new_time() -> None:
    """Restarting replaces."""
    told: list[Event] = []
    keeper = Timekeeper(LoopClock(), taken(told))
    keeper.apply([StartTimer(ONE, at(1))])
    keeper.apply([StartTimer(ONE, at(5))])
    await asyncio.sleep(2)
    assert told == []
    await asyncio.sleep(4)
    assert told == [TimerFired(ONE)]


async def test_a_timer_of_the_past_fires_at_once() -> None:
    """After a restart of ours."""
    told: list[Event] = []
    Timekeeper(LoopClock(), taken(told)).apply([StartTimer(ONE, at(-100))])
    await asyncio.sleep(0.01)
    assert told == [TimerFired(ONE)]


async def test_after_close_nothing_fires() -> None:
    """The server is going."""
    told: list[Event] = []
    keeper = Timekeeper(LoopClock(), taken(told))
    keeper.apply([StartTimer(ONE, at(1))])
    keeper.close()
    await asyncio.sleep(2)
    assert told == []


async def test_a_timer_that_finds_no_room_fires_when_there_is_some() -> None:
    """The kernel still waits for it; nothing else is told in its place, and it fires once."""
    told: list[Event] = []
    has_room = False
    keeper = Timekeeper(LoopClock(), lambda event: has_room and taken(told)(event))
    keeper.apply([StartTimer(TWO, at(2)), StartTimer(ONE, at(1))])
    await asyncio.sleep(10)
    assert told == []
    has_room = True
    await asyncio.sleep(1)
    assert told == [TimerFired(ONE), TimerFired(TWO)]


async def test_a_timer_without_room_can_still_be_cancelled() -> None:
    """And one that is due before it is not held up."""
    told: list[Event] = []
    has_room = False
    keeper = Timekeeper(LoopClock(), lambda event: has_room and taken(told)(event))
    keeper.apply([StartTimer(ONE, at(1))])
    await asyncio.sleep(2)
    has_room = True
    keeper.apply([CancelTimer(ONE), StartTimer(TWO, at(0.1))])
    await asyncio.sleep(1)
    assert told == [TimerFired(TWO)]


assert looptime is not None
