"""Offers: RONA, declined, unreachable, the caller who leaves; who is asked next."""

from __future__ import annotations

import pytest
from tests.core.playbook import ANN, BOB, CEM, NODE, SUPPORT, SUPPORT_DNIS, Play, only, seconds, some

from ccserver.core.acd.offering import ring_limit
from ccserver.core.agent import Presence
from ccserver.core.commands import HangUpLeg, PrepareConnection, RingAgent
from ccserver.core.customer import CustomerCard
from ccserver.core.events import (
    CallRequested,
    Cause,
    CustomerFound,
    HangUpRequested,
    LegAnswered,
    LegArrived,
    LegEnded,
    ReadyRequested,
    TimerFired,
    WorkItemLost,
)
from ccserver.core.ids import CustomerId, InteractionId, LegId, QueueId
from ccserver.core.interaction import InteractionState
from ccserver.core.notices import OfferEnded, OfferMade
from ccserver.core.timers import RingLimit


def offered(*agents: str) -> Play:
    play = Play()
    play.is_ready(*(agents or (ANN,)))  # type: ignore[arg-type]
    play.calls()
    return play


def test_an_offer_names_agent_queue_and_reason() -> None:
    """The screen pop and the explanation come with it."""
    made = offered(ANN).all(OfferMade)[0]
    assert (made.agent, made.queue) == (ANN, SUPPORT)
    assert made.explanation.startswith("the most urgent for ann by policy targets (waited 0 s)")


def test_rona_makes_the_agent_not_ready_with_the_reason() -> None:
    """The phone rang for the limit and nobody came."""
    play = offered()
    play.passes(15)
    agent = play.centre.agents[ANN]
    assert (agent.presence, agent.reason) == (Presence.NOT_READY, "rona")


def test_rona_stops_the_phone() -> None:
    """The agent's leg is ended."""
    play = offered()
    leg = play.agent_leg()
    outcomes = play.passes(15)
    assert [c.leg for o in outcomes for c in some(o, HangUpLeg)] == [leg]


def test_rona_keeps_waiting_time_and_place() -> None:
    """Back at the head of the line with the old entry time."""
    play = offered()
    since = play.interaction().place.since  # type: ignore[union-attr]
    play.passes(5)
    play.calls(name="c2")
    play.passes(10)
    place = play.interaction().place
    assert place is not None
    assert place.since == since
    play.is_ready(BOB)
    assert play.interaction("c1").state is InteractionState.OFFERED


def test_after_rona_the_next_agent_is_rung() -> None:
    """Whoever else can take the call gets it in the same instant."""
    play = offered(ANN, BOB)
    play.passes(15)
    assert play.rung() == [ANN, BOB]


def test_the_same_agent_is_not_asked_again_while_another_can() -> None:
    """Ready again after RONA, but the other one is free too."""
    play = offered(ANN, BOB)
    play.passes(15)
    play.hand(ReadyRequested(ANN))
    play.hand(LegEnded(play.agent_leg(), Cause.REJECTED))
    play.hand(ReadyRequested(BOB))
    play.is_ready(CEM)
    assert play.rung()[:2] == [ANN, BOB]
    assert play.rung()[-1] in (ANN, CEM)


def test_the_same_agent_is_asked_again_when_nobody_else_can() -> None:
    """Better the same agent than nobody."""
    play = offered()
    play.passes(15)
    play.hand(ReadyRequested(ANN))
    assert play.rung() == [ANN, ANN]


def test_declining_on_the_phone_is_declined() -> None:
    """486 or 603 of the phone."""
    play = offered()
    play.hand(LegEnded(play.agent_leg(), Cause.BUSY))
    assert play.centre.agents[ANN].reason == "declined"


def test_declining_on_the_desktop_is_declined() -> None:
    """The button does the same, and ends the leg."""
    play = offered()
    leg = play.agent_leg()
    outcome = play.hand(HangUpRequested(ANN))
    assert only(outcome, HangUpLeg).leg == leg
    assert only(outcome, OfferEnded).why == "declined"


def test_an_unreachable_phone_is_told_as_such() -> None:
    """The PBX could not open the leg."""
    play = offered()
    play.hand(LegEnded(play.agent_leg(), Cause.UNREACHABLE))
    assert play.centre.agents[ANN].reason == "phone_unreachable"


def test_a_lost_pbx_is_not_the_agents_fault() -> None:
    """The agent stays ready."""
    play = offered()
    play.hand(LegEnded(play.agent_leg(), Cause.PBX_LOST))
    assert play.centre.agents[ANN].presence is Presence.READY


def test_a_caller_who_leaves_stops_the_ringing() -> None:
    """The agent's leg is ended and the agent is free without wrap-up."""
    play = offered()
    leg = play.agent_leg()
    outcome = play.leaves()
    assert leg in [command.leg for command in some(outcome, HangUpLeg)]
    assert only(outcome, OfferEnded).why == "caller_left"
    assert play.centre.agents[ANN].is_available


