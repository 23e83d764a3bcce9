"""The product's core behind the interfaces of the routing and pacing simulators. Translates, decides nothing.

`make_router(scenario, agents)` gives an object with enqueue, abandon, agent_available, agent_unavailable, tick and
next_wakeup, as the routing simulator drives it. The policy is the default one, but for what the environment's ROUTING_POLICY
says, a JSON object such as {"protect": 3.0, "protect_small": 3.0}.
"""

from __future__ import annotations

import json
import os
from typing import Any

from ccserver.core.acd.routing.router import Router
from ccserver.core.acd.routing.terms import Policy, Terms

WAIT_LIMIT = 7.0
"""Wait limit of a tier in targets, and at least a minute: the simulator's tiers have none."""
PRESENCE_EVERY = 10.0
"""The simulator does not tell when an agent goes on a break straight from a call; the product knows at once."""


class SimulatedRouter:
    """Our router under the simulator."""

    def __init__(self, scenario: Any, agents: list[Any]) -> None:
        tiers = [Terms(t.name, t.value, t.target, t.goal, max(60.0, WAIT_LIMIT * t.target)) for t in scenario.tiers]
        policy = Policy(**json.loads(os.environ.get("ROUTING_POLICY", "{}")))
        self.profiles = {agent.profile: agent.lvl for agent in agents}
        self.router = Router(lambda need, profile: self.profiles[profile].get(need, 0))
        for need in range(len(scenario.types) * len(scenario.langs)):
            self.router.need(need, policy)
        for terms in tiers:
            self.router.terms(terms)
        self.agents: dict[Any, Any] = {agent.id: agent for agent in agents}
        self.items: dict[Any, Any] = {}
        self.offered: dict[Any, Any] = {}
        self.carried: dict[Any, Any] = {}
        self.online: set[int] = set()
        self.look_at = 0.0

    def enqueue(self, item: Any, now: float) -> None:
        agent = self.offered.pop(item.id, None)
        if agent is not None:
            self.carried.pop(agent, None)
            self.router.not_taken(agent)
            self._away(agent)
            return
        self.items[item.id] = item
        self.router.enqueue(item.id, item.cls, item.tier, item.enq, now)

    def abandon(self, item: Any, now: float) -> None:
        self.items.pop(item.id, None)
        self.router.abandoned(item.id, now)

    def agent_available(self, agent: Any, now: float) -> None:
        item = self.carried.pop(agent.id, None)
        if item is not None:
            self.offered.pop(item, None)
            if self.items.pop(item).state == "lost":
                self.router.cancelled(agent.id)
        if agent.id not in self.online:
            self.online.add(agent.id)
            self.router.sign_in(agent.id, agent.profile)
        self.router.agent_free(agent.id, now)

    def agent_unavailable(self, agent: Any, now: float) -> None:
        self._away(agent.id)

    def _away(self, agent: int) -> None:
        self.online.discard(agent)
        self.router.sign_out(agent)

    def tick(self, now: float) -> list[tuple[Any, Any]]:
        if now >= self.look_at:
            self.look_at = now + PRESENCE_EVERY
            for agent in [a for a in self.online if self.agents[a].state == "away"]:
                self._away(agent)
        out = []
        for match in self.router.decide(now):
            self.offered[match.contact] = match.agent
            self.carried[match.agent] = match.contact
            out.append((self.items[match.contact], self.agents[match.agent]))
        return out

    def next_wakeup(self, now: float) -> float | None:
        return self.router.next_look()


def make_router(scenario: Any, agents: list[Any]) -> SimulatedRouter:
    """What the routing simulator asks for."""
    return SimulatedRouter(scenario, agents)
