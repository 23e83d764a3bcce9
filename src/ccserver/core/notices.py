"""Domain events: what the centre tells the world about its decisions. Read by history, metrics, desktops and logs.

They change nothing; nobody answers them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from ccserver.core.forecast import Forecast, Step
from ccserver.core.ids import AgentId, InteractionId, LegId, QueueId, WorkItemId
from ccserver.core.records import Direction, InteractionRecord

HowLeft = Literal["connected", "abandoned", "overflowed", "transferred", "ended", "chosen", "callback", "not_reached"]
"""How a place in a queue ends. Overflowed: sent away, for the queue's or its callers' limit was reached; transferred: to another queue;
ended: by an error of ours; chosen: another way, by a key; callback: to be called back, in the same place; not reached: a callback that
is over."""
OfferEnd = Literal["rona", "declined", "phone_unreachable", "caller_left", "given_up"]
"""How an offer ends without a talk. Given up: a call out whose agent did not take the own phone before it was over, or an error of ours."""


@dataclass(frozen=True, slots=True)
class InteractionStarted:
    interaction: InteractionId
    direction: Direction
    ani: str
    dnis: str
    leg: LegId | None = None
    """The caller's, so that a line about the leg can be joined with those about the interaction."""


@dataclass(frozen=True, slots=True)
class CustomerKnown:
    """The screen of whoever deals with the interaction may now show the card."""

    interaction: InteractionId


@dataclass(frozen=True, slots=True)
class JoinedQueue:
    interaction: InteractionId
    queue: QueueId
    position: int


@dataclass(frozen=True, slots=True)
class LeftQueue:
    """`how` is one of `HowLeft`."""

    interaction: InteractionId
    queue: QueueId
    tier: str
    waited: timedelta
    how: str


@dataclass(frozen=True, slots=True)
class OverflowTaken:
    """An overflow rule of the queue held; `rule` counts from 1 (0: the queue closed), `then` is the kind of the way and its target."""

    interaction: InteractionId
    queue: QueueId
    rule: int
    then: str
    waited: timedelta


@dataclass(frozen=True, slots=True)
class KeyTaken:
    """A waiting caller pressed a key of the queue; `then` is the kind of the way and its target."""

    interaction: InteractionId
    queue: QueueId
    key: str
    then: str


@dataclass(frozen=True, slots=True)
class CallbackChanged:
    """Promised, dialled, over: `state` is that of the callback now, `cause` why the attempt that has just ended reached nobody."""

    interaction: InteractionId
    queue: QueueId
    first: InteractionId
    state: str
    attempts: int
    cause: str = ""


@dataclass(frozen=True, slots=True)
class WaitJudged:
    """Somebody was answered for whom `expected` had been foretold; after `waited` seconds from then on."""

    interaction: InteractionId
    queue: QueueId
    tier: str
    expected: Forecast
    waited: float


@dataclass(frozen=True, slots=True)
class WaitAnnounced:
    """The caller was told this step of the estimated wait."""

    interaction: InteractionId
    queue: QueueId
    step: Step


@dataclass(frozen=True, slots=True)
class PositionAnnounced:
    interaction: InteractionId
    position: int


@dataclass(frozen=True, slots=True)
class OfferMade:
    """The agent's screen pops and the phone is about to ring. `passed_over` names longer idle agents and why."""

    interaction: InteractionId
    work_item: WorkItemId
    agent: AgentId
    queue: QueueId | None
    waited: timedelta
    explanation: str


@dataclass(frozen=True, slots=True)
class OfferEnded:
    """The agent was not connected."""

    interaction: InteractionId
    work_item: WorkItemId
    agent: AgentId
    why: OfferEnd


@dataclass(frozen=True, slots=True)
class TalkStarted:
    interaction: InteractionId
    work_item: WorkItemId
    agent: AgentId
    queue: QueueId | None
    waited: timedelta


@dataclass(frozen=True, slots=True)
class TalkEnded:
    interaction: InteractionId
    work_item: WorkItemId
    agent: AgentId
    queue: QueueId | None
    talked: timedelta


@dataclass(frozen=True, slots=True)
class WorkItemChanged:
    """Held, retrieved, in wrap-up, closed: the desktop redraws."""

    work_item: WorkItemId
    agent: AgentId
    state: str


@dataclass(frozen=True, slots=True)
class PresenceChanged:
    agent: AgentId
    presence: str
    reason: str
    since: datetime


@dataclass(frozen=True, slots=True)
class PhoneChanged:
    agent: AgentId
    is_reachable: bool


@dataclass(frozen=True, slots=True)
class LinkChanged:
    node: str
    is_up: bool


@dataclass(frozen=True, slots=True)
class MessageLeft:
    """A voicemail message was stored."""

    interaction: InteractionId
    name: str
    seconds: float


@dataclass(frozen=True, slots=True)
class RecordMade:
    """The record of an interaction, to be stored whatever happens."""

    record: InteractionRecord


@dataclass(frozen=True, slots=True)
class OddityNoticed:
    """The PBX said something that does not fit; counted, logged, healed by the next audit."""

    what: str
    about: str


Notice = (
    InteractionStarted | CustomerKnown | JoinedQueue | LeftQueue | PositionAnnounced | OfferMade | OfferEnded
    | TalkStarted | TalkEnded | WorkItemChanged | PresenceChanged | PhoneChanged | LinkChanged | MessageLeft
    | RecordMade | OddityNoticed | OverflowTaken | WaitJudged | WaitAnnounced | KeyTaken | CallbackChanged
)  # fmt: skip
