"""The simulated PBX without ccserver: kept callers, the static queue, the closed message, the guardian, the black box."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from tests.adapters.sim.test_pbx import ANN, NODE, Line

from ccserver.adapters.sim.legs import Party, Sense
from ccserver.core.commands import ReturnLeg
from ccserver.core.events import Cause, Event, LegArrived, LegEnded
from ccserver.core.fallback_events import (
    FallbackAnswered,
    FallbackClosed,
    FallbackEntered,
    FallbackLeft,
    FallbackRang,
    FallbackRestarted,
)
from ccserver.core.ids import AgentId, LegId

BOB = AgentId("bob")


class Phone(Party):
    """Remembers what rang and what ended."""

    def __init__(self) -> None:
        self.ringing: list[LegId] = []

    def rang(self, leg: LegId) -> None:
        self.ringing.append(leg)

    def ended(self, leg: LegId, cause: Cause) -> None:
        if leg in self.ringing:
            self.ringing.remove(leg)


@pytest.fixture
def line() -> Line:
    """A fresh one, with one caller in ccserver's hands."""
    return Line()


def goes_away(line: Line) -> None:
    """As by kill -9."""
    line.pbx.calls.cut()
    line.pbx.guardian.server_left()


def written(line: Line) -> Sequence[type[Event]]:
    """The kinds of the lines in the black box."""
    return [type(entry) for entry in line.pbx.black_box.read("")[0]]


def test_guardian_waits_for_its_grace(line: Line) -> None:
    """A short absence changes nothing."""
    goes_away(line)
    line.passes(14)
    assert [leg.leg for leg in line.pbx.snapshot().legs] == [line.caller]


def test_guardian_rescues_a_waiting_caller(line: Line) -> None:
    """Into the static queue, with music."""
    line.pbx.register(ANN, Phone())
    goes_away(line)
    line.passes(16)
    assert not line.pbx.snapshot().legs
    assert line.pbx.snapshot().elsewhere == {line.caller, LegId("static-1")}
    assert line.pbx.hears(line.caller) is Sense.MUSIC


def test_guardian_leaves_talks_alone(line: Line) -> None:
    """People who hear one another are never touched."""
    line.talks()
    goes_away(line)
    line.passes(60)
    assert line.pbx.hears(line.caller) is Sense.SPEECH


def test_guardian_ends_phones_that_only_ring(line: Line) -> None:
    """Nobody would ever take the ring away."""
    line.rings()
    line.pbx.unregister(ANN)
    line.pbx.legs[LegId("cc-sim01-i1-l1")].stop_limit()
    goes_away(line)
    line.passes(16)
    assert set(line.pbx.legs) == {line.caller}


def test_server_that_is_back_in_time_keeps_its_callers(line: Line) -> None:
    """The guardian counts anew."""
    goes_away(line)
    line.passes(14)
    line.pbx.guardian.server_returned()
    line.passes(20)
    assert [leg.leg for leg in line.pbx.snapshot().legs] == [line.caller]


def test_static_queue_rings_phones_in_turn(line: Line) -> None:
    """Twenty seconds each."""
    ann, bob = Phone(), Phone()
    line.pbx.register(ANN, ann)
    line.pbx.register(BOB, bob)
    goes_away(line)
    line.passes(16)
    assert (len(ann.ringing), len(bob.ringing)) == (1, 0)
    line.passes(22)
    assert (len(ann.ringing), len(bob.ringing)) == (0, 1)
    assert written(line) == [FallbackEntered, FallbackRang]


def test_phone_of_the_static_queue_is_answered(line: Line) -> None:
    """The two talk; the end of one is the end of both."""
    ann = Phone()
    line.pbx.register(ANN, ann)
    goes_away(line)
    line.passes(20)
    line.pbx.answer(ann.ringing[0])
    assert line.pbx.hears(line.caller) is Sense.SPEECH
    line.passes(100)
    line.pbx.hang_up(ann.ringing[0])
    assert (line.pbx.legs, line.pbx.connections) == ({}, {})
    assert written(line) == [FallbackEntered, FallbackAnswered, FallbackLeft]


def test_caller_who_leaves_the_static_queue_takes_the_ring_along(line: Line) -> None:
    """Nothing is left."""
    line.pbx.register(ANN, Phone())
    goes_away(line)
    line.passes(20)
    line.pbx.hang_up(line.caller)
    line.passes(60)
    assert (line.pbx.legs, written(line)) == ({}, [FallbackEntered, FallbackLeft])


def test_no_phone_means_the_closed_message(line: Line) -> None:
    """And the end."""
    goes_away(line)
    line.passes(16)
    assert line.pbx.hears(line.caller) is Sense.PROMPT
    line.passes(10)
    assert (line.pbx.legs, written(line)) == ({}, [FallbackEntered, FallbackClosed, FallbackLeft])


def test_caller_is_offered_again_after_a_slice(line: Line) -> None:
    """With the same id, when ccserver is back."""
    arrived = line.heard[0]
    line.pbx.register(ANN, Phone())
    goes_away(line)
    line.passes(20)
    line.heard.clear()
    line.pbx.calls.mend()
    line.pbx.guardian.server_returned()
    line.passes(26)
    assert line.heard == [arrived]
    assert [leg.leg for leg in line.pbx.snapshot().legs] == [line.caller]


def test_returned_caller_is_in_the_fallback(line: Line) -> None:
    """For ccserver the leg has ended."""
    line.pbx.register(ANN, Phone())
    assert LegEnded(line.caller, Cause.NORMAL) in line.does(ReturnLeg(line.caller))
    assert line.caller in line.pbx.snapshot().elsewhere


def test_new_caller_comes_to_the_static_queue_after_half_a_minute(line: Line) -> None:
    """The dialplan tries thirty times first."""
    ann = Phone()
    line.pbx.register(ANN, ann)
    line.pbx.calls.cut()
    line.pbx.call_in(Party(), "+442079460008", "+448081570102")
    line.passes(29)
    assert not ann.ringing
    line.passes(2)
    assert ann.ringing


def test_phone_that_dials_gives_up_after_ten_seconds(line: Line) -> None:
    """It hears the ringing tone until then."""
    line.pbx.register(ANN, Phone())
    line.pbx.calls.cut()
    leg = line.pbx.dial_from_phone(ANN, "+442079460999")
    assert line.pbx.hears(leg) is Sense.RINGING
    line.passes(11)
    assert line.pbx.hears(leg) is Sense.GONE


def test_black_box_outlives_the_pbx(line: Line) -> None:
    """The new run says that it began."""
    goes_away(line)
    line.passes(16)
    line.pbx.restart()
    assert written(line)[-1] is FallbackRestarted
    assert line.pbx.black_box.read("")[0][0].node == NODE  # type: ignore[union-attr]


def test_black_box_is_read_from_a_position(line: Line) -> None:
    """What was read once is not read again."""
    goes_away(line)
    line.passes(16)
    lines, position = line.pbx.black_box.read("")
    assert lines
    assert line.pbx.black_box.read(position) == ([], position)


def test_arrival_is_reported_once(line: Line) -> None:
    """A caller in ccserver's hands is not offered again."""
    line.passes(60)
    assert [type(event) for event in line.heard] == [LegArrived]
