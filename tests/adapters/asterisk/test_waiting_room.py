"""The waiting room: a leg that may be in it is taken out before it is put into it, and no other costs that request."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from tests.adapters.asterisk.ari_peer import Answer, AriPeer

from ccserver.adapters.asterisk.ari_client import AriClient
from ccserver.adapters.asterisk.ari_http import AriSettings
from ccserver.adapters.asterisk.dialect import waiting_room
from ccserver.adapters.asterisk.telephony import AriTelephony
from ccserver.core.commands import (
    ConnectLegs,
    HoldLeg,
    RecordMessage,
    RetrieveLeg,
    StartMusic,
    TelephonyCommand,
)
from ccserver.core.errors import PortUnavailable
from ccserver.core.events import LegArrived, LegEnded
from ccserver.core.ids import InteractionId, LegId, NodeName, connection_id

NODE = NodeName("ast01")
CALL = InteractionId("c-1")
CALLER, AGENT = LegId("a"), LegId("b")
TALK = connection_id(NODE, CALL, 1)
ARRIVED = LegArrived(CALLER, NODE, CALL, "", "")
ROOM = waiting_room(NODE)
IN, OUT = f"POST /bridges/{ROOM}/addChannel", f"POST /bridges/{ROOM}/removeChannel"
WAIT = StartMusic(CALLER, "default")
CONNECT = ConnectLegs(TALK, NODE, (CALLER, AGENT), CALL)


@pytest.fixture
async def peer() -> AsyncIterator[AriPeer]:
    async with AriPeer() as peer:
        yield peer


@pytest.fixture
async def telephony(peer: AriPeer) -> AsyncIterator[AriTelephony]:
    settings = AriSettings(
        host="127.0.0.1",
        port=peer.port,
        username="cc",
        password="secret",
        app="ccserver",
    )
    async with AriClient(settings) as ari:
        yield AriTelephony(ari, NODE, "carrier", lambda _agent: None)


def moves(peer: AriPeer) -> list[str]:
    """In and out of the waiting room, in order."""
    sent = (f"{request.method} {request.path}" for request in peer.requests)
    return [{IN: "in", OUT: "out"}[command] for command in sent if command in (IN, OUT)]


async def perform(telephony: AriTelephony, *commands: TelephonyCommand) -> None:
    for command in commands:
        await telephony.perform(command)


@pytest.mark.parametrize("before", [(), (CONNECT,)])
async def test_who_is_elsewhere_is_not_taken_out_first(
    peer: AriPeer, telephony: AriTelephony, before: tuple[TelephonyCommand, ...]
) -> None:
    """A caller who has just arrived, or is held in a talk: one request less for every call."""
    telephony.heard(ARRIVED)
    await perform(telephony, *before, WAIT)
    assert moves(peer) == ["in"]


async def test_who_may_wait_there_is_taken_out_first(peer: AriPeer, telephony: AriTelephony) -> None:
    """A transfer that nobody takes sends a caller to wait who waits already: added twice, it would hear nothing."""
    telephony.heard(ARRIVED)
    await perform(telephony, WAIT, WAIT)
    assert moves(peer) == ["in", "out", "in"]


async def test_of_whom_nothing_is_known_may_wait_there(peer: AriPeer, telephony: AriTelephony) -> None:
    """After a restart of ours, or an arrival that was missed while the link was down."""
    await perform(telephony, WAIT)
    assert moves(peer) == ["out", "in"]


async def test_an_arrival_that_is_told_late_is_no_news(peer: AriPeer, telephony: AriTelephony) -> None:
    """The picture told of the leg before, and it was sent to wait."""
    await perform(telephony, WAIT)
    telephony.heard(ARRIVED)
    await perform(telephony, WAIT)
    assert moves(peer) == ["out", "in", "out", "in"]


async def test_who_was_sent_without_an_answer_may_wait_there(peer: AriPeer, telephony: AriTelephony) -> None:
    """Asterisk may have carried it out all the same."""
    telephony.heard(ARRIVED)
    peer.answers[IN] = Answer(lost=True)
    with pytest.raises(PortUnavailable):
        await perform(telephony, WAIT)
    del peer.answers[IN]
    await perform(telephony, WAIT)
    assert moves(peer) == ["in", "out", "in"]


async def test_who_could_not_be_connected_may_wait_there(peer: AriPeer, telephony: AriTelephony) -> None:
    """Only a connection that was made takes a leg out of the room."""
    telephony.heard(ARRIVED)
    await perform(telephony, WAIT)
    peer.answers[f"POST /bridges/{TALK}/addChannel"] = Answer(409, {"message": "not now"})
    await perform(telephony, RetrieveLeg(TALK, CALLER), WAIT)
    assert moves(peer) == ["in", "out", "in"]


async def test_hold_and_retrieve_need_no_taking_out(peer: AriPeer, telephony: AriTelephony) -> None:
    """The connection takes the leg out of the room, as often as it is."""
    await perform(telephony, CONNECT, *(HoldLeg(TALK, CALLER, "default"), RetrieveLeg(TALK, CALLER)) * 2)
    assert moves(peer) == ["in", "in"]


@pytest.mark.parametrize(("before", "moved"), [((), []), ((WAIT,), ["in", "out"])])
async def test_a_message_is_recorded_outside_of_the_room(
    peer: AriPeer, telephony: AriTelephony, before: tuple[TelephonyCommand, ...], moved: list[str]
) -> None:
    """A caller comes to it from the menu or from the line."""
    telephony.heard(ARRIVED)
    await perform(telephony, *before, RecordMessage(CALLER, "m-1", timedelta(seconds=30), timedelta(seconds=3)))
    assert moves(peer) == moved


async def test_a_leg_that_ended_is_not_remembered(peer: AriPeer, telephony: AriTelephony) -> None:
    """Nothing grows with the number of calls."""
    telephony.heard(ARRIVED)
    telephony.heard(LegEnded(CALLER))
    await perform(telephony, WAIT)
    assert moves(peer) == ["out", "in"]
