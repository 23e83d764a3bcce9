"""The estimated wait, live: it tells the estimator who began to wait and how that ended, and answers what is to be expected.

Everything it knows is derived and learned anew after a start, as what the router learns is: so a recorded day that is
played again to a fresh kernel gives the same figures, and nothing is written for it. Some dozens of callers who had to
wait are enough for a first opinion; until then it is unsure, and says so. A step costs what it touched.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ccserver.core.acd.dispatch import Dispatch
from ccserver.core.acd.estimate import Estimator, Expected, LearnedWaits
from ccserver.core.acd.estimate_floor import Outlook
from ccserver.core.acd.estimate_sight import Sight
from ccserver.core.centre import Centre
from ccserver.core.forecast import Forecast
from ccserver.core.ids import InteractionId, QueueId
from ccserver.core.interaction import Interaction, InteractionState
from ccserver.core.notices import WaitJudged

KEEP_FIGURE: Final = 5.0
"""Seconds for which a figure for newcomers is shown as it is."""
JUST_CAME: Final = 1.0
"""Seconds; who waits no longer has just come: the look-up of the customer may have taken a moment."""
_STILL_WAITS: Final = (InteractionState.QUEUED, InteractionState.OFFERED)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Somebody whose wait the estimator will learn from: in which line, and what was expected."""

    queue: QueueId
    tier: str
    expected: Forecast


class LiveForecast:
    """One for a kernel; implements `forecast.WaitForecast`."""

    def __init__(self, learned: LearnedWaits | None = None) -> None:
        """With what another one has learned of the same needs and terms, or with nothing."""
        self.estimator = Estimator()
        self._centre: Centre | None = None
        self._dispatch = Dispatch()
        self._take(self._dispatch)
        self._is_taught = learned is not None
        if learned is not None:
            self.estimator.go_on(learned)

    def _take(self, dispatch: Dispatch, are_numbers_kept: bool = False) -> None:
        """Read this one from now on. With another router needs and terms go by other numbers, as a rule."""
        self._dispatch, self._router = dispatch, dispatch.router
        self._outlook, self._readers = Outlook(self._router), Outlook(self._router)
        self._figures: dict[tuple[QueueId, str], tuple[float, Forecast | None]] = {}
        self._waiting: dict[InteractionId, _Waiting] = {}
        if not are_numbers_kept:
            self.estimator.renumber()

    # -- what changed ---------------------------------------------------------------------------------------------------

    def follow(self, centre: Centre, dispatch: Dispatch, now: datetime) -> Iterator[WaitJudged]:
        """Look at whom the step touched, after the dispatch has: who waits now found nobody free."""
        if dispatch.router is not self._router or centre is not self._centre:
            self._take(dispatch, self._is_taught)
            self._is_taught = False
            self._waiting = dict(_foretold(centre))
        self._centre, self._dispatch = centre, dispatch
        for kind, key in sorted(centre.touched):
            if kind == "interaction":
                yield from self._see(centre, InteractionId(key), now)

    def _see(self, centre: Centre, key: InteractionId, now: datetime) -> Iterator[WaitJudged]:
        interaction, known = centre.interactions.get(key), self._waiting.get(key)
        if interaction is not None and not interaction.is_called_back and interaction.state in _STILL_WAITS:
            self._waits(interaction, known, now)
        elif known is not None:
            del self._waiting[key]
            if interaction is not None and interaction.state is InteractionState.CONNECTED:
                self.estimator.answered(key, now.timestamp())
                waited = (now - known.expected.at).total_seconds()
                yield WaitJudged(key, known.queue, known.tier, known.expected, waited)
            else:
                self.estimator.left(key, now.timestamp())

    def _waits(self, interaction: Interaction, known: _Waiting | None, now: datetime) -> None:
        place, sight = interaction.place, self._sight(interaction, now)
        if place is None or sight is None:
            return  # being offered, or on a node whose call control is away: the wait goes on
        if known is not None and (known.queue, known.tier) == (place.queue, interaction.tier):
            return
        if known is not None:
            self._moves_on(interaction.id, known, place.queue, now)
        expected = self._expect(interaction.id, sight, now)
        if place.expected is None or known is not None:
            place.expected = expected
        self._waiting[interaction.id] = _Waiting(place.queue, interaction.tier, place.expected)

    def _moves_on(self, key: InteractionId, known: _Waiting, queue: QueueId, now: datetime) -> None:
        """Into another queue, unanswered; or it is of another tier than was known, and what was expected taught nothing."""
        if known.queue != queue:
            self.estimator.left(key, now.timestamp())
        else:
            self.estimator.forget(key)

    # -- questions ------------------------------------------------------------------------------------------------------

    def of(self, interaction: Interaction, now: datetime) -> Forecast | None:
        sight = self._sight(interaction, now)
        return None if sight is None or sight.online < 1 else self._expect(interaction.id, sight, now)

    def there(self, interaction: Interaction, queue: QueueId, now: datetime) -> Forecast | None:
        place = interaction.place
        if place is None:
            return None
        return self._of_joining(self._outlook, queue, interaction.tier, place.since.timestamp(), now)

    def of_newcomer(self, queue: QueueId, tier: str, now: datetime) -> Forecast | None:
        """For whoever of the tier would join the queue now; None while nobody of the kind ever did, or nobody is signed in.

        For readers, at any time: it leaves no trace in what the centre decides.
        """
        until, figure = self._figures.get((queue, tier), (0.0, None))
        at = now.timestamp()
        if at >= until:
            figure = self._of_joining(self._readers, queue, tier, at, now)
            self._figures[queue, tier] = at + KEEP_FIGURE, figure
        return figure

    def _of_joining(self, outlook: Outlook, queue: QueueId, tier: str, since: float, now: datetime) -> Forecast | None:
        plan = self._centre.plan if self._centre is not None else None
        line = None if plan is None or queue not in plan.queues else self._dispatch.line_of(plan, queue, tier)
        if line is None or not self._router.staff.online[line.need]:
            return None
        if self._router.staff.cover[line.need] and not line.count:
            return Forecast(now, 0.0, 0.0, 0.0, 0.0, 1.0)
        return _forecast(self.estimator.look(outlook.of_joining(line, since, now.timestamp())), now)

    def _sight(self, interaction: Interaction, now: datetime) -> Sight | None:
        place = interaction.place
        if place is None:
            return None
        waited = (now - place.since).total_seconds()
        return self._outlook.of(interaction.id, waited if waited >= JUST_CAME else 0.0, now.timestamp())

    def _expect(self, key: InteractionId, sight: Sight, now: datetime) -> Forecast:
        return _forecast(self.estimator.expect(key, sight, now.timestamp()), now)


def _foretold(centre: Centre) -> Iterator[tuple[InteractionId, _Waiting]]:
    """Who waits already, as after a start: judged by what was foretold, but nothing is learned from the rest of the wait."""
    for interaction in (centre.interactions[key] for key in centre.waiting):
        place = interaction.place
        if place is not None and place.expected is not None:
            yield interaction.id, _Waiting(place.queue, interaction.tier, place.expected)


def _forecast(expected: Expected, now: datetime) -> Forecast:
    def rounded(seconds: float) -> float:
        return round(seconds, 1)

    low, high = rounded(expected.low), rounded(expected.high)
    return Forecast(now, low, rounded(expected.typical), rounded(expected.prudent), high, round(expected.confidence, 3))
