"""The centre: registries and look-ups of everything that is alive. No behaviour.

What is handed out by `interaction()`, `agent()` and `work_item()` counts as touched: the journal writes it down after the
step if it changed. Indexes are derived and rebuilt on load.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from ccserver.core.agent import Agent
from ccserver.core.forecast import WaitForecast
from ccserver.core.ids import AgentId, InteractionId, LegId, NodeName, WorkItemId, leg_id
from ccserver.core.interaction import Interaction, InteractionState
from ccserver.core.plan import Plan, Switch
from ccserver.core.timers import TimerKey
from ccserver.core.work_item import WorkItem

MOST_ENDED: Final = 1000


@dataclass(slots=True)
class Centre:
    plan: Plan
    interactions: dict[InteractionId, Interaction] = field(default_factory=dict)
    agents: dict[AgentId, Agent] = field(default_factory=dict)
    work_items: dict[WorkItemId, WorkItem] = field(default_factory=dict)
    timers: dict[TimerKey, datetime] = field(default_factory=dict)
    legs: dict[LegId, InteractionId] = field(default_factory=dict)
    """Legs that matter; one that is not here is gone or somebody else's."""
    waiting: dict[InteractionId, None] = field(default_factory=dict)
    """Interactions in state QUEUED."""
    callbacks: dict[InteractionId, None] = field(default_factory=dict)
    """Interactions that keep an open promise to call back."""
    nodes_up: set[NodeName] = field(default_factory=set)
    boots: dict[NodeName, str] = field(default_factory=dict)
    black_box: dict[NodeName, str] = field(default_factory=dict)
    """How far the black box of each node was read."""
    ended: dict[InteractionId, None] = field(default_factory=dict)
    """The latest that are over, oldest first: what comes late or twice does not open them again."""
    switches: set[Switch] = field(default_factory=set)
    """Overflow conditions of the plan that are on, also after a restart: what began before it ends where it was to end."""
    touched: set[tuple[str, str]] = field(default_factory=set)
    forecast: WaitForecast | None = field(default=None, init=False, repr=False, compare=False)
    """Answers how long somebody will wait; the kernel's, and derived."""

    def interaction(self, key: InteractionId) -> Interaction:
        self.touched.add(("interaction", key))
        return self.interactions[key]

    def interaction_of_leg(self, leg: LegId) -> Interaction | None:
        key = self.legs.get(leg)
        return self.interaction(key) if key is not None and key in self.interactions else None

    def agent(self, key: AgentId) -> Agent:
        """The agent's state; agents of the plan exist from the first look."""
        self.touched.add(("agent", key))
        if key not in self.agents:
            self.agents[key] = Agent(key)
        return self.agents[key]

    def work_item(self, key: WorkItemId) -> WorkItem:
        self.touched.add(("work_item", key))
        return self.work_items[key]

    def current_work(self, agent: AgentId) -> WorkItem | None:
        """The open work item of the agent; whoever is not known has none."""
        state = self.agents.get(agent)
        return self.work_item(state.work_item) if state is not None and state.work_item is not None else None

    def add(self, interaction: Interaction) -> None:
        self.interactions[interaction.id] = interaction
        self.touched.add(("interaction", interaction.id))
        if interaction.customer_leg:
            self.legs[interaction.customer_leg] = interaction.id
        if interaction.callback is not None and interaction.callback.is_open:
            self.callbacks[interaction.id] = None

    def forget(self, interaction: Interaction) -> None:
        """The interaction is over and its work closed."""
        self.interactions.pop(interaction.id, None)
        self.waiting.pop(interaction.id, None)
        self.callbacks.pop(interaction.id, None)
        self.ended[interaction.id] = None
        if len(self.ended) > MOST_ENDED:
            del self.ended[next(iter(self.ended))]
        for serial in range(1, interaction.leg_count + 1):
            self.legs.pop(leg_id(interaction.node, interaction.id, serial), None)
        if interaction.customer_leg:
            self.legs.pop(interaction.customer_leg, None)
        self.touched.add(("interaction", interaction.id))

    def is_known(self, interaction: InteractionId) -> bool:
        """Alive, in wrap-up, or over not long ago."""
        return interaction in self.interactions or interaction in self.ended

    def restore(self, interactions: Iterable[Interaction], agents: Iterable[Agent], work: Iterable[WorkItem]) -> None:
        """Take over what a journal kept, and rebuild the indexes."""
        self.agents = {agent.id: agent for agent in agents}
        self.work_items = {item.id: item for item in work}
        for interaction in interactions:
            self.add(interaction)
            if interaction.customer_leg and interaction.left_at is not None:
                del self.legs[interaction.customer_leg]
            if interaction.forwarded_leg:
                self.legs[interaction.forwarded_leg] = interaction.id
            if interaction.state is InteractionState.QUEUED:
                self.waiting[interaction.id] = None
        for item in self.work_items.values():
            if item.talk_ended_at is None and item.interaction in self.interactions:
                self.legs[item.leg] = item.interaction
        self.touched.clear()
