"""Reading back legs and connections that nobody knows, and what an audit does not judge yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from tests.core.playbook import (
    ANN,
    NODE,
    SUPPORT_DNIS,
    Play,
    only,
    seconds,
)
from tests.core.snapshots import (
    AUDITED,
    BOTH,
    KEY,
    LEG,
    RESTORED,
    Read,
    offered,
    ours,
    picture,
    queued,
    read_back,
    sent_outside,
    talking,
)

from ccserver.core.commands import (
    DropConnection,
    HangUpLeg,
)
from ccserver.core.events import (
    PbxAudited,
    PbxSnapshot,
    SnapshotLeg,
    TelephonyRestored,
)
from ccserver.core.ids import ConnectionId, InteractionId, LegId, NodeName, leg_id
from ccserver.core.interaction import InteractionState
from ccserver.core.notices import InteractionStarted, OddityNoticed, RecordMade
from ccserver.core.reconcile import GRACE

# -- legs and connections that nobody knows -----------------------------------------------------------------------------


def stranger(created_at: datetime | None = None, **changes: object) -> SnapshotLeg:
    leg = SnapshotLeg(LegId("leg-c9"), True, InteractionId("c9"), False, "+4420", SUPPORT_DNIS, "Wang", created_at)
    return replace(leg, **changes)  # type: ignore[arg-type]


@BOTH
def test_a_caller_whose_arrival_was_missed_is_taken_in(read: Read) -> None:
    """As old as the leg is."""
    play = Play()
    since = play.now
    outcome = read_back(play, read, PbxSnapshot(NODE, (stranger(since),), boot="1"))
    assert only(outcome, InteractionStarted).interaction == "c9"
    assert play.interaction("c9").started_at == since
    assert play.interaction("c9").caller_name == "Wang"


@BOTH
@pytest.mark.parametrize(
    "leg", [stranger(is_ours=True), stranger(interaction=None), stranger(dnis=""), stranger(leg=LegId("other"))]
)
def test_a_leg_that_belongs_to_nothing_is_ended(leg: SnapshotLeg, read: Read) -> None:
    """Ours, or without a number that was called, or of an interaction that is known."""
    play = Play()
    if leg.leg == "other":
        play.calls(name="c9")
        play.leaves("c9")
    outcome = read_back(play, read, PbxSnapshot(NODE, (leg,), boot="1"))
    assert only(outcome, OddityNoticed).about == leg.leg
    assert only(outcome, HangUpLeg).leg == leg.leg


def test_a_leg_that_a_crash_took_from_the_journal_keeps_its_id() -> None:
    """The next leg of the interaction gets another."""
    play = queued()
    forgotten = leg_id(NODE, KEY, 7)
    snapshot = picture(play, legs=(ours(LEG), SnapshotLeg(forgotten, False, KEY, True)))
    assert only(read_back(play, RESTORED, snapshot), HangUpLeg).leg == forgotten
    play.is_ready(ANN)
    assert play.agent_leg() == leg_id(NODE, KEY, 8)


@BOTH
def test_a_connection_without_people_is_removed(read: Read) -> None:
    """Of an interaction that is over."""
    play = Play()
    snapshot = PbxSnapshot(NODE, connections={ConnectionId("cc-ast01-c9-c1"): ()}, boot="1")
    assert only(read_back(play, read, snapshot), DropConnection).connection == "cc-ast01-c9-c1"


def test_people_in_a_connection_that_nobody_knows_are_parted_only_after_a_break() -> None:
    """In an audit they may just be on their way out: their legs are judged."""
    members: dict[ConnectionId, tuple[LegId, ...]] = {ConnectionId("cc-ast01-c9-c1"): (LegId("a"), LegId("b"))}
    snapshot = PbxSnapshot(NODE, connections=members, boot="1")
    assert read_back(Play(), AUDITED, snapshot).telephony == []
    assert only(read_back(Play(), RESTORED, snapshot), DropConnection).connection == "cc-ast01-c9-c1"


def test_a_connection_that_was_made_ahead_is_kept() -> None:
    """It waits for the agent's answer."""
    play = offered()
    connection = play.interaction().connection
    assert read_back(play, AUDITED, picture(play, connections={connection: ()}), after=6).telephony == []


# -- the grace of the audit ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("phase", [queued, offered, talking, sent_outside])
def test_an_audit_does_not_judge_what_has_just_changed(phase: Callable[[], Play]) -> None:
    """Something is on its way."""
    play = phase()
    play.hand(PbxAudited(PbxSnapshot(NODE, boot="1")), after=GRACE.total_seconds() - 0.1)
    assert play.interaction().left_at is None
    play.hand(PbxAudited(PbxSnapshot(NODE, boot="1")), after=0.1)
    assert play.all(RecordMade) != []


def test_an_audit_does_not_judge_a_leg_that_has_just_come() -> None:
    """Its arrival is on its way."""
    play = Play()
    outcome = play.hand(PbxAudited(PbxSnapshot(NODE, (stranger(play.now - seconds(1)),), boot="1")))
    assert (outcome.telephony, outcome.notices) == ([], [])


def test_calls_of_another_node_are_not_judged() -> None:
    """Each machine knows its own."""
    play = talking()
    play.hand(TelephonyRestored(PbxSnapshot(NodeName("ast02"), boot="1")), after=10)
    assert play.state() is InteractionState.CONNECTED


def test_who_wraps_up_is_not_judged() -> None:
    """The customer's side is over."""
    play = talking()
    play.leaves()
    assert read_back(play, RESTORED, PbxSnapshot(NODE, boot="1")).telephony == []
    assert len(play.all(RecordMade)) == 1
