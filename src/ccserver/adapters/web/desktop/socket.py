"""One desktop's WebSocket: a reader that never rests, a writer that empties the feed, a look at the session now and then.

The protocol is `docs/desktop-protocol.md`. Decides only what ends a socket.
"""

from __future__ import annotations

import asyncio

import orjson
from aiohttp import ClientConnectionResetError, WSMsgType, web

from ccserver.adapters.web.desktop.feed import BAD_MESSAGE, SESSION_ENDED, TOO_MANY_MESSAGES, Feed
from ccserver.adapters.web.desktop.hub import HUB, DesktopHub
from ccserver.adapters.web.identity import Identity, check_origin, identify
from ccserver.adapters.web.permissions import TABLE
from ccserver.adapters.web.ports import PORTS, WebPorts
from ccserver.adapters.web.problems import Problem
from ccserver.adapters.web.tickets import TICKETS
from ccserver.core.errors import PortUnavailable

_HEARTBEAT_SECONDS = 2.5
"""A peer without an answer for half of it is gone: seen within 3.75 s."""
_LARGEST_MESSAGE = 64 * 1024
_CLOSE_LIMIT_SECONDS = 2.0
_END_LIMIT_SECONDS = 3.0
_MESSAGES_PER_SECOND = 20.0
_MESSAGES_AT_ONCE = 40.0


async def desktop_socket(request: web.Request) -> web.StreamResponse:
    """`GET /ws`: upgrade and stay until one side ends it."""
    hub = request.app[HUB]
    identity = await _admitted(request)
    socket = web.WebSocketResponse(
        heartbeat=_HEARTBEAT_SECONDS, timeout=_CLOSE_LIMIT_SECONDS, max_msg_size=_LARGEST_MESSAGE, compress=False
    )
    if not socket.can_prepare(request).ok:
        raise Problem("malformed", "This address is for WebSockets only.")
    feed = hub.roster.enter(identity)
    try:
        await socket.prepare(request)
        await hub.open(feed)
        await _serve(request, socket, feed, hub)
    finally:
        hub.leave(feed)
    return socket


async def _serve(request: web.Request, socket: web.WebSocketResponse, feed: Feed, hub: DesktopHub) -> None:
    writer = hub.tasks.spawn("desktop writer", _write(socket, feed))
    watch = hub.tasks.spawn("desktop watch", _watch(request, feed))
    try:
        await _read(socket, feed)
    finally:
        watch.cancel()
        if feed.ending is not None:  # let the writer say why
            await asyncio.wait([writer], timeout=_END_LIMIT_SECONDS)
            if not writer.done():
                _cut_off(request)
        writer.cancel()


async def _admitted(request: web.Request) -> Identity:
    """By ticket, else by session. A cookie needs the Origin, and a foreign Origin is refused whatever else there is."""
    ports = request.app[PORTS]
    ticket = request.query.get("ticket")
    if ticket is not None:
        identity = request.app[TICKETS].redeem(ticket, ports.clock.now())
    else:
        identity = await identify(request, ports)
    is_cookie = ticket is None and identity is not None and identity.is_by_cookie
    check_origin(request, ports.settings, is_needed=is_cookie)
    if identity is None:
        raise Problem("unauthenticated")
    if not TABLE["desktop_socket"].allows(identity.user, None):
        raise Problem("forbidden")
    return identity


async def _read(socket: web.WebSocketResponse, feed: Feed) -> None:
    loop = asyncio.get_running_loop()
    credit, counted_at = _MESSAGES_AT_ONCE, loop.time()
    async for message in socket:
        credit = min(_MESSAGES_AT_ONCE, credit + (loop.time() - counted_at) * _MESSAGES_PER_SECOND) - 1
        counted_at = loop.time()
        if credit < 0:
            feed.end(TOO_MANY_MESSAGES)
        kind = _type_of(message.data) if message.type is WSMsgType.TEXT else None
        if kind is None:
            feed.end(BAD_MESSAGE)
        elif kind == "ping":
            feed.pong()


def _type_of(text: str) -> str | None:
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    kind = message.get("type") if isinstance(message, dict) else None
    return kind if isinstance(kind, str) else None


async def _write(socket: web.WebSocketResponse, feed: Feed) -> None:
    """Send what waits until the goodbye is said, then close."""
    try:
        while not feed.is_over:
            await feed.wake.wait()
            for message in feed.take():
                await socket.send_frame(message, WSMsgType.TEXT)
        if feed.ending is not None:
            await socket.close(code=feed.ending.code, message=feed.ending.reason.encode())
    except ClientConnectionResetError:
        return  # the peer is gone; the reader sees it too


async def _watch(request: web.Request, feed: Feed) -> None:
    """End the feed with its session; cut off a peer that takes no goodbye."""
    ports = request.app[PORTS]
    while feed.ending is None:
        try:
            async with asyncio.timeout(ports.settings.session_check_seconds):
                await feed.ended.wait()
        except TimeoutError:
            if not await _is_signed_in(ports, feed.identity):
                feed.end(SESSION_ENDED)
    await asyncio.sleep(_END_LIMIT_SECONDS)
    _cut_off(request)


async def _is_signed_in(ports: WebPorts, identity: Identity) -> bool:
    """The session is there and the user may still do the same. A store that is away ends nobody's work."""
    try:
        session = await ports.sessions.find(identity.session.token)
    except PortUnavailable:
        return True
    return session is not None and session.user == identity.user


def _cut_off(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
