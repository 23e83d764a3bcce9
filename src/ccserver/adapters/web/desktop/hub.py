"""The desktops' side of the server in one piece: lets sockets in, gives them a snapshot, keeps them told, sees them out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from aiohttp import web

from ccserver.adapters.web.desktop.feed import SIGNED_OUT, STOPPING, Feed
from ccserver.adapters.web.desktop.news import News
from ccserver.adapters.web.desktop.roster import Roster
from ccserver.adapters.web.identity import Identity
from ccserver.adapters.web.json_text import to_json
from ccserver.adapters.web.pictures import queue_for
from ccserver.adapters.web.ports import WebPorts
from ccserver.core.ids import AgentId
from ccserver.services.tasks import TaskTable

_GOODBYE_SECONDS = 3.0


class DesktopHub:
    """One for the application. `start` and `stop` frame its life on the event loop."""

    def __init__(self, ports: WebPorts) -> None:
        self._ports = ports
        self.tasks = TaskTable()
        self.roster = Roster(ports.desk, self.tasks)
        self._news = News(ports.desk, self.roster)
        self._unsubscribe: Callable[[], None] = lambda: None
        self._is_empty = asyncio.Event()

    def start(self) -> None:
        self._unsubscribe = self._ports.desk.subscribe(self._news.on_notice)

    async def stop(self) -> None:
        """Say goodbye to every desktop, and wait a moment for the sockets to close."""
        self._unsubscribe()
        self._news.stop()
        self.roster.is_stopping = True
        for feed in self.roster:
            feed.end(STOPPING)
        if len(self.roster):
            await asyncio.wait([self.tasks.spawn("desktops leaving", self._is_empty.wait())], timeout=_GOODBYE_SECONDS)
        await self.tasks.close()

    async def open(self, feed: Feed) -> None:
        """The socket is up: tell the centre, then show everything. From here on no change is missed."""
        await self.roster.attach(feed)
        self._show_everything(feed)

    def leave(self, feed: Feed) -> None:
        self.roster.leave(feed)
        if not len(self.roster):
            self._is_empty.set()

    def end_session(self, token: str) -> None:
        """The user signed out: the session's sockets go at once."""
        self.roster.end_session(token, SIGNED_OUT)

    def refresh(self) -> None:
        """Show everything again to everybody: the configuration has changed."""
        for feed in self.roster:
            self._show_everything(feed)

    def _show_everything(self, feed: Feed) -> None:
        feed.snapshot(snapshot(self._ports, feed.identity)[1:-1])
        self._news.snapshot_sent(feed)


def snapshot(ports: WebPorts, identity: Identity) -> bytes:
    """All that the user sees now, as a JSON object."""
    desk, user = ports.desk, identity.user
    shown = ports.user_names().get(user.name) or user.name
    return to_json(
        {
            "now": ports.clock.now(),
            "me": {"user": user.name, "name": shown, "role": user.role, "agent": user.agent},
            "agent": desk.agent(user.agent) if user.agent is not None else None,
            "agents": desk.agents() if identity.is_senior else (),
            "queues": [queue_for(identity, view) for view in desk.queues()],
            "reasons": desk.not_ready_reasons(),
            "demo": ports.demo is not None,
            "phone": None if user.agent is None else _phone(ports, user.agent),
        }
    )


def _phone(ports: WebPorts, agent: AgentId) -> dict[str, str] | None:
    """What the agent's SIP phone registers as and where, without the secret; in the demo what to type for a simulated one."""
    account = ports.phones.account(agent) if ports.phones else None
    if account is None:
        return None
    command = ports.demo.phone_command(agent) if ports.demo else ""
    return {"user": account.user, "registrar": account.registrar, "command": command}


HUB = web.AppKey("hub", DesktopHub)
