"""One whole web server on memory peers, and clients that are signed in to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from aiohttp import ClientResponse, ClientWebSocketResponse
from aiohttp.test_utils import TestClient, TestServer
from tests.adapters.web.centre_peer import CentrePeer, ManualClock
from tests.adapters.web.office_peers import (
    USERS,
    MemoryAudit,
    MemoryCustomers,
    MemoryDemo,
    MemoryHistory,
    MemoryPhones,
    MemoryReadiness,
    MemoryRecordings,
    MemoryReload,
    MemorySessions,
    MemoryUsers,
)

from ccserver.adapters.web.ports import WebPorts, WebSettings
from ccserver.adapters.web.server import create_app
from ccserver.core.ids import InteractionId, NodeName


@dataclass
class House:
    """All peers; `client` is set while the server runs."""

    clock: ManualClock = field(default_factory=ManualClock)
    centre: CentrePeer = field(default_factory=CentrePeer)
    users: MemoryUsers = field(default_factory=MemoryUsers)
    history: MemoryHistory = field(default_factory=MemoryHistory)
    audit: MemoryAudit = field(default_factory=MemoryAudit)
    reload: MemoryReload = field(default_factory=MemoryReload)
    readiness: MemoryReadiness = field(default_factory=MemoryReadiness)
    recordings: MemoryRecordings = field(default_factory=MemoryRecordings)
    settings: WebSettings = field(default_factory=lambda: WebSettings(region="GB", session_check_seconds=0.05))
    metrics: Callable[[], bytes] = lambda: b"ccserver_up 1\n"

    def __post_init__(self) -> None:
        self.sessions = MemorySessions(self.clock)
        self.customers = MemoryCustomers(self.clock)
        self.client: TestClient[Any, Any]

    def ports(self) -> WebPorts:
        serial = count(1)
        return WebPorts(
            desk=self.centre, users=self.users, sessions=self.sessions, customers=self.customers, history=self.history,
            audit=self.audit, reload=self.reload, readiness=self.readiness, clock=self.clock, metrics=self.metrics,
            new_interaction=lambda: InteractionId(f"new-{next(serial)}"), node=NodeName("pbx1"), phones=MemoryPhones(),
            demo=MemoryDemo(), recordings=self.recordings, settings=self.settings,
        )  # fmt: skip

    async def token(self, user: str) -> str:
        return (await self.sessions.open(USERS[user])).token

    async def bearer(self, user: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {await self.token(user)}"}

    async def ask(self, user: str | None, method: str, path: str, body: Any = None) -> ClientResponse:
        """One request under /api/v1 by a program of that user; None: nobody."""
        headers = await self.bearer(user) if user else {}
        return await self.client.request(method, f"/api/v1{path}", json=body, headers=headers)

    async def answer(self, user: str | None, method: str, path: str, body: Any = None) -> Any:
        """The JSON of the answer, which must be a success."""
        response = await self.ask(user, method, path, body)
        document = await response.json(content_type=None)
        assert response.status < 300, document
        return document

    async def socket(self, user: str) -> ClientWebSocketResponse:
        return await self.client.ws_connect("/ws", headers=await self.bearer(user))


@asynccontextmanager
async def served(house: House | None = None, **changes: Any) -> AsyncIterator[House]:
    """The server on loopback, until the block ends; `changes` are about its ports."""
    house = house or House()
    async with TestClient(TestServer(create_app(replace(house.ports(), **changes)))) as client:
        house.client = client
        yield house
