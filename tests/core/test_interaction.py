"""The interaction: its table, its own ids, what it says about itself."""

from __future__ import annotations

import pytest
from tests.core.playbook import ANN, NODE, START, SUPPORT
from tests.core.tables import check_every_pair, reached, without_way_out

from ccserver.core.ids import InteractionId, interaction_of
from ccserver.core.interaction import INTERACTION, Interaction, InteractionEvent, InteractionState
from ccserver.core.records import Decision, Direction

LIVE = [s for s in InteractionState if s not in (InteractionState.CLOSING, InteractionState.ENDED)]


def interaction(direction: Direction = Direction.INBOUND) -> Interaction:
    return Interaction(InteractionId("c1"), direction, NODE, "+442079460007", "+448081570102", START)


def test_every_state_has_a_row() -> None:
    """An empty one would be a decision."""
    assert set(INTERACTION) == set(InteractionState)


def test_every_state_can_be_reached() -> None:
    """From arrival."""
    assert reached(INTERACTION, InteractionState.ARRIVED) == set(InteractionState)


def test_only_the_end_is_for_ever() -> None:
    """Everything else has a way out."""
    assert without_way_out(INTERACTION) == {InteractionState.ENDED}


def test_every_pair_is_a_row_or_raises() -> None:
    """Nothing in between."""
    check_every_pair(INTERACTION, InteractionEvent)


@pytest.mark.parametrize("state", list(InteractionState))
def test_the_caller_may_hang_up_at_any_instant(state: InteractionState) -> None:
    """The end is a row of every state."""
    assert InteractionEvent.END in INTERACTION[state]


@pytest.mark.parametrize("state", LIVE)
def test_a_hang_up_may_be_ordered_at_any_instant(state: InteractionState) -> None:
    """And every state leads to closing by it."""
    assert INTERACTION[state][InteractionEvent.CLOSE] is InteractionState.CLOSING


WAITING_OR_TALKING = [s for s in LIVE if s not in (InteractionState.OFFERED, InteractionState.RECORDING)]


@pytest.mark.parametrize("state", WAITING_OR_TALKING)
@pytest.mark.parametrize("event", [InteractionEvent.ENTER_FLOW, InteractionEvent.ENTER_QUEUE, InteractionEvent.RECORD])
def test_every_way_out_of_a_queue_is_open_to_a_caller(state: InteractionState, event: InteractionEvent) -> None:
    """A transfer that fails may end in a full queue, in voicemail or in a flow, wherever the caller is then."""
    assert event in INTERACTION[state]


@pytest.mark.parametrize("event", [InteractionEvent.REQUEUE, InteractionEvent.RECORD, InteractionEvent.CLOSE])
def test_an_offer_that_fails_leads_back_or_to_the_last_resort(event: InteractionEvent) -> None:
    """The last resort is a message or voicemail."""
    assert event in INTERACTION[InteractionState.OFFERED]


def test_the_ids_it_makes_are_its_own_and_differ() -> None:
    """Two of each kind."""
    one = interaction()
    ids = [f() for f in (one.next_leg, one.next_connection, one.next_prompt, one.next_work_item) for _ in range(2)]
    assert len(set(ids)) == 8
    assert {interaction_of(identity) for identity in ids[:6]} == {"c1"}


def test_what_became_of_an_offer_is_said_once() -> None:
    """Whatever comes later does not rewrite it."""
    one = interaction()
    one.decisions.append(Decision(START, ANN, SUPPORT, "longest idle"))
    one.decision_came_out("rona")
    one.decision_came_out("connected")
    assert [decision.outcome for decision in one.decisions] == ["rona"]


def test_without_an_offer_there_is_nothing_to_say() -> None:
    """A click-to-call has no routing decision."""
    one = interaction(Direction.OUTBOUND)
    one.decision_came_out("connected")
    assert one.decisions == []


@pytest.mark.parametrize(
    ("direction", "number"), [(Direction.INBOUND, "+442079460007"), (Direction.OUTBOUND, "+448081570102")]
)
def test_the_customer_is_who_called_or_who_was_called(direction: Direction, number: str) -> None:
    """The screen shows the other party."""
    assert interaction(direction).customer_number == number
