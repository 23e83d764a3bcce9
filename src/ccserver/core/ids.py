"""Identity: which strings name what, and how our own ids are made from an interaction's id.

Leg, connection and prompt ids are ours and are given to the PBX at creation, so a repeated creation is refused and an
orphan found after a crash says to which interaction it belongs. They are derived, not drawn: no chance is needed.
"""

from __future__ import annotations

import re
from typing import Final, NewType

InteractionId = NewType("InteractionId", str)
LegId = NewType("LegId", str)
ConnectionId = NewType("ConnectionId", str)
PromptId = NewType("PromptId", str)
WorkItemId = NewType("WorkItemId", str)
AgentId = NewType("AgentId", str)
QueueId = NewType("QueueId", str)
EntryPointId = NewType("EntryPointId", str)
FlowId = NewType("FlowId", str)
NodeId = NewType("NodeId", str)
CustomerId = NewType("CustomerId", str)
TierId = NewType("TierId", str)
NodeName = NewType("NodeName", str)
"""One Asterisk machine of the cell; the first part of every id that lives on it."""

MOST_DIGITS = 6
OURS = "cc"
"""Marks ids made by ccserver among those made by the PBX."""
_ID: Final = re.compile(rf"{OURS}-(?:[^-]+-(?P<of_node>.+)-[lc]|(?P<of_none>.+)-p)[0-9]+", re.DOTALL)
"""A node's name has no dash; an interaction's id may have some."""


def leg_id(node: NodeName, interaction: InteractionId, serial: int) -> LegId:
    """The `serial`-th leg ccserver itself opens for the interaction."""
    return LegId(f"{OURS}-{node}-{interaction}-l{serial}")


def connection_id(node: NodeName, interaction: InteractionId, serial: int) -> ConnectionId:
    """The `serial`-th connection (two or more legs that hear one another) of the interaction."""
    return ConnectionId(f"{OURS}-{node}-{interaction}-c{serial}")


def prompt_id(interaction: InteractionId, serial: int) -> PromptId:
    """The `serial`-th prompt played to the interaction's customer."""
    return PromptId(f"{OURS}-{interaction}-p{serial}")


def call_recording(interaction: InteractionId) -> str:
    """Name of the recording that the dialplan makes of a call (dialplan/extensions.conf says the same)."""
    return f"call-{interaction}"


def work_item_id(interaction: InteractionId, serial: int) -> WorkItemId:
    """The `serial`-th work item: one agent's dealing with the interaction."""
    return WorkItemId(f"{interaction}-w{serial}")


def callback_id(first: InteractionId) -> InteractionId:
    """The interaction out that keeps the promise given in the first one."""
    return InteractionId(f"{first}-cb")


def interaction_of_work(item: WorkItemId) -> InteractionId | None:
    """The interaction with which the work item deals; None if the id is not one of a work item."""
    interaction, _, serial = item.rpartition("-w")
    return InteractionId(interaction) if interaction and serial.isdecimal() else None


def interaction_of(identity: str) -> InteractionId | None:
    """The interaction to which one of our leg, connection or prompt ids belongs; None if the id is not ours."""
    found = _ID.fullmatch(identity)
    return InteractionId(found["of_node"] or found["of_none"]) if found else None


def serial_of(leg: LegId) -> int:
    """The serial of a leg that ccserver opened; 0 for any other."""
    digits = leg.rpartition("-l")[2]
    return int(digits) if interaction_of(leg) is not None and digits.isdecimal() and len(digits) <= MOST_DIGITS else 0
