"""After a bug of ours: the interaction that it hit ends, everybody is let go, and the others go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from tests.core.playbook import ANN, BOB, CEM, NODE, SUPPORT, Play, only, plan, queue, some

from ccserver.core import kernel as module
from ccserver.core import mishap
from ccserver.core.acd import offering
from ccserver.core.agent import Presence
from ccserver.core.centre import Centre
from ccserver.core.commands import DropConnection, HangUpLeg, ReturnLeg, RingAgent
from ccserver.core.errors import CascadeTooLong, Refused
from ccserver.core.events import (
    DigitReceived,
    Event,
    LegArrived,
    LegEnded,
    PairMatched,
    PbxAudited,
    PbxSnapshot,
    SignOutRequested,
    SnapshotLeg,
    TelephonyLost,
    TelephonyRestored,
)
from ccserver.core.ids import InteractionId, LegId
from ccserver.core.interaction import Interaction, InteractionEvent, InteractionState
from ccserver.core.kernel import Outcome
from ccserver.core.moves import move
from ccserver.core.notices import InteractionStarted, RecordMade, TalkEnded
from ccserver.core.plan import Exit, ExitKind
from ccserver.core.records import Result
from ccserver.core.timers import RingLimit

C1 = InteractionId("c1")
Break = Callable[..., None]


class Bug(Exception):
    """Raised on purpose, half-way."""


@pytest.fixture
def breaks(monkeypatch: pytest.MonkeyPatch) -> Break:
    """Let the handlers of an event raise when they have done their work, for the first `times`."""

    def install(kind: type, times: int = 1, table: Any = module.HANDLERS, error: type[Exception] = Bug) -> None:
        left = [times]

        def fail(_centre: object, _event: object, _now: object) -> Iterator[Event]:
            if left[0]:
                left[0] -= 1
                raise error("half-way")
            yield from ()

        monkeypatch.setitem(table, kind, (*table[kind], fail))

    return install


def mend(play: Play, event: Event, subject: InteractionId | None = C1) -> Outcome:
    """The event meets the bug; what follows from the recovery."""
    with pytest.raises(Bug):
        play.kernel.handle(event, play.now)
    outcome = play.kernel.recover(subject, play.now)
    play.outcomes.append(outcome)
    return outcome


def test_a_call_that_a_bug_hit_is_over(breaks: Break) -> None:
    """Both legs are hung up, the agent is free, the record is written, no timer and no row is left."""
    play = Play()
    play.talks()
    breaks(DigitReceived)
    agent_leg, connection = play.agent_leg(), play.interaction().connection
    outcome = mend(play, DigitReceived(LegId("leg-c1"), "1"))
    assert [command.leg for command in some(outcome, HangUpLeg)] == ["leg-c1", agent_leg]
    assert only(outcome, DropConnection).connection == connection
    assert only(outcome, RecordMade).record.result is Result.ANSWERED
    assert only(outcome, TalkEnded).agent == ANN
    assert (play.centre.interactions, play.centre.work_items, play.centre.legs, play.centre.timers) == ({}, {}, {}, {})
    assert play.centre.agents[ANN].work_item is None
    assert {("interaction", "c1"), ("agent", "ann")} <= outcome.touched
    assert play.kernel.at_fault is None


def test_what_was_decided_before_the_bug_is_carried_out(breaks: Break) -> None:
    """The start is told; what would have become of the caller is dropped with the call."""
    play = Play()
    play.is_ready(ANN)
    breaks(LegArrived)
    outcome = mend(play, LegArrived(LegId("leg-c1"), NODE, C1, "", "+448081570102"))
    assert only(outcome, InteractionStarted).interaction == "c1"
    assert [command.leg for command in some(outcome, HangUpLeg)] == ["leg-c1"]
    assert only(outcome, RecordMade).record.result is Result.LOST
    assert some(outcome, RingAgent) == []


def test_an_offer_whose_work_item_is_gone_frees_the_agent(breaks: Break) -> None:
    """Half-way is anywhere."""
    play = Play()
    play.is_ready(ANN)
    play.calls()
    play.centre.work_items.clear()
    breaks(DigitReceived)
    mend(play, DigitReceived(LegId("leg-c1"), "1"))
    assert play.centre.agents[ANN].work_item is None


def test_an_offer_that_rings_is_withdrawn(breaks: Break) -> None:
    """The agent can be offered the next call in the same step."""
    play = Play()
    play.is_ready(ANN)
    play.calls()
    play.calls(name="c2")
    breaks(DigitReceived)
    outcome = mend(play, DigitReceived(LegId("leg-c1"), "1"))
    assert only(outcome, RingAgent).interaction == "c2"


def test_who_wanted_to_leave_leaves(breaks: Break) -> None:
    """As after the end of any other work."""
    play = Play()
    play.talks()
    play.hand(SignOutRequested(ANN))
    assert play.centre.agents[ANN].presence is Presence.LEAVING
    breaks(DigitReceived)
    mend(play, DigitReceived(LegId("leg-c1"), "1"))
    assert play.centre.agents[ANN].presence is Presence.LOGGED_OUT


def test_wrap_up_that_a_bug_hit_is_over(breaks: Break) -> None:
    """The customer left before: only the agent is let go, and the record is final."""
    play = Play()
    play.talks()
    play.leaves()
    breaks(DigitReceived)
    outcome = mend(play, DigitReceived(LegId("leg-c1"), "1"))
    assert play.centre.agents[ANN].work_item is None
    assert only(outcome, RecordMade).record.is_final
    assert (some(outcome, HangUpLeg), some(outcome, TalkEnded), play.centre.timers) == ([], [], {})


def test_a_leg_that_was_forgotten_already_still_tells_whose_it_was(breaks: Break) -> None:
    """The handler of its end took it from the index, then failed."""
    play = Play()
    play.calls()
    centre = play.centre
    assert mishap.hit_by(centre, LegEnded(LegId("leg-c1")), None, play.now) == [play.interaction()]
    assert mishap.hit_by(centre, LegEnded(LegId("leg-x")), None, play.now) == []


def test_without_a_subject_those_are_hit_that_were_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    """The picture moved one caller and failed; the caller who only waits goes on."""

    def fail(centre: Centre, _event: object, now: datetime) -> Iterator[Event]:
        move(centre, centre.interaction(C1), InteractionEvent.OFFER, now)
        yield from ()
        raise Bug

    play = Play()
    play.calls()
    play.calls(name="c2")
    play.passes(1)
    monkeypatch.setitem(module.HANDLERS, PbxAudited, (fail,))
    outcome = mend(play, PbxAudited(PbxSnapshot(NODE)), None)
    assert [notice.record.id for notice in some(outcome, RecordMade)] == ["c1"]
    assert play.state("c2") is InteractionState.QUEUED


def test_a_bug_in_one_offer_of_several_ends_that_caller_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """The link is back and four wait for three agents: two are offered, the third offer breaks before it counts as one,
    and the agent whom it had taken is free for the fourth."""

    def fails_for_the_third(centre: Centre, interaction: Interaction, *rest: Any) -> None:
        if interaction.id == "c3":
            raise Bug
        move(centre, interaction, *rest)

    play, names = Play(), ("c1", "c2", "c3", "c4")
    play.is_ready(ANN, BOB, CEM)
    play.hand(TelephonyLost(NODE))
    play.centre.plan = plan(queues={SUPPORT: queue(SUPPORT, "support", max_length=4)})
    for name in names:
        play.calls(name=name)
    play.passes(1)
    monkeypatch.setattr(offering, "move", fails_for_the_third)
    legs = tuple(SnapshotLeg(LegId(f"leg-{name}"), True, InteractionId(name), False) for name in names)
    picture = PbxSnapshot(NODE, legs=legs, waiting=frozenset(each.leg for each in legs), boot="1")
    with pytest.raises(Bug):
        play.kernel.handle(TelephonyRestored(picture), play.now)
    at_fault = play.kernel.at_fault
    assert isinstance(at_fault, PairMatched)
    outcome = play.kernel.recover(at_fault.interaction, play.now)
    assert [command.leg for command in some(outcome, HangUpLeg)][:1] == ["leg-c3"]
    assert only(outcome, RecordMade).record.id == "c3"
    assert {name: play.state(name) for name in ("c1", "c2", "c4")} == dict.fromkeys(
        ("c1", "c2", "c4"), InteractionState.OFFERED
    )
    assert [command.interaction for command in some(outcome, RingAgent)] == ["c1", "c2", "c4"]
    held = [agent.work_item for agent in play.centre.agents.values() if agent.work_item is not None]
    assert sorted(held) == sorted(play.centre.work_items) == ["c1-w1", "c2-w1", "c4-w1"]
    assert {RingLimit(item) for item in play.centre.work_items} <= set(play.centre.timers)


def test_what_the_event_means_for_others_is_done(breaks: Break) -> None:
    """A picture without two legs ends both calls, although the end of the first fails."""
    play = Play()
    play.calls()
    play.calls(name="c2")
    breaks(LegEnded)
    outcome = mend(play, TelephonyRestored(PbxSnapshot(NODE, boot="1")), None)
    assert {notice.record.id for notice in some(outcome, RecordMade)} == {"c1", "c2"}
    assert play.centre.interactions == {}


def test_a_caller_who_cannot_even_be_opened_goes_to_the_pbx(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own queue is the last resort."""

    def fail(*_: object) -> Iterator[Event]:
        raise Bug

    play = Play()
    monkeypatch.setitem(module.HANDLERS, LegArrived, (fail,))
    outcome = mend(play, LegArrived(LegId("leg-c1"), NODE, C1, "", "+448081570102"))
    assert only(outcome, ReturnLeg).leg == "leg-c1"


