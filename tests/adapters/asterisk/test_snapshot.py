"""The picture of the PBX, from what a real Asterisk 22.10.1 answered: a talk, a caller who waits, a phone that rings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from ccserver.adapters.asterisk.ari_models import AsteriskInfo, Bridge, Channel
from ccserver.adapters.asterisk.snapshot import snapshot_of
from ccserver.core.events import PbxSnapshot, SnapshotLeg
from ccserver.core.ids import LegId, NodeName, interaction_of

NODE = NodeName("ast01")
READ: dict[str, Any] = orjson.loads((Path(__file__).parents[2] / "transcripts" / "ari" / "snapshot.json").read_bytes())
TALKER, WAITER, AWAY = (LegId(f"ast01-1795305590.{n}") for n in (0, 1, 4))


@pytest.fixture
def picture() -> PbxSnapshot:
    channels = [Channel.model_validate(raw) for raw in READ["channels"]]
    ours = READ["application"]["channel_ids"]
    bridges = [Bridge.model_validate(raw) for raw in READ["bridges"]]
    assert AsteriskInfo.model_validate(READ["info"]).status is not None
    return snapshot_of(NODE, [channel for channel in channels if channel.id in ours], bridges, "boot")


def leg(picture: PbxSnapshot, wanted: LegId) -> SnapshotLeg:
    return next(leg for leg in picture.legs if leg.leg == wanted)


def test_a_caller_is_there_with_everything_an_arrival_has(picture: PbxSnapshot) -> None:
    """Enough to take the call over after a restart of ours."""
    caller = leg(picture, TALKER)
    assert (caller.is_up, caller.is_ours, caller.ani, caller.dnis) == (True, False, "+442079460000", "+448081570102")
    assert (caller.caller_name, caller.interaction) == ("Zoe King", "22004593-7442-42ee-805b-195540f871e4")
    assert caller.created_at is not None
    assert caller.created_at.isoformat() == "2026-11-21T23:59:50.789000+00:00"


def test_legs_of_ours_say_so_and_whether_they_are_answered(picture: PbxSnapshot) -> None:
    """One agent talks, one phone rings."""
    agents = {leg.interaction: leg.is_up for leg in picture.legs if leg.is_ours}
    assert agents == {leg(picture, TALKER).interaction: True, leg(picture, WAITER).interaction: False}
    assert all(interaction_of(leg.leg) == leg.interaction for leg in picture.legs if leg.is_ours)


def test_who_talks_and_who_waits(picture: PbxSnapshot) -> None:
    """The waiting room is no connection."""
    (members,) = picture.connections.values()
    assert (len(members), TALKER in members, picture.waiting) == (2, True, frozenset({WAITER}))


def test_a_caller_in_the_dialplans_hands_is_not_ours_to_see(picture: PbxSnapshot) -> None:
    """The fallback queue has it; we would only disturb."""
    assert AWAY not in {leg.leg for leg in picture.legs}


def test_a_dialling_phone_is_no_caller() -> None:
    """It has no DNIS, so that nobody takes it for an arrival."""
    raw = next(raw for raw in READ["channels"] if raw["id"] == TALKER)
    phone = raw | {"channelvars": {"CC_ID": "x", "CC_ROLE": "agent-dial"}}
    (leg,) = snapshot_of(NODE, [Channel.model_validate(phone)], [], "boot").legs
    assert (leg.dnis, leg.is_ours) == ("", False)
