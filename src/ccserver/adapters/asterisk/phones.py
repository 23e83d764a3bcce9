"""Which agents can be rung: device states from AMI, as PhoneReachable and PhoneUnreachable, PhoneBusy and PhoneFree.

One fact has one source: Asterisk's device state of `PJSIP/<endpoint>`, which knows registrations, qualifying, and calls of which
ccserver knows nothing. The state of our own calls comes over ARI. While the AMI link is down whoever was reachable stays so,
and nobody counts as busy: the end of that would not be told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Final

import structlog

from ccserver.adapters.asterisk.ami_link import AmiLink
from ccserver.adapters.asterisk.errors import LinkError
from ccserver.adapters.asterisk.inbox import AmiMessage
from ccserver.adapters.asterisk.links import LinkDown, LinkUp, ResyncNeeded
from ccserver.core.events import Event, PhoneReachable, PhoneUnreachable
from ccserver.core.fallback_events import PhoneBusy, PhoneFree
from ccserver.core.ids import AgentId
from ccserver.services.ports import EventSink

AWAY: Final = frozenset({"UNAVAILABLE", "INVALID", "UNKNOWN", ""})
"""Device states of a phone that cannot be rung; all others (NOT_INUSE, INUSE, BUSY, RINGING, ...) are of one that is there."""
FREE: Final = frozenset({"NOT_INUSE"})
"""States of a phone that is there and does nothing; in every other state of one that is there it rings or talks."""
RETRY_PAUSE: Final = timedelta(seconds=1)

_log = structlog.get_logger(__name__)


class PhoneBook:
    """Endpoints, agents, who is reachable and whose phone is in use. An agent's endpoints stand in the order in which they are to be rung."""

    def __init__(self, endpoints: Mapping[AgentId, Sequence[str]] | None = None) -> None:
        self._endpoints: Mapping[AgentId, Sequence[str]] = {}
        self._there: set[str] = set()
        self._in_use: set[str] = set()
        self._told: set[AgentId] = set()
        self._told_busy: set[AgentId] = set()
        self.agent_of_endpoint: dict[str, AgentId] = {}
        """Always the same dictionary, so that others may hold on to it."""
        self.assign(endpoints or {})

    def assign(self, endpoints: Mapping[AgentId, Sequence[str]]) -> list[Event]:
        """A new plan: other agents, other endpoints. Gives what changed by it."""
        self._endpoints = dict(endpoints)
        self.agent_of_endpoint.clear()
        self.agent_of_endpoint.update({end: agent for agent, ends in endpoints.items() for end in ends})
        self._told &= self._endpoints.keys()
        self._told_busy &= self._endpoints.keys()
        return list(self._changes(self._endpoints))

    def endpoint_of(self, agent: AgentId) -> str | None:
        """The endpoint to ring: the first that is there."""
        return next((end for end in self._endpoints.get(agent, ()) if end in self._there), None)

    def state_changed(self, device: str, state: str) -> list[Event]:
        """One device state; those of other technologies and of unknown endpoints change nothing."""
        endpoint = device.removeprefix("PJSIP/")
        agent = self.agent_of_endpoint.get(endpoint)
        if agent is None or endpoint == device:
            return []
        if state in AWAY:
            self._there.discard(endpoint)
        else:
            self._there.add(endpoint)
        if state in AWAY | FREE:
            self._in_use.discard(endpoint)
        else:
            self._in_use.add(endpoint)
        return list(self._changes([agent]))

    def listed(self, states: Mapping[str, str]) -> list[Event]:
        """All device states at once; an endpoint that is not among them is away.

        Every agent's phone is told; first who is busy, so that nobody is offered a call in between.
        """
        known = {
            device.removeprefix("PJSIP/"): state for device, state in states.items() if device.startswith("PJSIP/")
        }
        self._there = {end for end in self.agent_of_endpoint if known.get(end, "") not in AWAY}
        self._in_use = {end for end in self._there if known[end] not in FREE}
        self._told = {agent for agent in self._endpoints if self.endpoint_of(agent) is not None}
        self._told_busy = {agent for agent in self._endpoints if self._is_busy(agent)}
        uses = [self._news_of_use(agent, agent in self._told_busy) for agent in self._endpoints]
        return [*uses, *(self._news(agent) for agent in self._endpoints)]

    def link_lost(self) -> list[Event]:
        """The end of a use would not be heard of: nobody is busy any more."""
        self._in_use.clear()
        return list(self._changes(sorted(self._told_busy)))

    def _is_busy(self, agent: AgentId) -> bool:
        return any(end in self._in_use for end in self._endpoints.get(agent, ()))

    def _changes(self, agents: Mapping[AgentId, Sequence[str]] | Sequence[AgentId]) -> Iterator[Event]:
        """What forbids an offer is told before what allows one."""
        for agent in agents:
            is_reachable, is_busy = self.endpoint_of(agent) is not None, self._is_busy(agent)
            uses = [self._news_of_use(agent, is_busy)] if is_busy != (agent in self._told_busy) else []
            self._told_busy ^= {agent} if uses else set()
            comes = is_reachable and agent not in self._told
            if comes:
                yield from uses
            if is_reachable != (agent in self._told):
                self._told ^= {agent}
                yield self._news(agent)
            if not comes:
                yield from uses

    def _news(self, agent: AgentId) -> Event:
        return PhoneReachable(agent) if agent in self._told else PhoneUnreachable(agent)

    @staticmethod
    def _news_of_use(agent: AgentId, is_busy: bool) -> Event:
        return PhoneBusy(agent) if is_busy else PhoneFree(agent)


class PhoneFeed:
    """Reads the AMI link's inbox for as long as `run` runs; the only reader of it."""

    def __init__(self, link: AmiLink, book: PhoneBook, sink: EventSink) -> None:
        self._link = link
        self._book = book
        self._sink = sink

    async def run(self) -> None:
        """At LinkUp and after an overflow a full list, then the changes as they come."""
        while True:
            item = await self._link.inbox.take()
            if isinstance(item, (LinkUp, ResyncNeeded)):
                await self._list()
            elif isinstance(item, dict):
                self._changed(item)
            else:
                _log.warning("AMI link", signal=repr(item))
                if isinstance(item, LinkDown):
                    self._tell(self._book.link_lost())

    def _changed(self, message: AmiMessage) -> None:
        if message.get("Event") == "DeviceStateChange":
            self._tell(self._book.state_changed(message.get("Device", ""), message.get("State", "")))

    async def _list(self) -> None:
        """Ask until it is answered or the link is down: then the next LinkUp asks anew."""
        while self._link.is_up:
            try:
                reply = await self._link.ask("DeviceStateList")
            except LinkError as error:
                _log.warning("device states not listed", why=str(error))
                await asyncio.sleep(RETRY_PAUSE.total_seconds())
                continue
            states = {entry.get("Device", ""): entry.get("State", "") for entry in reply.entries}
            self._tell(self._book.listed(states))
            return

    def _tell(self, events: Sequence[Event]) -> None:
        for event in events:
            self._sink(event)
