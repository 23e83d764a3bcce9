"""The node: a fresh picture in front of everything after a break, and nothing lost or told twice behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from tests.adapters.asterisk.facts import turns, until

from ccserver.adapters.asterisk import node as node_module
from ccserver.adapters.asterisk.links import LinkDown, LinkUp, SteppedDown
from ccserver.adapters.asterisk.node import AsteriskNode
from ccserver.adapters.asterisk.translate import Context
from ccserver.core.commands import TelephonyCommand
from ccserver.core.errors import PortUnavailable
from ccserver.core.events import (
    Event,
    LegArrived,
    LegEnded,
    PbxSnapshot,
    SnapshotLeg,
    TelephonyLost,
    TelephonyRestored,
)
from ccserver.core.ids import LegId, NodeName
from ccserver.services.tasks import TaskTable

NODE = NodeName("ast01")
TALK = Path(__file__).parents[2] / "transcripts" / "ari" / "talk.jsonl"
RAWS: list[dict[str, Any]] = [orjson.loads(line) for line in TALK.read_bytes().splitlines()]
ARRIVAL, CALLER_END = RAWS[0], RAWS[-1]


class PicturePort:
    """A PBX whose picture is taken when the test says so."""

    def __init__(self) -> None:
        self.legs: tuple[SnapshotLeg, ...] = ()
        self.may_answer = asyncio.Event()
        self.is_away = False
        self.asked_count = 0

    async def perform(self, command: TelephonyCommand) -> None:
        raise AssertionError(command)

    async def snapshot(self, node: NodeName) -> PbxSnapshot:
        self.asked_count += 1
        await self.may_answer.wait()
        if self.is_away:
            raise PortUnavailable("telephony")
        return PbxSnapshot(node, self.legs, boot="b1")


class World:
    def __init__(self) -> None:
        self.told: list[Event] = []
        self.port = PicturePort()
        self.tasks = TaskTable()
        self.node = AsteriskNode(Context(NODE, {}), self.port, self.told.append, self.tasks, self._settled)

    async def _settled(self) -> None:
        return None

    @property
    def kinds(self) -> list[type]:
        return [type(event) for event in self.told]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    world = World()
    yield world
    await world.tasks.close()


async def test_the_picture_comes_before_what_happened_meanwhile(world: World) -> None:
    """Events that arrive while it is taken are kept and told behind it, in order."""
    world.node.hear(LinkUp())
    world.node.hear(ARRIVAL)
    world.node.hear(CALLER_END)
    await turns()
    assert (world.told, world.node.is_up) == ([], False)
    world.port.may_answer.set()
    await until(lambda: world.node.is_up)
    assert world.kinds == [TelephonyRestored, LegArrived, LegEnded]
    world.node.hear(ARRIVAL)
    assert world.kinds[-1] is LegArrived


async def test_a_caller_who_is_in_the_picture_does_not_arrive_again(world: World) -> None:
    """The picture told of the leg already; its end is still told."""
    leg = LegId(ARRIVAL["channel"]["id"])
    world.port.legs = (SnapshotLeg(leg, True, None, False),)
    world.node.hear(LinkUp())
    world.node.hear(ARRIVAL)
    world.node.hear(CALLER_END)
    world.port.may_answer.set()
    await until(lambda: world.node.is_up)
    assert world.kinds == [TelephonyRestored, LegEnded]


async def test_a_break_while_the_picture_is_taken_starts_from_the_beginning(world: World) -> None:
    """Neither the old picture nor what was kept for it is told."""
    world.node.hear(LinkUp())
    world.node.hear(ARRIVAL)
    world.node.hear(LinkDown("test"))
    world.node.hear(LinkUp())
    world.port.may_answer.set()
    await until(lambda: world.node.is_up)
    assert world.kinds == [TelephonyLost, TelephonyRestored]


async def test_a_pbx_that_does_not_answer_is_asked_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be booting; there is no picture out of thin air."""
    monkeypatch.setattr(node_module, "READ_AGAIN_AFTER", node_module.READ_AGAIN_AFTER / 100)
    world.port.is_away = True
    world.port.may_answer.set()
    world.node.hear(LinkUp())
    await until(lambda: world.port.asked_count >= 3)
    assert world.told == []
    world.port.is_away = False
    await until(lambda: world.node.is_up)


async def test_too_many_events_meanwhile_are_dropped_and_the_picture_is_taken_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was dropped is in the newer picture."""
    monkeypatch.setattr(node_module, "MOST_KEPT", 3)
    world.node.hear(LinkUp())
    await until(lambda: world.port.asked_count == 1)
    for _ in range(5):
        world.node.hear(ARRIVAL)
    world.port.may_answer.set()
    await until(lambda: world.node.is_up)
    await turns()
    assert world.kinds == [TelephonyRestored, LegArrived]
    assert world.port.asked_count == 2


async def test_what_got_lost_on_the_way_to_the_centre_is_read_back(world: World) -> None:
    """A fresh picture, and behind it what came meanwhile."""
    world.port.may_answer.set()
    world.node.hear(LinkUp())
    await until(lambda: world.node.is_up)
    world.node.read_back()
    world.node.read_back()
    world.node.hear(ARRIVAL)
    await until(lambda: len(world.told) == 3)
    assert world.kinds == [TelephonyRestored, TelephonyRestored, LegArrived]
    assert world.port.asked_count == 2


async def test_a_node_that_is_away_is_read_back_when_it_returns(world: World) -> None:
    """Nothing is asked of it before."""
    world.node.read_back()
    await turns()
    assert world.port.asked_count == 0


async def test_the_loss_of_the_link_is_told_at_once(world: World) -> None:
    """From then on no event comes and no command goes."""
    world.port.may_answer.set()
    world.node.hear(LinkUp())
    await until(lambda: world.node.is_up)
    world.node.hear(LinkDown("test"))
    assert world.told[-1] == TelephonyLost(NODE)
    assert not world.node.is_up


async def test_an_unreadable_event_is_left_out(world: World) -> None:
    """The next one is told."""
    world.port.may_answer.set()
    world.node.hear(LinkUp())
    await until(lambda: world.node.is_up)
    world.node.hear({"type": "StasisStart"})
    world.node.hear(ARRIVAL)
    assert world.kinds == [TelephonyRestored, LegArrived]


async def test_being_replaced_is_passed_on(world: World) -> None:
    """The process has to end; that is for others to do."""
    steps: list[str] = []
    world.node.on_stepped_down = lambda: steps.append("down")
    world.node.hear(SteppedDown())
    assert steps == ["down"]
