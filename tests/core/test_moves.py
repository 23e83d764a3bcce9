"""Moving from state to state: the waiting line and the timeline move along; an illegal move changes nothing."""

from __future__ import annotations

import pytest
from tests.core.playbook import ANN, IVR_DNIS, NODE, START, SUPPORT, Play, seconds

from ccserver.core.centre import Centre
from ccserver.core.commands import CancelTimer, StopPrompt
from ccserver.core.errors import IllegalTransition
from ccserver.core.ids import InteractionId, LegId, PromptId
from ccserver.core.interaction import Interaction, InteractionEvent, InteractionState
from ccserver.core.moves import SEGMENT_OF_STATE, leave_flow, leave_queue, move, stop_prompt
from ccserver.core.plan import Plan
from ccserver.core.records import Direction, SegmentKind
from ccserver.core.timers import PromptLimit


def arrived() -> tuple[Centre, Interaction]:
    centre = Centre(Plan())
    interaction = Interaction(InteractionId("c1"), Direction.INBOUND, NODE, "", "", START, customer_leg=LegId("leg"))
    centre.add(interaction)
    return centre, interaction


def test_every_state_says_what_the_customer_experiences() -> None:
    """Or, explicitly, that nothing changes."""
    assert set(SEGMENT_OF_STATE) == set(InteractionState)


def test_who_is_queued_is_in_the_line() -> None:
    """And no longer when somebody is offered the call."""
    centre, interaction = arrived()
    move(centre, interaction, InteractionEvent.ENTER_QUEUE, START, SUPPORT)
    assert list(centre.waiting) == ["c1"]
    move(centre, interaction, InteractionEvent.OFFER, START, SUPPORT, ANN)
    assert list(centre.waiting) == []


def test_each_move_turns_the_timeline() -> None:
    """The stretch before is closed at the same instant."""
    centre, interaction = arrived()
    move(centre, interaction, InteractionEvent.ENTER_QUEUE, START, SUPPORT)
    move(centre, interaction, InteractionEvent.OFFER, START + seconds(5), SUPPORT, ANN)
    assert [(s.kind, s.length) for s in interaction.segments] == [(SegmentKind.QUEUE, seconds(5))]
    assert (interaction.segment_kind, interaction.segment_agent) == (SegmentKind.RING, ANN)


def test_closing_does_not_turn_the_timeline() -> None:
    """The last words belong to what was before."""
    centre, interaction = arrived()
    move(centre, interaction, InteractionEvent.ENTER_FLOW, START)
    move(centre, interaction, InteractionEvent.CLOSE, START + seconds(5))
    assert interaction.segment_kind is SegmentKind.IVR


def test_the_instant_of_the_last_move_is_kept() -> None:
    """An audit does not judge what has just changed."""
    centre, interaction = arrived()
    move(centre, interaction, InteractionEvent.ENTER_FLOW, START + seconds(5))
    assert interaction.changed_at == START + seconds(5)


def test_an_illegal_move_changes_nothing() -> None:
    """Neither state nor line nor timeline."""
    centre, interaction = arrived()
    before = repr(centre)
    with pytest.raises(IllegalTransition):
        move(centre, interaction, InteractionEvent.CONNECT, START)
    assert repr(centre) == before


def test_a_place_is_left_with_everything_that_was_due_for_it() -> None:
    """Nothing of the queue fires any more."""
    play = Play()
    play.calls()
    list(leave_queue(play.interaction(), play.now, "abandoned"))
    assert play.interaction().place is None


def test_who_holds_no_place_leaves_none() -> None:
    """It may be asked twice."""
    assert list(leave_queue(arrived()[1], START, "abandoned")) == []


def test_leaving_a_flow_ends_its_time_limit() -> None:
    """And the position is forgotten."""
    play = Play()
    play.calls(IVR_DNIS)
    (cancelled,) = leave_flow(play.interaction())
    assert isinstance(cancelled, CancelTimer)
    assert play.interaction().flow is None


def test_who_is_in_no_flow_leaves_none() -> None:
    """It may be asked twice."""
    assert list(leave_flow(arrived()[1])) == []


def test_a_prompt_is_stopped_with_its_deadline() -> None:
    """Once; nothing plays then."""
    _, interaction = arrived()
    interaction.prompt = PromptId("p")
    assert list(stop_prompt(interaction)) == [
        StopPrompt(LegId("leg"), PromptId("p")),
        CancelTimer(PromptLimit(InteractionId("c1"), PromptId("p"))),
    ]
    assert list(stop_prompt(interaction)) == []