def test_a_caller_of_the_fallback_stays_with_the_pbx(breaks: Break) -> None:
    """Only our own dealing with the call is over."""
    play = Play()
    play.calls()
    play.interaction().state = InteractionState.FALLBACK
    breaks(DigitReceived)
    assert some(mend(play, DigitReceived(LegId("leg-c1"), "1")), HangUpLeg) == []


def test_a_bug_in_the_recovery_leaves_nothing_behind_either(breaks: Break, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told, and the next try has less to do."""

    def fail(*_: object) -> None:
        raise Bug

    play = Play()
    play.talks()
    breaks(DigitReceived)
    monkeypatch.setattr(mishap, "make_record", fail)
    with pytest.raises(Bug):
        play.kernel.handle(DigitReceived(LegId("leg-c1"), "1"), play.now)
    with pytest.raises(Bug):
        play.kernel.recover(C1, play.now)
    outcome = play.kernel.recover(C1, play.now)
    assert [command.leg for command in some(outcome, HangUpLeg)][:1] == ["leg-c1"]
    assert (play.centre.interactions, play.centre.agents[ANN].work_item) == ({}, None)


def test_a_refusal_is_no_bug(breaks: Break) -> None:
    """There is nothing to recover from."""
    play = Play()
    play.calls()
    breaks(DigitReceived, error=Refused)
    with pytest.raises(Refused):
        play.kernel.handle(DigitReceived(LegId("leg-c1"), "1"), play.now)
    assert play.kernel.at_fault is None
    assert play.kernel.recover(C1, play.now) == Outcome()
    assert play.state() is InteractionState.QUEUED


def test_a_cascade_without_end_ends_its_caller() -> None:
    """Nothing of it is worked off again."""
    full = queue(SUPPORT, "support", max_length=0, on_full=Exit(ExitKind.QUEUE, SUPPORT))
    play = Play(plan(queues={SUPPORT: full}))
    with pytest.raises(CascadeTooLong):
        play.calls()
    outcome = play.kernel.recover(C1, play.now)
    assert only(outcome, HangUpLeg).leg == "leg-c1"
    assert only(outcome, RecordMade).record.id == "c1"


def test_an_audit_that_fails_ends_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """It moved nobody; the next one looks again."""

    def fail(*_: object) -> Iterator[Event]:
        raise Bug

    play = Play()
    play.calls()
    play.passes(1)
    monkeypatch.setitem(module.HANDLERS, PbxAudited, (fail,))
    assert mend(play, PbxAudited(PbxSnapshot(NODE)), None).telephony == []
    assert play.state() is InteractionState.QUEUED
