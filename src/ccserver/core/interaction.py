"""The interaction: one dealing with one customer, and the machine that says where it is.

Every interaction that arrived is in exactly one state. The timeline has no gap: each change of what the customer
experiences closes one segment and opens the next at the same instant.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from ccserver.core.callback import Callback, CallbackState
from ccserver.core.customer import CustomerCard
from ccserver.core.enquiry import Enquiry
from ccserver.core.forecast import Awaited, Forecast, Predicted, Told
from ccserver.core.fsm import IGNORE, Row, Table
from ccserver.core.ids import (
    AgentId,
    ConnectionId,
    EntryPointId,
    FlowId,
    InteractionId,
    LegId,
    NodeId,
    NodeName,
    PromptId,
    QueueId,
    WorkItemId,
    connection_id,
    leg_id,
    prompt_id,
    work_item_id,
)
from ccserver.core.records import AgentResult, Decision, Direction, Document, Result, Segment, SegmentKind
from ccserver.core.skills import Requirement
from ccserver.core.ways import Way

MOST_WAYS: Final = 50

MOST_WAITS: Final = 20


class InteractionState(StrEnum):
    ARRIVED = "arrived"
    IN_FLOW = "in_flow"
    QUEUED = "queued"
    OFFERED = "offered"
    CONNECTED = "connected"
    CALLING = "calling"
    """Outbound: the agent's phone rings or the number is being dialled; also a transfer or a way out to an outside number."""
    RECORDING = "recording"
    """The caller leaves a message."""
    CLOSING = "closing"
    """A last prompt plays or the hang-up was ordered; only the end of the leg is awaited."""
    FALLBACK = "fallback"
    """The PBX itself looks after the caller; its black box tells what becomes of it."""
    ENDED = "ended"


class InteractionEvent(StrEnum):
    ENTER_FLOW = "enter_flow"
    ENTER_QUEUE = "enter_queue"
    OFFER = "offer"
    REQUEUE = "requeue"
    CONNECT = "connect"
    CALL = "call"
    RECORD = "record"
    CLOSE = "close"
    FALL_BACK = "fall_back"
    END = "end"


_S, _E = InteractionState, InteractionEvent
_LEAVE: Row[InteractionState] = {_E.CLOSE: _S.CLOSING, _E.FALL_BACK: _S.FALLBACK, _E.END: _S.ENDED}
_ASIDE: Row[InteractionState] = {_E.ENTER_FLOW: _S.IN_FLOW, _E.RECORD: _S.RECORDING}
"""What a way out may be: that of a queue in which somebody waits, or of a full one in which a transfer ends."""

INTERACTION: Table[InteractionState] = {
    _S.ARRIVED: {_E.ENTER_FLOW: _S.IN_FLOW, _E.ENTER_QUEUE: _S.QUEUED, _E.CALL: _S.CALLING, _E.RECORD: _S.RECORDING, **_LEAVE},
    _S.IN_FLOW: {
        _E.ENTER_FLOW: _S.IN_FLOW, _E.ENTER_QUEUE: _S.QUEUED, _E.CALL: _S.CALLING, _E.RECORD: _S.RECORDING, **_LEAVE},
    _S.QUEUED: {
        _E.OFFER: _S.OFFERED, _E.ENTER_QUEUE: _S.QUEUED, _E.CALL: _S.CALLING, **_ASIDE, **_LEAVE},
    _S.OFFERED: {
        _E.CONNECT: _S.CONNECTED, _E.CALL: _S.CALLING, _E.REQUEUE: _S.QUEUED, _E.OFFER: IGNORE, _E.RECORD: _S.RECORDING,
        **_LEAVE},
    _S.CONNECTED: {
        _E.ENTER_QUEUE: _S.QUEUED, _E.OFFER: _S.OFFERED, _E.CALL: _S.CALLING, _E.CONNECT: IGNORE, **_ASIDE, **_LEAVE},
    _S.CALLING: {
        _E.CONNECT: _S.CONNECTED, _E.ENTER_QUEUE: _S.QUEUED, _E.OFFER: _S.OFFERED, _E.CALL: _S.CALLING, **_ASIDE,
        **_LEAVE},
    _S.RECORDING: _LEAVE,
    _S.CLOSING: {_E.CLOSE: IGNORE, _E.FALL_BACK: _S.FALLBACK, _E.END: _S.ENDED},
    _S.FALLBACK: {
        _E.ENTER_QUEUE: _S.QUEUED, _E.CALL: _S.CALLING, **_ASIDE, _E.CLOSE: _S.CLOSING, _E.END: _S.ENDED},
    _S.ENDED: {_E.END: IGNORE, _E.CLOSE: IGNORE},
}  # fmt: skip


