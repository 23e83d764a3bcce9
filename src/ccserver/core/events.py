"""What happened: the only things that change the core.

Facts of the telephone, requests of people, and results of ports. All are frozen, hold ids and plain values, and carry no
time of their own: `now` comes with them. Names are past participles.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ccserver.core.customer import CustomerCard
from ccserver.core.fallback_events import (
    FallbackAnswered,
    FallbackClosed,
    FallbackEntered,
    FallbackLeft,
    FallbackRang,
    FallbackRead,
    FallbackRestarted,
    PhoneBusy,
    PhoneFree,
)
from ccserver.core.ids import (
    AgentId,
    ConnectionId,
    FlowId,
    InteractionId,
    LegId,
    NodeName,
    PromptId,
    QueueId,
    WorkItemId,
)
from ccserver.core.plan import Exit, Plan, Widening
from ccserver.core.records import Document, Result
from ccserver.core.sounds import Sounds
from ccserver.core.timers import TimerKey
from ccserver.core.why import Why


class Cause(StrEnum):
    """Why a leg ended or could not be opened; the adapter maps Q.850 and SIP codes to these."""

    NORMAL = "normal"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    UNREACHABLE = "unreachable"
    """No registered phone, or the PBX could not even create the leg."""
    CONGESTION = "congestion"
    INVALID_NUMBER = "invalid_number"
    ANSWERED_ELSEWHERE = "answered_elsewhere"
    PBX_LOST = "pbx_lost"
    """The PBX itself went away, and the leg with it."""
    UNKNOWN = "unknown"


# -- legs ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LegArrived:
    """A caller's leg was handed to us by the PBX.

    `ani` is E.164 with plus or empty when withheld; `dnis` is E.164 with plus. `interaction` was given by the dialplan
    before the hand-over, so it is the same after a restart. `arrived_at` is set when the leg is found by a resync.
    """

    leg: LegId
    node: NodeName
    interaction: InteractionId
    ani: str
    dnis: str
    caller_name: str = ""
    arrived_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PhoneDialled:
    """An agent dialled a number on the phone itself; the leg is the agent's. `number` holds only digits, +, * and #."""

    leg: LegId
    node: NodeName
    interaction: InteractionId
    agent: AgentId
    number: str


@dataclass(frozen=True, slots=True)
class LegRang:
    """The far end of a leg we opened is ringing."""

    leg: LegId


@dataclass(frozen=True, slots=True)
class LegAnswered:
    """The far end of a leg we opened answered."""

    leg: LegId


@dataclass(frozen=True, slots=True)
class LegEnded:
    """The leg is gone, or could not be opened. Comes at least once per leg; repeats are harmless."""

    leg: LegId
    cause: Cause = Cause.NORMAL


@dataclass(frozen=True, slots=True)
class DigitReceived:
    """One key: 0-9, *, #."""

    leg: LegId
    digit: str


@dataclass(frozen=True, slots=True)
class PromptFinished:
    """The prompt ended, was stopped, or could not be played."""

    leg: LegId
    prompt: PromptId


@dataclass(frozen=True, slots=True)
class MessageRecorded:
    """A voicemail recording ended. `name` is the recording we asked for; `seconds` 0 means that nothing was stored."""

    leg: LegId
    name: str
    seconds: float


@dataclass(frozen=True, slots=True)
class ConnectFailed:
    """The PBX could not put the legs together although the command was sent."""

    connection: ConnectionId
    legs: tuple[LegId, ...]


# -- the PBX and its phones ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PhoneReachable:
    """At least one registered and answering phone exists for the agent."""

    agent: AgentId


@dataclass(frozen=True, slots=True)
class PhoneUnreachable:
    agent: AgentId


@dataclass(frozen=True, slots=True)
class TelephonyLost:
    """Call control is away: no command reaches the PBX, no event comes. Calls go on by themselves."""

    node: NodeName


