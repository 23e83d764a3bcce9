"""Calls to outside numbers: the one function that every outgoing call passes.

It decides whether the number may be called and how long it may ring. Who calls, and what follows from the answer, is the
business of `calling`, `transfer` and the ways out of a queue. A number that may not be called is a leg that ends at once:
whoever copes with a number that is not reached copes with that too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from ccserver.core.centre import Centre
from ccserver.core.commands import Command, DialNumber, StartTimer
from ccserver.core.errors import Refused
from ccserver.core.events import Cause, Event, LegEnded
from ccserver.core.ids import LegId
from ccserver.core.interaction import Interaction, InteractionEvent
from ccserver.core.moves import move
from ccserver.core.notices import Notice
from ccserver.core.timers import DialLimit

Effects = Iterator[Command | Notice | Event]
E164: Final = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
"""ITU-T E.164: at most fifteen digits; shorter than seven is no subscriber."""


def check_number(number: str) -> None:
    """For whoever can be told so: raises Refused for a number that may not be called."""
    if not E164.fullmatch(number):
        raise Refused("bad_number", "use the international form, such as +442079460000")


def dial(centre: Centre, interaction: Interaction, leg: LegId, number: str, now: datetime) -> Effects:
    """Open the leg, which the centre knows already, to the number; within the limit it is answered or the call is over."""
    try:
        check_number(number)
    except Refused:
        yield LegEnded(leg, Cause.INVALID_NUMBER)
        return
    limit = centre.plan.dial_limit
    yield DialNumber(leg, interaction.node, interaction.id, number, centre.plan.caller_number, limit)
    yield StartTimer(DialLimit(interaction.id), now + limit)


def dial_outside(centre: Centre, interaction: Interaction, number: str, now: datetime) -> Effects:
    """Call an outside party for a customer who hears music meanwhile."""
    leg = interaction.next_leg()
    interaction.forwarded_leg = leg
    centre.legs[leg] = interaction.id
    move(centre, interaction, InteractionEvent.CALL, now)
    yield from dial(centre, interaction, leg, number, now)
