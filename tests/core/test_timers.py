"""Timer keys: values, and one handler at least for each kind."""

from __future__ import annotations

from dataclasses import fields
from typing import get_args

from ccserver.core.ids import InteractionId
from ccserver.core.kernel import TIMER_HANDLERS
from ccserver.core.timers import AgentsKept, DialLimit, DigitLimit, MaxWait, TimerKey

KINDS = get_args(TimerKey)


def test_every_kind_is_answered() -> None:
    """A timer nobody listens to would be a deadline in name only."""
    assert set(TIMER_HANDLERS) == set(KINDS)
    assert {kind for kind, handlers in TIMER_HANDLERS.items() if not handlers} == {
        AgentsKept
    }  # the dispatch looks at it


def test_the_same_key_is_the_same_timer() -> None:
    """Starting it again replaces it."""
    assert len({MaxWait(InteractionId("c1")), MaxWait(InteractionId("c1"))}) == 1


def test_kinds_with_the_same_fields_are_different_timers() -> None:
    """The kind counts."""
    assert MaxWait(InteractionId("c1")) != DialLimit(InteractionId("c1"))  # type: ignore[comparison-overlap]


def test_the_serial_tells_an_old_time_limit_from_the_present_one() -> None:
    """Two nodes of one flow."""
    assert DigitLimit(InteractionId("c1"), 1) != DigitLimit(InteractionId("c1"), 2)


def test_every_key_says_what_it_belongs_to() -> None:
    """The first field is an identity; but one belongs to the centre."""
    assert {fields(kind)[0].name for kind in KINDS if fields(kind)} == {"work_item", "interaction", "agent"}
    assert [kind for kind in KINDS if not fields(kind)] == [AgentsKept]