@dataclass(frozen=True, slots=True)
class SnapshotLeg:
    """One leg as the PBX has it. `interaction` comes from the variable that the dialplan or we set on it."""

    leg: LegId
    is_up: bool
    interaction: InteractionId | None
    is_ours: bool
    """True if we opened it; False for a caller's leg."""
    ani: str = ""
    dnis: str = ""
    caller_name: str = ""
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PbxSnapshot:
    """What the PBX of one node holds at one instant: our legs and who is connected with whom.

    `connections` has only connections in which people hear one another, not the places where callers wait with music;
    legs that wait with music are in `waiting`. `boot` names the run of the PBX: another value means that it restarted.
    """

    node: NodeName
    legs: tuple[SnapshotLeg, ...] = ()
    connections: dict[ConnectionId, tuple[LegId, ...]] = field(default_factory=dict)
    waiting: frozenset[LegId] = frozenset()
    boot: str = ""
    elsewhere: frozenset[LegId] = frozenset()
    """Legs that are there but not ours: among them callers in the PBX's own fallback."""


@dataclass(frozen=True, slots=True)
class TelephonyRestored:
    """Call control is back (or came for the first time), and this is what the PBX holds."""

    snapshot: PbxSnapshot


@dataclass(frozen=True, slots=True)
class PbxAudited:
    """The same picture, taken routinely while the link is up; differences younger than a few seconds mean nothing."""

    snapshot: PbxSnapshot


# -- people -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SignInRequested:
    agent: AgentId


@dataclass(frozen=True, slots=True)
class SignOutRequested:
    agent: AgentId


@dataclass(frozen=True, slots=True)
class ReadyRequested:
    agent: AgentId


@dataclass(frozen=True, slots=True)
class NotReadyRequested:
    """`reason` is a code of the plan's not-ready reasons."""

    agent: AgentId
    reason: str


@dataclass(frozen=True, slots=True)
class DesktopAttached:
    """The agent's desktop (page or API client) is there."""

    agent: AgentId


@dataclass(frozen=True, slots=True)
class DesktopDetached:
    """The agent's last desktop went away; offers pause after the grace time, the session goes on."""

    agent: AgentId


@dataclass(frozen=True, slots=True)
class HoldRequested:
    agent: AgentId


@dataclass(frozen=True, slots=True)
class RetrieveRequested:
    agent: AgentId


@dataclass(frozen=True, slots=True)
class HangUpRequested:
    """The agent ends the call, or declines the one that rings."""

    agent: AgentId


class TransferKind(StrEnum):
    QUEUE = "queue"
    AGENT = "agent"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class TransferTarget:
    """`value` is a queue id, an agent id or an E.164 number, according to `kind`."""

    kind: TransferKind
    value: str


@dataclass(frozen=True, slots=True)
class BlindTransferRequested:
    agent: AgentId
    target: TransferTarget


@dataclass(frozen=True, slots=True)
class CallRequested:
    """Click to call: first the agent's phone rings, then the number is dialled. `number` is E.164."""

    agent: AgentId
    number: str
    interaction: InteractionId
    node: NodeName


@dataclass(frozen=True, slots=True)
class CallbackCancelled:
    """A supervisor takes a promise to call back off the list; `callback` is the id of its interaction."""

    callback: InteractionId


@dataclass(frozen=True, slots=True)
class WrapUpSaved:
    """The agent's result of a work item. `done` ends the wrap-up; otherwise it only stores what is there so far.

    `documents` are all that the agent attached, at most MOST_DOCUMENTS; None leaves those attached before as they are.
    """

    agent: AgentId
    work_item: WorkItemId
    disposition: str
    notes: str
    done: bool
    documents: tuple[Document, ...] | None = None


# -- ports and time -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CustomerFound:
    """Answer of the customer directory: a card, or None when the number is not known or the look-up took too long."""

    interaction: InteractionId
    card: CustomerCard | None


@dataclass(frozen=True, slots=True)
class TimerFired:
    key: TimerKey


