"""Order and starvation: cases in which other centres failed, by the number under which their users told of them, and the
same asked of drawn centres.

The five cases:
1. asterisk issue 1637: of two queues served by the same agents, a caller of higher priority who came late was put behind
   those of the other queue who waited longer.
2. asterisk issue 1691: a caller who joined at the first position of a queue that has callers made the two queues stop
   offering calls altogether.
3. asterisk issue 1561: a caller of a heavier queue whom the agent may not take yet kept that agent from the callers of a
   lighter one ...
4. ... and, when the wait has let the agent in, the heavier queue goes first again.
5. freeswitch issue 2511: of thirteen who waited in one queue the eighth was connected first.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.core.playbook import ANN, BOB, SALES, SUPPORT, Play, entry, plan, profile, queue, seconds

from ccserver.core.acd.dispatch import Dispatch
from ccserver.core.customer import CustomerCard, PastContact
from ccserver.core.events import Cause, CustomerFound, LegEnded, PlanChanged, ReadyRequested, WrapUpSaved
from ccserver.core.ids import AgentId, CustomerId, InteractionId, TierId
from ccserver.core.interaction import InteractionState
from ccserver.core.plan import Plan, PreferredAgent, PreferredAs, QueuePlan, WaitsWhile
from ccserver.core.skills import AtLeast, Relaxation
from ccserver.core.tiers import PolicyKind, RoutingPolicy, Tier

SALES_LINE, SUPPORT_LINE, URGENT_LINE = "+448081570105", "+448081570102", "+448081570103"
LINES = (SALES_LINE, SUPPORT_LINE, URGENT_LINE)
WAIT_LIMIT = 60.0


def centre(*queues: QueuePlan, **agents: dict[str, int]) -> Plan:
    """Sales and support with these agents; the urgent line is support's with priority 20."""
    entries = [
        entry(SALES_LINE, to=SALES),
        entry(SUPPORT_LINE, to=SUPPORT),
        entry(URGENT_LINE, to=SUPPORT, priority=20),
    ]
    return plan(
        queues={each.id: each for each in queues},
        agents={AgentId(name): profile(AgentId(name), **skills) for name, skills in agents.items()},
        entry_points={each.dnis: each for each in entries},
    )


def two(**changes: object) -> tuple[QueuePlan, QueuePlan]:
    changes = {"max_length": 50, "max_wait": seconds(3600), **changes}
    return queue(SALES, "sales", **changes), queue(SUPPORT, "support", **changes)


def order_of_offers(play: Play, agent: AgentId = ANN) -> list[str]:
    """The one agent takes all who wait, one after the other; who they were."""
    taken = []
    while play.centre.waiting or play.centre.agents[agent].work_item is not None:
        item = play.centre.agents[agent].work_item
        assert item is not None, f"{list(play.centre.waiting)} wait, and the agent is offered nobody"
        name = play.centre.work_items[item].interaction
        taken.append(str(name))
        play.agent_answers(name)
        play.leaves(name)
        play.hand(WrapUpSaved(agent, item, "", "", done=True))
    return taken


# -- the five cases -------------------------------------------------------------------------------------------------------


def test_asterisk_1637_a_priority_holds_across_queues() -> None:
    """It came last, and nobody in either queue goes before it; behind it the longest wait does."""
    play = Play(centre(*two(), ann={"sales": 5, "support": 5}))
    for name, dnis, waits in (("s1", SUPPORT_LINE, 584), ("a1", SALES_LINE, 60), ("s2", SUPPORT_LINE, 600)):
        play.calls(dnis, name)
        play.passes(waits)
    play.calls(URGENT_LINE, "urgent")
    play.passes(32)
    play.is_ready(ANN)
    assert order_of_offers(play) == ["urgent", "s1", "a1", "s2"]


def test_asterisk_1691_one_who_joins_at_the_first_place_stops_nobody() -> None:
    """Offers go on in both queues, and each is made once."""
    play = Play(centre(*two(), ann={"sales": 5, "support": 5}))
    for name, dnis in (("s1", SUPPORT_LINE), ("a1", SALES_LINE), ("first", URGENT_LINE)):
        play.calls(dnis, name)
        play.passes(5)
    play.is_ready(ANN)
    assert order_of_offers(play) == ["first", "s1", "a1"]


def heavier() -> Plan:
    """Support goes before sales, and lets Ann in after 30 s only."""
    sales, support = two()
    support = replace(support, priority=5, relax=(Relaxation(seconds(30), AtLeast("sales")),))
    return centre(sales, support, ann={"sales": 5}, bob={"support": 5})


