"""How long a contact will wait until it is answered: a typical value, a range, and how sure that is. Lengths are seconds.

Learned on the spot from every contact that had to wait, per terms (tier), from what was to be seen of the floor when it came:
least squares on logarithms gives a score, life tables tell how waits spread about that score. There is no forward
simulation: priorities, skills and agents kept free are in what is learned, and what is left is the chance of a handful of
agents hanging up, which a simulation does not know either.

Answered contacts alone are a biased sample, since those who would have waited long hang up. So the life tables count who
hung up among those at risk until then, and the line is taught, for such a contact, the mean of what the table expects
beyond that wait (Buckley and James 1979). That holds as far as callers do not hang up because of what they cannot know.

One estimate costs under 0.2 ms, and does not grow with agents or contacts.
"""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass, field

import numpy as np

from ccserver.core.acd.estimate_learning import LeastSquares, Spread, Waits, guessed
from ccserver.core.acd.estimate_sight import Floats, Sight

LOW, PRUDENT, HIGH = 0.15, 0.75, 0.85
"""Shares of contacts that are answered within these figures of an estimate."""
NEAR, NEAR_SHARE = 30.0, 0.25
"""An estimate is right when it is off by no more than so many seconds, or by this share of the true wait."""
MOST_MODELS = 500
"""Terms that are learned apart; those beyond share one model."""
MOST_LINES = 20_000
"""Lines (need and terms) whose last waits are kept; those beyond use what is known of their terms."""
_FORGET = 1 / 10_000
_KEEP = 1 - 1 / 300
_RECENT = 0.15
_GUESS_WEIGHT = 3.0
_POOL_WEIGHT = 6.0
_CONFIDENT_AFTER = 15.0
_FIRST_GUESS = math.log(45.0)
_START: Floats = np.zeros(14)
_START[1] = _START[8] = 0.5
_VARIANCE: Floats = np.full(14, 0.05)
_GUESS: Floats = guessed(0.9)
_OWN_VARIANCE: Floats = np.full(14, 0.001)


@dataclass(frozen=True, slots=True)
class Expected:
    """Seconds from the sight on until the contact is answered: 15 and 85 % of such contacts are answered within `low` and
    `high`, three of four within `prudent`; `typical` is the one figure to tell, least far off in percent (`Waits.usual`).

    `confidence`, 0 to 1, is the chance that `typical` is right (within 30 s or 25 %), less while little was learned.
    The rest is what the estimator learns from when the wait is over.
    """

    low: float
    typical: float
    prudent: float
    high: float
    confidence: float
    sight: Sight
    score: float
    features: Floats = field(repr=False)


class _Model:
    """What is learned of one kind of contacts."""

    __slots__ = ("count", "line", "recent", "spread")

    def __init__(self, start: Floats, variance: Floats) -> None:
        self.line = LeastSquares(start, variance, _FORGET)
        self.spread = Spread(_KEEP)
        self.count = 0
        self.recent = _FIRST_GUESS


@dataclass(frozen=True, slots=True)
class _Look:
    """What was said about a contact, and when."""

    at: float
    expected: Expected


@dataclass(frozen=True, slots=True)
class LearnedModel:
    """What a model has learned, as plain numbers. `terms` None: that of all contacts."""

    terms: int | None
    is_again: bool
    weights: tuple[float, ...]
    uncertain: tuple[float, ...]
    tables: tuple[float, ...]
    count: int
    recent: float


@dataclass(frozen=True, slots=True)
class LookUnderWay:
    """What will be learned from when the wait of `contact` is over."""

    contact: str
    at: float
    sight: Sight
    score: float
    features: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class LearnedWaits:
    """What an Estimator has learned. `lines` are need, terms, whether it is a later look, and the latest waits' logarithm."""

    models: tuple[LearnedModel, ...]
    lines: tuple[tuple[int, int, bool, float], ...]
    looks: tuple[LookUnderWay, ...] = ()
    """Of those who wait now, in the order in which they were taken."""


