"""The talk: ring, answer, hold, retrieve, hang up, in each state; requests that are refused change nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.core.playbook import ANN, IVR_DNIS, NODE, SUPPORT, Play, only, seconds, some

from ccserver.core.commands import ConnectLegs, HangUpLeg, HoldLeg, RetrieveLeg, StopPrompt
from ccserver.core.errors import Refused
from ccserver.core.events import (
    CallRequested,
    ConnectFailed,
    Event,
    HangUpRequested,
    HoldRequested,
    LegAnswered,
    LegEnded,
    LegRang,
    RetrieveRequested,
)
from ccserver.core.ids import AgentId, ConnectionId, InteractionId, LegId
from ccserver.core.interaction import InteractionState
from ccserver.core.notices import LeftQueue, OddityNoticed, OfferEnded, RecordMade, TalkStarted, WorkItemChanged
from ccserver.core.records import Result, SegmentKind
from ccserver.core.timers import RingLimit
from ccserver.core.work_item import WorkItem, WorkState

OUTSIDE = "+442079460999"


def ringing(wait: float = 0) -> Play:
    """Ann's phone is called, after the caller waited."""
    play = Play()
    play.calls()
    play.passes(wait)
    play.is_ready(ANN)
    return play


def talking() -> Play:
    play = Play()
    play.talks()
    return play


def held() -> Play:
    play = talking()
    play.hand(HoldRequested(ANN), after=5)
    return play


def dialling() -> Play:
    """Ann answered her own click to call; the customer is being dialled."""
    play = Play()
    play.is_ready(ANN)
    play.hand(CallRequested(ANN, OUTSIDE, InteractionId("c1"), NODE))
    play.agent_answers()
    return play


def wrapping_up() -> Play:
    play = talking()
    play.leaves()
    return play


def item_of(play: Play) -> WorkItem:
    item = play.centre.current_work(ANN)
    assert item is not None
    return item


# -- the phone rings ----------------------------------------------------------------------------------------------------


def test_a_ringing_phone_is_told() -> None:
    """The page shows that it rings."""
    play = ringing()
    assert only(play.hand(LegRang(play.agent_leg())), WorkItemChanged).state == "alerting"


def test_ringing_twice_is_no_news() -> None:
    """Phones repeat themselves."""
    play = ringing()
    play.hand(LegRang(play.agent_leg()))
    assert play.hand(LegRang(play.agent_leg())).notices == []


def test_a_ring_that_is_reported_late_changes_nothing() -> None:
    """After the answer."""
    play = talking()
    assert play.hand(LegRang(play.agent_leg())).notices == []


@pytest.mark.parametrize("leg", ["leg-c1", "foreign"])
def test_other_legs_that_ring_are_not_the_agents(leg: str) -> None:
    """The caller's own, or nobody's."""
    play = ringing()
    assert play.hand(LegRang(LegId(leg))).notices == []
    assert item_of(play).state is WorkState.OFFERED


def test_a_caller_in_the_flow_has_no_phone_to_ring() -> None:
    """There is no work yet."""
    play = Play()
    play.calls(IVR_DNIS)
    assert play.hand(LegRang(LegId("leg-c1"))).notices == []


# -- the answer ---------------------------------------------------------------------------------------------------------


def test_the_answer_puts_caller_and_agent_together() -> None:
    """In the connection that was made ahead."""
    play = ringing()
    leg, connection = play.agent_leg(), play.interaction().connection
    connected = only(play.agent_answers(), ConnectLegs)
    assert (connected.legs, connected.connection) == (("leg-c1", leg), connection)


def test_what_plays_stops_before_they_are_connected() -> None:
    """No prompt is heard into the talk."""
    play = Play()
    play.calls()
    play.passes(10)
    play.is_ready(ANN)
    outcome = play.agent_answers()
    assert [type(command) for command in outcome.telephony] == [StopPrompt, ConnectLegs]


def test_the_waiting_time_ends_with_the_answer() -> None:
    """The caller waited until somebody spoke."""
    play = ringing(30)
    play.passes(4)
    outcome = play.agent_answers()
    assert only(outcome, TalkStarted).waited == only(outcome, LeftQueue).waited == seconds(35)
    assert only(outcome, LeftQueue).how == "connected"


def test_the_ring_limit_ends_with_the_answer() -> None:
    """Nobody misses a call that is answered."""
    play = ringing()
    item = item_of(play).id
    play.agent_answers()
    assert RingLimit(item) not in play.centre.timers


def test_a_second_answer_changes_nothing() -> None:
    """Reports may be repeated."""
    play = talking()
    assert play.agent_answers().telephony == []


@pytest.mark.parametrize("leg", ["leg-c1", "foreign"])
def test_other_legs_that_answer_connect_nobody(leg: str) -> None:
    """The caller's own, or nobody's."""
    play = ringing()
    play.hand(LegAnswered(LegId(leg)))
    assert play.state() is InteractionState.OFFERED


