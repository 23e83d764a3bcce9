"""Preferred agents: whom a caller should be taken by if possible, and how long the caller waits for that.

Who it is: the agent whom the flow named, the customer's account manager, or who talked with the customer last; the first one
whom the caller can have. One who is free is asked before everybody else. One who is free soon is waited for, as long as the
queue says and never till the caller's answer target is at risk unless it says so; then anybody may take the call. Decides
nothing about who goes first among several callers: that stays the router's business.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ccserver.core.acd.alternatives import Need, fit
from ccserver.core.agent import Desktop, Presence
from ccserver.core.centre import Centre
from ccserver.core.ids import AgentId, InteractionId
from ccserver.core.interaction import Interaction, QueuePlace
from ccserver.core.plan import Plan, PreferredAgent, PreferredAs, WaitsWhile
from ccserver.core.records import Result
from ccserver.core.why import Preferred, PreferredState
from ccserver.core.work_item import WorkState

AGENT_ANSWER = "agent"
"""The answer of a flow that names an agent, by id or extension."""
_WAITS_WHILE = {
    WaitsWhile.WRAP_UP: frozenset({PreferredState.WRAPS_UP}),
    WaitsWhile.AT_WORK: frozenset({PreferredState.WRAPS_UP, PreferredState.AT_WORK}),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """For whom the caller is kept now, and till when (seconds)."""

    agent: AgentId
    until: float | None = None
    """None: until something changes."""


def preferred_agents(plan: Plan, interaction: Interaction, place: QueuePlace) -> Iterator[tuple[AgentId, PreferredAs]]:
    """Those of the plan whom the caller should have, each once, the first choice first."""
    queue = plan.queues.get(place.queue)
    rule = queue.preferred_agent if queue is not None else None
    seen: set[str] = set()
    for source in rule.sources if rule is not None else ():
        agent = AgentId(_named(plan, interaction, place, rule, source) if rule is not None else "")
        if agent in plan.agents and agent not in seen:
            seen.add(agent)
            yield agent, source


def wish(
    centre: Centre, interaction: Interaction, place: QueuePlace, need: Need, target: float, at: float
) -> Wish | None:
    """For whom the caller is kept at this instant, if for anybody. `target`: seconds in which the decision has to fall."""
    queue = centre.plan.queues[place.queue]
    rule = queue.preferred_agent
    if rule is None:
        return None
    waits_until, asks_until = limits(centre.plan, place, rule, target)
    waits_while = _WAITS_WHILE[rule.waits_while]
    for each in preferred(centre, interaction, place, need):
        if each.state is PreferredState.FREE and at <= asks_until:
            return Wish(each.agent)
        if each.state in waits_while and at < waits_until:
            return Wish(each.agent, waits_until)
    return None


def limits(plan: Plan, place: QueuePlace, rule: PreferredAgent, target: float) -> tuple[float, float]:
    """Till when the caller waits for one who is at work, and till when one who is free is asked first: as long, and until
    the customer directory must have answered."""
    since = place.since.timestamp()
    longest = rule.wait_for.total_seconds()
    if rule.keeps_target:
        longest = min(longest, max(0.0, target))
    return since + longest, since + max(longest, plan.look_up_limit.total_seconds())


def preferred(centre: Centre, interaction: Interaction, place: QueuePlace, need: Need) -> Iterator[Preferred]:
    """All of them, with what there is to say of each; who lacks the skills is left out."""
    for agent, source in preferred_agents(centre.plan, interaction, place):
        if fit(need, centre.plan.agents[agent].skills):
            yield Preferred(agent, source.value, _state(centre, place, agent))


def told(found: Iterable[Preferred], chosen: AgentId) -> Iterator[Preferred]:
    """The same for an explanation: whoever comes behind the agent who got the call did not matter."""
    for each in found:
        if each.agent == chosen:
            yield Preferred(chosen, each.preferred_as, PreferredState.ASKED)
            return
        yield each


def _named(plan: Plan, interaction: Interaction, place: QueuePlace, rule: PreferredAgent, source: PreferredAs) -> str:
    card = interaction.customer
    if source is PreferredAs.NAMED:
        return _by_extension(plan, interaction.answers.get(AGENT_ANSWER, ""))
    if card is None:
        return ""
    if source is PreferredAs.ACCOUNT_MANAGER:
        return card.account_manager
    talks = (each for each in card.last_contacts if each.agent and each.result == Result.ANSWERED.value)
    last = next(talks, None)
    return last.agent if last is not None and place.since - last.at <= rule.within else ""


def _by_extension(plan: Plan, name: str) -> str:
    if not name or name in plan.agents:
        return name
    return next((agent.id for agent in plan.agents.values() if agent.extension == name), "")


def _state(centre: Centre, place: QueuePlace, key: AgentId) -> PreferredState:
    agent = centre.agents.get(key)
    if key in place.refused_by:
        return PreferredState.MISSED
    if agent is None or agent.presence is not Presence.READY or agent.desktop is Desktop.LOST:
        return PreferredState.AWAY
    if agent.is_available:
        return PreferredState.FREE
    item = centre.work_items.get(agent.work_item) if agent.work_item is not None else None
    if item is None or not agent.is_phone_reachable:
        return PreferredState.AWAY
    return PreferredState.WRAPS_UP if item.state is WorkState.WRAP_UP else PreferredState.AT_WORK


class Wanted:
    """Which callers are to be looked at again when something happens to an agent. Derived, never written down."""

    def __init__(self) -> None:
        self._by: dict[AgentId, set[InteractionId]] = {}
        self._agents: dict[InteractionId, tuple[AgentId, ...]] = {}

    def __len__(self) -> int:
        return len(self._agents)

    def note(self, contact: InteractionId, agents: tuple[AgentId, ...]) -> None:
        """These agents matter to the caller, and no others."""
        if self._agents.get(contact, ()) == agents:
            return
        self.forget(contact)
        if agents:
            self._agents[contact] = agents
        for agent in agents:
            self._by.setdefault(agent, set()).add(contact)

    def forget(self, contact: InteractionId) -> None:
        """The caller waits no more."""
        for agent in self._agents.pop(contact, ()):
            self._by[agent].discard(contact)
            if not self._by[agent]:
                del self._by[agent]

    def by(self, agent: AgentId) -> frozenset[InteractionId]:
        """Those to whom this agent matters."""
        return frozenset(self._by.get(agent, ()))