class Estimator:
    """Tells what to expect, and learns from how it ended. Told nothing, it guesses from the load, and says that it is unsure.

    Only contacts that found nobody free are its business. Instants are seconds of one clock, as those of the sights.
    """

    def __init__(self) -> None:
        self._all = {False: _Model(_START, _VARIANCE), True: _Model(_START, _VARIANCE)}
        self._own: dict[tuple[int, bool], _Model] = {}
        self._lines: dict[tuple[int, int, bool], float] = {}
        self._looks: dict[Hashable, list[_Look]] = {}

    def learned(self) -> LearnedWaits:
        """All of it, and what is to be learned from those who wait now."""
        models: list[tuple[int | None, bool, _Model]] = [(None, again, model) for again, model in self._all.items()]
        models += [(terms, again, model) for (terms, again), model in self._own.items()]
        return LearnedWaits(
            tuple(
                LearnedModel(terms, again, *model.line.state(), model.spread.state(), model.count, model.recent)
                for terms, again, model in models
            ),
            tuple((*line, recent) for line, recent in self._lines.items()),
            tuple(_under_way(contact, look) for contact, looks in self._looks.items() for look in looks),
        )

    def go_on(self, learned: LearnedWaits) -> None:
        """From where another one stopped; needs and terms go by the same numbers."""
        for each in learned.models:
            if each.terms is None:
                model = self._all[each.is_again]
            else:
                model = self._own[each.terms, each.is_again] = _Model(np.zeros_like(_START), _OWN_VARIANCE)
            model.line.go_on(each.weights, each.uncertain)
            model.spread.go_on(each.tables)
            model.count, model.recent = each.count, each.recent
        self._lines = {(need, terms, again): recent for need, terms, again, recent in learned.lines}
        for look in learned.looks:
            expected = Expected(0.0, 0.0, 0.0, 0.0, 0.0, look.sight, look.score, np.array(look.features))
            self._looks.setdefault(look.contact, []).append(_Look(look.at, expected))

    def __len__(self) -> int:
        return len(self._looks)

    def expect(self, contact: Hashable, sight: Sight, now: float) -> Expected:
        """The estimate for a contact that waits, to learn from later. To be asked when it came, and again when it likes.

        Looks are kept for learning when it came and each time the wait has doubled since: by a rule that does not know how
        it will end. (The last look before the answer is always a short wait's.)
        """
        expected = self.look(sight)
        looks = self._looks.setdefault(contact, [])
        if not looks or sight.waited >= 2 * max(1.0, looks[-1].expected.sight.waited):
            looks.append(_Look(now, expected))
        return expected

    def look(self, sight: Sight) -> Expected:
        """The same for whoever is only curious: what would a contact have to expect that sees this?"""
        everybody, own = self._models(sight)
        features = _features(sight, self._recent(sight, own))
        score = everybody.line.at(features) + own.line.at(features)
        waits = _waits(everybody, own, score)
        low, prudent, high = (waits.quantile(share) for share in (LOW, PRUDENT, HIGH))
        typical = min(high, max(low, waits.usual()))
        off = max(NEAR, NEAR_SHARE * typical)
        confidence = waits.within(typical - off, typical + off) * own.count / (own.count + _CONFIDENT_AFTER)
        return Expected(low, typical, prudent, high, confidence, sight, score, features)

    def answered(self, contact: Hashable, now: float) -> None:
        """The contact was answered. Unknown ones (found an agent at once) teach nothing."""
        for look in self._looks.pop(contact, ()):
            waited = now - look.at
            self._learn(look.expected, waited, math.log(max(1.0, waited)), is_answered=True)

    def left(self, contact: Hashable, now: float) -> None:
        """The contact hung up or left otherwise, unanswered: it would have waited longer."""
        for look in self._looks.pop(contact, ()):
            waited, expected = now - look.at, look.expected
            beyond = _waits(*self._models(expected.sight), expected.score).beyond(waited)
            self._learn(expected, waited, beyond, is_answered=False)

    def forget(self, contact: Hashable) -> None:
        """It turned out to be of other terms than those it was looked at under: nothing to learn from that."""
        self._looks.pop(contact, None)

    def renumber(self) -> None:
        """Needs and terms go by other numbers from now on: what was learned of all of them stays, what of each is gone."""
        self._own.clear()
        self._lines.clear()
        self._looks.clear()

    def _learn(self, expected: Expected, waited: float, truth: float, is_answered: bool) -> None:
        everybody, own = self._models(expected.sight)
        everybody.line.learn(expected.features, truth)
        own.line.learn(expected.features, truth - everybody.line.at(expected.features))
        for model in (everybody, own):
            model.count += 1
            model.spread.learn(expected.score, waited, is_answered)
        if is_answered:
            self._remember(expected.sight, own, truth)

    def _remember(self, sight: Sight, own: _Model, truth: float) -> None:
        line = (sight.need, sight.terms, sight.waited > 0)
        if line in self._lines or len(self._lines) < MOST_LINES:
            before = self._lines.get(line, own.recent)
            self._lines[line] = before + _RECENT * (truth - before)
        own.recent += _RECENT / 3 * (truth - own.recent)

    def _models(self, sight: Sight) -> tuple[_Model, _Model]:
        is_again = sight.waited > 0
        key = (sight.terms if len(self._own) < MOST_MODELS or (sight.terms, is_again) in self._own else -1, is_again)
        own = self._own.get(key)
        if own is None:
            own = self._own[key] = _Model(np.zeros_like(_START), _OWN_VARIANCE)
        return self._all[is_again], own

    def _recent(self, sight: Sight, own: _Model) -> float:
        return self._lines.get((sight.need, sight.terms, sight.waited > 0), own.recent)


