"""The dispatch: who is offered which call, by what changed in the centre."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

import pytest
from tests.core.acd.rush import gold_rush
from tests.core.playbook import (
    ANN,
    BOB,
    CEM,
    NODE,
    PRIVATE_DNIS,
    SALES_DNIS,
    SUPPORT,
    SUPPORT_DNIS,
    Play,
    plan,
    profile,
    queue,
    some,
)

from ccserver.core.acd import dispatch as module
from ccserver.core.acd.dispatch import Dispatch
from ccserver.core.commands import RingAgent
from ccserver.core.errors import CcserverError
from ccserver.core.events import (
    BlindTransferRequested,
    DesktopAttached,
    NotReadyRequested,
    PbxSnapshot,
    PhoneReachable,
    PhoneUnreachable,
    PlanChanged,
    ReadyRequested,
    SignInRequested,
    SnapshotLeg,
    TelephonyLost,
    TelephonyRestored,
    TransferKind,
    TransferTarget,
)
from ccserver.core.ids import InteractionId, LegId
from ccserver.core.interaction import InteractionState
from ccserver.core.kernel import Kernel
from ccserver.core.skills import AtLeast


def test_the_longest_idle_agent_is_chosen() -> None:
    """Bob became ready before Ann."""
    play = Play()
    play.is_ready(BOB, ANN)
    play.calls()
    assert play.rung() == [BOB]


def test_an_agent_needs_the_proficiency() -> None:
    """Cem's sales 2 is below the 3 that sales needs."""
    play = Play(plan(agents={CEM: profile(CEM, sales=2)}))
    play.is_ready(CEM)
    play.calls(SUPPORT_DNIS)
    assert play.rung() == []


def test_callers_are_served_in_the_order_of_arrival() -> None:
    """First come, first served within a priority."""
    play = Play()
    play.calls(name="c1")
    play.passes(1)
    play.calls(name="c2")
    play.is_ready(ANN)
    assert play.interaction("c1").work_item is not None
    assert play.interaction("c2").work_item is None


def test_priority_goes_first() -> None:
    """The private line overtakes."""
    play = Play()
    play.calls(SUPPORT_DNIS, name="c1")
    play.passes(60)
    play.calls(PRIVATE_DNIS, name="vip")
    play.is_ready(ANN)
    assert play.interaction("vip").work_item is not None


def test_one_agent_gets_one_call() -> None:
    """However many wait."""
    play = Play()
    for name in ("c1", "c2", "c3"):
        play.calls(name=name)
    play.is_ready(ANN)
    assert play.rung() == [ANN]


def test_several_free_agents_take_several_callers() -> None:
    """All pairs in one step: the PBX comes back, two wait and two are free."""
    play = Play()
    play.calls(name="c1")
    play.calls(name="c2")
    play.hand(TelephonyLost(NODE))
    play.is_ready(ANN, BOB)
    assert play.rung() == []
    legs = tuple(SnapshotLeg(LegId(f"leg-{name}"), True, InteractionId(name), False) for name in ("c1", "c2"))
    waiting = frozenset(leg.leg for leg in legs)
    outcome = play.hand(TelephonyRestored(PbxSnapshot(NODE, legs, waiting=waiting, boot="1")))
    assert [(ring.interaction, ring.agent) for ring in some(outcome, RingAgent)] == [("c1", ANN), ("c2", BOB)]


def test_an_unregistered_phone_gets_no_offer() -> None:
    """Ready, but nothing would ring."""
    play = Play()
    play.is_ready(ANN)
    play.hand(PhoneUnreachable(ANN))
    play.calls()
    assert play.rung() == []


def test_nothing_is_offered_while_call_control_is_away() -> None:
    """It could not be controlled."""
    play = Play()
    play.is_ready(ANN)
    play.hand(TelephonyLost(NODE))
    play.calls()
    assert play.rung() == []


def test_the_explanation_names_those_passed_over() -> None:
    """Who lacked the skill."""
    play = Play(plan(agents={ANN: profile(ANN, support=5), CEM: profile(CEM, sales=9)}))
    play.is_ready(CEM, ANN)
    play.calls()
    item = play.centre.work_items[play.interaction().work_item]  # type: ignore[index]
    assert "without the skill: cem" in item.explanation


def test_who_waits_in_a_queue_that_is_gone_is_offered_to_nobody() -> None:
    """The plan was replaced; the maximum wait leads out."""
    play = Play()
    play.calls()
    play.hand(PlanChanged(plan(epoch=2, queues={})))
    play.is_ready(ANN)
    assert play.rung() == []


