"""The simulated PBX does what Asterisk does: ends are reported, repeats are harmless, legs outlive the link."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ccserver.adapters.sim.clock import Agenda
from ccserver.adapters.sim.legs import Party, Sense
from ccserver.adapters.sim.pbx import SimPbx
from ccserver.core.commands import (
    AnswerLeg,
    ConnectLegs,
    DropConnection,
    HangUpLeg,
    HoldLeg,
    PlayPrompt,
    RecordMessage,
    RetrieveLeg,
    RingAgent,
    StartMusic,
    StopPrompt,
    TelephonyCommand,
)
from ccserver.core.errors import PortUnavailable
from ccserver.core.events import (
    Cause,
    ConnectFailed,
    DigitReceived,
    Event,
    LegAnswered,
    LegArrived,
    LegEnded,
    LegRang,
    MessageRecorded,
    PromptFinished,
)
from ccserver.core.ids import AgentId, ConnectionId, InteractionId, LegId, NodeName, PromptId
from ccserver.core.sounds import recorded

NODE, ANN, KEY = NodeName("sim01"), AgentId("ann"), InteractionId("i1")
AGENT_LEG, TALK = LegId("cc-sim01-i1-l1"), ConnectionId("cc-sim01-i1-c1")
GREETING = PromptId("cc-i1-p1")


class Line:
    """A PBX with one caller in our hands, and what it reported."""

    def __init__(self) -> None:
        self.heard: list[Event] = []
        self.agenda = Agenda()
        self.pbx = SimPbx(self.agenda, self.heard.append, NODE)
        self.pbx.calls.mend()
        self.pbx.registrations.mend()
        self.caller = self.pbx.call_in(Party(), "+442079460007", "+448081570102")
        self.passes(1)

    def passes(self, seconds: float) -> None:
        self.agenda.run_for(timedelta(seconds=seconds))

    def does(self, *commands: TelephonyCommand) -> list[Event]:
        """What is reported within a tenth of a second."""
        self.heard.clear()
        for command in commands:
            self.pbx.perform(command)
        self.passes(0.1)
        return self.heard

    def plays(self) -> None:
        self.does(AnswerLeg(self.caller), PlayPrompt(self.caller, GREETING, recorded("hello"), "en"))

    def rings(self) -> list[Event]:
        self.pbx.register(ANN, Party())
        return self.does(RingAgent(AGENT_LEG, NODE, KEY, ANN, "+442079460007", "", timedelta(seconds=10)))

    def talks(self) -> None:
        self.rings()
        self.pbx.answer(AGENT_LEG)
        self.does(AnswerLeg(self.caller), ConnectLegs(TALK, NODE, (self.caller, AGENT_LEG), KEY))


@pytest.fixture
def line() -> Line:
    """A fresh one."""
    return Line()


def test_caller_is_handed_over(line: Line) -> None:
    """With numbers and an id."""
    arrived = line.heard[0]
    assert isinstance(arrived, LegArrived)
    assert (arrived.leg, arrived.ani, arrived.dnis) == (line.caller, "+442079460007", "+448081570102")


def test_stopped_prompt_reports_its_end(line: Line) -> None:
    """As if it had ended."""
    line.plays()
    assert line.does(StopPrompt(line.caller, GREETING)) == [PromptFinished(line.caller, GREETING)]


def test_prompt_ends_by_itself(line: Line) -> None:
    """After its length."""
    line.plays()
    line.passes(2)
    assert line.heard[-1] == PromptFinished(line.caller, GREETING)


def test_repeated_prompt_is_played_once(line: Line) -> None:
    """The same id again is refused."""
    line.plays()
    line.plays()
    line.passes(5)
    assert line.heard.count(PromptFinished(line.caller, GREETING)) <= 1


def test_phone_rings_and_is_answered(line: Line) -> None:
    """Two events, in this order."""
    assert line.rings()[-1] == LegRang(AGENT_LEG)
    line.pbx.answer(AGENT_LEG)
    assert line.does() == [LegAnswered(AGENT_LEG)]


def test_unregistered_phone_cannot_be_rung(line: Line) -> None:
    """The leg ends before it began."""
    line.pbx.phones[ANN] = Party()
    ring = RingAgent(AGENT_LEG, NODE, KEY, ANN, "", "", timedelta(seconds=10))
    assert line.does(ring) == [LegEnded(AGENT_LEG, Cause.UNREACHABLE)]


def test_pbx_ends_a_ring_by_its_own_limit(line: Line) -> None:
    """The last resort when nobody else does."""
    line.rings()
    line.passes(11)
    assert line.heard[-1] == LegEnded(AGENT_LEG, Cause.NO_ANSWER)


def test_connected_people_hear_one_another(line: Line) -> None:
    """Music is over then."""
    line.does(StartMusic(line.caller, "default"))
    assert line.pbx.hears(line.caller) is Sense.MUSIC
    line.talks()
    assert (line.pbx.hears(line.caller), line.pbx.hears(AGENT_LEG)) == (Sense.SPEECH, Sense.SPEECH)


def test_who_is_left_alone_hears_silence(line: Line) -> None:
    """Nobody cares for a leg by itself."""
    line.talks()
    line.does(HangUpLeg(AGENT_LEG, "enough"))
    assert line.pbx.hears(line.caller) is Sense.SILENCE


def test_hold_and_retrieve(line: Line) -> None:
    """Music for one, silence for the other, then both again."""
    line.talks()
    line.does(HoldLeg(TALK, line.caller, "default"))
    assert (line.pbx.hears(line.caller), line.pbx.hears(AGENT_LEG)) == (Sense.MUSIC, Sense.SILENCE)
    line.does(RetrieveLeg(TALK, line.caller))
    assert line.pbx.hears(AGENT_LEG) is Sense.SPEECH


def test_dropped_connection_leaves_the_legs(line: Line) -> None:
    """Silent, but alive."""
    line.talks()
    line.does(DropConnection(TALK))
    assert set(line.pbx.legs) == {line.caller, AGENT_LEG}


def test_connecting_a_leg_that_is_gone_fails(line: Line) -> None:
    """And says so."""
    connect = ConnectLegs(TALK, NODE, (line.caller, AGENT_LEG), KEY)
    assert ConnectFailed(TALK, (line.caller, AGENT_LEG)) in line.does(connect)


def test_message_ends_with_the_call(line: Line) -> None:
    """The recording reports its end before the leg does."""
    second = timedelta(seconds=1)
    line.does(RecordMessage(line.caller, "vm-i1", 20 * second, 2 * second))
    line.passes(3)
    line.pbx.hang_up(line.caller)
    line.passes(0.1)
    assert [type(event) for event in line.heard] == [MessageRecorded, LegEnded]


def test_hang_up_of_a_leg_that_is_gone_changes_nothing(line: Line) -> None:
    """A hang-up crosses every command."""
    line.pbx.hang_up(line.caller)
    line.passes(0.1)
    assert line.does(HangUpLeg(line.caller, "late"), AnswerLeg(line.caller), StartMusic(line.caller, "default")) == []


def test_events_are_lost_while_the_link_is_down(line: Line) -> None:
    """Nobody tells them later."""
    line.pbx.calls.cut()
    line.pbx.press(line.caller, "1")
    line.pbx.calls.mend()
    line.heard.clear()
    line.pbx.press(line.caller, "2")
    line.passes(0.1)
    assert line.heard == [DigitReceived(line.caller, "2")]


def test_no_command_leaves_while_the_link_is_down(line: Line) -> None:
    """The service is told."""
    line.pbx.calls.cut()
    with pytest.raises(PortUnavailable):
        line.pbx.perform(AnswerLeg(line.caller))


def test_legs_outlive_the_link(line: Line) -> None:
    """And are in the next picture."""
    line.talks()
    line.pbx.calls.cut()
    line.passes(60)
    shown = line.pbx.snapshot()
    assert {leg.leg for leg in shown.legs} == {line.caller, AGENT_LEG}
    assert set(shown.connections[TALK]) == {line.caller, AGENT_LEG}


def test_caller_waits_with_music_for_the_link(line: Line) -> None:
    """Nobody is refused; the hand-over comes within a second after."""
    line.pbx.calls.cut()
    late = line.pbx.call_in(Party(), "+442079460008", "+448081570102")
    line.passes(5)
    assert line.pbx.hears(late) is Sense.MUSIC
    line.pbx.calls.mend()
    line.passes(1.1)
    arrived = line.heard[-1]
    assert isinstance(arrived, LegArrived)
    assert arrived.leg == late


def test_restart_ends_all_calls_silently(line: Line) -> None:
    """Far ends notice, we are not told, and the boot has another name."""
    before = line.pbx.snapshot().boot
    line.heard.clear()
    line.pbx.restart()
    line.passes(1)
    assert (line.heard, line.pbx.legs) == ([], {})
    assert line.pbx.snapshot().boot != before
