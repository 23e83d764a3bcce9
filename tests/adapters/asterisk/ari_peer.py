"""A scripted ARI server on loopback: HTTP commands and the event WebSocket, misbehaving on request."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import orjson
from aiohttp import WSMsgType, encode_basic_auth, web


@dataclass(frozen=True, slots=True)
class Request:
    """One command as it came over the wire."""

    method: str
    raw_path: str
    path: str
    query: dict[str, str]
    body: Any


@dataclass(frozen=True, slots=True)
class Answer:
    status: int = 204
    body: Any = None
    hold: bool = False
    """Never answer."""
    lost: bool = False
    """Close the connection in place of an answer."""


class AriPeer:
    """Answers 204 unless `answers` has an entry for "METHOD /path" (path without the /ari in front)."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.answers: dict[str, Answer] = {}
        self.sockets: list[web.WebSocketResponse] = []
        self.asked_count = 0
        self.connection_count = 0
        self.password = "secret"
        self.autoping = True
        self.is_deaf = False
        """What is told to the application does not reach its newest connection."""
        self.is_frozen = False
        """Event connections that come meanwhile are never answered."""
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> AriPeer:
        app = web.Application()
        app.router.add_get("/ari/events", self._events)
        app.router.add_route("*", "/ari/{path:.*}", self._command)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port: int = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        assert self._runner is not None
        await self.hang_up()
        await self._runner.cleanup()

    async def say(self, **message: Any) -> None:
        """One event to the newest WebSocket."""
        await self.sockets[-1].send_str(orjson.dumps(message).decode())

    async def hang_up(self) -> None:
        """Close the WebSockets."""
        for socket in self.sockets:
            await socket.close()
        self.sockets.clear()

    def sent(self, command: str) -> list[Request]:
        """The requests of "METHOD /path" so far."""
        return [request for request in self.requests if f"{request.method} {request.path}" == command]

    async def _command(self, request: web.Request) -> web.Response:
        body = await request.read()
        path = "/" + request.match_info["path"]
        raw_path = request.raw_path.removeprefix("/ari")
        seen = Request(request.method, raw_path, path, dict(request.query), orjson.loads(body) if body else None)
        self.requests.append(seen)
        answer = self.answers.get(f"{request.method} {path}", Answer())
        if answer.hold:
            await request.content.wait_eof()
            await self._until_gone(request)
        if answer.lost and request.transport is not None:
            request.transport.abort()
        if path.startswith("/events/user/") and self.sockets and not self.is_deaf:
            await self.say(type="ChannelUserevent", eventname=path.rpartition("/")[2])
        return web.Response(status=answer.status, body=None if answer.body is None else orjson.dumps(answer.body))

    async def _until_gone(self, request: web.Request) -> None:
        while request.transport is not None and not request.transport.is_closing():
            await asyncio.sleep(0.005)

    async def _events(self, request: web.Request) -> web.StreamResponse:
        self.asked_count += 1
        if self.is_frozen:
            await self._until_gone(request)
        if request.headers.get("Authorization") != encode_basic_auth("cc", self.password):
            return web.Response(status=401)
        socket = web.WebSocketResponse(autoping=self.autoping)
        await socket.prepare(request)
        self.connection_count += 1
        self.sockets.append(socket)
        while (await socket.receive()).type in (WSMsgType.TEXT, WSMsgType.PING, WSMsgType.PONG):
            pass
        return socket
