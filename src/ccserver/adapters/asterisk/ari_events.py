"""The event WebSocket of our Stasis application: one connection, one reader that only parses.

What is delivered is what Asterisk sent, in its order, as dictionaries: the meaning is made in `translate`. There is no
subscription to device states: closing a WebSocket that has one can lock ARI up (asterisk issue 2170).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import aiohttp
import orjson

from ccserver.adapters.asterisk.ari_client import AriClient
from ccserver.adapters.asterisk.ari_probe import ECHO, Probe
from ccserver.adapters.asterisk.errors import AriError, LinkError, LinkLost, LoginRefused, Replaced
from ccserver.adapters.asterisk.links import REFUSED_PAUSE, Backoff, Link, LinkSignal
from ccserver.services.tasks import spawn

AriMessage = dict[str, Any]
MESSAGE_LIMIT = 1024 * 1024
"""Bytes of one event; beyond it the link is dropped."""
GHOST_LIMIT = 60.0
"""Seconds after a connection was given up half made in which Asterisk may still take it for our newest one."""


class AriEvents(Link):
    """Events of the application `client.settings.app`, given to `sink` together with the signals of the link.

    `sink` must neither block nor raise; where it queues, it bounds. `wanted` are the event types to be sent; Asterisk
    keeps such a filter after a disconnection, so it is set on every connect, before LinkUp. A second process that
    connects under the same name ends this one's `run` by SteppedDown: it would get no events any more.

    An Asterisk that was frozen answers, when it goes on, what was asked of it meanwhile, in no certain order: a connection
    that was given up may be registered after the one in use and replace it. So a replacement within GHOST_LIMIT of such a
    connection is taken for our own doing, and answered by connecting again. While the link is up a probe proves that the
    application hears (`ari_probe`); if it does not, it connects again.
    """

    def __init__(
        self,
        client: AriClient,
        sink: Callable[[AriMessage | LinkSignal], None],
        wanted: Sequence[str],
        backoff: Backoff,
    ) -> None:
        super().__init__(sink, backoff, REFUSED_PAUSE)
        self._client = client
        self._sink = sink
        self._wanted = (*wanted, "ApplicationReplaced", ECHO)
        self._given_up_at: float | None = None

    async def _session(self) -> None:
        settings = self._client.settings
        async with aiohttp.ClientSession(headers=settings.sign_in, cookie_jar=aiohttp.DummyCookieJar()) as session:
            socket = await self._connect(session)
            try:
                await self._set_filter()
                self._came_up()
                await self._read_while_heard(socket)
            finally:
                await socket.close()

    async def _connect(self, session: aiohttp.ClientSession) -> aiohttp.ClientWebSocketResponse:
        settings = self._client.settings
        try:
            async with asyncio.timeout(settings.command_deadline.total_seconds()):
                return await session.ws_connect(
                    f"{settings.base}/events",
                    params={"app": settings.app},
                    heartbeat=settings.heartbeat.total_seconds(),
                    max_msg_size=MESSAGE_LIMIT,
                    timeout=aiohttp.ClientWSTimeout(ws_close=1.0),
                )
        except aiohttp.WSServerHandshakeError as error:
            if error.status in (401, 403):
                raise LoginRefused(f"ARI events as {settings.username!r}: {error.status}") from None
            raise LinkLost(f"ARI events: {error.status} {error.message}") from None
        except (aiohttp.ClientError, TimeoutError) as error:
            self._given_up_at = asyncio.get_running_loop().time()
            raise LinkLost(f"ARI events: {error or 'no answer'}") from error

    async def _set_filter(self) -> None:
        try:
            await self._client.filter_events(self._client.settings.app, self._wanted)
        except AriError as error:
            raise LinkLost(str(error)) from error

    async def _read_while_heard(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Until the connection ends or the probe says that nothing comes over it. Ends by raising."""
        probe, why = Probe(self._client), ""

        async def watch() -> None:
            nonlocal why
            why = await probe.until_deaf()
            hearing.reschedule(asyncio.get_running_loop().time())

        try:
            async with asyncio.timeout(None) as hearing:
                watching = spawn("prove that the application hears", watch())
                try:
                    await self._read(socket, probe)
                finally:
                    watching.cancel()
        except TimeoutError:
            if not hearing.expired():
                raise
            raise LinkLost(f"ARI events: {why}") from None

    async def _read(self, socket: aiohttp.ClientWebSocketResponse, probe: Probe) -> None:
        """Deliver until the end. Ends by raising."""
        while True:
            received = await socket.receive()
            if received.type is not aiohttp.WSMsgType.TEXT:
                raise LinkLost(f"ARI events: {received.type.name} {socket.close_code or ''} {socket.exception() or ''}")
            message = _parsed(received.data)
            if message.get("type") == "ApplicationReplaced":
                raise self._replaced()
            if not probe.hears(message):
                self._sink(message)

    def _replaced(self) -> LinkError:
        at, now = self._given_up_at, asyncio.get_running_loop().time()
        if at is not None and now - at < GHOST_LIMIT:
            return LinkLost("replaced by a connection of ours that had been given up")
        return Replaced(f"application {self._client.settings.app} is served by another process")


def _parsed(text: str) -> AriMessage:
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise LinkLost(f"ARI events: not JSON: {error}") from None
    if not isinstance(message, dict):
        raise LinkLost("ARI events: not an object")
    return message
