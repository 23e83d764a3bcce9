"""A call brought into a phase, and what the PBX holds then: the stage for reading back."""

from __future__ import annotations

import pytest
from tests.core.phases import greeted, held, in_flow, offered, queued, sent_outside, talking
from tests.core.playbook import (
    ANN,
    CLOSED_DNIS,
    NODE,
    Play,
)

from ccserver.core.events import (
    CallRequested,
    LegAnswered,
    PbxAudited,
    PbxSnapshot,
    SnapshotLeg,
    TelephonyLost,
    TelephonyRestored,
)
from ccserver.core.ids import InteractionId, LegId
from ccserver.core.interaction import InteractionState
from ccserver.core.kernel import Outcome

__all__ = [
    "AUDITED",
    "BOTH",
    "KEY",
    "LEG",
    "OUTSIDE",
    "RESTORED",
    "Read",
    "greeted",
    "held",
    "in_flow",
    "offered",
    "ours",
    "picture",
    "queued",
    "read_back",
    "sent_outside",
    "talking",
]
LEG, KEY = LegId("leg-c1"), InteractionId("c1")
OUTSIDE = "+442079460999"
RESTORED, AUDITED = TelephonyRestored, PbxAudited
BOTH = pytest.mark.parametrize("read", [RESTORED, AUDITED])
Read = type[TelephonyRestored] | type[PbxAudited]


def ours(leg: LegId | None, *, is_up: bool = True) -> SnapshotLeg:
    assert leg is not None
    return SnapshotLeg(leg, is_up, KEY, leg.startswith("cc-"))


def picture(play: Play, **changes: object) -> PbxSnapshot:
    """What the PBX holds when all is as it should be; `changes` replace parts."""
    one = play.interaction()
    item = play.centre.work_items.get(one.work_item) if one.work_item else None
    is_talking = one.state is InteractionState.CONNECTED
    others = [leg for leg in (item.leg if item else None, one.forwarded_leg) if leg]
    legs = [ours(one.customer_leg)] if one.customer_leg else []
    is_held = item is not None and item.state.value == "held"
    parts: dict[str, object] = {
        "legs": (*legs, *(ours(leg, is_up=is_talking) for leg in others)),
        "connections": {one.connection: (one.customer_leg, *others)} if is_talking and not is_held else {},
        "waiting": frozenset({one.customer_leg}) if is_held or not is_talking else frozenset(),
        "boot": "1",
    }
    return PbxSnapshot(NODE, **{**parts, **changes})  # type: ignore[arg-type]


def read_back(play: Play, read: Read, snapshot: PbxSnapshot, after: float = 10) -> Outcome:
    """After a break; or in a routine audit, when all has settled."""
    if read is TelephonyRestored:
        play.hand(TelephonyLost(NODE))
    return play.hand(read(snapshot), after)


def recording() -> Play:
    play = greeted()
    play.prompt_ends()
    return play


def talking_outside() -> Play:
    play = sent_outside()
    play.hand(LegAnswered(play.interaction().forwarded_leg or LegId("")))
    return play


def click_ringing() -> Play:
    play = Play()
    play.is_ready(ANN)
    play.hand(CallRequested(ANN, OUTSIDE, KEY, NODE))
    return play


def dialling() -> Play:
    play = click_ringing()
    play.agent_answers()
    return play


def closing() -> Play:
    play = Play()
    play.calls(CLOSED_DNIS)
    return play
