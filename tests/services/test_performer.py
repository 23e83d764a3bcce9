"""The performer: order within a leg, independence between legs, failures as events."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from ccserver.core.commands import (
    AnswerLeg,
    ConnectLegs,
    HangUpLeg,
    PlayPrompt,
    RingAgent,
    StartMusic,
    TelephonyCommand,
)
from ccserver.core.errors import PortUnavailable
from ccserver.core.events import Cause, ConnectFailed, Event, LegEnded, PbxSnapshot, PromptFinished
from ccserver.core.ids import AgentId, ConnectionId, InteractionId, LegId, NodeName, PromptId
from ccserver.services.performer import Performer, lanes
from ccserver.services.ports import CommandRefused
from ccserver.services.tasks import TaskTable

A, B, C = LegId("a"), LegId("b"), ConnectionId("c")
NODE, CALL = NodeName("ast01"), InteractionId("i")
RING = RingAgent(A, NODE, CALL, AgentId("ann"), "", "", timedelta(seconds=1))


class Pbx:
    """A telephony that takes as long as it is told and fails as it is told."""

    def __init__(self) -> None:
        self.done: list[TelephonyCommand] = []
        self.gates: dict[TelephonyCommand, asyncio.Event] = {}
        self.errors: dict[TelephonyCommand, Exception] = {}

    async def perform(self, command: TelephonyCommand) -> None:
        if command in self.gates:
            await self.gates[command].wait()
        if command in self.errors:
            raise self.errors[command]
        self.done.append(command)

    async def snapshot(self, node: NodeName) -> PbxSnapshot:
        return PbxSnapshot(node)


def stage() -> tuple[Pbx, Performer, list[Event]]:
    pbx, told = Pbx(), list[Event]()
    return pbx, Performer(pbx, told.append, TaskTable()), told


async def test_a_phone_that_is_let_go_before_its_turn_does_not_ring() -> None:
    """The caller arrived and left before the first command left; the end of the leg is told all the same."""
    pbx, performer, told = stage()
    performer.submit(RING)
    performer.submit(HangUpLeg(A, "the customer left"))
    await asyncio.wait_for(performer.settled(), 2)
    assert RING not in pbx.done
    assert told == [LegEnded(A, Cause.NORMAL)]


async def test_a_phone_rings_again_under_the_same_id() -> None:
    """A hang-up that is carried out says nothing of later commands."""
    pbx, performer, _ = stage()
    performer.submit(HangUpLeg(A, "the customer left"))
    await asyncio.wait_for(performer.settled(), 2)
    performer.submit(RING)
    await asyncio.wait_for(performer.settled(), 2)
    assert pbx.done[-1] == RING


async def test_a_phone_for_nobody_does_not_ring() -> None:
    """Whoever ordered it is asked when its turn has come."""
    pbx, performer, told = stage()
    performer.submit(RING, None, lambda command: command == RING)
    await asyncio.wait_for(performer.settled(), 2)
    assert (pbx.done, told) == ([], [LegEnded(A, Cause.NORMAL)])


async def test_commands_of_one_leg_keep_their_order() -> None:
    """The second waits for the first, however long it takes."""
    pbx, performer, _ = stage()
    pbx.gates[AnswerLeg(A)] = gate = asyncio.Event()
    performer.submit(AnswerLeg(A))
    performer.submit(StartMusic(A, "default"))
    performer.submit(AnswerLeg(B))
    await asyncio.wait_for(_until(lambda: AnswerLeg(B) in pbx.done), 2)
    assert pbx.done == [AnswerLeg(B)]
    gate.set()
    await performer.settled()
    assert pbx.done == [AnswerLeg(B), AnswerLeg(A), StartMusic(A, "default")]


async def test_a_connection_waits_for_all_its_legs() -> None:
    """Both lanes must be free."""
    pbx, performer, _ = stage()
    pbx.gates[AnswerLeg(A)] = gate = asyncio.Event()
    connect = ConnectLegs(C, NODE, (A, B), CALL)
    performer.submit(AnswerLeg(A))
    performer.submit(AnswerLeg(B))
    performer.submit(connect)
    gate.set()
    await performer.settled()
    assert pbx.done[-1] == connect


async def test_a_hang_up_waits_for_its_journal_entry() -> None:
    """`ready` holds the command back."""
    pbx, performer, _ = stage()
    written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    performer.submit(HangUpLeg(A, "why"), written)
    performer.submit(AnswerLeg(B))
    await asyncio.wait_for(_until(lambda: bool(pbx.done)), 2)
    assert pbx.done == [AnswerLeg(B)]
    written.set_result(None)
    await performer.settled()
    assert HangUpLeg(A, "why") in pbx.done


async def test_a_refused_ring_ends_the_leg_with_the_cause() -> None:
    """The centre hears it as an event."""
    pbx, performer, told = stage()
    pbx.errors[RING] = CommandRefused(Cause.UNREACHABLE)
    performer.submit(RING)
    await performer.settled()
    assert told == [LegEnded(A, Cause.UNREACHABLE)]


async def test_a_prompt_that_cannot_play_is_over() -> None:
    """No flow waits for it."""
    pbx, performer, told = stage()
    play = PlayPrompt(A, PromptId("p"), (), "en")
    pbx.errors[play] = CommandRefused(Cause.UNKNOWN)
    performer.submit(play)
    await performer.settled()
    assert told == [PromptFinished(A, PromptId("p"))]


async def test_legs_that_cannot_be_connected_are_told() -> None:
    """So that it can be healed."""
    pbx, performer, told = stage()
    connect = ConnectLegs(C, NODE, (A, B), CALL)
    pbx.errors[connect] = CommandRefused(Cause.UNKNOWN)
    performer.submit(connect)
    await performer.settled()
    assert told == [ConnectFailed(C, (A, B))]


async def test_a_pbx_out_of_reach_makes_no_event() -> None:
    """What became of the command is unknown: the reading back will tell."""
    pbx, performer, told = stage()
    pbx.errors[RING] = PortUnavailable("telephony")
    performer.submit(RING)
    await performer.settled()
    assert told == []


async def test_a_failed_command_lets_the_next_pass() -> None:
    """One refusal does not block the leg."""
    pbx, performer, _ = stage()
    pbx.errors[AnswerLeg(A)] = PortUnavailable("telephony")
    performer.submit(AnswerLeg(A))
    performer.submit(StartMusic(A, "default"))
    await performer.settled()
    assert pbx.done == [StartMusic(A, "default")]


async def test_nothing_is_left_behind() -> None:
    """Lanes vanish with their last command."""
    _, performer, _ = stage()
    for _ in range(100):
        performer.submit(AnswerLeg(A))
    await performer.settled()
    assert performer.in_flight == 0


def test_every_command_has_a_lane() -> None:
    """The order of a leg is never left to chance."""
    assert lanes(ConnectLegs(C, NODE, (A, B), CALL)) == (C, A, B)
    assert lanes(RING) == (A,)


async def _until(fact: object) -> None:
    while not fact():  # type: ignore[operator]
        await asyncio.sleep(0)
