"""Contacts that one agent is to take before anybody else: they stand beside their lines until they are released.

A contact here keeps its line and its place, blocks nobody behind it, and is offered to no other agent. How long is decided by
whoever reserves.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator

from ccserver.core.acd.routing.lines import Waiting


class Reserved:
    """At most one agent for each contact; several contacts may be there for the same agent."""

    def __init__(self) -> None:
        self._entries: dict[Hashable, Waiting] = {}
        self._agents: dict[Hashable, Hashable] = {}
        self._of: dict[Hashable, dict[Hashable, Waiting]] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Waiting]:
        return iter(self._entries.values())

    def get(self, contact: Hashable) -> Waiting | None:
        """The contact, if it is here."""
        return self._entries.get(contact)

    def agent_of(self, contact: Hashable) -> Hashable | None:
        """For whom it is here."""
        return self._agents.get(contact)

    def of(self, agent: Hashable) -> Iterable[Waiting]:
        """Those who are here for this agent, in no particular order."""
        found = self._of.get(agent)
        return found.values() if found is not None else ()

    def put(self, entry: Waiting, agent: Hashable) -> None:
        """For this agent and for nobody else any more."""
        self.take(entry.id)
        self._entries[entry.id], self._agents[entry.id] = entry, agent
        self._of.setdefault(agent, {})[entry.id] = entry

    def take(self, contact: Hashable) -> Waiting | None:
        """Out of here; None when it was not."""
        entry = self._entries.pop(contact, None)
        if entry is not None:
            agent = self._agents.pop(contact)
            del self._of[agent][contact]
            if not self._of[agent]:
                del self._of[agent]
        return entry
