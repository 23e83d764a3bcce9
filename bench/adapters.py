"""The product's core behind the interfaces of the routing and pacing simulators. Translates, decides nothing.

`make_router(scenario, agents)` gives an object with enqueue, abandon, agent_available, agent_unavailable, tick and
next_wakeup, as the routing simulator drives it. The policy is the default one, but for what the environment's ROUTING_POLICY
says, a JSON object such as {"protect": 3.0, "protect_small": 3.0}. ROUTING_KIND names one of the kinds that an administrator
selects (targets, equal, strict, ageing) instead; then the product's own code makes the terms of it.
"""

from __future__ import annotations

import json
import os
from datetime import timedelta
from typing import Any, Final

from ccserver.core.acd.routing.router import Router
from ccserver.core.acd.routing.terms import Policy, Terms
from ccserver.core.acd.weighing import credit_of, policy_of, terms_of
from ccserver.core.ids import QueueId, TierId
from ccserver.core.plan import Exit, ExitKind, Plan, QueuePlan
from ccserver.core.skills import AllOf
from ccserver.core.tiers import PolicyKind, RoutingPolicy, Tier

WAIT_LIMIT = 7.0
"""Wait limit of a tier in targets, and at least a minute: the simulator's tiers have none."""
EVERYBODY: Final = AllOf(())
ANSWER_TARGET: Final = timedelta(seconds=20)
"""Of the queue, where the tiers do not count."""
PRESENCE_EVERY = 10.0
"""The simulator does not tell when an agent goes on a break straight from a call; the product knows at once."""


class SimulatedRouter:
    """Our router under the simulator."""

    def __init__(self, scenario: Any, agents: list[Any]) -> None:
        tiers = [Terms(t.name, t.value, t.target, t.goal, max(60.0, WAIT_LIMIT * t.target)) for t in scenario.tiers]
        policy = Policy(**json.loads(os.environ.get("ROUTING_POLICY", "{}")))
        self.credits = [0.0 for _ in tiers]
        if kind := os.environ.get("ROUTING_KIND"):
            policy, tiers, self.credits = selected(PolicyKind(kind), tiers)
        self.profiles = {agent.profile: agent.lvl for agent in agents}
        self.router = Router(lambda need, profile: self.profiles[profile].get(need, 0))
        for need in range(len(scenario.types) * len(scenario.langs)):
            self.router.need(need, policy)
        self.terms = [self.router.terms(terms) for terms in tiers]
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
        since = item.enq - self.credits[item.tier]
        self.router.enqueue(item.id, item.cls, self.terms[item.tier], since, now)

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


def selected(kind: PolicyKind, terms: list[Terms]) -> tuple[Policy, list[Terms], list[float]]:
    """Policy, terms and credit of waiting by tier, as the product makes them for a queue with a policy of the kind."""
    tiers = tuple(
        Tier(TierId(t.name), t.name, t.value, timedelta(seconds=t.target), t.goal, timedelta(seconds=t.wait_limit))
        for t in terms
    )
    way, no_time = Exit(ExitKind.VOICEMAIL), timedelta()
    queue = QueuePlan(
        QueueId("all"), "All", EVERYBODY, 0, "", None, no_time, way, 1, way, no_time, no_time, ANSWER_TARGET, (),
        policy=RoutingPolicy(kind.value, kind),
    )  # fmt: skip
    plan = Plan(tiers=tiers)
    names = [tier.id for tier in tiers]
    made = [terms_of(plan, queue, name, 0) for name in names]
    return policy_of(plan, queue.policy), made, [credit_of(plan, queue, name) for name in names]


def make_router(scenario: Any, agents: list[Any]) -> SimulatedRouter:
    """What the routing simulator asks for."""
    return SimulatedRouter(scenario, agents)
