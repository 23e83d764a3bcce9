"""The interpreter: prompts, keys, time-outs, wrong keys, keys typed ahead, digits."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.core.playbook import IVR_DNIS, NODE, SALES, SUPPORT, Play, flow, only, plan, some

from ccserver.core.commands import HangUpLeg, PlayPrompt, StopPrompt
from ccserver.core.customer import CustomerCard
from ccserver.core.events import (
    CustomerFound,
    DigitReceived,
    PbxSnapshot,
    PromptFinished,
    SnapshotLeg,
    TelephonyLost,
    TelephonyRestored,
    TimerFired,
)
from ccserver.core.ids import CustomerId, FlowId, InteractionId, LegId, NodeId, QueueId
from ccserver.core.interaction import InteractionState
from ccserver.core.ivr.flow import BranchNode, Case, HangUpNode, MenuNode, Node, PlayNode, QueueNode, SetNode
from ccserver.core.ivr.interpreter import replay_node
from ccserver.core.kernel import Outcome
from ccserver.core.plan import Plan
from ccserver.core.records import SegmentKind
from ccserver.core.sounds import recorded
from ccserver.core.timers import DigitLimit

LEG = LegId("leg-c1")


def in_menu() -> Play:
    """A caller who has heard the greeting and hears the menu."""
    play = Play()
    play.calls(IVR_DNIS)
    finish_prompt(play)
    return play


def finish_prompt(play: Play) -> Outcome:
    """What plays now comes to its end."""
    prompt = play.interaction().prompt
    assert prompt is not None
    return play.hand(PromptFinished(LEG, prompt), after=2)


def press(play: Play, keys: str) -> Outcome:
    for key in keys:
        outcome = play.hand(DigitReceived(LEG, key))
    return outcome


def test_the_greeting_leads_to_the_menu() -> None:
    """The end of a play node enters the next one."""
    assert in_menu().all(PlayPrompt)[-1].sounds == recorded("menu")


def test_a_key_stops_the_menu_and_chooses() -> None:
    """Nobody has to listen to the end."""
    play = in_menu()
    outcome = press(play, "1")
    assert only(outcome, StopPrompt).leg == LEG
    assert play.interaction().last_queue == SALES


def test_what_is_set_and_chosen_travels_with_the_interaction() -> None:
    """The key, the set values and the reason of contact."""
    play = in_menu()
    press(play, "1")
    assert play.interaction().answers == {"choice": "1", "source": "ivr"}
    assert play.interaction().reason == "buying"


def test_no_key_asks_again_and_then_goes_the_way_of_the_time_out() -> None:
    """Two tries, then support."""
    play = in_menu()
    finish_prompt(play)
    play.passes(5)
    assert play.all(PlayPrompt)[-1].sounds == recorded("wrong", "menu")
    finish_prompt(play)
    play.passes(5)
    assert play.interaction().last_queue == SUPPORT


def test_the_time_limit_counts_from_the_end_of_the_prompt() -> None:
    """While the menu plays no limit runs."""
    play = in_menu()
    assert not [key for key in play.centre.timers if isinstance(key, DigitLimit)]
    finish_prompt(play)
    assert [key for key in play.centre.timers if isinstance(key, DigitLimit)]


def test_wrong_keys_end_in_good_bye() -> None:
    """Two wrong keys: the goodbye is played, then the leg is hung up."""
    play = in_menu()
    press(play, "99")
    assert play.all(PlayPrompt)[-1].sounds == recorded("goodbye")
    outcome = finish_prompt(play)
    assert only(outcome, HangUpLeg).leg == LEG


def test_keys_typed_ahead_answer_the_menu() -> None:
    """A key during the greeting is kept for the menu, which is then not played."""
    play = Play()
    play.calls(IVR_DNIS)
    press(play, "2")
    outcome = finish_prompt(play)
    assert some(outcome, PlayPrompt) == []
    assert play.interaction().last_queue == SUPPORT


def test_keys_typed_ahead_run_through_several_nodes() -> None:
    """Menu choice and the number behind it, all during the greeting."""
    play = Play()
    play.calls(IVR_DNIS)
    press(play, "4123#")
    finish_prompt(play)
    assert play.interaction().answers["order"] == "123"
    assert play.interaction().last_queue == SALES


def test_keys_typed_ahead_are_bounded() -> None:
    """Eight at the most."""
    play = Play()
    play.calls(IVR_DNIS)
    press(play, "123456789012")
    position = play.interaction().flow
    assert position is not None
    assert position.typed_ahead == "12345678"


def test_digits_end_with_the_hash() -> None:
    """Fewer than the most, ended by the caller."""
    play = in_menu()
    press(play, "41234#")
    assert play.interaction().answers["order"] == "1234"


def test_digits_end_at_the_most() -> None:
    """Six digits need no hash."""
    play = in_menu()
    press(play, "4123456")
    assert play.interaction().answers["order"] == "123456"


def test_digits_end_by_time_after_the_last_key() -> None:
    """Enough digits and a pause are an answer."""
    play = in_menu()
    press(play, "4123")
    play.passes(4)
    assert play.interaction().answers["order"] == "123"


def test_too_few_digits_are_asked_for_again() -> None:
    """One try more, then the way of failure."""
    play = in_menu()
    press(play, "41#")
    assert play.all(PlayPrompt)[-1].sounds == recorded("wrong", "order")
    press(play, "1#")
    assert play.all(PlayPrompt)[-1].sounds == recorded("goodbye")


def test_an_old_time_limit_does_not_hit_a_later_node() -> None:
    """The serial tells them apart."""
    play = in_menu()
    finish_prompt(play)
    press(play, "4")
    play.passes(5)
    assert play.state() is InteractionState.IN_FLOW


def test_the_time_in_the_flow_is_one_segment() -> None:
    """From arrival to the queue."""
    play = in_menu()
    play.passes(3)
    press(play, "2")
    kinds = [segment.kind for segment in play.interaction().segments]
    assert kinds == [SegmentKind.IVR]


def test_a_prompt_whose_end_is_lost_ends_by_its_limit() -> None:
    """No flow hangs because an event was lost."""
    play = Play()
    play.calls(IVR_DNIS)
    play.passes(181)
    assert play.all(PlayPrompt)[-1].sounds != recorded("welcome")


def with_node(name: str, node: Node | None) -> Plan:
    """The plan of the stage, with one node of its flow replaced or taken out."""
    main = flow()
    nodes = {key: each for key, each in main.nodes.items() if key != name}
    if node is not None:
        nodes[NodeId(name)] = node
    return plan(flows={FlowId("main"): replace(main, nodes=nodes)})


def sorry(play: Play) -> bool:
    """Whether the last resort was taken."""
    return play.state() is InteractionState.CLOSING and play.all(PlayPrompt)[-1].sounds == recorded("sorry")


# -- keys that are nobody's ---------------------------------------------------------------------------------------------


def test_keys_of_who_waits_in_a_queue_change_nothing() -> None:
    """The flow is left behind."""
    play = in_menu()
    press(play, "2")
    assert press(play, "1").telephony == []


def test_keys_of_an_unknown_leg_change_nothing() -> None:
    """It is gone, or somebody else's."""
    assert Play().hand(DigitReceived(LegId("foreign"), "1")).telephony == []


