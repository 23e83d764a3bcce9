"""Who is offered which call, live: it tells the router what changed in the centre, and asks it for pairs.

It decides nothing itself. What it holds is derived from the centre and never written down: after any step it equals what
one made afresh would hold, but for what the router has learned. It looks at what a step touched, so that the cost of a
step grows with what changed and not with all who wait; only a new plan or a node that comes or goes makes it look at all.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from ccserver.core.acd.alternatives import Need, alternatives, fit, next_step, queue_for
from ccserver.core.acd.explaining import explain
from ccserver.core.acd.learned import Learned, learned_of, names_in, offered_in, router_with
from ccserver.core.acd.preferring import Wanted, Wish, preferred_agents, wish
from ccserver.core.acd.relaxing import StepsDue
from ccserver.core.acd.routing.lines import Line
from ccserver.core.acd.routing.match import Match
from ccserver.core.acd.routing.router import Router
from ccserver.core.acd.weighing import credit_of, is_held_back, policy_of, terms_of
from ccserver.core.centre import Centre
from ccserver.core.commands import CancelTimer, StartTimer
from ccserver.core.events import PairMatched
from ccserver.core.ids import AgentId, InteractionId, NodeName, QueueId, WorkItemId
from ccserver.core.interaction import Interaction, InteractionState, QueuePlace
from ccserver.core.plan import Plan, QueuePlan
from ccserver.core.timers import AgentsKept

_LONG_AGO: Final = 1.0
"""Idle since then is who has not worked yet: before everybody else."""
_MARGIN: Final = timedelta(milliseconds=1)
"""Instants have microseconds only: the look comes rather after the router's instant than before it."""
_SPARE: Final = 100
_TIMER: Final = AgentsKept()
_ANY_TIME: Final = datetime.min.replace(tzinfo=UTC)

Skills = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class _Kind:
    """What all places have in common for which the same agents will do, with the same tier and priority, as the router
    numbers it."""

    need: Need
    need_number: int
    terms_number: int
    credit: float
    slack: float
    """Seconds from the arrival in which the decision has to fall, if the answer target is to be met."""


