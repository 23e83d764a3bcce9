"""Whether a phone is in use by somebody else's doing: a call of the PBX's own queue, a call the agent made elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ccserver.core.agent import Agent
from ccserver.core.centre import Centre
from ccserver.core.commands import Command
from ccserver.core.events import Event
from ccserver.core.fallback_events import PhoneBusy, PhoneFree
from ccserver.core.ids import AgentId
from ccserver.core.interaction import Interaction
from ccserver.core.notices import Notice, PhoneChanged
from ccserver.core.records import SegmentKind

Effects = Iterator[Command | Notice | Event]


def on_phone_busy(centre: Centre, event: PhoneBusy, now: datetime) -> Effects:
    """No offers until the phone is free. An agent with open work gets none anyway, so nothing changes for anybody."""
    if event.agent in centre.plan.agents:
        agent = _agent(centre, event.agent)
        if not agent.is_phone_busy:
            agent.is_phone_busy = True
            if agent.work_item is None:
                yield PhoneChanged(agent.id, agent.is_phone_reachable)


def on_phone_free(centre: Centre, event: PhoneFree, now: datetime) -> Effects:
    if event.agent in centre.plan.agents:
        agent = _agent(centre, event.agent)
        if agent.is_phone_busy:
            agent.is_phone_busy = False
            if agent.work_item is None:
                yield PhoneChanged(agent.id, agent.is_phone_reachable)


def leave_fallback_talk(interaction: Interaction) -> Iterator[Event]:
    """The phone of the agent who talks with this caller of the fallback is free again, if one does; ask before the end."""
    if interaction.segment_kind is SegmentKind.TALK and interaction.segment_agent is not None:
        yield PhoneFree(interaction.segment_agent)


def _agent(centre: Centre, key: AgentId) -> Agent:
    """Not touched during work: the journal need not know it of every call, for a list of all phones comes at each start."""
    agent = centre.agents.get(key)
    return agent if agent is not None and agent.work_item is not None else centre.agent(key)
