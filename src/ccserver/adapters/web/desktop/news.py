"""From the centre's notices to fresh pictures in the feeds: an agent's own at once, what others watch gathered.

Decides who is told what and how often. Pictures are made and written once for all who see the same.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace

from ccserver.adapters.web.desktop.feed import Feed
from ccserver.adapters.web.desktop.pulse import Pulse
from ccserver.adapters.web.desktop.roster import Roster
from ccserver.adapters.web.json_text import to_json
from ccserver.adapters.web.pictures import without_line
from ccserver.core.ids import AgentId, InteractionId, QueueId
from ccserver.core.notices import (
    CustomerKnown,
    LinkChanged,
    MessageLeft,
    Notice,
    OddityNoticed,
    OfferMade,
    PositionAnnounced,
    RecordMade,
)
from ccserver.services.views import AgentView, Desk, QueueView

_SENIORS_SECONDS = 0.25
_AGENTS_SECONDS = 1.0
_MOST_REMEMBERED = 10_000
_CHANGE_NO_QUEUE = LinkChanged | OddityNoticed | PositionAnnounced | MessageLeft | RecordMade


class AgentNews:
    """Agents' pictures, to themselves and to supervisors."""

    def __init__(self, desk: Desk, roster: Roster) -> None:
        self._desk = desk
        self._roster = roster
        self._own: dict[AgentId, None] = {}
        self._watched: dict[AgentId, None] = {}
        self._told: dict[AgentId, AgentView] = {}
        self._dealing: OrderedDict[InteractionId, AgentId] = OrderedDict()
        self._own_pulse = Pulse(0.0, self._tell_own)
        self._watched_pulse = Pulse(_SENIORS_SECONDS, self._tell_seniors)

    def on_notice(self, notice: Notice) -> None:
        if isinstance(notice, OfferMade):
            self._dealing[notice.interaction] = notice.agent
            if len(self._dealing) > _MOST_REMEMBERED:
                self._dealing.popitem(last=False)
        if isinstance(notice, RecordMade):
            self._dealing.pop(notice.record.id, None)
        agent = self._dealing.get(notice.interaction) if isinstance(notice, CustomerKnown) else None
        agent = agent or getattr(notice, "agent", None)
        if agent is not None:
            self.changed(agent)

    def changed(self, agent: AgentId) -> None:
        self._own[agent] = None
        self._own_pulse.want()
        self._watched[agent] = None
        self._watched_pulse.want()

    def stop(self) -> None:
        self._own_pulse.stop()
        self._watched_pulse.stop()

    def forget(self, agent: AgentId | None) -> None:
        """A snapshot was sent: whatever comes next is news to its reader."""
        if agent is not None:
            self._told.pop(agent, None)

    def _tell_own(self) -> None:
        for agent in self._own:
            feeds = self._roster.of_agent(agent)
            view = self._desk.agent(agent) if feeds else None
            if view is None:
                self._told.pop(agent, None)
            elif _timeless(view) != self._told.get(agent):
                self._told[agent] = _timeless(view)
                body = to_json(view)
                for feed in feeds:
                    feed.own_agent(body)
        self._own.clear()

    def _tell_seniors(self) -> None:
        feeds = self._roster.seniors()
        views = [self._desk.agent(agent) for agent in self._watched] if feeds else []
        self._watched.clear()
        bodies = {view.id: to_json(view) for view in views if view is not None}
        if bodies:
            for feed in feeds:
                feed.agents(bodies)


def _timeless(view: AgentView) -> AgentView:
    """Without the one figure that grows by itself."""
    return view if view.work is None else replace(view, work=replace(view.work, waited_seconds=0.0))


class QueueNews:
    """Queues' pictures to one audience, each as `see` makes it. A change of the wait's length alone is no news."""

    def __init__(
        self,
        desk: Desk,
        audience: Callable[[], Sequence[Feed]],
        see: Callable[[QueueView], QueueView],
        interval_seconds: float,
    ) -> None:
        self._desk = desk
        self._audience = audience
        self._see = see
        self._told: dict[QueueId, QueueView] = {}
        self._pulse = Pulse(interval_seconds, self._tell)

    def changed(self) -> None:
        self._pulse.want()

    def forget(self) -> None:
        """A snapshot was sent: whatever comes next is news to its reader."""
        self._told.clear()

    def stop(self) -> None:
        self._pulse.stop()

    def _tell(self) -> None:
        feeds = self._audience()
        if not feeds:
            return
        views = [self._see(view) for view in self._desk.queues()]
        timeless = {view.id: replace(view, longest_wait_seconds=0.0) for view in views}
        bodies = {view.id: to_json(view) for view in views if timeless[view.id] != self._told.get(view.id)}
        self._told = timeless
        if bodies:
            for feed in feeds:
                feed.queues(bodies)


class News:
    """All of it. Its listener neither blocks nor raises: it only marks what has to be looked at."""

    def __init__(self, desk: Desk, roster: Roster) -> None:
        self._desk = desk
        self._roster = roster
        self._agents = AgentNews(desk, roster)
        self._queues = (
            QueueNews(desk, roster.seniors, lambda view: view, _SENIORS_SECONDS),
            QueueNews(desk, roster.juniors, without_line, _AGENTS_SECONDS),
        )

    def on_notice(self, notice: Notice) -> None:
        if not len(self._roster):
            return
        self._agents.on_notice(notice)
        if not isinstance(notice, _CHANGE_NO_QUEUE):
            for news in self._queues:
                news.changed()

    def snapshot_sent(self, feed: Feed) -> None:
        self._agents.forget(feed.identity.user.agent)
        for news in self._queues:
            news.forget()

    def stop(self) -> None:
        self._agents.stop()
        for news in self._queues:
            news.stop()