def test_legs_that_could_not_be_connected_are_noticed() -> None:
    """A leg that is gone reports its own end; the rest is for the audit."""
    play = talking()
    connection = play.interaction().connection or ConnectionId("")
    assert only(play.hand(ConnectFailed(connection, (LegId("leg-c1"),))), OddityNoticed).about == connection
    assert play.state() is InteractionState.CONNECTED


# -- hold and retrieve --------------------------------------------------------------------------------------------------


def test_a_held_caller_hears_the_music_of_the_plan() -> None:
    """And the page shows it."""
    play = talking()
    play.centre.plan = replace(play.centre.plan, hold_music="waltz")
    outcome = play.hand(HoldRequested(ANN))
    assert (only(outcome, HoldLeg).leg, only(outcome, HoldLeg).music) == ("leg-c1", "waltz")
    assert only(outcome, WorkItemChanged).state == "held"


def test_holding_twice_is_holding_once() -> None:
    """Nothing is ordered again."""
    assert held().hand(HoldRequested(ANN)).telephony == []


def test_retrieving_goes_on_with_the_talk() -> None:
    """In the same connection."""
    play = held()
    outcome = play.hand(RetrieveRequested(ANN))
    assert only(outcome, RetrieveLeg).connection == play.interaction().connection
    assert item_of(play).state is WorkState.CONNECTED


def test_retrieving_who_is_not_held_changes_nothing() -> None:
    """Pressed twice."""
    assert talking().hand(RetrieveRequested(ANN)).telephony == []


def test_the_hold_is_a_segment_of_its_own() -> None:
    """Talk, hold, talk."""
    play = held()
    play.hand(RetrieveRequested(ANN), after=7)
    play.passes(3)
    play.leaves()
    record = play.all(RecordMade)[-1].record
    assert [(s.kind, s.length, s.queue) for s in record.segments] == [
        (SegmentKind.TALK, seconds(5), SUPPORT),
        (SegmentKind.HOLD, seconds(7), SUPPORT),
        (SegmentKind.TALK, seconds(3), SUPPORT),
    ]


def test_a_held_caller_may_hang_up() -> None:
    """The agent goes into wrap-up."""
    play = held()
    play.leaves()
    assert item_of(play).state is WorkState.WRAP_UP


# -- hang up ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("phase", [talking, held])
def test_the_agent_hangs_up_both(phase: Callable[[], Play]) -> None:
    """Talking or held; then comes wrap-up."""
    play = phase()
    leg = play.agent_leg()
    outcome = play.hand(HangUpRequested(ANN))
    assert [command.leg for command in some(outcome, HangUpLeg)] == [leg, "leg-c1"]
    assert play.state() is InteractionState.CLOSING
    assert item_of(play).state is WorkState.WRAP_UP


def test_the_phone_hangs_up_both_too() -> None:
    """The same by the handset."""
    play = talking()
    outcome = play.hand(LegEnded(play.agent_leg()))
    assert only(outcome, HangUpLeg).leg == "leg-c1"
    play.leaves()
    assert play.all(RecordMade)[-1].record.result is Result.ANSWERED


@pytest.mark.parametrize("rang", [False, True])
def test_hanging_up_what_rings_is_declining(rang: bool) -> None:
    """Whether the phone has told of its ringing or not."""
    play = ringing()
    if rang:
        play.hand(LegRang(play.agent_leg()))
    assert only(play.hand(HangUpRequested(ANN)), OfferEnded).why == "declined"


def test_hanging_up_while_the_customer_is_dialled_ends_the_call() -> None:
    """Not reached, whoever gave up."""
    play = dialling()
    customer = play.interaction().customer_leg
    outcome = play.hand(HangUpRequested(ANN))
    assert customer in [command.leg for command in some(outcome, HangUpLeg)]
    play.hand(LegEnded(customer or LegId("")))
    assert play.all(RecordMade)[-1].record.result is Result.NOT_REACHED


# -- refused ------------------------------------------------------------------------------------------------------------

REFUSED: list[tuple[Callable[[], Play], Callable[[AgentId], Event]]] = [
    (Play, HoldRequested),
    (Play, RetrieveRequested),
    (Play, HangUpRequested),
    (ringing, HoldRequested),
    (ringing, RetrieveRequested),
    (dialling, HoldRequested),
    (wrapping_up, HoldRequested),
    (wrapping_up, RetrieveRequested),
    (wrapping_up, HangUpRequested),
]


@pytest.mark.parametrize(("phase", "request_"), REFUSED)
def test_what_is_refused_changes_nothing(phase: Callable[[], Play], request_: Callable[[AgentId], Event]) -> None:
    """There is no talk to hold, retrieve or end."""
    play = phase()
    before = repr(play.centre.interactions), repr(play.centre.work_items), dict(play.centre.timers)
    with pytest.raises(Refused, match="no_call"):
        play.hand(request_(ANN))
    assert (repr(play.centre.interactions), repr(play.centre.work_items), dict(play.centre.timers)) == before
