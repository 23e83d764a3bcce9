"""A small centre for the router's tests: skills are letters, a profile is a string such as "a9b2" (skill and level)."""

from __future__ import annotations

from collections.abc import Hashable

from ccserver.core.acd.routing.match import Match
from ccserver.core.acd.routing.router import Router
from ccserver.core.acd.routing.terms import Policy, Terms

VIP = Terms("vip", 50.0, 15.0, 0.95, 60.0)
BASIC = Terms("basic", 1.0, 60.0, 0.80, 420.0)
NEVER_HOLD = Policy("no hold", protect=0.0, protect_small=0.0)


def fit(need: Hashable, profile: Hashable) -> int:
    """Level of the one skill that the need is named after."""
    text = str(profile)
    at = text.find(str(need))
    return 0 if at < 0 else int(text[at + 1])


def router(policy: Policy = NEVER_HOLD, *more: Terms) -> Router:
    """Needs a, b, c, s and z under one policy; the terms 0 (vip), 1 (basic) and more; nobody there yet."""
    made = Router(fit)
    for need in "abcsz":
        made.need(need, policy)
    for terms in (VIP, BASIC, *more):
        made.terms(terms)
    return made


def at_work(centre: Router, now: float = 0.0, **profiles: str) -> Router:
    """Sign agents in and let them be free, longest idle first in the order given."""
    for agent, profile in profiles.items():
        centre.sign_in(agent, profile)
        centre.agent_free(agent, now)
    return centre


def pairs(matches: list[Match]) -> list[tuple[Hashable, Hashable]]:
    """Contact and agent of each."""
    return [(match.contact, match.agent) for match in matches]
