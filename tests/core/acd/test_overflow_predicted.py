"""Overflow rules that ask for the predicted wait: of the caller, here and elsewhere, with hysteresis."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.playbook import BOB, SALES, START, SUPPORT, Play, plan, queue, seconds

from ccserver.core.acd.forecasting import LiveForecast
from ccserver.core.acd.overflow_predicted import LOOK_EVERY, is_within, next_prediction
from ccserver.core.forecast import Forecast, WaitBound
from ccserver.core.ids import InteractionId, QueueId
from ccserver.core.interaction import Interaction
from ccserver.core.notices import OverflowTaken
from ccserver.core.plan import Exit, ExitKind, OverflowRule
from ccserver.core.timers import OverflowDue

TO_SALES = Exit(ExitKind.QUEUE, SALES)
LONG = WaitBound(SUPPORT, True, seconds(180), seconds(120))
SHORT_THERE = WaitBound(SALES, False, seconds(60), seconds(90))
KEY = OverflowDue(InteractionId("c1"))


class Foretold(LiveForecast):
    """Expects what it is told to expect; None: cannot tell."""

    def __init__(self) -> None:
        super().__init__()
        self.here: float | None = 30.0
        self.elsewhere: float | None = 30.0

    def of(self, interaction: Interaction, now: datetime) -> Forecast | None:
        return None if self.here is None else Forecast(now, self.here, self.here, self.here, self.here, 0.9)

    def there(self, interaction: Interaction, queue: QueueId, now: datetime) -> Forecast | None:
        there = self.elsewhere
        return None if there is None else Forecast(now, there, there, there, there, 0.9)


def waiting(*bounds: WaitBound, **rule: object) -> tuple[Play, Foretold]:
    """A caller for support whom a rule with these conditions moves to sales."""
    moves = replace(OverflowRule(TO_SALES, predicted=bounds), **rule)  # type: ignore[arg-type]
    queues = {
        SALES: queue(SALES, "sales", announcement=None),
        SUPPORT: queue(SUPPORT, "support", announcement=None, overflow=(moves,)),
    }
    play = Play(plan(queues=queues))
    play.talks(BOB, "busy")
    forecast = play.kernel.forecast = Foretold()
    return play, forecast


def where(play: Play) -> QueueId:
    place = play.interaction("c1").place
    assert place is not None
    return place.queue


def test_who_will_wait_too_long_is_sent_on_at_once() -> None:
    """At the entry already, and the record says what was predicted."""
    play, forecast = waiting(LONG)
    forecast.here = 200.0
    play.calls(name="c1")
    assert where(play) == SALES
    (held,) = play.interaction("c1").ways[0].held
    assert (held.what, held.name, held.limit, held.value) == ("predicted_wait", SUPPORT, 180, 200)


def test_who_will_be_answered_soon_stays() -> None:
    """And is asked for again every ten seconds."""
    play, forecast = waiting(LONG)
    play.calls(name="c1")
    assert where(play) == SUPPORT
    forecast.here = 200.0
    play.passes(9.9)
    assert where(play) == SUPPORT
    play.passes(0.1)
    assert where(play) == SALES


def test_another_queues_wait_is_this_callers_there() -> None:
    """Both must hold."""
    play, forecast = waiting(LONG, SHORT_THERE)
    forecast.here, forecast.elsewhere = 200.0, 70.0
    play.calls(name="c1")
    assert where(play) == SUPPORT
    forecast.elsewhere = 50.0
    play.passes(10)
    assert where(play) == SALES


def test_what_has_begun_to_hold_goes_on_till_its_other_end() -> None:
    """Three minutes were predicted, then two and a half: when sales has room the caller goes."""
    play, forecast = waiting(LONG, SHORT_THERE)
    forecast.here, forecast.elsewhere = 180.0, 70.0
    play.calls(name="c1")
    forecast.here, forecast.elsewhere = 150.0, 50.0
    play.passes(10)
    assert where(play) == SALES


def test_what_was_never_that_long_does_not_hold_in_between() -> None:
    """Two and a half minutes alone are not three."""
    play, forecast = waiting(LONG)
    forecast.here = 150.0
    play.calls(name="c1")
    play.passes(30)
    assert where(play) == SUPPORT


@pytest.mark.parametrize("bound", [LONG, SHORT_THERE])
def test_where_nothing_can_be_foretold_nothing_holds(bound: WaitBound) -> None:
    """Nobody is signed in, or nobody of the kind ever came."""
    play, forecast = waiting(bound)
    forecast.here = forecast.elsewhere = None
    play.calls(name="c1")
    play.passes(30)
    assert play.all(OverflowTaken) == []


def test_without_such_a_rule_nothing_is_looked_at_again() -> None:
    """Nothing polls."""
    play, _ = waiting(waited=seconds(500))
    play.calls(name="c1")
    assert play.centre.timers[KEY] == play.now + seconds(500)


def test_a_look_that_is_planned_stays_where_it_is() -> None:
    """However often the caller is touched meanwhile."""
    rules = (OverflowRule(TO_SALES, predicted=(LONG,)),)
    soon = START + seconds(3)
    assert next_prediction(rules, soon, START) == soon
    assert next_prediction(rules, None, START) == START + LOOK_EVERY
    assert next_prediction(rules, START + seconds(500), START) == START + LOOK_EVERY
    assert next_prediction((OverflowRule(TO_SALES),), soon, START) is None


@given(st.lists(st.floats(0, 1000)), st.booleans())
def test_between_the_ends_nothing_changes(waits: list[float], is_least: bool) -> None:
    """Hysteresis: a condition changes only beyond its ends."""
    bound = WaitBound(SUPPORT, True, seconds(180), seconds(120)) if is_least else SHORT_THERE
    low, high = sorted((bound.on.total_seconds(), bound.off.total_seconds()))
    is_on = False
    for wait in waits:
        was_on, is_on = is_on, is_within(bound, wait, is_on)
        if low <= wait < high:
            assert is_on == was_on


def test_the_live_forecast_answers_for_both() -> None:
    """Without a fake: nobody ever waited for sales, so nothing is known there."""
    play, _ = waiting(LONG)
    play.kernel.forecast = LiveForecast()
    play.calls(name="c1")
    forecast = play.kernel.forecast
    here, there = forecast.of(play.interaction("c1"), play.now), forecast.there(play.interaction("c1"), SALES, play.now)
    assert here is not None
    assert there is None