def test_asterisk_1561_who_may_not_be_taken_keeps_no_agent_from_others() -> None:
    """The call of the lighter queue is offered at once."""
    play = Play(heavier())
    play.is_ready(ANN)
    play.calls(SUPPORT_LINE, "heavy")
    play.passes(1)
    play.calls(SALES_LINE, "light")
    assert (play.rung(), play.state("light")) == ([ANN], InteractionState.OFFERED)


def test_asterisk_1561_who_may_be_taken_by_now_goes_first() -> None:
    """And the agent is offered it in the very moment when the wait lets the agent in."""
    play = Play(heavier())
    play.calls(SUPPORT_LINE, "heavy")
    play.calls(SALES_LINE, "light")
    play.passes(30.1)
    play.is_ready(ANN)
    assert play.state("heavy") is InteractionState.OFFERED
    idle = Play(heavier())
    idle.is_ready(ANN)
    idle.calls(SUPPORT_LINE, "heavy")
    idle.passes(30.1)
    assert idle.rung() == [ANN]


def test_freeswitch_2511_thirteen_callers_are_answered_in_their_order() -> None:
    """With the waits that were reported; two of them came in the same second."""
    waits = [303, 273, 200, 198, 186, 186, 138, 53, 50, 40, 30, 20, 10]
    play = Play(centre(*two(), ann={"support": 5}))
    for number, (longer, shorter) in enumerate(pairwise([*waits, 0])):
        play.calls(SUPPORT_LINE, f"c{number:02}")
        play.passes(longer - shorter)
    play.is_ready(ANN)
    assert order_of_offers(play) == [f"c{number:02}" for number in range(13)]


# -- drawn centres ----------------------------------------------------------------------------------------------------------


POLICIES = st.sampled_from(
    [RoutingPolicy(kind.value, kind) for kind in PolicyKind] + [RoutingPolicy("keeping", protect=20.0)]
)
TIERS = (
    Tier(TierId("gold"), "Gold", 20.0, seconds(10), 0.95, seconds(WAIT_LIMIT)),
    Tier(TierId("basic"), "Basic", 1.0, seconds(30), 0.8, seconds(WAIT_LIMIT)),
)
PREFERRED = PreferredAgent(
    (PreferredAs.ACCOUNT_MANAGER, PreferredAs.LAST_AGENT), wait_for=seconds(20), waits_while=WaitsWhile.AT_WORK
)
STAFF = {"ann": {"sales": 5, "support": 5}, "bob": {"support": 7}, "cem": {"sales": 3}}
MOVES = st.lists(
    st.tuples(
        st.sampled_from(
            ["calls", "calls", "calls", "answers", "answers", "declines", "done", "leaves", "ready", "reload"]
        ),
        st.integers(0, 5),
        st.sampled_from([0.0, 0.4, 3.0, 11.0, 25.0]),
    ),
    min_size=5,
    max_size=60,
)