def _under_way(contact: Hashable, look: _Look) -> LookUnderWay:
    expected = look.expected
    return LookUnderWay(str(contact), look.at, expected.sight, expected.score, tuple(expected.features.tolist()))


def _waits(everybody: _Model, own: _Model, score: float) -> Waits:
    """What was seen of its own kind, eked out by what was seen of all, and that by a guess."""
    answered, at_risk = everybody.spread.seen(score)
    hazard = (answered + _GUESS_WEIGHT * _GUESS) / (at_risk + _GUESS_WEIGHT)
    answered, at_risk = own.spread.seen(score)
    return Waits(score, (answered + _POOL_WEIGHT * hazard) / (at_risk + _POOL_WEIGHT))


def fluid(sight: Sight) -> float:
    """Seconds until those who go before it are served or gone, if agents were a stream: the first guess.

    ln(1 + (ahead + 1) theta / mu) / theta, with theta the rate at which each hangs up and mu the rate at which agents who
    can take it become free, less those of a higher rank who come meanwhile.
    """
    ahead = sight.ahead + sight.higher + sight.equal
    freed = max(1.0, sight.online) / max(1.0, sight.handle)
    drained = max(0.1 * freed, freed - sight.arriving_higher)
    patience = max(1.0, sight.patience)
    return patience * math.log1p((ahead + 1) / drained / patience)


def _features(sight: Sight, recent: float) -> Floats:
    log = math.log1p
    interval = sight.handle / max(1.0, sight.online)
    return np.array(
        (
            1.0,
            math.log(max(1.0, fluid(sight))),
            log(sight.ahead),
            log(sight.higher),
            log(sight.equal),
            log(sight.lower),
            math.log(max(0.1, interval)),
            log(sight.head_waited),
            recent,
            log(sight.idle),
            min(3.0, sight.arriving * interval),
            min(3.0, sight.arriving_higher * interval),
            log(sight.waited),
            1.0 if sight.waited > sight.target else 0.0,
        )
    )