@dataclass(slots=True)
class QueuePlace:
    """A place in the waiting line. `since` and `priority` never get worse, whatever happens to offers."""

    queue: QueueId
    since: datetime
    priority: int
    refused_by: list[AgentId] = field(default_factory=list)
    last_position: int | None = None
    """What the caller was told last; never a worse figure afterwards."""
    is_overdue: bool = False
    """The maximum wait is over: only the offer that rings now may still end it."""
    visited: list[QueueId] = field(default_factory=list)
    """Queues in which it was before this one; no overflow rule leads back."""
    expected: Forecast | None = None
    """What was to be expected when it came into this line; None for whoever found an agent at once."""
    told: Told | None = None
    """What the caller was told last of the wait; never a worse step afterwards."""
    comfort_count: int = 0
    """Comfort messages heard: the next one of the list is played."""
    is_greeted: bool = False
    """The greeting of a tier was played."""
    predicted: list[Predicted] = field(default_factory=list)
    """Conditions of overflow rules on the predicted wait that are on for this caller."""
    is_invited: bool = False
    """A rule of the queue offers a callback."""
    enquiry: Enquiry | None = None
    """The caller is being asked for the number of a callback."""
    also: list[QueueId] = field(default_factory=list)
    """Queues whose agents may take the call too, besides those that the plan names for `queue`. Leaving one leaves all."""
    widened: list[Requirement] = field(default_factory=list)
    """What is enough too, by overflow rules that were taken."""

    @property
    def foretold(self) -> tuple[Awaited, ...]:
        """Nothing, or what was foretold of this wait."""
        is_known = self.expected is not None or self.told is not None
        return (Awaited(self.queue, self.since, self.expected, self.told),) if is_known else ()


@dataclass(slots=True)
class FlowPosition:
    flow: FlowId
    node: NodeId
    serial: int = 0
    """Grows with each node entered: old timers and prompts are recognised."""
    digits: str = ""
    tries: int = 0
    typed_ahead: str = ""


