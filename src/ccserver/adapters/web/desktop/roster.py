"""Which desktops are connected, whose they are, and telling the centre when an agent's first comes and the last goes."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator

import structlog

from ccserver.adapters.web.desktop.feed import Ending, Feed
from ccserver.adapters.web.identity import Identity
from ccserver.adapters.web.problems import Problem
from ccserver.core.errors import CcserverError
from ccserver.core.events import DesktopAttached, DesktopDetached
from ccserver.core.ids import AgentId
from ccserver.services.tasks import TaskTable
from ccserver.services.views import Desk

_log = structlog.get_logger("ccserver.web.desktop")
_MOST_SOCKETS = 2_000
_MOST_PER_SESSION = 10
_ANSWER_LIMIT_SECONDS = 5.0


class Roster:
    """The feeds of all connected desktops."""

    def __init__(self, desk: Desk, tasks: TaskTable) -> None:
        self._desk = desk
        self._tasks = tasks
        self._feeds: set[Feed] = set()
        self._by_agent: dict[AgentId, set[Feed]] = {}
        self._by_session: Counter[str] = Counter()
        self._attached: set[AgentId] = set()
        self.is_stopping = False

    def enter(self, identity: Identity) -> Feed:
        """A place for one socket. Raises the problem too-many-requests when there is none, unavailable at the end."""
        token = identity.session.token
        if len(self._feeds) >= _MOST_SOCKETS or self._by_session[token] >= _MOST_PER_SESSION:
            raise Problem("too-many-requests", "Too many desktops are open.", retry_after=5)
        if self.is_stopping:
            raise Problem("unavailable", "The server is stopping.", retry_after=5)
        feed = Feed(identity)
        self._feeds.add(feed)
        self._by_session[token] += 1
        if identity.user.agent is not None:
            self._by_agent.setdefault(identity.user.agent, set()).add(feed)
        return feed

    async def attach(self, feed: Feed) -> None:
        """Tell the centre that the agent's desktop is there. Should that fail, the desktop works all the same."""
        agent = feed.identity.user.agent
        if agent is not None:
            self._attached.add(agent)
            await self._tell(DesktopAttached(agent))

    def leave(self, feed: Feed) -> None:
        """The socket is gone. At a stop of the server the centre is not told: the desktops are still there."""
        self._feeds.discard(feed)
        self._by_session[feed.identity.session.token] -= 1
        self._by_session += Counter()  # drops the zeros
        agent = feed.identity.user.agent
        if agent is None:
            return
        others = self._by_agent[agent]
        others.discard(feed)
        if not others:
            del self._by_agent[agent]
            if agent in self._attached and not self.is_stopping:
                self._attached.discard(agent)
                self._tasks.spawn("desktop detached", self._tell(DesktopDetached(agent)))

    def of_agent(self, agent: AgentId) -> frozenset[Feed]:
        return frozenset(self._by_agent.get(agent, ()))

    def agents(self) -> frozenset[AgentId]:
        """The agents with a desktop."""
        return frozenset(self._by_agent)

    def seniors(self) -> list[Feed]:
        return [feed for feed in self._feeds if feed.identity.is_senior]

    def juniors(self) -> list[Feed]:
        return [feed for feed in self._feeds if not feed.identity.is_senior]

    def __iter__(self) -> Iterator[Feed]:
        return iter(tuple(self._feeds))

    def __len__(self) -> int:
        return len(self._feeds)

    def end_session(self, token: str, ending: Ending) -> None:
        for feed in self:
            if feed.identity.session.token == token:
                feed.end(ending)

    async def _tell(self, event: DesktopAttached | DesktopDetached) -> None:
        try:
            async with asyncio.timeout(_ANSWER_LIMIT_SECONDS):
                await self._desk.ask(event)
        except (CcserverError, TimeoutError) as error:
            _log.warning("desktop.not_told", event_type=type(event).__name__, agent=event.agent, error=str(error))
