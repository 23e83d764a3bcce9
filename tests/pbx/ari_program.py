"""The least program on ARI: what a test needs to stand in for ccserver."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from tests.pbx.asterisk_fixture import PrivateAsterisk


class Ari:
    """The least ARI program: one WebSocket, commands over HTTP."""

    def __init__(self, running: PrivateAsterisk, session: aiohttp.ClientSession) -> None:
        self._url = running.embedded.ari_url
        self._session = session
        self._socket: Any = None

    async def connect(self) -> None:
        """Register the application; answers when events can come."""
        self._socket = await self._session.ws_connect(f"{self._url}/events?app=ccserver")

    async def event(self, kind: str) -> dict[str, Any]:
        """The next event of the kind."""
        async with asyncio.timeout(20):
            while True:
                event: dict[str, Any] = await self._socket.receive_json()
                if event["type"] == kind:
                    return event

    async def die(self) -> None:
        """Break the connection without a word."""
        self._socket._response.connection.transport.abort()
        await self._socket.close()

    async def do(self, method: str, path: str, body: Any = None) -> Any:
        """One command; answers its JSON if it has any."""
        async with self._session.request(method, self._url + path, json=body) as answer:
            assert answer.status < 300, await answer.text()
            return await answer.json(content_type=None)

    async def place(self, channel: str) -> str:
        """Which dialplan context and application the channel is in."""
        where = (await self.do("GET", f"/channels/{channel}"))["dialplan"]
        return f"{where['context']} {where['app_name']}"


@asynccontextmanager
async def connected(running: PrivateAsterisk) -> AsyncIterator[Ari]:
    """A program connected as ccserver; the connection ends with the block."""
    account = running.secrets.ari
    headers = {"Authorization": aiohttp.encode_basic_auth(account.user, account.secret)}
    async with aiohttp.ClientSession(headers=headers) as session:
        program = Ari(running, session)
        await program.connect()
        yield program