def test_keys_after_a_wrong_one_are_not_kept_for_later() -> None:
    """They were typed for a menu that is asked again."""
    play = Play()
    play.calls(IVR_DNIS)
    press(play, "912")
    finish_prompt(play)
    assert play.all(PlayPrompt)[-1].sounds == recorded("wrong", "menu")
    press(play, "4")
    assert play.all(PlayPrompt)[-1].sounds == recorded("order")


def test_the_end_of_a_prompt_that_was_stopped_changes_nothing() -> None:
    """The key was faster than the report."""
    play = in_menu()
    prompt = play.interaction().prompt
    assert prompt is not None
    press(play, "4")
    press(play, "1")
    assert play.hand(PromptFinished(LEG, prompt)).telephony == []
    assert play.state() is InteractionState.IN_FLOW


def test_a_key_that_is_not_stored_is_only_chosen() -> None:
    """Not every menu is worth a note."""
    menu = flow().nodes[NodeId("menu")]
    assert isinstance(menu, MenuNode)
    play = Play(with_node("menu", replace(menu, store="")))
    play.calls(IVR_DNIS)
    finish_prompt(play)
    press(play, "2")
    assert play.interaction().answers == {}


def test_the_pause_between_digits_counts_from_the_last_one() -> None:
    """Slow typing is no time-out."""
    play = in_menu()
    press(play, "4")
    for _ in range(4):
        press(play, "1")
        play.passes(3)
    assert play.state() is InteractionState.IN_FLOW
    play.passes(1)
    assert play.interaction().answers["order"] == "1111"


# -- nodes --------------------------------------------------------------------------------------------------------------


