"""Recorded traffic, played on the real core under any plan: the calls and agents of a day, and what other rules make of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from random import Random

from ccserver.adapters.sim.centre import SimCentre
from ccserver.adapters.sim.people import Crowd, Habits, Manner, Shift
from ccserver.adapters.sim.score import Score
from ccserver.adapters.sim.simulation import NOBODYS, Watch, forget, run_out
from ccserver.core.customer import CustomerCard
from ccserver.core.ids import CustomerId
from ccserver.core.plan import Plan
from ccserver.services.traffic import USUAL_TALK, RecordedCall, Traffic

FORGET_EVERY = 500


def play(plan: Plan, traffic: Traffic, seed: int, watch: Watch = lambda _: True) -> Score:
    """The same seed gives the same score, and under every plan the same callers with the same patience and talk.

    Nobody's number is that of the recorded caller. Phones ring as long as in the mean of the day, and none is missed.
    """
    chance = Random(f"{seed} recorded")  # noqa: S311  repeatable on purpose
    sim = SimCentre(plan, chance=Random(f"{seed} pbx"), has_journal=False, start=traffic.begins_at)  # noqa: S311
    score = Score(plan, traffic.begins_at, traffic.ends_at)
    sim.subscribe(score)
    habits = Habits(answer_delay=traffic.ring, missed_ratio=0.0)
    shift = Shift(sim, [agent for agent in plan.agents if agent in traffic.agents], habits, chance)
    shift.register(sim)
    for at, agent, event in traffic.presence:
        sim.agenda.at(at, partial(shift.ask, agent, event))
    crowd, drawn = Crowd(sim, habits), _Drawn(traffic)
    whole = (traffic.ends_at - traffic.begins_at) or timedelta(seconds=1)
    for serial, call in enumerate(traffic.calls, start=1):
        sim.agenda.run_until(call.at)
        if not watch((call.at - traffic.begins_at) / whole):
            score.closes_at = sim.agenda.now()
            break
        manner, wrap_up = drawn.manner(call, Random(f"{seed} call {serial}"))  # noqa: S311
        interaction = crowd.ring_in_as(_somebody(sim, call, serial), call.dnis, manner)
        if interaction is not None:
            shift.wrap_ups[interaction] = wrap_up
        if not serial % FORGET_EVERY:
            forget(sim)
    sim.agenda.run_until(score.closes_at)
    run_out(sim)
    score.unfinished = len(sim.centre.interactions)
    return score


class _Drawn:
    """What is not known of a call is drawn from the calls of which it is."""

    def __init__(self, traffic: Traffic) -> None:
        self._traffic, self._patience = traffic, traffic.mean_patience
        self._talks = [call.talk for call in traffic.calls if call.talk is not None] or [USUAL_TALK]
        self._wrap_ups = [call.wrap_up for call in traffic.calls if call.wrap_up is not None] or [timedelta()]

    def manner(self, call: RecordedCall, chance: Random) -> tuple[Manner, timedelta]:
        """Everything is drawn for every call, needed or not: so the same is drawn whatever is known."""
        patience = self._traffic.patience_of(call, self._patience, chance)
        talk, wrap_up = _one_of(self._talks, chance), _one_of(self._wrap_ups, chance)
        talk, wrap_up = (talk if call.talk is None else call.talk), (wrap_up if call.wrap_up is None else call.wrap_up)
        return Manner(patience, talk, tuple(call.keys)), wrap_up


def _one_of(lengths: Sequence[timedelta], chance: Random) -> timedelta:
    return lengths[chance.randrange(len(lengths))]


def _somebody(sim: SimCentre, call: RecordedCall, serial: int) -> str:
    number = f"{NOBODYS}{serial:09}"
    if call.card is not None:
        card = call.card
        sim.customers[number] = CustomerCard(
            CustomerId(number), number, card.tier, card.value, (number,), card.language
        )
    return number
