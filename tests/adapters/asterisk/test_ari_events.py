"""The event link: order, filter, loss, take-over."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from tests.adapters.asterisk.ari_peer import Answer, AriPeer
from tests.adapters.asterisk.facts import until

from ccserver.adapters.asterisk import ari_events
from ccserver.adapters.asterisk.ari_client import AriClient
from ccserver.adapters.asterisk.ari_events import AriEvents, AriMessage
from ccserver.adapters.asterisk.ari_http import AriSettings
from ccserver.adapters.asterisk.links import Backoff, LinkDown, LinkRefused, LinkSignal, LinkUp, SteppedDown
from ccserver.services.tasks import TaskTable

FAST = Backoff(random.Random(1), timedelta(milliseconds=5), timedelta(milliseconds=20))
FILTER = "PUT /applications/ccserver/eventFilter"


@pytest.fixture
async def peer() -> AsyncIterator[AriPeer]:
    async with AriPeer() as peer:
        yield peer


class Heard(list[AriMessage | LinkSignal]):
    """Everything the sink got, in order; and the link that gave it."""

    link: AriEvents
    running: asyncio.Task[None]

    @property
    def signals(self) -> list[type]:
        return [type(item) for item in self if not isinstance(item, dict)]

    @property
    def events(self) -> list[Any]:
        return [item for item in self if isinstance(item, dict)]


@contextlib.asynccontextmanager
async def listening(peer: AriPeer, **changes: Any) -> AsyncIterator[Heard]:
    settings = AriSettings(
        host="127.0.0.1", port=peer.port, username="cc", password="secret", app="ccserver", **changes
    )
    heard = Heard()
    async with AriClient(settings) as ari:
        heard.link = AriEvents(ari, heard.append, ["StasisStart", "StasisEnd"], FAST)
        heard.running = TaskTable().spawn("events", heard.link.run())
        try:
            yield heard
        finally:
            heard.link.close()
            await asyncio.wait_for(heard.running, 5)


async def test_events_come_in_order_after_link_up(peer: AriPeer) -> None:
    """First the signal, then what Asterisk sends, untouched."""
    async with listening(peer) as heard:
        await until(lambda: heard.link.is_up)
        for serial in range(3):
            await peer.say(type="StasisStart", serial=serial)
        await until(lambda: len(heard) == 4)
        assert heard[0] == LinkUp()
        assert [event["serial"] for event in heard.events] == [0, 1, 2]


async def test_the_filter_is_set_on_every_connect_before_link_up(peer: AriPeer) -> None:
    """Asterisk keeps an old filter over a disconnection."""
    async with listening(peer) as heard:
        await until(lambda: heard.link.is_up)
        await peer.hang_up()
        await until(lambda: heard.signals == [LinkUp, LinkDown, LinkUp])
        wanted = [{"type": kind} for kind in ("StasisStart", "StasisEnd", "ApplicationReplaced", "ChannelUserevent")]
        assert [request.body for request in peer.sent(FILTER)] == [{"allowed": wanted, "disallowed": []}] * 2


async def test_no_link_without_the_filter(peer: AriPeer) -> None:
    """A session whose filter could not be set is given up and tried again."""
    peer.answers[FILTER] = Answer(500, {"message": "no"})
    async with listening(peer) as heard:
        await until(lambda: peer.connection_count >= 2)
        assert heard == []
        peer.answers.clear()
        await until(lambda: heard.link.is_up)


async def test_a_frozen_peer_is_noticed(peer: AriPeer) -> None:
    """A WebSocket whose pings stay unanswered is closed after one and a half heartbeats."""
    peer.autoping = False
    async with listening(peer, heartbeat=timedelta(milliseconds=40)) as heard:
        await until(lambda: LinkDown in heard.signals)


async def test_another_process_taking_over_ends_the_link(peer: AriPeer) -> None:
    """It steps down and does not fight for the application."""
    async with listening(peer) as heard:
        await until(lambda: heard.link.is_up)
        await peer.say(type="ApplicationReplaced", application="ccserver")
        await until(heard.running.done)
        assert heard.signals == [LinkUp, LinkDown, SteppedDown]
        assert peer.connection_count == 1


async def test_a_connection_that_was_given_up_is_no_other_process(peer: AriPeer) -> None:
    """Asterisk was frozen, and takes our attempt of that time for a newer one than the connection in use."""
    peer.is_frozen = True
    async with listening(peer, command_deadline=timedelta(milliseconds=300)) as heard:
        await until(lambda: peer.asked_count >= 2)
        peer.is_frozen = False
        await until(lambda: heard.link.is_up)
        await peer.say(type="ApplicationReplaced", application="ccserver")
        await until(lambda: heard.signals == [LinkUp, LinkDown, LinkUp])


async def test_long_after_that_it_is(peer: AriPeer, monkeypatch: pytest.MonkeyPatch) -> None:
    """What Asterisk had to make up for is done by then."""
    monkeypatch.setattr(ari_events, "GHOST_LIMIT", 0.0)
    peer.is_frozen = True
    async with listening(peer, command_deadline=timedelta(milliseconds=300)) as heard:
        await until(lambda: peer.asked_count >= 2)
        peer.is_frozen = False
        await until(lambda: heard.link.is_up)
        await peer.say(type="ApplicationReplaced", application="ccserver")
        await until(lambda: heard.signals == [LinkUp, LinkDown, SteppedDown])


async def test_a_wrong_password_is_told_and_not_hammered(peer: AriPeer) -> None:
    """One signal, then the long pause."""
    peer.password = "another"
    async with listening(peer) as heard:
        await until(lambda: heard.signals == [LinkRefused])


async def test_bad_data_closes_the_link(peer: AriPeer) -> None:
    """What is not a JSON object cannot be trusted to be followed by one."""
    async with listening(peer) as heard:
        for bad in ("{", "[1]", '"x"'):
            await until(lambda: heard.link.is_up and peer.sockets)
            await peer.sockets[-1].send_str(bad)
            peer.sockets.clear()
            await until(lambda: not heard.link.is_up)
        await until(lambda: heard.signals.count(LinkUp) == 4)


async def test_an_unknown_event_type_is_delivered_as_it_is(peer: AriPeer) -> None:
    """The reader knows no types."""
    async with listening(peer) as heard:
        await until(lambda: heard.link.is_up)
        await peer.say(type="OfTomorrow", x={"y": 1})
        await until(lambda: heard.events == [{"type": "OfTomorrow", "x": {"y": 1}}])


async def test_a_connection_that_lives_and_hears_nothing_is_made_anew(peer: AriPeer) -> None:
    """Its pings are answered, but the application was switched off behind it."""
    often = {"probe_every": timedelta(milliseconds=5), "probe_limit": timedelta(milliseconds=200)}
    async with listening(peer, **often) as heard:
        await until(lambda: bool(peer.sent("POST /events/user/probe-3")))
        assert heard.signals == [LinkUp]
        peer.is_deaf = True
        await until(lambda: LinkDown in heard.signals)
        peer.is_deaf = False
        await until(lambda: heard.signals[:3] == [LinkUp, LinkDown, LinkUp])
        assert heard.events == []


async def test_an_application_that_is_gone_is_connected_again(peer: AriPeer) -> None:
    """Asterisk says 404 to whoever tells it something."""
    peer.answers["POST /events/user/probe-1"] = peer.answers["POST /events/user/probe-2"] = Answer(404)
    async with listening(peer) as heard:
        await until(lambda: heard.signals[:2] == [LinkUp, LinkDown])
        peer.answers.clear()
        await until(lambda: heard.signals[-1] is LinkUp)


async def test_an_asterisk_that_answers_nobody_is_judged_by_its_heartbeat(peer: AriPeer) -> None:
    """An echo that could not be asked for proves nothing."""
    often = {"probe_every": timedelta(milliseconds=5)}
    for serial in range(1, 4):
        peer.answers[f"POST /events/user/probe-{serial}"] = Answer(503)
    async with listening(peer, **often) as heard:
        await until(lambda: bool(peer.sent("POST /events/user/probe-5")))
        assert heard.signals == [LinkUp]


async def test_close_ends_the_session(peer: AriPeer) -> None:
    """run() returns and the peer sees the end."""
    async with listening(peer) as heard:
        await until(lambda: heard.link.is_up)
        heard.link.close()
        await asyncio.wait_for(heard.running, 2)
        assert heard.signals == [LinkUp, LinkDown]