def test_the_freed_agent_gets_the_next_caller_at_once() -> None:
    """In the same step."""
    play = offered()
    play.calls(name="c2")
    outcome = play.leaves("c1")
    assert only(outcome, RingAgent).interaction == "c2"


def test_a_late_end_of_a_withdrawn_leg_changes_nothing() -> None:
    """The report of the hang-up that we ordered ourselves."""
    play = offered(ANN, BOB)
    leg = play.agent_leg()
    play.passes(15)
    assert play.hand(LegEnded(leg, Cause.NO_ANSWER)).notices == []


def test_an_answer_that_crosses_rona_connects_nobody() -> None:
    """The hang-up is on its way; the caller stays in the line."""
    play = offered()
    leg = play.agent_leg()
    play.passes(15)
    play.hand(LegAnswered(leg))
    assert play.state() is InteractionState.QUEUED


def test_the_phone_shows_who_calls() -> None:
    """The caller's number, and the name that the network told."""
    play = Play()
    play.is_ready(ANN)
    ring = only(
        play.hand(LegArrived(LegId("leg-c1"), NODE, InteractionId("c1"), "+4420", SUPPORT_DNIS, "Wang")), RingAgent
    )
    assert (ring.caller_number, ring.caller_name) == ("+4420", "Wang")


def test_the_phone_shows_the_customers_name_when_it_is_known() -> None:
    """The directory answered before an agent was free."""
    play = Play()
    play.calls()
    play.hand(CustomerFound(InteractionId("c1"), CustomerCard(CustomerId("7"), "Wang Xiaoming", "gold", 1.0)))
    play.is_ready(ANN)
    assert play.all(RingAgent)[0].caller_name == "Wang Xiaoming"


def test_the_pbx_rings_longer_than_the_centre() -> None:
    """Its own limit is only the last resort: the centre decides."""
    assert offered().all(RingAgent)[0].limit == seconds(30)


def test_the_connection_is_made_ahead() -> None:
    """The answer then needs one step less."""
    play = offered()
    assert play.all(PrepareConnection)[0].connection == play.interaction().connection


@pytest.mark.parametrize(("key", "limit"), [(SUPPORT, 15), (None, 20), (QueueId("gone"), 20)])
def test_the_ringing_time_is_the_queues_or_the_centres(key: QueueId | None, limit: int) -> None:
    """A call may come to an agent through no queue."""
    assert ring_limit(Play().centre, key) == seconds(limit)


@pytest.mark.parametrize("cause", [Cause.CONGESTION, Cause.INVALID_NUMBER])
def test_a_phone_that_cannot_be_called_is_told_as_unreachable(cause: Cause) -> None:
    """Not the agent's decision."""
    play = offered()
    play.hand(LegEnded(play.agent_leg(), cause))
    assert play.centre.agents[ANN].reason == "phone_unreachable"


def test_a_limit_that_fires_after_the_answer_changes_nothing() -> None:
    """Its timer was on its way."""
    play = offered()
    item = play.interaction().work_item
    assert item is not None
    play.agent_answers()
    play.centre.timers[RingLimit(item)] = play.now
    assert play.hand(TimerFired(RingLimit(item))).telephony == []
    assert play.state() is InteractionState.CONNECTED


def test_an_offer_that_is_lost_twice_is_lost_once() -> None:
    """The second report finds no work."""
    play = offered()
    item = play.interaction().work_item
    assert item is not None
    play.hand(HangUpRequested(ANN))
    assert play.hand(WorkItemLost(item, Cause.NO_ANSWER)).notices == []


def test_each_offer_is_a_decision_with_its_outcome() -> None:
    """It can be explained afterwards."""
    play = offered(ANN, BOB)
    play.passes(15)
    play.agent_answers()
    assert [(d.agent, d.outcome) for d in play.interaction().decisions] == [(ANN, "rona"), (BOB, "connected")]


def test_an_agent_who_calls_and_does_not_answer_stays_ready() -> None:
    """It was the agent's own call that rang; nobody else waits for it."""
    play = Play()
    play.is_ready(ANN)
    play.hand(CallRequested(ANN, "+442079460999", InteractionId("c1"), NODE))
    play.passes(60)
    assert play.centre.agents[ANN].presence is Presence.READY
    assert "c1" not in play.centre.interactions


def test_missing_the_same_call_twice_is_noted_once() -> None:
    """The place keeps each name once."""
    play = offered()
    play.passes(15)
    play.hand(ReadyRequested(ANN))
    play.passes(15)
    place = play.interaction().place
    assert place is not None
    assert place.refused_by == [ANN]
