"""The order in which customers are served is the same whether they stay on the line or are promised a call back.

Two centres live the same day: the same callers at the same instants with the same numbers called, the same agents. In one of
them all stay on the line, in the other some have a callback promised and hang up. Whatever the tiers and priorities, and also
when the server of the second one is killed in between, both serve the same customers in the same order at the same instants.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.acd.callbacks import asks_for_it, terms, with_callbacks
from tests.core.playbook import ANN, NODE, PRIVATE_DNIS, START, SUPPORT, SUPPORT_DNIS, Play, seconds

from ccserver.core import events
from ccserver.core.centre import Centre
from ccserver.core.ids import InteractionId, LegId
from ccserver.core.kernel import Kernel
from ccserver.core.notices import OfferMade
from ccserver.core.plan import Plan
from ccserver.core.tiers import PolicyKind, RoutingPolicy
from ccserver.services.memory import Memory

LINES = (SUPPORT_DNIS, SUPPORT_DNIS, PRIVATE_DNIS)
TALK, LONGEST_GAP = 40.0, 30.0
Caller = tuple[float, str, float | None]
"""Comes after so many seconds, on this line, and wants to be called back so many seconds later; None: stays."""

callers = st.lists(
    st.tuples(st.floats(0.1, LONGEST_GAP), st.sampled_from(LINES), st.one_of(st.none(), st.floats(0.0, 60.0))),
    min_size=2,
    max_size=7,
)
policies = st.sampled_from([PolicyKind.EQUAL, PolicyKind.STRICT])


def day_plan(kind: PolicyKind) -> Plan:
    """One queue in which nobody is sent on, with room for all."""
    base = with_callbacks(terms(most=50), max_length=50, max_wait=seconds(10_000), policy=RoutingPolicy("it", kind))
    queue = replace(base.queues[SUPPORT], wrap_up_limit=seconds(0))
    return replace(base, queues={**base.queues, SUPPORT: queue})


class Day:
    """One centre. Whoever is offered is answered at once, and talks for `TALK` seconds."""

    def __init__(self, the_plan: Plan) -> None:
        self.play = Play(the_plan)
        self.served: list[tuple[str, datetime]] = []
        self._rows: dict[str, bytes] = {}
        self._memory = Memory(self.play.centre)
        self._seen = 0
        self._talks: list[tuple[datetime, LegId]] = []

    def comes(self, name: str, dnis: str) -> None:
        self.play.calls(dnis, name, f"+4420794601{int(name[1:]):02}")
        self._serves()

    def wants_a_call(self, name: str) -> None:
        """Who was served already does not."""
        interaction = self.play.centre.interactions.get(InteractionId(name))
        if interaction is not None and interaction.place is not None and interaction.work_item is None:
            asks_for_it(self.play, name)
        self._serves()

    def passes(self, until: datetime) -> None:
        """Talks end on the way, and the agent is offered the next."""
        while self._talks and self._talks[0][0] <= until:
            at, leg = self._talks.pop(0)
            self.play.passes(max(0.0, (at - self.play.now).total_seconds()))
            self.play.hand(events.LegEnded(leg))
            self._serves()
        self.play.passes(max(0.0, (until - self.play.now).total_seconds()))
        self._serves()

    def is_killed(self) -> None:
        """What was on the disk comes back, and the PBX tells what there is."""
        self._keep()
        centre = Centre(self.play.centre.plan)
        legs = tuple(
            events.SnapshotLeg(leg, True, key, leg.startswith("cc-")) for leg, key in self.play.centre.legs.items()
        )
        waiting = frozenset(leg for leg in self.play.centre.legs)
        talks = {
            call.connection: tuple(leg for leg, key in self.play.centre.legs.items() if key == call.id)
            for call in self.play.centre.interactions.values()
            if call.connection is not None
        }
        self._memory = Memory(centre)
        assert self._memory.restore(self._rows) == []
        self.play.centre, self.play.kernel = centre, Kernel(centre)
        self.play.hand(events.ServerStarted())
        snapshot = events.PbxSnapshot(NODE, legs, talks, waiting, "1")
        self.play.hand(events.TelephonyRestored(snapshot))
        self._serves()

    def _keep(self) -> None:
        for outcome in self.play.outcomes[self._seen :]:
            for name, row in self._memory.changes(outcome.touched, outcome.timers).items():
                if row is None:
                    self._rows.pop(name, None)
                else:
                    self._rows[name] = row
        self._seen = len(self.play.outcomes)

    def _serves(self) -> None:
        """The agent takes the phone, and a customer who is called back answers."""
        offers = self.play.all(OfferMade)
        while len(self.served) < len(offers):
            offer = offers[len(self.served)]
            self.served.append((offer.interaction.removesuffix("-cb"), self.play.now))
            self.play.agent_answers(offer.interaction)
            call = self.play.interaction(offer.interaction)
            assert call.customer_leg is not None
            if call.callback is not None:
                self.play.hand(events.LegAnswered(call.customer_leg))
            self._talks.append((self.play.now + seconds(TALK), call.customer_leg))
        self._keep()


def lived(day: Day, arrivals: Sequence[Caller], wishes: Mapping[int, float], killed_at: int | None) -> list[object]:
    """Everybody comes; the agent is there after the third, and the day ends when all are served."""
    moments: list[tuple[datetime, int, str, int]] = []
    at = START
    for number, (gap, _, _) in enumerate(arrivals):
        at += seconds(gap)
        moments.append((at, 0, "comes", number))
        if number in wishes:
            moments.append((at + seconds(wishes[number]), 1, "wants", number))
    moments.append((START + seconds(45), 2, "works", 0))
    for step, (when, _, what, number) in enumerate(sorted(moments)):
        day.passes(when)
        if what == "comes":
            day.comes(f"c{number}", arrivals[number][1])
        elif what == "wants":
            day.wants_a_call(f"c{number}")
        else:
            for event in (events.PhoneReachable(ANN), events.SignInRequested(ANN), events.ReadyRequested(ANN)):
                day.play.hand(event)
            day.passes(day.play.now)
        if step == killed_at:
            day.is_killed()
    day.passes(at + seconds(TALK * (len(arrivals) + 2) + 100))
    return list(day.served)


@settings(max_examples=40, deadline=None)
@given(callers, policies, st.one_of(st.none(), st.integers(0, 12)))
def test_the_order_is_as_if_all_had_stayed(arrivals: list[Caller], kind: PolicyKind, killed_at: int | None) -> None:
    """To the instant."""
    wishes = {number: wish for number, (_, _, wish) in enumerate(arrivals) if wish is not None}
    stayed = lived(Day(day_plan(kind)), arrivals, {}, None)
    promised = lived(Day(day_plan(kind)), arrivals, wishes, killed_at)
    assert promised == stayed
    assert len(stayed) == len(arrivals)


def test_the_day_of_the_property_has_callbacks_in_it() -> None:
    """Two of three are called back, in their order, with a death of the server between."""
    arrivals: list[Caller] = [(1.0, SUPPORT_DNIS, 3.0), (2.0, SUPPORT_DNIS, None), (2.0, PRIVATE_DNIS, 4.0)]
    day = Day(day_plan(PolicyKind.EQUAL))
    lived(day, arrivals, {0: 3.0, 2: 4.0}, 3)
    assert {offer.interaction for offer in day.play.all(OfferMade)} == {"c0-cb", "c1", "c2-cb"}