class Dispatch:
    """One for a kernel. Not to be asked while a step is under way."""

    def __init__(self, learned: Learned | None = None) -> None:
        """With what another one has learned, or with nothing."""
        self.router = Router(_fit) if learned is None else router_with(learned, _fit)
        self._plan: Plan | None = None
        self._nodes_up: frozenset[NodeName] = frozenset()
        self._kinds: dict[tuple[Need, str, int], _Kind] = {}
        self._plain: dict[tuple[QueueId, str, int], _Kind] = {}
        """The same of places in queues that say nothing but what they need, found without making a Need."""
        self._steps = StepsDue()
        self._wanted = Wanted()
        self._skills: dict[AgentId, Skills] = {}
        self._told: set[Hashable] = set() if learned is None else names_in(learned)
        """All needs, terms and skills that the router was ever told of."""
        self._offered: dict[InteractionId, AgentId] = {} if learned is None else offered_in(learned)
        """Pairs of the router until the call is answered or lost."""
        self._pageless: set[AgentId] = set()
        self._has_news = False

    # -- what the kernel asks -------------------------------------------------------------------------------------------

    def look(self, centre: Centre, now: datetime) -> list[PairMatched]:
        """What is to be offered now, after a step that touched `centre.touched`."""
        self.follow(centre, now)
        at = now.timestamp()
        due_at = self.router.next_look()
        if not self._has_news and (due_at is None or at < due_at):
            return []
        self._has_news = False
        return [self._pair(centre, match, now) for match in self.router.decide(at)]

    def _pair(self, centre: Centre, match: Match, now: datetime) -> PairMatched:
        contact, agent = InteractionId(str(match.contact)), AgentId(str(match.agent))
        self._offered[contact] = agent
        need: Need = self.router.staff.need(match.need)
        queue = queue_for(need, centre.plan.agents[agent].skills)
        why = explain(centre, match, self.router.staff, need, self._pageless, now)
        return PairMatched(contact, agent, why, queue)

    def learned(self) -> Learned:
        """What cannot be made afresh."""
        return learned_of(self.router, self._offered)

    def timer(self, centre: Centre) -> Iterator[StartTimer | CancelTimer]:
        """Look again in time while agents are kept free or a requirement is going to be loosened, and only then."""
        look_at, step_at = self.router.next_look(), self._steps.next_at()
        at = look_at if step_at is None else step_at if look_at is None else min(look_at, step_at)
        key = _TIMER
        due_at = None if at is None else datetime.fromtimestamp(at, UTC) + _MARGIN
        if centre.timers.get(key) != due_at:
            yield CancelTimer(key) if due_at is None else StartTimer(key, due_at)

    def line_of(self, plan: Plan, queue: QueueId, tier: str) -> Line | None:
        """Where a newcomer of the tier would wait; None while nobody of the kind ever did. Asking changes nothing."""
        of_queue = plan.queues[queue]
        need = alternatives(plan, QueuePlace(queue, _ANY_TIME, 0), 0.0)
        return self.router.find_line(need, terms_of(plan, of_queue, tier, of_queue.priority))

    def holds(self) -> tuple[object, ...]:
        """Who waits where, and who could be asked, as the router has it: what a fresh one would hold too."""
        router = self.router
        need = router.staff.need
        waiting = (*router.lines, *router.reserved)
        kept_for = router.reserved.agent_of
        contacts = {
            each.id: (need(each.line.need), each.line.terms, each.since, each.refused_by, kept_for(each.id))
            for each in waiting
        }
        agents = {key: router.staff.find(key) for key in self._skills}
        known = {key: (each.profile.key, each.idle_since) for key, each in agents.items() if each is not None}
        return contacts, known, self._pageless

    # -- what changed ---------------------------------------------------------------------------------------------------

    def follow(self, centre: Centre, now: datetime) -> None:
        """Tell the router what changed; a dispatch made afresh tells it everything."""
        at = now.timestamp()
        contacts = [InteractionId(key) for kind, key in centre.touched if kind == "interaction"]
        contacts += self._steps.take(at)
        agents = [AgentId(key) for kind, key in centre.touched if kind == "agent"]
        contacts += self._who_want(centre, agents)
        if centre.plan is not self._plan or centre.nodes_up != self._nodes_up:
            contacts += self._all_waiting(centre)
            self._nodes_up = frozenset(centre.nodes_up)
        if centre.plan is not self._plan:
            agents += centre.agents
            self._take_plan(centre.plan)
        for contact in contacts if len(contacts) < 2 else sorted(set(contacts), key=lambda key: _turn(centre, key)):
            self._see_contact(centre, contact, at)
        for agent in (
            agents if len(agents) < 2 else sorted(set(agents), key=lambda key: (_idle_since(centre, key), key))
        ):
            self._see_agent(centre, agent, at)

    def _all_waiting(self, centre: Centre) -> set[InteractionId]:
        waiting = (*self.router.lines, *self.router.reserved)
        return {*centre.waiting, *(InteractionId(str(each.id)) for each in waiting)}

    def _who_want(self, centre: Centre, agents: list[AgentId]) -> Iterator[InteractionId]:
        """Callers for whom it matters what these agents do, and those whose work was touched."""
        items = (centre.work_items.get(WorkItemId(key)) for kind, key in centre.touched if kind == "work_item")
        for agent in {*agents, *(item.agent for item in items if item is not None)} if self._wanted else ():
            yield from self._wanted.by(agent)

    def _take_plan(self, plan: Plan) -> None:
        """What was learned stays; but needs, terms and skills of older plans are not gathered for ever."""
        self._plan = plan
        self._kinds.clear()
        self._plain.clear()
        self._skills.clear()
        kinds = sum(1 + len(queue.relax) + len(plan.tiers) for queue in plan.queues.values())
        if len(self._told) > _SPARE + 2 * (kinds + len(plan.agents)):
            self.router = Router(_fit)
            self._told.clear()
            self._offered.clear()

    # -- those who wait -------------------------------------------------------------------------------------------------

    def _see_contact(self, centre: Centre, key: InteractionId, at: float) -> None:
        interaction = centre.interactions.get(key)
        if interaction is not None and key in centre.waiting and interaction.node in centre.nodes_up:
            place = interaction.place_in_line
            kind = None if place is None or place.is_overdue else self._kind_of(centre, interaction, place, at)
            if place is not None and kind is not None:
                self._is_in_line(centre, interaction, place, kind, at)
                return
        self._does_not_wait(key, InteractionState.ENDED if interaction is None else interaction.state, at)

    def _kind_of(self, centre: Centre, interaction: Interaction, place: QueuePlace, at: float) -> _Kind | None:
        """None in a queue that the plan does not have any more, and while the customer is being looked up."""
        plan = centre.plan
        queue = plan.queues.get(place.queue)
        if queue is None or is_held_back(plan, queue, interaction, centre.timers):
            return None
        plain = (place.queue, interaction.tier, place.priority)
        if queue.relax or queue.also or place.also or place.widened:
            waited = at - place.since.timestamp()
            step = next_step(plan, place, waited)
            self._steps.expect(interaction.id, None if step is None else (place.since + step).timestamp(), at)
            return self._known_kind(plan, queue, alternatives(plan, place, waited), plain)
        self._steps.forget(interaction.id)
        if plain not in self._plain:
            self._plain[plain] = self._known_kind(plan, queue, alternatives(plan, place, 0.0), plain)
        return self._plain[plain]

    def _is_in_line(self, centre: Centre, interaction: Interaction, place: QueuePlace, kind: _Kind, at: float) -> None:
        """For everybody who can take the call, or for a preferred agent only."""
        key, router = interaction.id, self.router
        found = self._wish(centre, interaction, place, kind, at)
        self._waits(key, place, kind, at)
        self._has_news |= router.release(key) if found is None else router.reserve(key, found.agent)

    def _wish(self, centre: Centre, interaction: Interaction, place: QueuePlace, kind: _Kind, at: float) -> Wish | None:
        if centre.plan.queues[place.queue].preferred_agent is None:
            self._wanted.forget(interaction.id)
            return None
        agents = tuple(agent for agent, _ in preferred_agents(centre.plan, interaction, place))
        self._wanted.note(interaction.id, agents)
        found = wish(centre, interaction, place, kind.need, kind.slack, at)
        if found is not None and found.until is not None:
            self._steps.expect_by(interaction.id, found.until, at)
        return found

    def _known_kind(self, plan: Plan, queue: QueuePlan, need: Need, plain: tuple[QueueId, str, int]) -> _Kind:
        _, tier, priority = plain
        found = self._kinds.get((need, tier, priority))
        if found is None:
            terms = terms_of(plan, queue, tier, priority)
            self._told |= {need, terms}
            number = self.router.need(need, policy_of(plan, queue.policy))
            slack = terms.target - self.router.prices.ring
            found = _Kind(need, number, self.router.terms(terms), credit_of(plan, queue, tier), slack)
            self._kinds[need, tier, priority] = found
        return found

    def _waits(self, key: InteractionId, place: QueuePlace, kind: _Kind, at: float) -> None:
        router, since = self.router, place.since.timestamp() - kind.credit
        offered_to = self._offered.pop(key, None)
        if offered_to is not None:
            router.not_taken(offered_to)
        entry = router.find(key)
        if entry is None:
            entry = router.enqueue(key, kind.need, kind.terms_number, since, at)
            self._has_news = True
        router.lines.refuse(entry, frozenset(place.refused_by))
        is_moved = (entry.line.need, entry.line.kind, entry.since) != (kind.need_number, kind.terms_number, since)
        if is_moved:
            router.update(key, kind.need, kind.terms_number, since)
        self._has_news |= is_moved or offered_to is not None

    def _does_not_wait(self, key: InteractionId, state: InteractionState, at: float) -> None:
        """Not, or not for an agent: leaving the line, in a queue of an older plan, on a node whose call control is away."""
        self._steps.forget(key)
        self._wanted.forget(key)
        if key in self._offered and state is not InteractionState.OFFERED:
            agent = self._offered.pop(key)
            if state is not InteractionState.CONNECTED:
                self.router.cancelled(agent)
        elif state is InteractionState.ENDED:
            self.router.abandoned(key, at)
        else:
            self.router.remove(key)

    # -- those who work -------------------------------------------------------------------------------------------------

    def _see_agent(self, centre: Centre, key: AgentId, at: float) -> None:
        agent = centre.agents.get(key)
        if agent is None or key not in centre.plan.agents:
            self._is_away(key)
        elif agent.work_item is not None:
            self._is_at_work(key, self._skills_of(centre.plan, key), None)
        elif agent.is_available:
            self._is_at_work(key, self._skills_of(centre.plan, key), _idle_since(centre, key))
        else:
            self._has_finished(key, at)
            self._is_away(key)
        is_pageless = agent is not None and key in centre.plan.agents and agent.lacks_page
        (self._pageless.add if is_pageless else self._pageless.discard)(key)

    def _skills_of(self, plan: Plan, key: AgentId) -> Skills:
        found = self._skills.get(key)
        if found is None:
            found = self._skills[key] = tuple(sorted(plan.agents[key].skills.items()))
            self._told.add(found)
        return found

    def _is_at_work(self, key: AgentId, skills: Skills, idle_since: float | None) -> None:
        entry = self.router.staff.find(key)
        if entry is None or entry.profile.key != skills:
            self._is_away(key)
            self.router.sign_in(key, skills)
            entry = self.router.staff.get(key)
        if entry.idle_since == idle_since:
            return
        if entry.idle_since is not None:
            self.router.agent_busy(key)
        if idle_since is not None:
            self.router.agent_free(key, idle_since)
        self._has_news = True

    def _has_finished(self, key: AgentId, at: float) -> None:
        """The work is over, but there is no next: only the router's figures gain."""
        entry = self.router.staff.find(key)
        if entry is not None and entry.idle_since is None:
            self.router.agent_free(key, at)
            self.router.agent_busy(key)

    def _is_away(self, key: AgentId) -> None:
        """Or somebody else, by the skills."""
        if self.router.staff.find(key) is not None:
            self.router.sign_out(key)
            self._has_news = True


def _fit(need: Any, skills: Any) -> int:
    """How well whoever has the Skills fits a Need."""
    return fit(need, dict(skills))


def _turn(centre: Centre, key: InteractionId) -> tuple[float, str]:
    interaction = centre.interactions.get(key)
    place = interaction.place if interaction is not None else None
    return (place.since.timestamp() if place is not None else 0.0, key)


def _idle_since(centre: Centre, key: AgentId) -> float:
    agent = centre.agents.get(key)
    return agent.idle_since.timestamp() if agent is not None and agent.idle_since is not None else _LONG_AGO