def test_an_agent_who_is_gone_gets_no_call() -> None:
    """Taken out of the plan while ready."""
    play = Play()
    play.is_ready(ANN)
    play.hand(PlanChanged(plan(epoch=2, agents={BOB: profile(BOB, support=5)})))
    play.calls()
    assert play.rung() == []


def test_agents_who_never_worked_come_before_those_who_did() -> None:
    """Nobody has been idle for longer."""
    play = Play()
    play.is_ready(ANN, BOB)
    play.centre.agent(BOB).idle_since = None
    play.calls()
    item = play.centre.current_work(BOB)
    assert item is not None
    assert "not yet worked" in item.explanation


def test_the_better_agent_is_not_asked_for_a_little_idleness() -> None:
    """Cem can do only this; Ann is left for the calls that nobody else can take."""
    play = Play(plan(agents={ANN: profile(ANN, support=5, sales=9), CEM: profile(CEM, support=5)}))
    play.is_ready(ANN)
    for number in range(8):
        play.calls(SALES_DNIS, f"s{number}")
        play.leaves(f"s{number}")
        play.hand(ReadyRequested(ANN))
        play.passes(20)
    play.is_ready(CEM)
    play.calls(SUPPORT_DNIS, "c1")
    assert play.rung()[-1] == CEM


# -- what comes back ------------------------------------------------------------------------------------------------------


def is_back(play: Play, *names: str) -> list[tuple[InteractionId, str]]:
    """Call control is back with these callers: who is offered whom."""
    legs = tuple(SnapshotLeg(LegId(f"leg-{name}"), True, InteractionId(name), False) for name in names)
    picture = PbxSnapshot(NODE, legs, waiting=frozenset(leg.leg for leg in legs), boot="1")
    return [(ring.interaction, ring.agent) for ring in some(play.hand(TelephonyRestored(picture)), RingAgent)]


def missed_by_ann() -> Play:
    """Ann let the call ring, and call control is away since."""
    play = Play()
    play.is_ready(ANN)
    play.calls()
    play.passes(15)
    play.hand(TelephonyLost(NODE))
    return play


def test_who_missed_a_call_is_not_asked_while_another_can() -> None:
    """The explanation names them."""
    play = missed_by_ann()
    play.is_ready(ANN, BOB)
    assert is_back(play, "c1") == [("c1", BOB)]
    assert "missed this call before: ann" in play.interaction().decisions[-1].explanation


def test_who_missed_a_call_is_asked_when_nobody_else_can() -> None:
    """The explanation says so."""
    play = missed_by_ann()
    play.is_ready(ANN)
    assert is_back(play, "c1") == [("c1", ANN)]
    assert "nobody else could take it now" in play.interaction().decisions[-1].explanation


def test_a_lost_offer_keeps_its_place() -> None:
    """Before whoever came while it rang."""
    play = Play()
    play.is_ready(ANN)
    play.calls(name="c1")
    play.calls(name="c2")
    play.passes(15)
    play.is_ready(BOB)
    assert [play.interaction(name).work_item is not None for name in ("c1", "c2")] == [True, False]


def test_a_phone_that_was_away_for_a_moment_costs_no_turn() -> None:
    """Ann has been idle for longer than Bob all the same."""
    play = Play()
    play.is_ready(ANN, BOB)
    play.hand(PhoneUnreachable(ANN))
    play.hand(PhoneReachable(ANN))
    play.calls()
    assert play.rung() == [ANN]


def test_who_was_ready_again_is_idle_from_then_on() -> None:
    """A pause is no waiting."""
    play = Play()
    play.is_ready(ANN, BOB)
    play.hand(NotReadyRequested(ANN, ""))
    play.hand(ReadyRequested(ANN), after=1)
    play.calls()
    assert play.rung() == [BOB]


def test_a_reload_in_mid_wait_keeps_the_order() -> None:
    """Other needs, the same places."""
    play = Play()
    play.calls(name="c1")
    play.passes(1)
    play.calls(name="c2")
    play.hand(PlanChanged(plan(epoch=2, queues={SUPPORT: queue(SUPPORT, "sales")})))
    play.is_ready(BOB)
    assert play.rung() == []
    play.is_ready(ANN)
    assert play.interaction("c1").work_item is not None


def test_skills_that_a_new_plan_gives_count_at_once() -> None:
    """Also for an agent who is idle already."""
    play = Play(plan(agents={BOB: profile(BOB)}))
    play.is_ready(BOB)
    play.calls()
    play.hand(PlanChanged(plan(epoch=2)))
    assert play.rung() == [BOB]


