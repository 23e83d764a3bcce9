"""What the dispatch has learned by watching, as plain data: the only part of it that cannot be made afresh from the centre.

With it a recorded event log can begin anywhere: whoever goes on from it decides as the one that was watched. It decides
nothing itself.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable
from dataclasses import dataclass
from typing import Any, cast

from ccserver.core.acd.alternatives import Need
from ccserver.core.acd.estimate import LearnedWaits
from ccserver.core.acd.routing.demand import Counts
from ccserver.core.acd.routing.lines import Waiting
from ccserver.core.acd.routing.router import Router
from ccserver.core.acd.routing.staff import Fit
from ccserver.core.acd.routing.terms import Policy, Terms
from ccserver.core.ids import AgentId, InteractionId


@dataclass(frozen=True, slots=True)
class KnownNeed:
    """A need that the router was told of, and the policy for it."""

    need: Need
    policy: Policy


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A pair that was made and is not over: offered, or the agent still works. `line` is the number of the contact's line."""

    agent: AgentId
    contact: InteractionId
    line: int
    since: float
    refused_by: frozenset[AgentId]
    at: float
    is_offered: bool


@dataclass(frozen=True, slots=True)
class Learned:
    """`lines` are pairs of numbers of a need and of terms. The order is that in which the router numbered them."""

    needs: tuple[KnownNeed, ...]
    terms: tuple[Terms, ...]
    lines: tuple[tuple[int, int], ...]
    counts: Counts
    under_way: tuple[UnderWay, ...] = ()
    waits: LearnedWaits | None = None
    """Of the forecast, which numbers needs and terms as the router does."""


def learned_of(router: Router, offered: Collection[Hashable]) -> Learned:
    """As it stands. `offered` are the contacts whose offer is not decided yet."""
    needs, terms, lines = router.known()
    known = tuple(KnownNeed(cast(Need, need), policy) for need, policy in needs)
    under_way = tuple(
        UnderWay(
            agent=AgentId(str(agent)),
            contact=InteractionId(str(contact.id)),
            line=contact.line.number,
            since=contact.since,
            refused_by=frozenset(AgentId(str(each)) for each in contact.refused_by),
            at=at,
            is_offered=contact.id in offered,
        )
        for agent, contact, at in router.under_way()
    )
    return Learned(known, tuple(terms), tuple(lines), router.demand.counts(), under_way)


def router_with(learned: Learned, fit: Fit) -> Router:
    """A router that nobody waits for yet, and that knows this much."""
    router = Router(fit)
    for each in learned.needs:
        router.need(each.need, each.policy)
    for terms in learned.terms:
        router.terms(terms)
    for need, kind in learned.lines:
        router.open_line(learned.needs[need].need, kind)
    router.demand.go_on(learned.counts)
    for pair in learned.under_way:
        contact = Waiting(pair.contact, router.lines.all[pair.line], pair.since, 0, refused_by=pair.refused_by)
        router.go_on_with(pair.agent, contact, pair.at)
    return router


def names_in(learned: Learned) -> set[Any]:
    """All needs and terms."""
    return {each.need for each in learned.needs} | set(learned.terms)


def offered_in(learned: Learned) -> dict[InteractionId, AgentId]:
    """Contacts whose offer is not decided yet, and to whom."""
    return {each.contact: each.agent for each in learned.under_way if each.is_offered}
