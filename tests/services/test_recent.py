"""Interactions before the history has them: found in every state, and for a while after the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.core.phases import OUTSIDE, greeted, held, in_flow, offered, queued, talking
from tests.core.playbook import ANN, NODE, SUPPORT_DNIS, Play
from tests.services.test_desk import PlayClock

from ccserver.core.events import (
    BlindTransferRequested,
    CallRequested,
    LegAnswered,
    TransferKind,
    TransferTarget,
    WrapUpSaved,
)
from ccserver.core.fallback_events import FallbackEntered
from ccserver.core.ids import InteractionId, LegId
from ccserver.core.interaction import InteractionState
from ccserver.core.notices import RecordMade
from ccserver.core.records import InteractionRecord
from ccserver.services.recent import MOST_KEPT, InteractionView, RecentRecords

KEY = InteractionId("c1")


def saying_good_bye() -> Play:
    play = Play()
    play.calls("+440000000000")
    return play


def calling_out() -> Play:
    play = Play()
    play.is_ready(ANN)
    play.hand(CallRequested(ANN, OUTSIDE, KEY, NODE))
    return play


def forwarded() -> Play:
    """To an outside number, and Ann's wrap-up is over."""
    play = talking()
    play.hand(BlindTransferRequested(ANN, TransferTarget(TransferKind.NUMBER, OUTSIDE)))
    play.hand(LegAnswered(play.interaction().forwarded_leg or LegId("")))
    play.passes(60)
    return play


def in_the_fallback() -> Play:
    play = Play()
    play.hand(FallbackEntered(LegId("leg-c1"), NODE, KEY, "", SUPPORT_DNIS, play.now))
    return play


STATES: dict[Callable[[], Play], InteractionState] = {
    in_flow: InteractionState.IN_FLOW,
    queued: InteractionState.QUEUED,
    offered: InteractionState.OFFERED,
    talking: InteractionState.CONNECTED,
    held: InteractionState.CONNECTED,
    greeted: InteractionState.RECORDING,
    saying_good_bye: InteractionState.CLOSING,
    calling_out: InteractionState.CALLING,
    forwarded: InteractionState.CONNECTED,
    in_the_fallback: InteractionState.FALLBACK,
}


def view(play: Play, recent: RecentRecords | None = None) -> InteractionView | None:
    return (recent or RecentRecords()).view(play.centre, KEY, PlayClock(play))


@pytest.mark.parametrize("phase", STATES)
def test_it_is_found_in_every_state(phase: Callable[[], Play]) -> None:
    """Whoever has it in hand: a flow, a queue, an agent, a recording, an outside party, the PBX."""
    play = phase()
    found = view(play)
    assert play.state() is STATES[phase]
    assert found is not None
    assert (found.record.id, found.is_live) == (KEY, True)


@pytest.mark.parametrize(("phase", "agents"), [(queued, set()), (offered, {ANN}), (talking, {ANN}), (forwarded, {ANN})])
def test_it_names_who_has_or_had_a_part(phase: Callable[[], Play], agents: set[str]) -> None:
    """They may look at it."""
    found = view(phase())
    assert found is not None
    assert found.agents == agents


def test_the_agent_is_the_one_whose_phone_rings() -> None:
    """Not who spoke last."""
    found = view(offered())
    assert found is not None
    assert found.record.agent == ANN


def test_wrap_up_is_after_the_call() -> None:
    """The customer's side is over, the record not final."""
    play = talking()
    play.leaves()
    found = view(play)
    assert found is not None
    assert (found.is_live, found.record.is_final, found.record.revision) == (False, False, 1)


def records(play: Play) -> list[RecordMade]:
    return play.all(RecordMade)


def test_what_is_over_stays_for_a_while() -> None:
    """In its last revision."""
    play, recent = talking(), RecentRecords()
    play.leaves()
    item = play.centre.current_work(ANN)
    assert item is not None
    play.hand(WrapUpSaved(ANN, item.id, "sold", "wants two", done=True))
    for made in records(play):
        recent.take(made)
    found = view(play, recent)
    assert found is not None
    assert (found.is_live, found.record.is_final, found.record.notes) == (False, True, "wants two")
    assert found.agents == {ANN}


def test_nobody_is_found_who_never_called() -> None:
    """Nor who is over for long."""
    assert view(Play()) is None


def test_no_more_are_kept_than_the_bound() -> None:
    """The oldest go first; other notices are nothing to keep."""
    play, recent = talking(), RecentRecords()
    play.leaves()
    made: InteractionRecord = records(play)[0].record
    for serial in range(MOST_KEPT + 1):
        recent.take(RecordMade(replace(made, id=InteractionId(f"n{serial}"))))
    clock = PlayClock(play)
    assert recent.view(play.centre, InteractionId("n0"), clock) is None
    assert recent.view(play.centre, InteractionId(f"n{MOST_KEPT}"), clock) is not None
