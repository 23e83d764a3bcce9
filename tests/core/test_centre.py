"""The centre: look-ups that note what was touched, bounded memory of what is over, indexes rebuilt from the journal."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace

import pytest
from tests.core.playbook import (
    ANN,
    BOB,
    IVR_DNIS,
    NODE,
    START,
    SUPPORT_DNIS,
    Play,
    plan,
)

from ccserver.core.agent import Presence
from ccserver.core.centre import MOST_ENDED, Centre
from ccserver.core.errors import Refused
from ccserver.core.events import (
    BlindTransferRequested,
    CallRequested,
    HangUpRequested,
    HoldRequested,
    LegAnswered,
    TransferKind,
    TransferTarget,
)
from ccserver.core.ids import AgentId, InteractionId, LegId
from ccserver.core.interaction import Interaction
from ccserver.core.plan import Exit, ExitKind, Plan
from ccserver.core.records import Direction

OUTSIDE = "+442079460999"


def caller(name: str = "c1") -> Interaction:
    leg = LegId(f"leg-{name}")
    return Interaction(InteractionId(name), Direction.INBOUND, NODE, "", SUPPORT_DNIS, START, customer_leg=leg)


def test_what_is_handed_out_counts_as_touched() -> None:
    """The journal looks at it after the step."""
    play = Play()
    play.calls()
    play.centre.touched.clear()
    play.centre.interaction(InteractionId("c1"))
    play.centre.agent(ANN)
    assert play.centre.touched == {("interaction", "c1"), ("agent", ANN)}


def test_a_leg_leads_to_its_interaction() -> None:
    """Ours and the caller's."""
    play = Play()
    play.talks()
    assert play.centre.interaction_of_leg(LegId("leg-c1")) is play.interaction()
    assert play.centre.interaction_of_leg(play.agent_leg()) is play.interaction()


def test_a_leg_of_nobody_leads_nowhere() -> None:
    """It is gone, or somebody else's."""
    assert Centre(Plan()).interaction_of_leg(LegId("foreign")) is None


def test_an_agent_of_the_plan_exists_from_the_first_look() -> None:
    """Logged out."""
    assert Centre(plan()).agent(ANN).presence is Presence.LOGGED_OUT


@pytest.mark.parametrize("request_", [HoldRequested, HangUpRequested])
def test_asking_for_nobodys_work_makes_nobody(request_: Callable[[AgentId], HoldRequested]) -> None:
    """A name from outside fills no table."""
    play = Play()
    with pytest.raises(Refused):
        play.hand(request_(AgentId("nobody")))
    assert "nobody" not in play.centre.agents


def test_what_is_over_is_known_for_a_while() -> None:
    """A late arrival of the same interaction opens nothing."""
    centre, one = Centre(Plan()), caller()
    centre.add(one)
    centre.forget(one)
    assert centre.is_known(one.id)
    assert (centre.interactions, centre.legs) == ({}, {})


def test_the_memory_of_what_is_over_is_bounded() -> None:
    """The oldest is forgotten first."""
    centre = Centre(Plan())
    for serial in range(MOST_ENDED + 1):
        centre.forget(caller(f"c{serial}"))
    assert len(centre.ended) == MOST_ENDED
    assert not centre.is_known(InteractionId("c0"))
    assert centre.is_known(InteractionId("c1"))


def test_forgetting_gives_up_every_leg_that_was_opened() -> None:
    """Also those of offers long withdrawn."""
    centre, one = Centre(Plan()), caller()
    centre.add(one)
    for _ in range(3):
        centre.legs[one.next_leg()] = one.id
    centre.forget(one)
    assert centre.legs == {}


def test_an_interaction_whose_customer_was_never_dialled_has_no_leg() -> None:
    """A click-to-call that ended at the agent's own phone."""
    centre, one = Centre(Plan()), caller()
    one.customer_leg = None
    centre.add(one)
    assert centre.legs == {}
    centre.forget(one)
    assert centre.is_known(one.id)


# -- restored from the journal ------------------------------------------------------------------------------------------


def in_flow(play: Play) -> None:
    play.calls(IVR_DNIS)


def queued(play: Play) -> None:
    play.calls()


def offered(play: Play) -> None:
    play.is_ready(ANN)
    play.calls()


def talking(play: Play) -> None:
    play.talks()


def wrapping_up(play: Play) -> None:
    play.talks()
    play.leaves()


def transferred_outside(play: Play) -> None:
    play.talks()
    play.hand(BlindTransferRequested(ANN, TransferTarget(TransferKind.NUMBER, OUTSIDE)))


def transferred_to_an_agent(play: Play) -> None:
    play.talks()
    play.is_ready(BOB)
    play.hand(BlindTransferRequested(ANN, TransferTarget(TransferKind.AGENT, BOB)))


def dialling(play: Play) -> None:
    play.is_ready(ANN)
    play.hand(CallRequested(ANN, OUTSIDE, InteractionId("c1"), NODE))
    play.hand(LegAnswered(play.agent_leg()))


def missed(play: Play) -> None:
    play.is_ready(ANN)
    play.calls()
    play.passes(15)


def left_while_recording(play: Play) -> None:
    play.centre.plan = replace(play.centre.plan, default_exit=Exit(ExitKind.VOICEMAIL))
    play.calls("+448081570199")
    play.prompt_ends()
    play.leaves()


PHASES = [
    left_while_recording,
    in_flow,
    queued,
    offered,
    talking,
    wrapping_up,
    transferred_outside,
    transferred_to_an_agent,
    dialling,
    missed,
]


@pytest.mark.parametrize("phase", PHASES)
def test_the_indexes_are_rebuilt_as_they_were(phase: Callable[[Play], None]) -> None:
    """Legs and the waiting line, from what the journal kept."""
    play = Play()
    phase(play)
    before = play.centre
    after = Centre(before.plan)
    after.restore(
        deepcopy(list(before.interactions.values())),
        deepcopy(list(before.agents.values())),
        deepcopy(list(before.work_items.values())),
    )
    assert after.legs == before.legs
    assert after.waiting == before.waiting
    assert after.touched == set()