def test_plans_of_the_past_are_not_gathered_for_ever() -> None:
    """After many reloads the router is a new one, and the order is kept."""
    play = Play(plan(queues={SUPPORT: queue(SUPPORT, "greek")}))
    play.calls(name="c1")
    play.is_ready(ANN)
    dispatch, routers = Dispatch(), set()
    for number in range(60):
        needs = AtLeast(f"s{number}", 3)
        play.centre.plan = plan(
            queues={SUPPORT: replace(queue(SUPPORT, "support"), needs=needs)},
            agents={ANN: profile(ANN, **{f"s{number}": 1})},
        )
        dispatch.look(play.centre, play.now)
        routers.add(dispatch.router)
    assert len(routers) == 2
    assert [each.id for each in dispatch.router.lines] == ["c1"]


def test_an_agent_who_is_rung_by_a_colleague_is_free_for_nobody() -> None:
    """A transfer asks no router."""
    play = Play()
    play.talks(ANN)
    play.is_ready(BOB)
    play.hand(BlindTransferRequested(ANN, TransferTarget(TransferKind.AGENT, BOB)))
    play.calls(name="c2")
    assert play.rung() == [ANN, BOB]
    assert holds(play) == fresh(play)


# -- what it holds and what it learns -------------------------------------------------------------------------------------


def test_what_it_holds_is_what_the_centre_says() -> None:
    """After a day in short: arrivals, misses, transfers, pages that close, nodes and plans that come and go."""
    play = gold_rush()
    play.is_ready(BOB)
    play.passes(15)
    play.hand(DesktopAttached(ANN))
    play.hand(TelephonyLost(NODE))
    assert holds(play) == fresh(play)
    is_back(play, "cheap")
    play.hand(PlanChanged(plan(epoch=2)))
    assert holds(play) == fresh(play)


def test_after_a_restart_the_same_is_decided() -> None:
    """Three wait, Ann missed one of them: whoever comes is offered the same as without the crash, learned figures aside."""
    play = Play()
    play.calls(SUPPORT_DNIS, "c1")
    play.passes(1)
    play.calls(PRIVATE_DNIS, "vip")
    play.is_ready(ANN)
    play.passes(15)
    play.calls(SUPPORT_DNIS, "c3")
    again = Kernel(deepcopy(play.centre))
    for agent in (ANN, BOB, CEM):
        for event in (PhoneReachable(agent), SignInRequested(agent), ReadyRequested(agent)):
            assert again.handle(event, play.now).telephony == play.hand(event).telephony
    assert play.rung() == [ANN, ANN, BOB, CEM]


def holds(play: Play) -> object:
    dispatch = play.kernel.dispatch
    assert dispatch is not None
    return dispatch.holds()


def fresh(play: Play) -> object:
    """What one that knows nothing but the centre would hold."""
    made = Dispatch()
    made.follow(play.centre, play.now)
    return made.holds()


def learned(play: Play) -> list[float]:
    """Handle times seen, without the prior."""
    dispatch = play.kernel.dispatch
    assert dispatch is not None
    return [round(float(each), 3) for each in dispatch.router.demand.handle_by_need()]


def test_the_time_that_a_call_took_is_learned_though_a_pause_follows() -> None:
    """And the pause is no part of it."""
    play = Play()
    play.talks()
    before = learned(play)
    play.hand(NotReadyRequested(ANN, ""))
    play.passes(985)
    play.leaves()
    assert learned(play) == before
    play.passes(20)
    assert learned(play) > before
    after = learned(play)
    play.passes(500)
    play.hand(ReadyRequested(ANN))
    assert learned(play) == after


def test_a_caller_who_left_while_it_rang_teaches_no_handle_time() -> None:
    """Nothing was handled."""
    play = Play()
    play.is_ready(ANN)
    play.calls()
    before = learned(play)
    play.passes(10)
    play.leaves()
    assert learned(play) == before
    play.calls(name="c2")
    assert play.rung() == [ANN, ANN]


def test_a_bug_in_it_hits_one_call_and_the_next_event_finds_all_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is made afresh from the centre; the recovery does not run into the same bug again."""
    play = Play()
    play.is_ready(ANN, BOB)
    with monkeypatch.context() as broken:
        broken.setattr(module, "explain", fails)
        with pytest.raises(CcserverError):
            play.calls(name="c1")
        play.kernel.recover(InteractionId("c1"), play.now)
    assert "c1" not in play.centre.interactions
    play.calls(name="c2")
    assert play.state("c2") is InteractionState.OFFERED


def fails(*_arguments: object) -> None:
    raise CcserverError("half-way")
