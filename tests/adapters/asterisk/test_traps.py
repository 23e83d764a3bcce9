"""Traps of Asterisk that have no better place: what goes out, and what must never go out. docs/asterisk-traps.md lists all."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.adapters.asterisk.ari_peer import Answer, AriPeer

from ccserver.adapters import asterisk as adapter
from ccserver.adapters.asterisk.ari_client import AriClient, Originate
from ccserver.adapters.asterisk.ari_http import IDLE_LIMIT, AriSettings
from ccserver.adapters.asterisk.errors import AriError
from ccserver.adapters.asterisk.phones import PhoneBook
from ccserver.adapters.asterisk.telephony import AriTelephony
from ccserver.core.commands import ConnectLegs, DialNumber, RingAgent
from ccserver.core.ids import AgentId, InteractionId, LegId, NodeName, connection_id, leg_id
from ccserver.services.ports import CommandRefused

NODE = NodeName("ast01")
ANN = AgentId("ann")
CALL = InteractionId("c-1")
DEADLINE = timedelta(milliseconds=300)


def settings_of(port: int, deadline: timedelta = timedelta(seconds=10)) -> AriSettings:
    return AriSettings(
        host="127.0.0.1", port=port, username="cc", password="secret", app="ccserver", command_deadline=deadline
    )


@pytest.fixture
async def peer() -> AsyncIterator[AriPeer]:
    async with AriPeer() as peer:
        yield peer


@pytest.fixture
async def telephony(peer: AriPeer) -> AsyncIterator[AriTelephony]:
    """Ann has two phones, and both are reachable."""
    async with AriClient(settings_of(peer.port)) as ari:
        yield AriTelephony(ari, NODE, "carrier", {ANN: "ann"}.get)


def ring() -> RingAgent:
    return RingAgent(leg_id(NODE, CALL, 1), NODE, CALL, ANN, "+442079460000", "Zoe", timedelta(seconds=20))


def both_phones() -> PhoneBook:
    book = PhoneBook({ANN: ("ann-web", "ann")})
    for endpoint in ("ann-web", "ann"):
        book.state_changed(f"PJSIP/{endpoint}", "NOT_INUSE")
    return book


async def test_an_offer_rings_one_phone_only(peer: AriPeer) -> None:
    """Of an agent who has two at hand: every phone that rings may answer, all of them within 10 ms (T6)."""
    async with AriClient(settings_of(peer.port)) as ari:
        await AriTelephony(ari, NODE, "carrier", both_phones().endpoint_of).perform(ring())
    assert [request.query["endpoint"] for request in peer.requests] == ["PJSIP/ann-web"]


async def test_every_leg_is_dialled_as_pjsip(peer: AriPeer, telephony: AriTelephony) -> None:
    """A Local channel would be two more channels and two more threads, and may enter any context (EXP-8)."""
    await telephony.perform(ring())
    await telephony.perform(
        DialNumber(leg_id(NODE, CALL, 2), NODE, CALL, "+442079460001", "+448081570100", timedelta(seconds=20))
    )
    assert [request.query["endpoint"] for request in peer.requests] == ["PJSIP/ann", "PJSIP/+442079460001@carrier"]


async def test_a_leg_that_is_not_answered_yet_is_refused_a_connection(peer: AriPeer, telephony: AriTelephony) -> None:
    """Asterisk answers 422 for a channel that has not entered our application (T10)."""
    connection = connection_id(NODE, CALL, 1)
    peer.answers[f"POST /bridges/{connection}/addChannel"] = Answer(422, {"message": "Channel not in Stasis"})
    with pytest.raises(CommandRefused, match="not in Stasis"):
        await telephony.perform(ConnectLegs(connection, NODE, (LegId("a"), LegId("b")), CALL))


async def test_a_command_that_cannot_be_written_has_the_same_deadline() -> None:
    """A peer that accepts and never reads: the kernel's buffers fill, and the command ends all the same (EXP-2)."""
    connections: list[asyncio.StreamWriter] = []

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.pause_reading()  # type: ignore[attr-defined]  # a socket's transport has it
        connections.append(writer)

    narrow = socket.create_server(("127.0.0.1", 0))
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    port: int = narrow.getsockname()[1]
    server = await asyncio.start_server(accept, sock=narrow)
    long = Originate(channel_id="cc-1", endpoint="PJSIP/ann", variables={"CC_NOTE": "x" * 1_000_000})
    async with AriClient(settings_of(port, DEADLINE)) as ari:
        began = asyncio.get_running_loop().time()
        with pytest.raises(AriError) as caught:
            await ari.channels.originate(long)
        assert asyncio.get_running_loop().time() - began < 10 * DEADLINE.total_seconds()
    assert (caught.value.status, caught.value.is_unavailable) == (0, True)
    for writer in connections:
        writer.transport.abort()
    server.close()


async def test_a_frozen_asterisk_delays_no_other_command(peer: AriPeer, telephony: AriTelephony) -> None:
    """One command waits for its channel; the others have connections of their own."""
    peer.answers[f"POST /channels/{leg_id(NODE, CALL, 1)}"] = Answer(hold=True)
    other = DialNumber(leg_id(NODE, CALL, 2), NODE, CALL, "+442079460001", "+448081570100", timedelta(seconds=20))
    async with asyncio.TaskGroup() as group:
        stuck = group.create_task(telephony.perform(ring()))
        await telephony.perform(other)
        assert not stuck.done()
        stuck.cancel()


def test_idle_connections_are_given_up_before_asterisk_closes_them() -> None:
    """A POST that meets the closing side has no known outcome (EXP-10)."""
    http = (Path(__file__).parents[3] / "asterisk-config/http.conf").read_text(encoding="utf-8")
    (alive,) = re.findall(r"^session_keep_alive = ([0-9]+)", http, re.MULTILINE)
    assert timedelta(milliseconds=int(alive)) > 2 * IDLE_LIMIT


@pytest.mark.parametrize(
    ("never", "why"),
    [
        (r'"channels", "create"', "T10: /channels/create gives a channel that is in no application yet"),
        (r'"bridges".*"record"', "T13: recording a bridge costs twice as much as a MixMonitor"),
        (r"deviceState:|deviceStates", "T17: such a subscription can lock ARI up"),
        (r"/claim|events/claim", "EXP-11: one consumer has all calls; a claim that is lost would be a lost call"),
        (r'"Local/', "EXP-8: Local channels"),
        (r'"snoop"', "a snoop outlives its channel's bridge; none is used"),
    ],
)
def test_what_is_never_sent(never: str, why: str) -> None:
    """In no module of the adapter."""
    found = [
        path.name
        for path in Path(adapter.__path__[0]).glob("*.py")
        if path.name != "ari_models.py" and re.search(never, _code(path))
    ]
    assert found == [], why


def _code(path: Path) -> str:
    text = re.sub(r'""".*?"""', "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return "\n".join(line.partition("# ")[0] for line in text.splitlines())