@dataclass(slots=True)
class Interaction:
    id: InteractionId
    direction: Direction
    node: NodeName
    ani: str
    dnis: str
    started_at: datetime
    caller_name: str = ""
    entry_point: EntryPointId | None = None
    language: str = "en"
    priority: int = 0
    state: InteractionState = InteractionState.ARRIVED
    customer_leg: LegId | None = None
    is_customer_up: bool = False
    forwarded_leg: LegId | None = None
    """An outside party to whom the caller was transferred or sent on."""
    connection: ConnectionId | None = None
    prompt: PromptId | None = None
    """The prompt that plays to the customer now."""
    flow: FlowPosition | None = None
    place: QueuePlace | None = None
    last_queue: QueueId | None = None
    work_item: WorkItemId | None = None
    """The work item that is offered or talks; not one in wrap-up."""
    open_work: list[WorkItemId] = field(default_factory=list)
    """All that are not closed, those in wrap-up included."""
    last_agent: AgentId | None = None
    customer: CustomerCard | None = None
    tier: str = ""
    """See `standing`; empty: nobody said."""
    reason: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    is_recorded: bool = False
    """The dialplan records the call."""
    recording: str = ""
    """Name of the voicemail recording that runs now."""
    message: str = ""
    """Name of the voicemail recording that was stored."""
    transferred_by: AgentId | None = None
    """Who sent the customer on last."""
    results: dict[WorkItemId, AgentResult] = field(default_factory=dict)
    """What each agent wrote, in the order in which they began to: nobody overwrites a colleague."""
    disposition: str = ""
    notes: str = ""
    """All notes; where several agents wrote some, each with its author."""
    documents: list[Document] = field(default_factory=list)
    """What agents attached, in the order in which they did."""
    script: str = ""
    """The script that the agent who spoke last had in front."""
    result: Result | None = None
    end_cause: str = ""
    segments: list[Segment] = field(default_factory=list)
    segment_kind: SegmentKind | None = None
    segment_since: datetime | None = None
    segment_queue: QueueId | None = None
    segment_agent: AgentId | None = None
    decisions: list[Decision] = field(default_factory=list)
    ways: list[Way] = field(default_factory=list)
    """Where it was sent on from queues, and why; see `take_way`."""
    numbers_tried: list[str] = field(default_factory=list)
    """Outside numbers that ways led to. Each is dialled once for a caller, so no rule rings it for ever."""
    waits: list[Awaited] = field(default_factory=list)
    """Those that are over and for which something was foretold; of an interaction without end the first MOST_WAITS."""
    left_at: datetime | None = None
    callback: Callback | None = None
    """The promise that this call out keeps; None for any other."""
    revision: int = 0
    changed_at: datetime | None = None
    """Last change of state: an audit does not judge younger ones."""
    arrived_at: datetime | None = None
    """When the customer's leg last came to us; None for one that never was with us."""
    leg_count: int = 0
    connection_count: int = 0
    prompt_count: int = 0
    work_count: int = 0

    def next_leg(self) -> LegId:
        self.leg_count += 1
        return leg_id(self.node, self.id, self.leg_count)

    def next_connection(self) -> ConnectionId:
        self.connection_count += 1
        return connection_id(self.node, self.id, self.connection_count)

    def next_prompt(self) -> PromptId:
        self.prompt_count += 1
        return prompt_id(self.id, self.prompt_count)

    def next_work_item(self) -> WorkItemId:
        self.work_count += 1
        return work_item_id(self.id, self.work_count)

    def decision_came_out(self, outcome: str) -> None:
        """Say what became of the last offer."""
        if self.decisions and not self.decisions[-1].outcome:
            self.decisions[-1] = replace(self.decisions[-1], outcome=outcome)

    def take_way(self, way: Way) -> None:
        """Note where it is sent on. Of an interaction without end the first are kept."""
        if len(self.ways) < MOST_WAYS:
            self.ways.append(way)
        if way.is_number and way.target not in self.numbers_tried:
            self.numbers_tried.append(way.target)

    def way_came_out(self, outcome: str) -> None:
        """Say what became of the outside number that is dialled."""
        if self.is_on_its_way:
            self.ways[-1] = replace(self.ways[-1], outcome=outcome)

    @property
    def is_on_its_way(self) -> bool:
        """An outside number is dialled that a way out leads to."""
        return bool(self.ways) and self.ways[-1].is_number and not self.ways[-1].outcome

    @property
    def was_sent_away(self) -> bool:
        """An outside number was reached that a way out led to: it is over for the centre, nobody of it answered."""
        return bool(self.ways) and self.ways[-1].is_number and self.ways[-1].outcome == "answered"

    @property
    def place_in_line(self) -> QueuePlace | None:
        """The place as far as it counts now: a callback that rests has none."""
        is_resting = self.callback is not None and self.callback.state is CallbackState.RESTING
        return None if is_resting else self.place

    @property
    def is_called_back(self) -> bool:
        """Nobody holds the line: the customer was promised a call, and is not reached yet."""
        return self.callback is not None and self.customer_leg is None

    @property
    def customer_number(self) -> str:
        """The customer's number: who called, or whom we called."""
        return self.ani if self.direction is Direction.INBOUND else self.dnis
