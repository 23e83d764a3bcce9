"""Where an interaction is in its flow: what every step of the way needs to know. Decides nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ccserver.core.centre import Centre
from ccserver.core.events import ExitTaken
from ccserver.core.interaction import FlowPosition, Interaction, InteractionState
from ccserver.core.ivr.flow import Flow, Node
from ccserver.core.records import Result
from ccserver.core.timers import DigitLimit


@dataclass(frozen=True, slots=True)
class Walk:
    """One interaction on its way through its flow, at one instant."""

    centre: Centre
    interaction: Interaction
    position: FlowPosition
    flow: Flow
    now: datetime

    @property
    def node(self) -> Node | None:
        return self.flow.nodes.get(self.position.node)

    @property
    def limit_key(self) -> DigitLimit:
        return DigitLimit(self.interaction.id, self.position.serial)

    def lost(self) -> ExitTaken:
        """The flow does not say how to go on."""
        return ExitTaken(self.interaction.id, self.centre.plan.default_exit, Result.ENDED_IN_IVR)


def walk_of(centre: Centre, interaction: Interaction | None, now: datetime) -> Walk | None:
    """The way of an interaction that is in a flow; None for any other."""
    if interaction is None or interaction.flow is None or interaction.state is not InteractionState.IN_FLOW:
        return None
    position = interaction.flow
    without_nodes = Flow(position.flow, position.node, {})  # the plan was replaced, and the flow is not in the new one
    return Walk(centre, interaction, position, centre.plan.flows.get(position.flow, without_nodes), now)
