"""Calls to outside numbers: what may be called, and that there is one place where it is asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.core.playbook import START, Play

from ccserver.core import dialling
from ccserver.core.commands import DialNumber, StartTimer
from ccserver.core.dialling import check_number, dial
from ccserver.core.errors import Refused
from ccserver.core.events import Cause, LegEnded
from ccserver.core.timers import DialLimit

CORE = Path(dialling.__file__).parent


@pytest.mark.parametrize(
    "number", ["", "+", "+44", "0442079460999", "+4420794609991234", "+٤٤٢٠٧٩٤٦٠٩٩٩", "+44 20 7946"]
)
def test_what_is_no_number_is_refused(number: str) -> None:
    """In the international form only, in digits that every trunk knows."""
    with pytest.raises(Refused) as refusal:
        check_number(number)
    assert refusal.value.reason == "bad_number"


def test_a_number_is_dialled_within_the_limit() -> None:
    """Showing the number of the centre."""
    play = Play()
    play.calls()
    interaction = play.interaction()
    leg = interaction.next_leg()
    order, timer = dial(play.centre, interaction, leg, "+442079460999", START)
    assert isinstance(order, DialNumber)
    assert (order.leg, order.number, order.caller_number) == (leg, "+442079460999", play.centre.plan.caller_number)
    assert timer == StartTimer(DialLimit(interaction.id), START + play.centre.plan.dial_limit)


def test_a_number_that_may_not_be_called_is_a_leg_that_ends() -> None:
    """So that whoever copes with a number that is not reached copes with it."""
    play = Play()
    play.calls()
    leg = play.interaction().next_leg()
    assert list(dial(play.centre, play.interaction(), leg, "112", START)) == [LegEnded(leg, Cause.INVALID_NUMBER)]


def test_every_outgoing_call_passes_the_one_function() -> None:
    """No other module of the core orders one."""
    orders = [path.name for path in CORE.rglob("*.py") if "yield DialNumber(" in path.read_text(encoding="utf-8")]
    assert orders == ["dialling.py"]
