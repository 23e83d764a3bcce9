"""The work item: one agent's dealing with one interaction, from the offer to the end of wrap-up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ccserver.core.fsm import IGNORE, Table
from ccserver.core.ids import AgentId, InteractionId, LegId, QueueId, WorkItemId
from ccserver.core.records import Document
from ccserver.core.why import Why


class WorkState(StrEnum):
    OFFERED = "offered"
    """The phone is being called."""
    ALERTING = "alerting"
    """The phone rings."""
    CONNECTED = "connected"
    HELD = "held"
    WRAP_UP = "wrap_up"
    CLOSED = "closed"


class WorkEvent(StrEnum):
    RANG = "rang"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    """Ended before the agent answered, whoever's doing it was."""
    HELD = "held"
    RETRIEVED = "retrieved"
    TALK_ENDED = "talk_ended"
    FINISHED = "finished"


WORK: Table[WorkState] = {
    WorkState.OFFERED: {
        WorkEvent.RANG: WorkState.ALERTING,
        WorkEvent.ANSWERED: WorkState.CONNECTED,
        WorkEvent.WITHDRAWN: WorkState.CLOSED,
    },
    WorkState.ALERTING: {
        WorkEvent.RANG: IGNORE,
        WorkEvent.ANSWERED: WorkState.CONNECTED,
        WorkEvent.WITHDRAWN: WorkState.CLOSED,
    },
    WorkState.CONNECTED: {
        WorkEvent.RANG: IGNORE,
        WorkEvent.ANSWERED: IGNORE,
        WorkEvent.HELD: WorkState.HELD,
        WorkEvent.TALK_ENDED: WorkState.WRAP_UP,
    },
    WorkState.HELD: {
        WorkEvent.RANG: IGNORE,
        WorkEvent.ANSWERED: IGNORE,
        WorkEvent.RETRIEVED: WorkState.CONNECTED,
        WorkEvent.TALK_ENDED: WorkState.WRAP_UP,
    },
    WorkState.WRAP_UP: {
        WorkEvent.RANG: IGNORE,
        WorkEvent.ANSWERED: IGNORE,
        WorkEvent.TALK_ENDED: IGNORE,
        WorkEvent.FINISHED: WorkState.CLOSED,
    },
    WorkState.CLOSED: {},
}


@dataclass(slots=True)
class WorkItem:
    id: WorkItemId
    interaction: InteractionId
    agent: AgentId
    leg: LegId
    """The agent's leg."""
    queue: QueueId | None
    offered_at: datetime
    state: WorkState = WorkState.OFFERED
    connected_at: datetime | None = None
    talk_ended_at: datetime | None = None
    wrap_up_ends_at: datetime | None = None
    disposition: str = ""
    notes: str = ""
    documents: tuple[Document, ...] = ()
    script: str = ""
    """That of the queue when the call was offered: a plan that changes meanwhile does not change what the agent follows."""
    explanation: str = ""
    """One sentence: why this agent."""
    transferred_by: AgentId | None = None
    """The colleague who sent the customer on, straight here or through a queue."""
    why: Why | None = None
    """The same as a code and values; None for calls out."""
