"""The indexed router decides as the naive one does, whatever happens in a small centre."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.acd.routing.oracle import Oracle
from tests.core.acd.routing.world import BASIC, NEVER_HOLD, VIP, fit, pairs

from ccserver.core.acd.routing.router import Router
from ccserver.core.acd.routing.terms import Policy, Terms

KEEPING = Policy(protect_small=3.0)
POLICIES = [
    KEEPING,
    Policy(is_adjusting=False, level_gain=0.5),
    NEVER_HOLD,
    Policy(protect_small=3.0, holds=False),
    Policy(holds_from=3),
]
TERMS = [VIP, BASIC, Terms("silver", 2.0, 30.0, 0.8, 200.0), replace(BASIC, band=1), replace(VIP, band=-1)]
PROFILES = ["a9", "a3b7", "b5c2", "a6b6c6", "c9", "a1c8", ""]


class Centre:
    """One day in both routers, step by step: what happens is drawn, and must be answered in the same way."""

    def __init__(self, seed: int, kinds: int, few: int) -> None:
        self.chance = random.Random(seed)
        policies = {need: self.chance.choice(POLICIES) for need in "abc"}
        self.router, self.oracle = Router(fit), Oracle(policies, TERMS)
        self.router.front.few = few
        for need, policy in policies.items():
            self.router.need(need, policy)
        for terms in TERMS:
            self.router.terms(terms)
        self.kinds, self.now, self.number = kinds, 0.0, 0
        self.busy: dict[str, str] = {}
        for agent in range(self.chance.randrange(1, 9)):
            self.at_work(f"g{agent}", self.chance.choice(PROFILES))

    def at_work(self, agent: str, profile: str) -> None:
        self.router.sign_in(agent, profile)
        self.oracle.sign_in(agent, profile)
        self.free(agent)

    def free(self, agent: str) -> None:
        self.router.agent_free(agent, self.now)
        self.oracle.agent_free(agent, self.now)

    def come(self) -> None:
        self.number += 1
        contact, need, kind = f"c{self.number}", self.chance.choice("abc"), self.chance.randrange(self.kinds)
        since = self.now - self.chance.choice([0.0, 0.0, 5.0, self.chance.uniform(0, 500)])
        self.router.enqueue(contact, need, kind, since, self.now)
        self.oracle.enqueue(contact, need, kind, since, self.now)

    def leave(self) -> None:
        if self.oracle.waiting:
            contact = self.chance.choice(list(self.oracle.waiting))
            self.router.abandoned(contact, self.now)
            self.oracle.abandoned(contact, self.now)

    def finish(self) -> None:
        if self.busy:
            agent = self.chance.choice(list(self.busy))
            del self.busy[agent]
            self.free(agent)

    def miss(self) -> None:
        if self.busy:
            agent = self.chance.choice(list(self.busy))
            del self.busy[agent]
            profile = self.oracle.workers[agent].profile
            for router in (self.router, self.oracle):
                router.not_taken(agent)
                router.sign_out(agent)
            if self.chance.random() < 0.7:
                self.at_work(agent, profile)

    def step(self) -> None:
        self.now += self.chance.choice([0.0, 0.4, self.chance.expovariate(0.2)])
        for _ in range(self.chance.choice([1, 1, 1, 3])):
            self.chance.choice([self.come, self.come, self.come, self.leave, self.finish, self.finish, self.miss])()
        found = pairs(self.router.decide(self.now))
        assert found == self.oracle.decide(self.now)
        assert self.router.next_look() == self.oracle.look_at
        self.busy |= {str(agent): str(contact) for contact, agent in found}


@pytest.mark.parametrize("kinds", [3, 5])
@pytest.mark.parametrize("few", [0, 100])
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_the_same_is_decided_as_by_looking_at_everything(few: int, kinds: int, seed: int) -> None:
    """One by one and all at once, with one band and with three: the same pairs, and the same looks ahead."""
    centre = Centre(seed, kinds, few)
    for _ in range(60):
        centre.step()
