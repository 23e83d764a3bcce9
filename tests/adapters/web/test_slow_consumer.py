"""A desktop that reads nothing: it is let go, and nobody else waits for it."""

from __future__ import annotations

import asyncio
import base64
import os
import socket as sockets

import pytest
from tests.adapters.web.house import House

from ccserver.core.events import DesktopDetached
from ccserver.core.ids import AgentId


async def upgrade(house: House, user: str) -> sockets.socket:
    """A WebSocket by hand, with a small receive buffer, on which nobody reads after the upgrade."""
    raw = sockets.socket()
    raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    raw.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(raw, (house.client.host, house.client.port))
    key = base64.b64encode(os.urandom(16)).decode()
    token = await house.token(user)
    head = (
        f"GET /ws HTTP/1.1\r\nHost: {house.client.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nAuthorization: Bearer {token}\r\n\r\n"
    )
    await loop.sock_sendall(raw, head.encode())
    assert (await loop.sock_recv(raw, 12)).startswith(b"HTTP/1.1 101")
    return raw


async def test_it_is_let_go_and_others_are_told(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """256 pictures wait at most; then the socket is closed, while another tab of the same agent gets everything."""
    monkeypatch.setattr("ccserver.adapters.web.desktop.socket._END_LIMIT_SECONDS", 0.2)
    raw = await upgrade(house, "ann")
    other = await house.socket("ann")
    await other.receive_json()
    seen = 0
    async with asyncio.timeout(30):
        serial = 0
        while len(house.centre.listeners) and not raw_is_closed(house):
            serial += 1
            house.centre.set_presence("ann", "not_ready", f"{serial} " + "x" * 20_000)
            while (await other.receive_json())["type"] != "agent":
                pass
            seen += 1
    raw.close()
    assert seen > 256
    await other.close()
    async with asyncio.timeout(5):
        while DesktopDetached(AgentId("ann")) not in house.centre.asked:
            await asyncio.sleep(0.005)


def raw_is_closed(house: House) -> bool:
    """Only the other tab is left on the roster."""
    from ccserver.adapters.web.desktop.hub import HUB

    return len(house.client.server.app[HUB].roster) == 1  # type: ignore[attr-defined]


@pytest.mark.slow
async def test_a_frozen_desktop_is_seen_within_five_seconds(house: House) -> None:
    """A sleeping laptop answers no ping: no offer goes to it after that."""
    raw = await upgrade(house, "ann")
    async with asyncio.timeout(5):
        while DesktopDetached(AgentId("ann")) not in house.centre.asked:
            await asyncio.sleep(0.05)
    raw.close()
