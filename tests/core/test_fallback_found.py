"""Callers in the fallback: what the PBX is found to hold after a break, and how far its black box was read."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from tests.core.playbook import (
    ANN,
    NODE,
    START,
    SUPPORT_DNIS,
    Play,
    only,
    seconds,
    some,
)

from ccserver.core.events import (
    PbxAudited,
    PbxSnapshot,
    SnapshotLeg,
    TelephonyRestored,
)
from ccserver.core.fallback_events import (
    FallbackAnswered,
    FallbackEntered,
    FallbackRead,
    FallbackRestarted,
)
from ccserver.core.ids import InteractionId, LegId, NodeName
from ccserver.core.interaction import InteractionState
from ccserver.core.kernel import Outcome
from ccserver.core.notices import OddityNoticed, RecordMade
from ccserver.core.records import InteractionRecord, Result

LEG = LegId("leg-c1")
CALLER = "+442079460007"


def at(value: float) -> datetime:
    return START + timedelta(seconds=value)


def away(play: Play, length: float = 100) -> None:
    """ccserver was not there for so long."""
    play.now = START + seconds(length)


def entered(when: float, dnis: str = SUPPORT_DNIS, ani: str = "", name: str = "c1") -> FallbackEntered:
    return FallbackEntered(LegId(f"leg-{name}"), NODE, InteractionId(name), ani, dnis, at(when), "Joe")


def the_record(outcome: Outcome) -> InteractionRecord:
    return only(outcome, RecordMade).record


def fallen(name: str = "c1") -> Play:
    """A caller who came while we were away, and is in the fallback."""
    play = Play()
    away(play)
    play.hand(entered(10, name=name))
    return play


def test_a_caller_who_is_still_there_stays() -> None:
    """The PBX has the leg, though not in our hands."""
    play = fallen()
    play.hand(TelephonyRestored(PbxSnapshot(NODE, boot="1", elsewhere=frozenset({LEG}))))
    assert play.state() is InteractionState.FALLBACK


def test_a_caller_found_in_our_hands_is_back() -> None:
    """Its arrival was not heard."""
    play = fallen()
    leg = SnapshotLeg(LEG, True, InteractionId("c1"), False, CALLER, SUPPORT_DNIS, created_at=at(10))
    play.hand(TelephonyRestored(PbxSnapshot(NODE, (leg,), boot="1")))
    assert play.state() is InteractionState.QUEUED


def test_a_caller_gone_without_a_word_is_ended() -> None:
    """The black box was lost, or written by nobody."""
    play = fallen()
    record = the_record(play.hand(PbxAudited(PbxSnapshot(NODE, boot="1")), after=10))
    assert record.result is Result.ABANDONED


def test_a_pbx_that_started_anew_has_lost_its_callers() -> None:
    """Those of its own node only."""
    play = fallen()
    play.hand(FallbackEntered(LegId("leg-c2"), NodeName("ast02"), InteractionId("c2"), "", SUPPORT_DNIS, at(10)))
    record = the_record(play.hand(FallbackRestarted(NODE, at(40))))
    assert record.result is Result.LOST
    assert record.customer_left_at == at(40)
    assert play.state("c2") is InteractionState.FALLBACK


def test_the_position_is_remembered() -> None:
    """For the journal."""
    play = Play()
    assert some(play.hand(FallbackRead(NODE, "1:20")), OddityNoticed) == []
    assert play.centre.black_box == {NODE: "1:20"}


def test_refused_lines_are_counted() -> None:
    """As an oddity."""
    assert only(Play().hand(FallbackRead(NODE, "1:20", 3)), OddityNoticed).about == "ast01: 3"


@pytest.mark.parametrize(
    "end", [FallbackRestarted(NODE, at(40)), PbxAudited(PbxSnapshot(NODE, boot="1"))], ids=["restart", "gone"]
)
def test_an_unseen_end_of_a_talk_frees_the_phone(end: FallbackRestarted | PbxAudited) -> None:
    """Whoever talked in the fallback is offered calls again when the call is found to be over."""
    play = fallen()
    play.is_ready(ANN)
    play.hand(FallbackAnswered(LEG, ANN, at(20), seconds(0)))
    assert play.centre.agents[ANN].is_phone_busy
    play.hand(end, after=10)
    assert not play.centre.agents[ANN].is_phone_busy
