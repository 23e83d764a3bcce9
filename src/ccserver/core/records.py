"""The record of an interaction: what goes into the history, once and complete.

A record is written when the customer's side ends (`revision` 1) and again with a higher revision when wrap-up adds to it.
Stores keep the highest revision: writing the same one twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from ccserver.core.forecast import Awaited
from ccserver.core.ids import AgentId, CustomerId, InteractionId, QueueId
from ccserver.core.ways import Way
from ccserver.core.why import Why


class SegmentKind(StrEnum):
    """One uniform stretch of an interaction."""

    IVR = "ivr"
    QUEUE = "queue"
    RING = "ring"
    TALK = "talk"
    HOLD = "hold"
    VOICEMAIL = "voicemail"
    DIAL = "dial"
    """Outbound: the agent hears the number being called."""
    WRAP_UP = "wrap_up"


@dataclass(frozen=True, slots=True)
class Segment:
    """Segments of the customer's side follow one another without a gap; wrap-up lies behind or beside them.

    `length` and `beside` together are the time from start to end: `beside` is what of it runs beside the customer's line or
    another wrap-up, and is counted there.
    """

    kind: SegmentKind
    started_at: datetime
    ended_at: datetime
    queue: QueueId | None = None
    agent: AgentId | None = None
    beside: timedelta = timedelta()

    @property
    def whole(self) -> timedelta:
        """From start to end."""
        return self.ended_at - self.started_at

    @property
    def length(self) -> timedelta:
        return self.whole - self.beside


@dataclass(frozen=True, slots=True)
class AgentResult:
    """What one agent wrote of one piece of work."""

    agent: AgentId
    disposition: str
    notes: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Why the interaction was offered to this agent, in words, and what became of the offer."""

    at: datetime
    agent: AgentId
    queue: QueueId | None
    explanation: str
    outcome: str = ""
    """connected, or why not: rona, declined, phone_unreachable, caller_left; empty while it rings."""
    why: Why | None = None
    """The explanation as a code and values; None in records from before there was one."""


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Result(StrEnum):
    """How the interaction went, seen from the centre."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    """The caller left while waiting for an agent."""
    ENDED_IN_IVR = "ended_in_ivr"
    VOICEMAIL = "voicemail"
    CLOSED = "closed"
    """Called outside the opening hours."""
    OVERFLOWED = "overflowed"
    """Waited the maximum, found the queue full or met a rule, and was sent away: with a message, or to an outside number."""
    NOT_REACHED = "not_reached"
    """Outbound: the customer did not answer."""
    CALLBACK = "callback"
    """The caller was promised a call back and hung up; another record tells how that went."""
    LOST = "lost"
    """The PBX went away with the call."""


MOST_DOCUMENTS: Final = 20


@dataclass(frozen=True, slots=True)
class Document:
    """A reference to something outside that belongs to the interaction: an order, an offer, a letter. It holds no content.

    `reference` is an address on the web or the id that another program gave it.
    """

    name: str
    reference: str


@dataclass(frozen=True, slots=True)
class InteractionRecord:
    """`customer_left_at` is the end of the customer's side, `ended_at` that of the last segment. The lengths of the segments
    add up to `length`."""

    id: InteractionId
    revision: int
    direction: Direction
    channel: str
    started_at: datetime
    customer_left_at: datetime
    ended_at: datetime
    ani: str
    dnis: str
    customer: CustomerId | None
    customer_name: str
    customer_number: str
    tier: str
    queue: QueueId | None
    agent: AgentId | None
    """The agent who spoke last; all of them are in the segments."""
    reason: str
    result: Result
    end_cause: str
    ivr_answers: Mapping[str, str]
    disposition: str
    notes: str
    script: str
    documents: tuple[Document, ...]
    recordings: tuple[str, ...]
    segments: tuple[Segment, ...]
    is_final: bool
    decisions: tuple[Decision, ...] = ()
    ways: tuple[Way, ...] = ()
    callback_of: InteractionId | None = None
    """The interaction in which this call back was promised; None for any other."""
    waits: tuple[Awaited, ...] = ()
    """What was foretold of the waits, and told."""

    @property
    def length(self) -> timedelta:
        """From the start to the end of the last wrap-up, by the clock on the wall."""
        return self.ended_at - self.started_at

    @property
    def call(self) -> timedelta:
        """What the customer would call the length of the call."""
        return self.customer_left_at - self.started_at
