"""What overflow rules ask, counted live: the figures of queues, the conditions that are on, and whom that concerns.

What it counts is derived from the centre, as with the dispatch: after any step it equals what one made afresh would count.
Following a step costs what it touched; where no queue has a rule, nothing. Only the conditions that are on are state of
their own, for hysteresis remembers; they are the centre's.
"""

from __future__ import annotations

from collections import Counter

from ccserver.core.acd.overflow_rules import figures_read, is_on, rules_of, switches_of
from ccserver.core.acd.weighing import is_held_back
from ccserver.core.agent import Presence
from ccserver.core.centre import Centre
from ccserver.core.ids import AgentId, InteractionId, QueueId, WorkItemId
from ccserver.core.interaction import Interaction
from ccserver.core.plan import Figure, Switch
from ccserver.core.skills import meets
from ccserver.core.work_item import WorkState

Count = tuple[QueueId, Figure]


class OverflowSight:
    """Of one plan. Made afresh it has everybody to look at who waits in a queue with rules."""

    def __init__(self, centre: Centre) -> None:
        self.plan = centre.plan
        self.to_look_at: set[InteractionId] = set()
        """Those who wait and for whom a rule may hold since they were looked at."""
        self._lines: dict[QueueId, set[InteractionId]] = {
            queue.id: set() for queue in self.plan.queues.values() if rules_of(queue)
        }
        self._asked_by: dict[Switch, list[QueueId]] = {}
        self._switches: dict[Count, list[Switch]] = {}
        self._read_by: set[Count] = set()
        """Figures of a queue that expressions of its own rules need."""
        self._nodes_up = frozenset(centre.nodes_up)
        self._counts: Counter[Count] = Counter()
        self._places: dict[InteractionId, QueueId] = {}
        self._agents: dict[AgentId, frozenset[Count]] = {}
        self._queues_of: dict[AgentId, tuple[QueueId, ...]] = {}
        self._read_rules()
        self._changed: set[Count] = set(self._switches)
        centre.switches &= self._asked_by.keys()
        if self._lines:
            self._read(centre)

    def _read_rules(self) -> None:
        for queue in self._lines:
            rules = [rule for _, rule in rules_of(self.plan.queues[queue])]
            for switch in dict.fromkeys(each for rule in rules for each in switches_of(self.plan, rule)):
                self._asked_by.setdefault(switch, []).append(queue)
            self._read_by |= {(queue, figure) for rule in rules for figure in figures_read(rule)}
        for switch in self._asked_by:
            self._switches.setdefault((switch.queue, switch.figure), []).append(switch)

    def _read(self, centre: Centre) -> None:
        for interaction in centre.interactions:
            self._see_interaction(centre, interaction)
        for agent in centre.agents:
            self._see_agent(centre, agent)
        self._flip(centre)

    def holds(self) -> tuple[object, ...]:
        """What a fresh one would hold too."""
        counts = {where: count for where, count in self._counts.items() if count}
        return counts, self._places, self._lines, {key: found for key, found in self._agents.items() if found}

    def count(self, queue: QueueId, figure: Figure) -> int:
        """A figure that a rule asks for, as it is now; where no rule is, nothing is counted."""
        return self._counts[queue, figure]

    def follow(self, centre: Centre) -> None:
        """Count what the step changed that touched `centre.touched`."""
        if not self._lines:
            return
        if centre.nodes_up != self._nodes_up:
            self._nodes_up = frozenset(centre.nodes_up)
            for key in list(self._places):
                self._see_interaction(centre, key)
        for kind, name in centre.touched:
            if kind == "interaction":
                self._see_interaction(centre, InteractionId(name))
            elif kind == "agent":
                self._see_agent(centre, AgentId(name))
            elif item := centre.work_items.get(WorkItemId(name)):
                self._see_agent(centre, item.agent)
        self._flip(centre)

    # -- callers ----------------------------------------------------------------------------------------------------------

    def _see_interaction(self, centre: Centre, key: InteractionId) -> None:
        interaction = centre.interactions.get(key)
        place = interaction.place_in_line if interaction is not None else None
        self._is_in(key, place.queue if place is not None else None)
        is_with_us = interaction is not None and key in centre.waiting and interaction.node in centre.nodes_up
        if interaction and place and is_with_us and place.queue in self._lines and not _is_spared(centre, interaction):
            self._lines[place.queue].add(key)
            self.to_look_at.add(key)
        else:
            self.to_look_at.discard(key)

    def _is_in(self, key: InteractionId, queue: QueueId | None) -> None:
        before = self._places.pop(key, None)
        if before is not None:
            self._lines.get(before, set()).discard(key)
        if queue is not None:
            self._places[key] = queue
        if queue != before:
            self._count({(q, Figure.LENGTH) for q in (before,) if q}, {(q, Figure.LENGTH) for q in (queue,) if q})

    # -- agents -----------------------------------------------------------------------------------------------------------

    def _see_agent(self, centre: Centre, key: AgentId) -> None:
        before, after = self._agents.get(key, frozenset()), self._figures_of(centre, key)
        self._agents[key] = after
        self._count(before - after, after - before)

    def _figures_of(self, centre: Centre, key: AgentId) -> frozenset[Count]:
        agent = centre.agents.get(key)
        if agent is None or agent.presence is Presence.LOGGED_OUT:
            return frozenset()
        item = centre.work_items.get(agent.work_item) if agent.work_item is not None else None
        states = {
            Figure.SIGNED_IN: True,
            Figure.READY: agent.is_available,
            Figure.IN_WRAP_UP: item is not None and item.state is WorkState.WRAP_UP,
        }
        figures = [figure for figure, holds in states.items() if holds]
        return frozenset((queue, figure) for queue in self._queues(key) for figure in figures)

    def _queues(self, key: AgentId) -> tuple[QueueId, ...]:
        """Of the queues whose agents are counted, those that the agent can serve."""
        found, profile = self._queues_of.get(key), self.plan.agents.get(key)
        if found is None:
            asked = {queue for queue, figure in (*self._switches, *self._read_by) if figure is not Figure.LENGTH}
            plans = [self.plan.queues[queue] for queue in asked if queue in self.plan.queues]
            found = tuple(each.id for each in plans if profile is not None and meets(profile.skills, each.needs))
            self._queues_of[key] = found
        return found

    # -- figures and conditions ---------------------------------------------------------------------------------------------

    def _count(self, fewer: set[Count] | frozenset[Count], more: set[Count] | frozenset[Count]) -> None:
        self._counts.subtract(fewer)
        self._counts.update(more)
        self._changed |= fewer | more

    def _flip(self, centre: Centre) -> None:
        """Only a condition that goes on can make a rule hold, or a figure that an expression needs, whichever way it goes."""
        for where in self._changed & self._read_by:
            self.to_look_at.update(self._lines[where[0]])
        for where in self._changed:
            for switch in self._switches.get(where, ()):
                was_on = switch in centre.switches
                if not is_on(switch, self._counts[where], was_on):
                    centre.switches.discard(switch)
                elif not was_on:
                    centre.switches.add(switch)
                    self.to_look_at.update(*(self._lines[queue] for queue in self._asked_by[switch]))
        self._changed.clear()


def _is_spared(centre: Centre, interaction: Interaction) -> bool:
    """An offer that rings may still end the wait; or the dispatch waits for the customer to be looked up, and goes first."""
    place = interaction.place
    queue = centre.plan.queues.get(place.queue) if place is not None else None
    is_overdue = place is not None and place.is_overdue
    return is_overdue or (queue is not None and is_held_back(centre.plan, queue, interaction, centre.timers))