@dataclass(frozen=True, slots=True)
class ServerStarted:
    """The server works again with what the journal kept; nobody could tell it what happened meanwhile."""


@dataclass(frozen=True, slots=True)
class PlanChanged:
    """The administrator's new plan, checked and complete. Its epoch is above that of the plan in force, or it is an old one
    said again."""

    plan: Plan


# -- inside the core: what one part tells the others in the same step --------------------------------------------------


@dataclass(frozen=True, slots=True)
class PairMatched:
    """This agent is to be offered this interaction, before anything else is decided."""

    interaction: InteractionId
    agent: AgentId
    why: Why
    queue: QueueId | None = None
    """In which of its queues the agent takes it; None: in that of its place."""


@dataclass(frozen=True, slots=True)
class FlowChosen:
    """An entry point or exit sends the interaction into a flow."""

    interaction: InteractionId
    flow: FlowId


@dataclass(frozen=True, slots=True)
class ExitTaken:
    """The interaction leaves the normal path; `result` is what it will be in the history if nothing better follows."""

    interaction: InteractionId
    exit: Exit
    result: Result


@dataclass(frozen=True, slots=True)
class QueueChosen:
    """A flow, entry point or transfer sends the interaction to a queue. Who `is_back` was promised not to be sent away."""

    interaction: InteractionId
    queue: QueueId
    priority: int = 0
    is_back: bool = False
    also: tuple[QueueId, ...] = ()
    """Where the caller waits too, besides what the queue itself says."""


@dataclass(frozen=True, slots=True)
class NumberChosen:
    """A waiting caller is to be connected with an outside number; the place in line is kept till it answers."""

    interaction: InteractionId
    number: str


@dataclass(frozen=True, slots=True)
class PlaceWidened:
    """More agents may take the call of a caller who waits, who keeps the place."""

    interaction: InteractionId
    by: Widening


@dataclass(frozen=True, slots=True)
class MessageChosen:
    """The caller is to leave a voicemail message."""

    interaction: InteractionId
    sounds: Sounds = ()


@dataclass(frozen=True, slots=True)
class InteractionGivenUp:
    """Nobody goes on with the interaction: its legs are hung up and the record is written."""

    interaction: InteractionId
    cause: Cause


@dataclass(frozen=True, slots=True)
class TransferFailed:
    """The outside party was not reached; the leg is gone already."""

    interaction: InteractionId
    cause: Cause = Cause.UNKNOWN


@dataclass(frozen=True, slots=True)
class CallbackMissed:
    """The number of a callback was dialled and nobody was reached; its leg is gone, or is ordered to go."""

    interaction: InteractionId
    cause: Cause


@dataclass(frozen=True, slots=True)
class WorkItemLost:
    """A work item ended before the customer and agent were connected; `cause` says how."""

    work_item: WorkItemId
    cause: Cause


Event = (
    LegArrived | PhoneDialled | LegRang | LegAnswered | LegEnded | DigitReceived | PromptFinished | MessageRecorded
    | ConnectFailed | PhoneReachable | PhoneUnreachable | TelephonyLost | TelephonyRestored | PbxAudited
    | SignInRequested | SignOutRequested | ReadyRequested | NotReadyRequested | DesktopAttached | DesktopDetached
    | HoldRequested | RetrieveRequested | HangUpRequested | BlindTransferRequested | CallRequested | WrapUpSaved
    | CustomerFound | TimerFired | ServerStarted | PlanChanged
    | FallbackEntered | FallbackRang | FallbackAnswered | FallbackClosed | FallbackLeft | FallbackRestarted | FallbackRead
    | PhoneBusy | PhoneFree
    | PairMatched | FlowChosen | ExitTaken | QueueChosen | NumberChosen | MessageChosen | WorkItemLost | InteractionGivenUp
    | PlaceWidened | TransferFailed | CallbackMissed | CallbackCancelled
)  # fmt: skip
