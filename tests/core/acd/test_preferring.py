"""Preferred agents: who it is, who is waited for, and for how long."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.core.playbook import (
    ANN,
    BOB,
    CEM,
    START,
    SUPPORT,
    SUPPORT_DNIS,
    Play,
    plan,
    profile,
    queue,
    seconds,
)

from ccserver.core.acd.dispatch import Dispatch
from ccserver.core.acd.preferring import Wanted, preferred_agents
from ccserver.core.customer import CustomerCard, PastContact
from ccserver.core.events import (
    Cause,
    CustomerFound,
    DesktopAttached,
    DesktopDetached,
    Event,
    LegEnded,
    NotReadyRequested,
    PhoneUnreachable,
    PlanChanged,
    SignOutRequested,
    WrapUpSaved,
)
from ccserver.core.ids import AgentId, CustomerId, InteractionId, NodeName, TierId
from ccserver.core.interaction import Interaction, QueuePlace
from ccserver.core.plan import Plan, PreferredAgent, PreferredAs, WaitsWhile
from ccserver.core.records import Direction
from ccserver.core.tiers import Tier
from ccserver.core.why import Preferred, PreferredState, Why

EVERY = (PreferredAs.NAMED, PreferredAs.ACCOUNT_MANAGER, PreferredAs.LAST_AGENT)
RULE = PreferredAgent(EVERY, wait_for=seconds(10), waits_while=WaitsWhile.AT_WORK)
TARGET = seconds(60)


def centre(rule: PreferredAgent | None = RULE, **changes: object) -> Plan:
    """Ann, Bob and Cem can all take support."""
    agents = {key: replace(profile(key, support=5), extension=f"20{n}") for n, key in enumerate((ANN, BOB, CEM))}
    support = queue(SUPPORT, "support", preferred_agent=rule, answer_target=TARGET, max_length=20)
    return plan(**{"agents": agents, "queues": {SUPPORT: support}, **changes})


def talk(agent: AgentId, ago: timedelta = timedelta(hours=1), result: str = "answered") -> PastContact:
    return PastContact(START - ago, "inbound", SUPPORT, agent, result, "")


def card(*contacts: PastContact, manager: str = "") -> CustomerCard:
    return CustomerCard(CustomerId("c-1"), "Grace", "", 0.0, last_contacts=contacts, account_manager=manager)


def rings(play: Play, known: CustomerCard | None, name: str = "c1") -> None:
    """A caller rings in, and the directory answers a moment later."""
    play.calls(SUPPORT_DNIS, name)
    play.hand(CustomerFound(InteractionId(name), known), after=0.02)


def why(play: Play, name: str = "c1") -> Why:
    found = play.interaction(name).decisions[-1].why
    assert found is not None
    return found


def drifted(play: Play) -> bool:
    """What the dispatch holds is what a fresh one would hold."""
    fresh = Dispatch()
    fresh.follow(play.centre, play.now)
    return play.kernel.dispatch is None or play.kernel.dispatch.holds() != fresh.holds()


def busy_with_another(play: Play, agent: AgentId = ANN) -> None:
    """The agent talks to a caller whom nobody is preferred for."""
    play.is_ready(agent)
    rings(play, None, "other")
    play.agent_answers("other")


# -- who it is ----------------------------------------------------------------------------------------------------------


def who(
    the_card: CustomerCard | None, rule: PreferredAgent = RULE, **answers: str
) -> list[tuple[AgentId, PreferredAs]]:
    interaction = Interaction(InteractionId("c1"), Direction.INBOUND, NodeName("ast01"), "", "", START)
    interaction.customer, interaction.answers = the_card, answers
    return list(preferred_agents(centre(rule), interaction, QueuePlace(SUPPORT, START, 0)))


def test_all_of_them_in_the_order_of_the_queue() -> None:
    """Each once, by what makes it preferred first."""
    known = card(talk(BOB), manager=CEM)
    assert who(known, agent=ANN) == [
        (ANN, PreferredAs.NAMED),
        (CEM, PreferredAs.ACCOUNT_MANAGER),
        (BOB, PreferredAs.LAST_AGENT),
    ]
    assert who(card(talk(ANN), manager=ANN)) == [(ANN, PreferredAs.ACCOUNT_MANAGER)]
    assert who(known, PreferredAgent((PreferredAs.LAST_AGENT,))) == [(BOB, PreferredAs.LAST_AGENT)]


def test_an_agent_may_be_named_by_the_extension() -> None:
    """As callers key it in."""
    assert who(None, agent="201") == [(BOB, PreferredAs.NAMED)]
    assert who(None, agent="999") == []


def test_the_last_agent_is_who_talked_last_and_not_too_long_ago() -> None:
    """Calls that nobody took say nothing; who left the company is not waited for."""
    missed = talk(ANN, timedelta(minutes=5), "abandoned")
    assert who(card(missed, talk(AgentId(""), timedelta(minutes=6)), talk(BOB))) == [(BOB, PreferredAs.LAST_AGENT)]
    assert who(card(talk(BOB, timedelta(hours=72)))) == [(BOB, PreferredAs.LAST_AGENT)]
    assert who(card(talk(BOB, timedelta(hours=72, seconds=1)))) == []
    assert who(card(talk(AgentId("gone")))) == []


def test_a_queue_that_prefers_nobody_asks_nothing() -> None:
    """As most do."""
    interaction = Interaction(InteractionId("c1"), Direction.INBOUND, NodeName("ast01"), "", "", START)
    interaction.customer = card(talk(BOB), manager=CEM)
    assert list(preferred_agents(centre(None), interaction, QueuePlace(SUPPORT, START, 0))) == []


# -- free ---------------------------------------------------------------------------------------------------------------


def test_who_is_free_is_asked_before_everybody_else() -> None:
    """Ann has been idle for longer; the explanation says why she was passed over."""
    play = Play(centre())
    play.is_ready(ANN, BOB)
    rings(play, card(manager=BOB))
    assert play.rung() == [BOB]
    assert why(play).preferred == (Preferred(BOB, "account_manager", PreferredState.ASKED),)
    assert "account manager of the caller: bob (asked)" in play.interaction().decisions[-1].explanation


def test_nobody_is_asked_while_the_directory_is() -> None:
    """It has a limit; then anybody may take the call, and a caller nobody knows is not kept either."""
    play = Play(centre())
    play.is_ready(ANN)
    play.calls(SUPPORT_DNIS)
    assert play.rung() == []
    play.passes(0.3)
    assert play.rung() == [ANN]
    play.is_ready(BOB)
    rings(play, None, "c2")
    assert play.rung() == [ANN, BOB]


def test_a_queue_that_needs_no_card_waits_for_none() -> None:
    """Who is named is known at once."""
    play = Play(centre(PreferredAgent((PreferredAs.NAMED,))))
    play.is_ready(ANN)
    play.calls(SUPPORT_DNIS)
    assert play.rung() == [ANN]


def test_only_who_can_take_the_call_is_preferred() -> None:
    """Skills first."""
    agents = {ANN: profile(ANN, support=5), CEM: profile(CEM, sales=5)}
    play = Play(centre(agents=agents))
    play.is_ready(CEM, ANN)
    rings(play, card(manager=CEM))
    assert (play.rung(), why(play).preferred) == ([ANN], ())


# -- at work ------------------------------------------------------------------------------------------------------------


def test_the_caller_waits_for_one_who_is_at_work() -> None:
    """Others are passed over, until the agent is free."""
    play = Play(centre())
    busy_with_another(play, ANN)
    play.is_ready(BOB)
    rings(play, card(talk(ANN)))
    assert play.rung() == [ANN]
    assert not drifted(play)
    play.leaves("other")
    play.passes(3)
    item = play.centre.agents[ANN].work_item
    assert item is not None
    play.hand(WrapUpSaved(ANN, item, "", "", done=True))
    assert play.rung() == [ANN, ANN]
    assert why(play).preferred == (Preferred(ANN, "last_agent", PreferredState.ASKED),)


def test_never_longer_than_stated() -> None:
    """A timer ends it, and the explanation says whom it was for."""
    play = Play(centre())
    busy_with_another(play, ANN)
    play.is_ready(BOB)
    since = play.now
    rings(play, card(talk(ANN)))
    play.passes(9.9)
    assert play.rung() == [ANN]
    play.passes(0.2)
    assert play.rung() == [ANN, BOB]
    assert play.interaction().decisions[-1].at - since <= seconds(10.01)
    assert why(play).preferred == (Preferred(ANN, "last_agent", PreferredState.AT_WORK),)
    assert not drifted(play)


def test_who_is_soon_free_is_who_wraps_up() -> None:
    """Unless the queue says otherwise, nobody waits for the end of a talk; but if it ends in time, for the agent."""
    play = Play(centre(replace(RULE, waits_while=WaitsWhile.WRAP_UP)))
    busy_with_another(play, ANN)
    rings(play, card(talk(ANN)))
    assert play.rung() == [ANN]
    play.leaves("other")
    play.is_ready(BOB)
    assert play.rung() == [ANN]
    play.passes(9)
    assert play.rung() == [ANN, BOB]
    play.is_ready(CEM)
    rings(play, card(talk(BOB)), "c2")
    assert play.rung() == [ANN, BOB, CEM]


@pytest.mark.parametrize("way", ["not ready", "signed out", "no phone", "page lost", "never seen"])
def test_nobody_waits_for_one_who_is_away(way: str) -> None:
    """Nor for one who goes away meanwhile."""
    play = Play(centre())
    play.is_ready(BOB)
    busy_with_another(play, BOB)
    if way != "never seen":
        rings(play, card(talk(BOB)))
        play.is_ready(ANN)
        assert play.rung() == [BOB]
    goes: dict[str, Event] = {
        "not ready": NotReadyRequested(BOB, "lunch"),
        "signed out": SignOutRequested(BOB),
        "no phone": PhoneUnreachable(BOB),
        "page lost": DesktopDetached(BOB),
    }
    if way == "page lost":
        play.hand(DesktopAttached(BOB))
    if way in goes:
        play.hand(goes[way])
        play.passes(5.1 if way == "page lost" else 0)
    else:
        play.is_ready(ANN)
        rings(play, card(talk(CEM)))
    assert play.rung() == [BOB, ANN]
    expected = CEM if way == "never seen" else BOB
    assert why(play).preferred == (Preferred(expected, "last_agent", PreferredState.AWAY),)


def test_who_missed_the_call_is_not_waited_for() -> None:
    """Nor asked first again; the place is the old one."""
    play = Play(centre())
    play.is_ready(BOB)
    play.is_ready(ANN)
    rings(play, card(talk(BOB)))
    play.hand(LegEnded(play.agent_leg(), Cause.REJECTED))
    assert play.rung() == [BOB, ANN]
    assert why(play).preferred == (Preferred(BOB, "last_agent", PreferredState.MISSED),)


def test_the_second_choice_counts_while_the_first_is_away() -> None:
    """As if it were the first."""
    play = Play(centre())
    busy_with_another(play, BOB)
    play.is_ready(ANN)
    rings(play, card(talk(BOB), manager=CEM))
    assert play.rung() == [BOB]
    assert not drifted(play)


def test_the_answer_target_is_not_missed_for_it() -> None:
    """The wait ends in time to ring somebody; unless the queue says that it is worth it."""
    tier = Tier(TierId("gold"), "Gold", target=seconds(8))
    for keeps, waits in ((True, 5.0), (False, 10.0)):
        play = Play(centre(replace(RULE, keeps_target=keeps), tiers=(tier, Tier(TierId("basic"), "Basic"))))
        busy_with_another(play, ANN)
        play.is_ready(BOB)
        rings(play, replace(card(talk(ANN)), tier="gold"))
        play.passes(waits - 0.05)
        assert play.rung() == [ANN]
        play.passes(0.1)
        assert play.rung() == [ANN, BOB]


def test_who_has_waited_long_waits_for_nobody_in_particular() -> None:
    """The limit counts from the beginning: who is free first takes the call."""
    play = Play(centre())
    rings(play, card(talk(ANN)))
    play.passes(11)
    play.is_ready(BOB)
    assert play.rung() == [BOB]


def test_nobody_behind_waits_for_it() -> None:
    """The next in line is served meanwhile, and the caller keeps the place."""
    play = Play(centre())
    busy_with_another(play, ANN)
    rings(play, card(talk(ANN)))
    play.passes(1)
    rings(play, None, "c2")
    play.is_ready(BOB)
    assert play.interaction("c2").work_item is not None
    assert play.interaction("c1").work_item is None
    play.passes(9)
    rings(play, None, "c3")
    play.is_ready(CEM)
    assert play.interaction("c1").work_item is not None


# -- what changes meanwhile ---------------------------------------------------------------------------------------------


def test_a_new_plan_holds_for_those_who_are_kept() -> None:
    """It lets them go, or keeps others."""
    play = Play(centre())
    busy_with_another(play, ANN)
    play.is_ready(BOB)
    rings(play, card(talk(ANN)))
    assert play.rung() == [ANN]
    play.hand(PlanChanged(centre(None, epoch=2)))
    assert play.rung() == [ANN, BOB]
    assert not drifted(play)
    rings(play, card(talk(ANN)), "c2")
    play.hand(PlanChanged(centre(RULE, epoch=3)))
    play.is_ready(CEM)
    assert (play.rung(), drifted(play)) == ([ANN, BOB], False)


def test_who_hangs_up_leaves_nothing_behind() -> None:
    """Neither a place nor a timer."""
    play = Play(centre())
    busy_with_another(play, ANN)
    play.is_ready(BOB)
    rings(play, card(talk(ANN)))
    play.leaves("c1")
    dispatch = play.kernel.dispatch
    assert dispatch is not None
    assert (len(dispatch.router.reserved), len(dispatch._wanted), dispatch._steps.next_at()) == (0, 0, None)


def test_a_restart_changes_nothing() -> None:
    """A dispatch made afresh keeps the caller for the same agent."""
    play = Play(centre())
    busy_with_another(play, ANN)
    play.is_ready(BOB)
    rings(play, card(talk(ANN)))
    play.kernel.dispatch = None
    play.passes(9.9)
    play.hand(CustomerFound(InteractionId("nobody"), None))
    assert play.rung() == [ANN]
    play.passes(0.2)
    assert play.rung() == [ANN, BOB]


def test_only_those_to_whom_an_agent_matters_are_looked_at() -> None:
    """The last word counts, and nothing is left of who is forgotten."""
    wanted, one, two = Wanted(), InteractionId("c1"), InteractionId("c2")
    wanted.note(one, (ANN, BOB))
    wanted.note(two, (BOB,))
    assert [set(wanted.by(each)) for each in (ANN, BOB, CEM)] == [{one}, {one, two}, set()]
    wanted.note(one, (CEM,))
    assert [set(wanted.by(each)) for each in (ANN, BOB, CEM)] == [set(), {two}, {one}]
    for key in (one, two, one):
        wanted.forget(key)
    assert (len(wanted), wanted.by(BOB)) == (0, frozenset())
