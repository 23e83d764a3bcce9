"""What a caller has to expect of the wait, and what of it was told: plain figures that stay with the place in the queue.

Made by `acd.forecasting`, which knows the floor; here is only what others hold and ask.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import TYPE_CHECKING, Protocol

from ccserver.core.ids import QueueId

if TYPE_CHECKING:
    from ccserver.core.interaction import Interaction


class Step(IntEnum):
    """Waits as they are told, in minutes. Greater is worse."""

    UNDER_1 = 0
    FROM_1_TO_2 = 1
    FROM_2_TO_4 = 2
    FROM_4_TO_7 = 3
    FROM_7_TO_12 = 4
    OVER_12 = 5


@dataclass(frozen=True, slots=True)
class Forecast:
    """Seconds from `at` until an agent answers: 15 and 85 of a hundred such callers are answered within `low` and `high`,
    three of four within `prudent`; `typical` is the one figure to show. `confidence`, 0 to 1, is the chance that it is right
    within 30 s or 25 %."""

    at: datetime
    low: float
    typical: float
    prudent: float
    high: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Told:
    """The last step that the caller heard in this wait."""

    step: Step
    at: datetime


@dataclass(frozen=True, slots=True)
class WaitBound:
    """A condition on the wait that is predicted for a caller in a queue, with hysteresis.

    With `is_least` it goes on at `on` or more and off below `off`; otherwise on below `on` and off at `off` or more.
    """

    queue: QueueId
    is_least: bool
    on: timedelta
    off: timedelta


@dataclass(frozen=True, slots=True)
class Predicted:
    """The condition is on for the caller; so many seconds were predicted last."""

    bound: WaitBound
    seconds: float


@dataclass(frozen=True, slots=True)
class Awaited:
    """One wait in one queue, as it was foretold and told. For the record."""

    queue: QueueId
    since: datetime
    expected: Forecast | None
    """None: an agent was free at once."""
    told: Told | None
    """The last that the caller heard of it; None: nothing."""


class WaitForecast(Protocol):
    """Answers from what the router keeps; None where nothing can be said: nobody is signed in, or the caller does not wait."""

    def of(self, interaction: Interaction, now: datetime) -> Forecast | None:
        """For somebody who waits, at the place that the interaction has now."""
        ...

    def there(self, interaction: Interaction, queue: QueueId, now: datetime) -> Forecast | None:
        """For the same caller, with the same place in time, in the line of another queue."""
        ...