def test_a_chain_of_values_is_kept_in_one_step() -> None:
    """Nobody waits for it."""
    first = SetNode({"campaign": "spring"}, NodeId("sales"))
    play = Play(with_node("greeting", first))
    play.calls(IVR_DNIS)
    assert play.interaction().answers == {"campaign": "spring", "source": "ivr"}
    assert play.interaction().last_queue == SALES


@pytest.mark.parametrize(
    ("name", "node"),
    [
        ("greeting", SetNode({"a": "1"}, None)),
        ("greeting", SetNode({"a": "1"}, NodeId("greeting"))),
        ("greeting", SetNode({"a": "1"}, NodeId("nowhere"))),
        ("greeting", None),
        ("greeting", HangUpNode(recorded("sorry"))),
    ],
)
def test_a_flow_that_does_not_say_how_to_go_on_takes_the_last_resort(name: str, node: Node | None) -> None:
    """No end, round and round, nowhere, or no first node at all."""
    play = Play(with_node(name, node))
    play.calls(IVR_DNIS)
    assert sorry(play)


@pytest.mark.parametrize("target", [None, NodeId("nowhere")])
def test_a_prompt_that_leads_nowhere_takes_the_last_resort(target: NodeId | None) -> None:
    """When it has ended."""
    play = Play(with_node("greeting", PlayNode(recorded("welcome"), target)))
    play.calls(IVR_DNIS)
    finish_prompt(play)
    assert sorry(play)


def test_a_flow_that_is_not_there_takes_the_last_resort() -> None:
    """An entry point names it."""
    play = Play(plan(flows={}))
    play.calls(IVR_DNIS)
    assert sorry(play)


def test_a_queue_node_may_add_priority() -> None:
    """Who chose it goes before the others."""
    play = Play(with_node("support", QueueNode(SUPPORT, 5)))
    play.calls(IVR_DNIS)
    press(play, "2")
    finish_prompt(play)
    place = play.interaction().place
    assert place is not None
    assert place.priority == 5


# -- the plan is replaced under the caller ------------------------------------------------------------------------------


def replaced(play: Play, the_plan: Plan) -> Play:
    play.centre.plan = the_plan
    return play


@pytest.mark.parametrize("the_plan", [plan(flows={}), with_node("menu", None), with_node("menu", QueueNode(SALES))])
def test_the_end_of_a_prompt_whose_node_is_gone_takes_the_last_resort(the_plan: Plan) -> None:
    """Flow taken out, node taken out, or now of another kind."""
    play = replaced(in_menu(), the_plan)
    finish_prompt(play)
    assert sorry(play)


@pytest.mark.parametrize("the_plan", [plan(flows={}), with_node("menu", None), with_node("menu", QueueNode(SALES))])
def test_a_key_for_a_node_that_is_gone_takes_the_last_resort(the_plan: Plan) -> None:
    """The caller is not left in silence."""
    play = replaced(in_menu(), the_plan)
    press(play, "1")
    assert sorry(play)


@pytest.mark.parametrize("the_plan", [plan(flows={}), with_node("menu", None), with_node("menu", QueueNode(SALES))])
def test_a_time_limit_of_a_node_that_is_gone_takes_the_last_resort(the_plan: Plan) -> None:
    """The caller pressed nothing."""
    play = in_menu()
    finish_prompt(play)
    replaced(play, the_plan)
    play.passes(5)
    assert sorry(play)


@pytest.mark.parametrize("the_plan", [plan(flows={}), with_node("menu", None)])
def test_a_node_that_is_gone_is_not_entered_again_after_a_break(the_plan: Plan) -> None:
    """Call control comes back, and the plan is another one."""
    play = replaced(in_menu(), the_plan)
    play.hand(TelephonyLost(NODE))
    leg = SnapshotLeg(LEG, True, InteractionId("c1"), False)
    play.hand(TelephonyRestored(PbxSnapshot(NODE, (leg,), boot="1")))
    assert sorry(play)


def test_after_a_break_the_present_node_is_heard_again() -> None:
    """Its prompt may never have been heard."""
    play = in_menu()
    play.hand(TelephonyLost(NODE))
    leg = SnapshotLeg(LEG, True, InteractionId("c1"), False)
    outcome = play.hand(TelephonyRestored(PbxSnapshot(NODE, (leg,), boot="1")))
    assert only(outcome, PlayPrompt).sounds == recorded("menu")


