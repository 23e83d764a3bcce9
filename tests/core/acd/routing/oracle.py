"""The rule of the router done the slow way: it scans everything, keeps no index and no table, and uses no numpy.

Figures are computed anew from the list of what happened. Decides the same as `Router`, or one of the two is wrong.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from tests.core.acd.routing.world import fit

from ccserver.core.acd.routing.demand import HALF_LIFE, PRIOR_HANDLE, PRIOR_PATIENCE
from ccserver.core.acd.routing.router import RECHECK, REFRESH
from ccserver.core.acd.routing.terms import Policy, Terms

RING = 3.0
Pair = tuple[str, int]
"""A need and the number of terms."""


@dataclass
class Contact:
    id: str
    pair: Pair
    since: float
    order: int
    refused: set[str] = field(default_factory=set)


@dataclass
class Worker:
    id: str
    profile: str
    idle_since: float | None = None
    turn: int = 0


@dataclass
class Figures:
    """What was learned at a refresh."""

    mean: float
    handle: dict[str, float]
    online: dict[str, int]
    rates: dict[Pair, float]
    protect: dict[str, float]
    patience: list[float]
    agents: int


class Oracle:
    def __init__(self, policies: dict[str, Policy], terms: list[Terms]) -> None:
        self.policies, self.terms = policies, terms
        self.waiting: dict[str, Contact] = {}
        self.workers: dict[str, Worker] = {}
        self.pairs: list[Pair] = []
        self.profiles: list[str] = []
        self.asked: list[tuple[Pair, float]] = []
        self.handled: dict[str, list[float]] = {need: [PRIOR_HANDLE] * 5 for need in policies}
        self.waits = [[PRIOR_PATIENCE] for _ in terms]
        self.left = [1 for _ in terms]
        self.served = [(50.0 * one.goal, 50.0) for one in terms]
        self.freed: list[str] = []
        self.came: list[str] = []
        self.kept: list[str] = []
        self.taken: dict[str, tuple[Contact, float]] = {}
        self.look_at: float | None = None
        self.refresh_at = -math.inf
        self.known = 0
        self.figures: Figures
        self.patience: list[float]
        self.order = 0

    # -- facts

    def enqueue(self, contact: str, need: str, terms: int, since: float, now: float) -> None:
        pair = (need, terms)
        if pair not in self.pairs:
            self.pairs.append(pair)
        self.order += 1
        self.waiting[contact] = Contact(contact, pair, since, self.order)
        self.asked.append((pair, now))
        self.came.append(contact)

    def abandoned(self, contact: str, now: float) -> None:
        entry = self.waiting.pop(contact)
        kind, waited = entry.pair[1], now - entry.since
        self.waits[kind].append(waited)
        self.left[kind] += 1
        if waited >= 5.0:
            self._count(kind, False)

    def sign_in(self, agent: str, profile: str) -> None:
        if profile not in self.profiles:
            self.profiles.append(profile)
        self.workers[agent] = Worker(agent, profile)

    def agent_free(self, agent: str, now: float) -> None:
        taken = self.taken.pop(agent, None)
        if taken is not None:
            self.handled[taken[0].pair[0]].append(now - taken[1])
        self.order += 1
        self.workers[agent].idle_since, self.workers[agent].turn = now, self.order
        self.freed.append(agent)

    def not_taken(self, agent: str) -> None:
        contact = self.taken.pop(agent)[0]
        contact.refused.add(agent)
        self.waiting[contact.id] = contact
        self.came.append(contact.id)

    def sign_out(self, agent: str) -> None:
        del self.workers[agent]
        for agents in (self.kept, self.freed):
            if agent in agents:
                agents.remove(agent)

    def _count(self, kind: int, in_time: bool) -> None:
        good, all_ = self.served[kind]
        self.served[kind] = good * 0.995 + in_time, all_ * 0.995 + 1

    # -- figures

    def _learn(self, now: float) -> None:
        began = self.asked[0][1] if self.asked else now
        per_second = math.log(2) / HALF_LIFE / (1 - 2 ** (-max(now - began, 60.0) / HALF_LIFE))
        rates = dict.fromkeys(self.pairs, 0.0)
        for pair, at in self.asked:
            rates[pair] += 2 ** (-(now - at) / HALF_LIFE) * per_second
        every = [seconds for some in self.handled.values() for seconds in some]
        online = {need: sum(fit(need, one.profile) > 0 for one in self.workers.values()) for need in self.policies}
        handle = {need: sum(some) / len(some) for need, some in self.handled.items()}
        self.patience = self._patience()
        self.figures = Figures(sum(every) / len(every), handle, online, rates, {}, self.patience, len(self.workers))
        for need, policy in self.policies.items():
            self.figures.protect[need] = policy.protect_for(len(self.workers)) * self._adjust(policy)

    def holds(self, need: str) -> bool:
        return self.policies[need].holds and len(self.workers) >= self.policies[need].holds_from

    def _patience(self) -> list[float]:
        return [sum(waits) / left for waits, left in zip(self.waits, self.left, strict=True)]

    def _adjust(self, policy: Policy) -> float:
        if not policy.is_adjusting:
            return 1.0
        total = missing = 0.0
        for (need, kind), rate in self.figures.rates.items():
            if self.policies[need] == policy:
                weight = rate * self.terms[kind].value
                total += weight
                missing += weight * (self.terms[kind].goal - self.served[kind][0] / self.served[kind][1])
        return min(2.0, max(0.1, math.exp(10 * missing / max(total, 1e-12))))

    def _look(self, need: str) -> float:
        policy = self.policies[need]
        interval = self.figures.mean / max(1, self.figures.online[need])
        return min(policy.look_for(self.figures.agents), policy.spread * interval)

    def _missed(self, pair: Pair) -> float:
        need, kind = pair
        look = self._look(need)
        leaving = min(1.0, look / self.figures.patience[kind])
        return math.exp(-max(0.0, self.terms[kind].target - RING) / look) + leaving

    # -- the two sides

    def urgency(self, pair: Pair, since: float, profile: str, now: float) -> float:
        (need, kind), terms = pair, self.terms[pair[1]]
        policy, look, waited = self.policies[need], self._look(need), now - since
        gain = 1 + policy.level_gain * (fit(need, profile) - 6) / 4
        factor = self.figures.mean / self.figures.handle[need] * gain
        if waited >= terms.wait_limit:
            return 1e5 * (1 + waited / terms.wait_limit) * factor
        leaving = min(1.0, look / self.patience[kind])
        slack = terms.target - RING - waited
        stretched = look * (1 + 0.5 * sum(self._is_above(one.pair, pair) for one in self.waiting.values()))
        missing = math.exp(-slack / stretched) if slack >= 0 else policy.late * (1 + 2 * waited / terms.wait_limit)
        return terms.value * (missing + leaving + 0.02 * waited / terms.target) * factor

    def _is_above(self, one: Pair, other: Pair) -> bool:
        ranks = [(*self.terms[kind].rank, self.pairs.index((need, kind))) for need, kind in (one, other)]
        return one[0] == other[0] and ranks[0] < ranks[1]

    def price(self, worker: Worker, band: int) -> float:
        total = dearest = 0.0
        for need in self.policies:
            if fit(need, worker.profile):
                price, most = self._price_of(need, band)
                total, dearest = total + price, max(dearest, most)
        return min(total, dearest)

    def _price_of(self, need: str, band: int) -> tuple[float, float]:
        pairs = [pair for pair in self.pairs if pair[0] == need and self.terms[pair[1]].band >= band]
        asked = [(pair, rate) for pair in pairs if (rate := self.figures.rates.get(pair, 0.0)) > 0]
        rate = sum(rate for _, rate in asked)
        if not rate:
            return 0.0, 0.0
        worth = sum(rate * self.terms[pair[1]].value * self._missed(pair) for pair, rate in asked) / rate
        cover = min(
            12, sum(fit(need, one.profile) > 0 for one in self.workers.values() if one.idle_since is not None) - 1
        )
        coming = rate * self._look(need)
        fewer = sum(math.exp(-coming) * coming**k / math.factorial(k) for k in range(cover + 1))
        dearest = max(self.terms[pair[1]].value * self._missed(pair) for pair, _ in asked)
        return self.figures.protect[need] * worth * max(0.0, 1 - fewer), 0.5 * dearest

    # -- decisions

    def decide(self, now: float) -> list[tuple[str, str]]:
        if now >= self.refresh_at:
            self._learn(now)
            self.refresh_at = now + REFRESH
        elif len(self.pairs) != self.known:
            self.patience = self._patience()
        self.known = len(self.pairs)
        is_due = self.look_at is not None and now >= self.look_at
        agents = [*self.kept, *self.freed] if is_due else self.freed
        self.freed = []
        matches = [self._for_agent(self.workers[agent], now) for agent in dict.fromkeys(agents)]
        while self.came:
            came, self.came = self.came, []
            there = [self.waiting[contact] for contact in dict.fromkeys(came) if contact in self.waiting]
            there.sort(key=lambda one: (self.terms[one.pair[1]].rank, one.since))
            matches += [self._for_contact(one, now) for one in there if one.id in self.waiting]
        if is_due or self.look_at is None or not self.kept:
            self.look_at = now + RECHECK if self.kept else None
        return [match for match in matches if match]

    def _line(self, pair: Pair) -> list[Contact]:
        return sorted(
            (one for one in self.waiting.values() if one.pair == pair), key=lambda one: (one.since, one.order)
        )

    def _idle(self, need: str) -> list[Worker]:
        idle = [one for one in self.workers.values() if one.idle_since is not None and fit(need, one.profile)]
        return sorted(idle, key=lambda one: (one.idle_since or 0.0, one.turn))

    def _for_agent(self, worker: Worker, now: float) -> tuple[str, str] | None:
        wanted = []
        for number, pair in enumerate(self.pairs):
            head = self._head_for(pair, worker)
            if fit(pair[0], worker.profile) and head is not None:
                since = self._line(pair)[0].since
                urgency = self.urgency(pair, since, worker.profile, now)
                wanted.append((-self.terms[pair[1]].band, -urgency, since, number, head))
        if wanted:
            found = min(wanted, key=lambda one: one[:4])
            is_awaited = any(not self.holds(one[4].pair[0]) or -one[1] >= self.price(worker, -one[0]) for one in wanted)
            return self._settle(found[4], worker, -found[1], now, is_awaited)
        if worker.id in self.kept:
            self.kept.remove(worker.id)
        return None

    def _head_for(self, pair: Pair, worker: Worker) -> Contact | None:
        line = self._line(pair)
        if line and all(one.id in line[0].refused for one in self._idle(pair[0])):
            return line[0]
        return next((one for one in line if worker.id not in one.refused), None)

    def _for_contact(self, contact: Contact, now: float) -> tuple[str, str] | None:
        head, costs = self._line(contact.pair)[0], []
        need, policy = head.pair[0], self.policies[head.pair[0]]
        band = self.terms[head.pair[1]].band
        for number, profile in enumerate(self.profiles):
            workers = [one for one in self._idle(need) if one.profile == profile]
            able = [one for one in workers if one.id not in head.refused] or workers
            if able and not any(
                self.terms[pair[1]].band > band and fit(pair[0], profile) and self._head_for(pair, able[0])
                for pair in self.pairs
            ):
                idle = min(1.0, (now - (able[0].idle_since or 0.0)) / 300)
                wish = 0.02 * (policy.level_gain * fit(need, profile) + policy.idle_gain * idle)
                cost = self.price(able[0], band) - wish + (1e9 if able[0].id in head.refused else 0.0)
                costs.append((cost, able[0].idle_since or 0.0, number, able[0]))
        if not costs:
            return None
        worker = min(costs, key=lambda one: one[:3])[3]
        return self._settle(head, worker, self.urgency(head.pair, head.since, worker.profile, now), now)

    def _settle(
        self, contact: Contact, worker: Worker, urgency: float, now: float, is_awaited: bool = False
    ) -> tuple[str, str] | None:
        is_kept = urgency < self.price(worker, self.terms[contact.pair[1]].band)
        if is_kept and self.holds(contact.pair[0]):
            if worker.id not in self.kept:
                self.kept.append(worker.id)
            if not is_awaited:
                return None
        del self.waiting[contact.id]
        self.came = [one for one in self.came if one != contact.id]
        if worker.id in self.kept:
            self.kept.remove(worker.id)
            pairs = [pair for pair in self.pairs if fit(pair[0], worker.profile)]
            self.came += [self._line(pair)[0].id for pair in pairs if self._line(pair)]
        worker.idle_since = None
        self.taken[worker.id] = contact, now
        kind, waited = contact.pair[1], now - contact.since
        self.waits[kind].append(waited)
        self._count(kind, waited + RING <= self.terms[kind].target)
        return contact.id, worker.id
