"""Tables of states: a row is taken, ignored or missing."""

from __future__ import annotations

from enum import StrEnum

import pytest

from ccserver.core.errors import IllegalTransition
from ccserver.core.fsm import IGNORE, Table, allows, step


class Lamp(StrEnum):
    OFF = "off"
    ON = "on"
    BROKEN = "broken"


class Touch(StrEnum):
    PRESS = "press"
    DROP = "drop"
    LOOK = "look"


LAMP: Table[Lamp] = {
    Lamp.OFF: {Touch.PRESS: Lamp.ON, Touch.DROP: Lamp.BROKEN},
    Lamp.ON: {Touch.PRESS: Lamp.OFF, Touch.LOOK: IGNORE, Touch.DROP: Lamp.BROKEN},
    Lamp.BROKEN: {},
}


def test_a_row_is_taken() -> None:
    """State and event name the next state."""
    assert step(LAMP, Lamp.OFF, Touch.PRESS) is Lamp.ON


def test_an_ignored_event_leaves_the_state() -> None:
    """It may come late."""
    assert step(LAMP, Lamp.ON, Touch.LOOK) is Lamp.ON


def test_a_missing_row_raises() -> None:
    """The error names machine, state and event."""
    with pytest.raises(IllegalTransition, match="Lamp: no transition from broken on press") as raised:
        step(LAMP, Lamp.BROKEN, Touch.PRESS)
    assert (raised.value.machine, raised.value.state, raised.value.event) == ("Lamp", "broken", "press")


@pytest.mark.parametrize(
    ("state", "event", "is_allowed"),
    [(Lamp.OFF, Touch.PRESS, True), (Lamp.ON, Touch.LOOK, False), (Lamp.BROKEN, Touch.DROP, False)],
)
def test_only_a_move_is_allowed(state: Lamp, event: Touch, is_allowed: bool) -> None:
    """An ignored event and a missing row move nothing."""
    assert allows(LAMP, state, event) is is_allowed


def test_ignore_reads_as_what_it_is() -> None:
    """In a failed comparison of tables the word is seen."""
    assert repr(IGNORE) == "IGNORE"