@pytest.mark.parametrize("is_over", [False, True])
def test_a_time_limit_that_fires_late_changes_nothing(is_over: bool) -> None:
    """Its timer was on its way when the caller chose, or hung up."""
    play = in_menu()
    finish_prompt(play)
    (key,) = [key for key in play.centre.timers if isinstance(key, DigitLimit)]
    press(play, "2")
    if is_over:
        play.leaves()
    play.centre.timers[key] = play.now
    assert play.hand(TimerFired(key)).telephony == []


def test_a_time_limit_of_an_earlier_node_changes_nothing() -> None:
    """Still in the flow, but further on."""
    play = in_menu()
    finish_prompt(play)
    (key,) = [key for key in play.centre.timers if isinstance(key, DigitLimit)]
    press(play, "4")
    play.centre.timers[key] = play.now
    assert play.hand(TimerFired(key)).telephony == []


def test_who_is_in_no_flow_hears_no_node_again() -> None:
    """It may be asked for anybody."""
    play = in_menu()
    press(play, "2")
    assert list(replay_node(play.centre, play.interaction(), play.now)) == []


# -- branches -------------------------------------------------------------------------------------------------------------

CARD = CustomerCard(CustomerId("c7"), "Grace", "gold", 1200.0)
ONWARD = {"sales": SALES, "support": SUPPORT}


def branching(*cases: Case, limit: float = 0.3) -> Play:
    """The first node is a branch; `sales` when a case holds that leads there, else `support`."""
    the_plan = with_node("greeting", BranchNode(cases, NodeId("support")))
    play = Play(replace(the_plan, look_up_limit=timedelta(seconds=limit)))
    play.calls(IVR_DNIS)
    return play


@pytest.mark.parametrize(
    ("case", "holds"),
    [
        (Case(NodeId("sales"), languages=frozenset({"en", "de"})), True),
        (Case(NodeId("sales"), languages=frozenset({"de"})), False),
        (Case(NodeId("sales"), answers={"choice": ("1",)}), False),
        (Case(NodeId("sales"), closed="never"), True),
        (Case(NodeId("sales"), open="never"), False),
        (Case(NodeId("sales"), open="gone"), True),
        (Case(NodeId("sales"), languages=frozenset({"en"}), open="never"), False),
    ],
)
def test_a_branch_that_asks_nothing_of_the_directory_takes_no_time(case: Case, holds: bool) -> None:
    """All that is stated must hold; else the other way."""
    assert branching(case).interaction().last_queue == (SALES if holds else SUPPORT)


def test_an_answer_decides_the_way() -> None:
    """One that the caller keyed in before."""
    case = Case(NodeId("sales"), answers={"choice": ("4", "3")})
    the_plan = with_node("order", BranchNode((case,), NodeId("support")))
    play = Play(the_plan)
    play.calls(IVR_DNIS)
    finish_prompt(play)
    press(play, "4")
    assert play.interaction().last_queue == SALES


@pytest.mark.parametrize(("card", "target"), [(CARD, SALES), (None, SUPPORT)])
def test_a_branch_awaits_who_the_caller_is(card: CustomerCard | None, target: QueueId) -> None:
    """Not longer than the directory takes; a key that comes meanwhile is kept."""
    play = branching(Case(NodeId("sales"), is_known=True))
    assert play.state() is InteractionState.IN_FLOW
    press(play, "1")
    play.hand(CustomerFound(InteractionId("c1"), card), after=0.1)
    assert play.interaction().last_queue == target
    assert not [key for key in play.centre.timers if isinstance(key, DigitLimit)]


def test_a_directory_that_is_silent_holds_nobody_up() -> None:
    """The caller goes on as one whom nobody knows."""
    play = branching(Case(NodeId("sales"), tiers=frozenset({"gold"})))
    play.passes(0.3)
    assert play.interaction().last_queue == SUPPORT
    play.hand(CustomerFound(InteractionId("c1"), CARD))
    assert play.interaction().last_queue == SUPPORT


def test_a_withheld_number_is_not_awaited() -> None:
    """Nobody is asked."""
    play = Play(with_node("greeting", BranchNode((Case(NodeId("sales"), is_known=True),), NodeId("support"))))
    play.calls(IVR_DNIS, ani="")
    assert play.interaction().last_queue == SUPPORT


def test_branches_that_lead_only_to_one_another_take_the_last_resort() -> None:
    """The plan is checked for it; this is what is left."""
    always = Case(NodeId("greeting"), closed="never")
    play = Play(with_node("greeting", BranchNode((always,), NodeId("greeting"))))
    play.calls(IVR_DNIS)
    assert sorry(play)