class Day:
    """A centre in which callers wait in two queues at once and agents are preferred; every step is looked at."""

    def __init__(self, policy: RoutingPolicy) -> None:
        self.epoch, self.count, self.is_wide, self.policy = 1, 0, True, policy
        self.play = Play(replace(self.plan(), epoch=1))
        self.places: dict[InteractionId, tuple[object, int]] = {}
        self.play.is_ready(*map(AgentId, STAFF))

    def plan(self) -> Plan:
        """With and without a further queue and preferred agents, by turns."""
        sales, support = two(policy=self.policy)
        if self.is_wide:
            sales, support = replace(sales, also=(SUPPORT,)), replace(support, preferred_agent=PREFERRED)
        return replace(centre(sales, support, **STAFF), tiers=TIERS)

    def moves(self, what: str, which: int) -> None:
        """One thing happens, if it can."""
        move = {"calls": self.calls, "reload": self.reloads, "done": self.done, "ready": self.ready}.get(
            what, self.goes_on
        )
        move(what, which)

    def calls(self, _: str, which: int) -> None:
        """Somebody who talked with an agent a minute ago, or whom nobody knows."""
        self.count += 1
        name, agent = f"c{self.count:03}", list(STAFF)[which % 3]
        self.play.calls(LINES[which % 3], name)
        past = PastContact(self.play.now - seconds(60), "inbound", SUPPORT, agent, "answered", "")
        known = CustomerCard(CustomerId(name), name, "gold" if which > 3 else "", 0.0, last_contacts=(past,))
        self.play.hand(CustomerFound(InteractionId(name), known if which != 2 else None))

    def goes_on(self, what: str, which: int) -> None:
        """A phone that rings is taken or not, a caller hangs up."""
        centre = self.play.centre
        ringing = [item for item in centre.work_items.values() if item.connected_at is None]
        there = sorted(key for key, each in centre.interactions.items() if each.customer_leg and not each.left_at)
        if what == "leaves" and there:
            self.play.leaves(there[which % len(there)])
        elif what == "answers" and ringing:
            self.play.agent_answers(ringing[which % len(ringing)].interaction)
        elif what == "declines" and ringing:
            self.play.hand(LegEnded(ringing[which % len(ringing)].leg, Cause.REJECTED))

    def done(self, _: str, __: int) -> None:
        """All wrap-up ends."""
        for item in list(self.play.centre.work_items.values()):
            if item.talk_ended_at is not None:
                self.play.hand(WrapUpSaved(item.agent, item.id, "", "", done=True))

    def ready(self, _: str, which: int) -> None:
        """Who missed a call comes back."""
        self.play.hand(ReadyRequested(AgentId(list(STAFF)[which % 3])))

    def reloads(self, _: str, __: int) -> None:
        """Further queues and preferred agents come and go."""
        self.epoch, self.is_wide = self.epoch + 1, not self.is_wide
        self.play.hand(PlanChanged(replace(self.plan(), epoch=self.epoch)))

    def check(self) -> None:
        """Places never get worse; nothing has drifted; nobody waits who could be taken, beyond what was promised."""
        play = self.play
        for key, each in play.centre.interactions.items():
            if each.place is not None:
                before = self.places.setdefault(key, (each.place.since, each.place.priority))
                assert (each.place.since, each.place.priority) == before, f"the place of {key} has changed"
        fresh = Dispatch()
        fresh.follow(play.centre, play.now)
        dispatch = play.kernel.dispatch
        assert dispatch is not None
        assert dispatch.holds() == fresh.holds()
        self.nobody_starves()

    def nobody_starves(self) -> None:
        """Whoever waits while an agent is free who could take the call: the agent is kept free for others, or the caller for
        a preferred agent; both end."""
        play = self.play
        for key in play.centre.waiting:
            each = play.centre.interactions[key]
            able = [
                agent for agent in play.centre.agents.values() if agent.is_available and self._can(agent.id, each.place)
            ]
            waited = (play.now - each.place.since).total_seconds() if each.place else 0.0
            is_kept_for = play.kernel.dispatch is not None and play.kernel.dispatch.router.reserved.get(key) is not None
            assert not is_kept_for or waited <= 20.0, f"{key} is kept for an agent after {waited} s"
            may_wait = is_kept_for or self.policy.protect or waited <= 0.3
            assert not able or (may_wait and waited <= WAIT_LIMIT + 1.1), f"{key} waits {waited} s, free are {able}"

    def _can(self, agent: AgentId, place: object) -> bool:
        named = getattr(place, "queue", None)
        queues = [named, SUPPORT] if self.is_wide and named == SALES else [named]
        return any(STAFF[agent].get(str(each), 0) >= 3 for each in queues)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(policy=POLICIES, moves=MOVES)
def test_places_never_get_worse_and_nobody_starves(policy: RoutingPolicy, moves: list[tuple[str, int, float]]) -> None:
    """Whatever is missed, declined and reloaded: with several queues at once and with preferred agents."""
    day = Day(policy)
    for what, which, after in moves:
        day.moves(what, which)
        day.check()
        day.play.passes(after)
        day.check()


@pytest.mark.parametrize("kind", [PolicyKind.EQUAL, PolicyKind.TARGETS])
def test_the_order_is_that_of_arrival_whatever_is_missed(kind: PolicyKind) -> None:
    """Three agents decline in turn; the callers of one queue are still answered first come, first served."""
    play = Play(replace(centre(*two(policy=RoutingPolicy(kind.value, kind)), **STAFF), tiers=TIERS[1:]))
    for number in range(6):
        play.calls(SUPPORT_LINE, f"c{number}")
        play.passes(2)
    play.is_ready(ANN, BOB)
    for name in ("c0", "c1"):
        play.hand(LegEnded(play.agent_leg(name), Cause.REJECTED))
    play.hand(ReadyRequested(BOB))
    assert order_of_offers(play, BOB) == [f"c{number}" for number in range(6)]
