"""Facts in, decisions out: the most urgent contact for an agent who became free, the cheapest agent for a contact that came.

An agent stays free when every contact is worth less than what the agent's time is likely to be worth soon; that is looked
at again with every event and after RECHECK. Same facts, same decisions: no clock, no chance.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Iterator
from itertools import islice
from operator import attrgetter, itemgetter

from ccserver.core.acd.routing.demand import Demand
from ccserver.core.acd.routing.front import Front
from ccserver.core.acd.routing.lines import Line, Lines, Waiting
from ccserver.core.acd.routing.match import MOST_TOLD, Figure, Match
from ccserver.core.acd.routing.prices import Prices
from ccserver.core.acd.routing.reserved import Reserved
from ccserver.core.acd.routing.staff import Agent, Fit, Profile, Staff
from ccserver.core.acd.routing.terms import Policy, Terms

RECHECK = 1.0
"""Seconds after which an agent kept free is looked at again."""
REFRESH = 30.0
"""Seconds between two refreshes of what was learned. Between 10 and 30 nothing changes beyond noise (measured)."""
MOST_PROFILES = 32
"""Profiles compared for one contact."""
_FAIR_IDLE = 300.0
_FAIR_SCALE = 0.02
_ASKED_LAST = 1e9
_USUAL = Policy()


class Router:
    """Holds waiting contacts and agents until they are matched; the caller rings, and tells what came of it.

    `fit(need, profile)` is asked once for each pair: proficiency, 0 for cannot. About a need that comes up in a big centre
    the profiles are asked over several decisions; who becomes free meanwhile is asked at once.
    """

    def __init__(self, fit: Fit) -> None:
        self.lines = Lines()
        self.reserved = Reserved()
        self.staff = Staff(fit)
        self.demand = Demand()
        self.prices = Prices(self.lines, self.staff)
        self._urgencies = self.prices.urgencies
        self.front = Front(self._urgencies)
        self._needs: dict[Hashable, int] = {}
        self._kinds: dict[Terms, int] = {}
        self._terms: list[Terms] = []
        self._freed: dict[Hashable, None] = {}
        self._came: dict[Hashable, None] = {}
        self._kept: dict[Hashable, float] = {}
        self._now = -math.inf
        self._recheck_at: float | None = None
        self._refresh_at = -math.inf
        self._has_new_lines = False
        self._taken: dict[Hashable, tuple[Waiting, float]] = {}
        self._offered: dict[Hashable, Waiting] = {}

    # -- facts ---------------------------------------------------------------------------------------------------------

    def need(self, key: Hashable, policy: Policy | None = None) -> int:
        """The number of a need, made known at first sight. Another policy replaces the one it had; None leaves it."""
        number = self._needs.get(key)
        if number is None:
            number = self._needs[key] = self.staff.add_need(key)
            self.lines.add_need()
            self.demand.add_need()
            policy = policy or _USUAL
        if policy is not None and policy != self.prices.policies.get(number):
            self.prices.rule(number, policy)
            self._refresh_at = -math.inf
        return number

    def terms(self, terms: Terms) -> int:
        """The number of terms, made known at first sight."""
        number = self._kinds.get(terms)
        if number is None:
            number = self._kinds[terms] = len(self._terms)
            self._terms.append(terms)
            self.demand.add_kind(terms.goal)
        return number

    def _line(self, need: Hashable, terms: int) -> Line:
        known = len(self.lines.all)
        line = self.lines.line(self.need(need), terms, self._terms[terms])
        if line.number == known:
            self.demand.add_line()
            self._has_new_lines = True
        return line

    def known(self) -> tuple[list[tuple[Hashable, Policy]], list[Terms], list[tuple[int, int]]]:
        """Needs with their policies, terms, and the lines by the numbers of both: each in the order of its numbers."""
        needs = [(need, self.prices.policies[number]) for need, number in self._needs.items()]
        return needs, list(self._terms), [(line.need, line.kind) for line in self.lines.all]

    def under_way(self) -> list[tuple[Hashable, Waiting, float]]:
        """Pairs whose agent has not come free since: agent, contact, and since when."""
        return [(agent, contact, at) for agent, (contact, at) in self._taken.items()]

    def go_on_with(self, agent: Hashable, contact: Waiting, at: float) -> None:
        """A pair that another router made."""
        self._taken[agent] = (contact, at)
        self._offered[contact.id] = contact

    def open_line(self, need: Hashable, terms: int) -> None:
        """Make a line known before anybody waits in it."""
        self._line(need, terms)

    def find_line(self, need: Hashable, terms: Terms) -> Line | None:
        """The line of a need under these terms, if anybody ever joined it. Asking changes nothing."""
        number, kind = self._needs.get(need), self._kinds.get(terms)
        return None if number is None or kind is None else self.lines.find(number, kind)

    def enqueue(self, contact: Hashable, need: Hashable, terms: int, since: float, now: float) -> Waiting:
        """A contact begins to wait; `since` is its place in line, and may lie before it came."""
        line = self._line(need, terms)
        entry = self.lines.join(contact, line, since)
        self.demand.asked(line.number, now)
        self._came[contact] = None
        return entry

    def update(self, contact: Hashable, need: Hashable, terms: int, since: float) -> None:
        """Another need, other terms or another place for a contact that waits or is being offered; else nothing."""
        waiting = self.lines.leave(contact)
        entry = waiting or self.reserved.get(contact) or self._offered.get(contact)
        if entry is not None:
            entry.line, entry.since = self._line(need, terms), since
        if waiting is not None:
            self.lines.rejoin(waiting)
            self._came[contact] = None

    def abandoned(self, contact: Hashable, now: float) -> None:
        """It hung up while it waited."""
        entry = self.remove(contact)
        if entry is not None:
            self.demand.abandoned(entry.line.kind, entry.waited(now))

    def remove(self, contact: Hashable) -> Waiting | None:
        """It waits no more, for another reason."""
        self._came.pop(contact, None)
        return self.reserved.take(contact) or self.lines.leave(contact)

    def find(self, contact: Hashable) -> Waiting | None:
        """The contact, if it waits, in its line or beside it."""
        return self.lines.get(contact) or self.reserved.get(contact)

    def reserve(self, contact: Hashable, agent: Hashable) -> bool:
        """Only this agent may take it, at once if free; until `release`, which whoever reserves must not forget. One that does
        not wait is left alone. Returns whether that is news."""
        entry = self.lines.leave(contact) or self.reserved.get(contact)
        if entry is None or self.reserved.agent_of(contact) == agent:
            return False
        self.reserved.put(entry, agent)
        self._came[contact] = None
        return True

    def release(self, contact: Hashable) -> bool:
        """Anybody who can may take it; it stands where it would have stood. Returns whether that is news."""
        entry = self.reserved.take(contact)
        if entry is None:
            return False
        self.lines.rejoin(entry)
        self._came[contact] = None
        return True

    def sign_in(self, agent: Hashable, profile: Hashable) -> None:
        """At work with these abilities, not free yet."""
        self.agent_busy(agent)
        self.staff.sign_in(agent, profile)

    def sign_out(self, agent: Hashable) -> None:
        """Away: counts for nothing."""
        self.agent_busy(agent)
        self.staff.sign_out(agent)

    def agent_free(self, agent: Hashable, now: float) -> None:
        """Can take one contact."""
        taken = self._take_back(agent)
        if taken is not None:
            self.demand.handled(taken[0].line.need, now - taken[1])
        self.staff.set_idle(agent, now)
        self._freed[agent] = None

    def agent_busy(self, agent: Hashable) -> None:
        """Cannot, for a reason that is not ours."""
        self._freed.pop(agent, None)
        self.staff.set_busy(agent)
        if self._kept.pop(agent, None) is not None:
            self._pass_on(self.staff.get(agent).profile)

    def _pass_on(self, profile: Profile) -> None:
        """Whoever was left waiting for an agent who was kept free, and is so no more, may be another's who is free now."""
        covers, waiting = profile.pick(self.staff.cover), profile.pick(self.lines.by_need)
        if any(covers):
            lines = [line for cover, some in zip(covers, waiting, strict=True) if cover for line in some]
            heads = (line.head() for line in sorted(lines, key=attrgetter("number")))
            self._came.update((head.id, None) for head in heads if head is not None)

    def not_taken(self, agent: Hashable) -> None:
        """The offer failed: the contact is in its old place again, and this agent is asked last."""
        taken = self._take_back(agent)
        if taken is not None:
            entry = taken[0]
            entry.refused_by |= {agent}
            self.lines.rejoin(entry)
            self._came[entry.id] = None

    def cancelled(self, agent: Hashable) -> None:
        """The contact hung up while the phone rang: nothing to learn from it."""
        self._take_back(agent)

    def _take_back(self, agent: Hashable) -> tuple[Waiting, float] | None:
        taken = self._taken.pop(agent, None)
        if taken is not None:
            self._offered.pop(taken[0].id, None)
        return taken

    # -- decisions -----------------------------------------------------------------------------------------------------

    def next_look(self) -> float | None:
        """When time alone may decide something; an instant that has passed when there is more to do."""
        return self._now if self.staff.is_asking else self._recheck_at

    def decide(self, now: float) -> list[Match]:
        """Everything that can be decided now; each contact and each agent at most once."""
        self._now = now
        if self.staff.is_asking:
            self._came.update((line.heap[0][3].id, None) for line in self.lines.by_need[self.staff.ask()])
            self._came.update((contact.id, None) for contact in self.reserved)
        if now >= self._refresh_at:
            self.prices.refresh(self.demand, now)
            self._refresh_at = now + REFRESH
        elif self._has_new_lines:
            self.prices.notice(self.demand)
        self._has_new_lines = False
        is_due = self._recheck_at is not None and now >= self._recheck_at
        if is_due:
            self._freed = {**dict.fromkeys(self._tempted(now)), **self._freed}
        matches = [match for match in self._decided(now) if match is not None]
        if not self._kept:
            self._recheck_at = None
        elif is_due or self._recheck_at is None:
            self._recheck_at = now + RECHECK
        return matches

    def _decided(self, now: float) -> Iterator[Match | None]:
        while self._freed or self._came:
            freed, self._freed = self._freed, {}
            for agent in freed:
                yield self._for_agent(agent, now)
            came, self._came = self._came, {}
            for contact in sorted(came, key=self._rank) if len(came) > 1 else came:
                yield self._for_contact(contact, now)

    def _tempted(self, now: float) -> list[Hashable]:
        """Those who are kept free though somebody may wait now who is worth their price; a quick look, and never wrong."""
        kept, tempted = self._kept, []
        if not self.prices.all_hold:
            return list(kept)
        profiles = [self.staff.get(agent).profile for agent in kept]
        for agent, profile, price in zip(kept, profiles, self.prices.of(profiles, self._terms[0].band), strict=True):
            if self.front.is_worth(profile, price, now):
                tempted.append(agent)
            else:
                kept[agent] = price
        return tempted

    def _rank(self, contact: Hashable) -> tuple[tuple[int, float, float], float]:
        entry = self.find(contact)
        return ((0, 0.0, 0.0), 0.0) if entry is None else (entry.line.terms.rank, entry.since)

    def _for_agent(self, agent: Hashable, now: float) -> Match | None:
        entry = self.staff.get(agent)
        own = self._own(entry, now) if len(self.reserved) else None
        without: list[Line] = []
        while (found := self.front.foremost(entry.profile, now, without)) is not None:
            urgency, line = found
            if own is not None and (own[1].line.terms.band, own[0]) >= (line.terms.band, urgency):
                break
            contact = self._head_for(line, entry)
            if contact is not None:
                match = self._settle(contact, entry, urgency, now) or self._if_awaited(contact, entry, urgency, now)
                return match if match is not None or own is None else self._settle_own(own[1], entry, now)
            without.append(line)
        if own is not None:
            return self._settle_own(own[1], entry, now)
        self._kept.pop(agent, None)
        return None

    def _own(self, agent: Agent, now: float) -> tuple[float, Waiting] | None:
        """Of the contacts reserved for the agent the one that is served first, with its urgency."""
        able = (each for each in self.reserved.of(agent.id) if each.line.need in agent.profile.able)
        found = [(each.line.terms.band, self._urgencies.of_reserved(each, now), -each.since, each) for each in able]
        best = max(found, key=itemgetter(0, 1, 2), default=None)
        return None if best is None else (best[1], best[3])

    def _settle_own(self, contact: Waiting, agent: Agent, now: float) -> Match | None:
        """Whatever the agent is worth elsewhere: that this very agent takes it was asked for."""
        return self._settle(contact, agent, self._urgencies.of_reserved(contact, now), now, is_awaited=True)

    def _if_awaited(self, contact: Waiting, agent: Agent, urgency: float, now: float) -> Match | None:
        """The contact goes before somebody who is worth the agent, or who need not wait for anybody who is free."""
        if not (self._urgencies.has_bands or self.prices.holds_differ):
            return None
        prices, profile = self.prices, agent.profile
        waiting = self.front.older(profile, math.inf, now, len(self.lines.all))
        is_awaited = any(
            not prices.holds(line.need) or other >= prices.of((profile,), line.terms.band)[0]
            for other, line in waiting
            if self._head_for(line, agent) is not None
        )
        return self._settle(contact, agent, urgency, now, is_awaited)

    def _head_for(self, line: Line, agent: Agent) -> Waiting | None:
        head = line.head()
        if head is None or agent.id not in head.refused_by or not self._others_can(head):
            return head
        return next((entry for entry in line.in_order() if agent.id not in entry.refused_by), None)

    def _others_can(self, contact: Waiting) -> bool:
        idle = (agent for profile in self.staff.idle[contact.line.need].values() for agent in profile.idle)
        return any(agent not in contact.refused_by for agent in idle)

    def _for_contact(self, contact: Hashable, now: float) -> Match | None:
        reserved = self.reserved.get(contact)
        if reserved is not None:
            agent = self.staff.find(self.reserved.agent_of(contact))
            is_free = agent is not None and agent.idle_since is not None
            return self._for_agent(agent.id, now) if agent is not None and is_free else None
        entry = self.lines.get(contact)
        if entry is None or not self.staff.cover[entry.line.need]:
            return None
        head = entry.line.head() or entry
        agent = self._cheapest(head, now)
        if agent is None:
            return None
        urgency = self._urgencies.of(head.line, agent.profile.able[head.line.need], now)
        return self._settle(head, agent, urgency, now)

    def _cheapest(self, contact: Waiting, now: float) -> Agent | None:
        """Of those who could take it who costs least, wishes included; then who is idle for longest."""
        need, agents, refused_by = contact.line.need, self._longest_idle(contact), contact.refused_by
        prices = self.prices.of([agent.profile for agent in agents], contact.line.terms.band)
        policy = self.prices.policies[need]
        by_level, by_idle = _FAIR_SCALE * policy.level_gain, _FAIR_SCALE * policy.idle_gain / _FAIR_IDLE
        least, found = math.inf, None
        for agent, price in zip(agents, prices, strict=True):
            idle = now - (agent.idle_since or 0.0)
            cost = price - by_level * agent.profile.able[need] - by_idle * (idle if idle < _FAIR_IDLE else _FAIR_IDLE)
            if agent.id in refused_by:
                cost += _ASKED_LAST
            if cost < least or (cost == least and found is not None and _idle_first(agent) < _idle_first(found)):
                least, found = cost, agent
        return found

    def _longest_idle(self, contact: Waiting) -> list[Agent]:
        """Of each profile the one who could take it."""
        line, refused_by = contact.line, contact.refused_by
        profiles = islice(self.staff.idle[line.need].values(), MOST_PROFILES)
        before = self._before(line) if self._urgencies.has_bands else ()
        if not (before or refused_by):
            return [profile.first for profile in profiles if profile.first is not None]
        longest = (profile.longest(refused_by) for profile in profiles)
        return [agent for agent in longest if agent is not None and not (before and self._is_wanted(agent, before))]

    def _is_wanted(self, agent: Agent, by: Iterable[Line]) -> bool:
        able = agent.profile.able
        return any(line.need in able and self._head_for(line, agent) for line in by)

    def _before(self, line: Line) -> list[Line]:
        """Lines of higher bands with somebody waiting for whom somebody is idle."""
        needs = (need for need in self.lines.open if self.staff.cover[need])
        return [other for need in needs for other in self.lines.open[need] if other.terms.band > line.terms.band]

    def _settle(
        self, contact: Waiting, agent: Agent, urgency: float, now: float, is_awaited: bool = False
    ) -> Match | None:
        line = contact.line
        price = self.prices.of((agent.profile,), line.terms.band)[0]
        if urgency < price and self.prices.holds(line.need) and not is_awaited:
            self._kept[agent.id] = price
            return None
        waited = contact.waited(now)
        ahead = self.front.older(agent.profile, contact.since, now, MOST_TOLD)
        qualified = self.staff.cover[line.need]
        self.remove(contact.id)
        self.agent_busy(agent.id)
        self._taken[agent.id] = (contact, now)
        self._offered[contact.id] = contact
        self.demand.answered(line.kind, waited, waited + self.prices.ring <= line.terms.target)
        return Match(
            *(contact.id, agent.id, urgency, price, waited, agent.profile.able[line.need], line.need, qualified),
            ahead=tuple([(head.id, urgency) for urgency, line in ahead if (head := line.head()) is not None]),
            kept=self._kept_free(line.need) if self._kept else (),
        )

    def _kept_free(self, need: int) -> tuple[Figure, ...]:
        kept = ((agent, price) for agent, price in self._kept.items() if need in self.staff.get(agent).profile.able)
        return tuple(islice(kept, MOST_TOLD))


def _idle_first(agent: Agent) -> tuple[float, int]:
    return agent.idle_since or 0.0, agent.profile.number
