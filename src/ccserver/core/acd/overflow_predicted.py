"""Conditions of overflow rules on the predicted wait of the caller, here or in another queue, with hysteresis.

They belong to the caller and not to the queue, so what is on is kept with the place. Where nothing can be foretold (nobody
signed in, nobody of the kind ever came) a condition is off.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from ccserver.core.centre import Centre
from ccserver.core.forecast import Predicted, WaitBound
from ccserver.core.interaction import Interaction, QueuePlace
from ccserver.core.plan import OverflowRule

LOOK_EVERY: Final = timedelta(seconds=10)
"""What is foretold changes by itself; so often it is asked again."""


def see_predicted(
    centre: Centre, interaction: Interaction, place: QueuePlace, rules: Iterable[OverflowRule], now: datetime
) -> None:
    """Write down which of the conditions are on now for this caller."""
    was_on = {each.bound for each in place.predicted}
    bounds = dict.fromkeys(bound for rule in rules for bound in rule.predicted)
    if not bounds and not was_on:
        return
    place.predicted = [
        Predicted(bound, seconds)
        for bound in bounds
        if (seconds := _foretold(centre, interaction, place, bound, now)) is not None
        and is_within(bound, seconds, bound in was_on)
    ]
    if {each.bound for each in place.predicted} != was_on:
        centre.interaction(interaction.id)


def is_within(bound: WaitBound, seconds: float, was_on: bool) -> bool:
    """Whether the condition holds now that so much is foretold."""
    limit = (bound.off if was_on else bound.on).total_seconds()
    return seconds >= limit if bound.is_least else seconds < limit


def next_prediction(rules: Iterable[OverflowRule], planned: datetime | None, now: datetime) -> datetime | None:
    """When to ask again: as planned, unless that is too late; None when no rule asks."""
    if not any(rule.predicted for rule in rules):
        return None
    return planned if planned is not None and now < planned <= now + LOOK_EVERY else now + LOOK_EVERY


def _foretold(
    centre: Centre, interaction: Interaction, place: QueuePlace, bound: WaitBound, now: datetime
) -> float | None:
    if centre.forecast is None:
        return None
    if bound.queue == place.queue:
        expected = centre.forecast.of(interaction, now)
    else:
        expected = centre.forecast.there(interaction, bound.queue, now)
    return expected.typical if expected is not None else None
