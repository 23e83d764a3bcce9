"""What is to be done: orders to the PBX, to the timers and to other ports. Imperative, frozen, without behaviour.

Commands for one leg are carried out in the order in which they were given; those for different legs may overtake one
another. Every one is safe to repeat.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ccserver.core.ids import AgentId, ConnectionId, InteractionId, LegId, NodeName, PromptId
from ccserver.core.sounds import Sounds
from ccserver.core.timers import TimerKey

# -- to the PBX ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AnswerLeg:
    leg: LegId


@dataclass(frozen=True, slots=True)
class PlayPrompt:
    """Play the sounds to the leg; its end comes back as PromptFinished. Digits do not stop it by themselves."""

    leg: LegId
    prompt: PromptId
    sounds: Sounds
    language: str


@dataclass(frozen=True, slots=True)
class StopPrompt:
    leg: LegId
    prompt: PromptId


@dataclass(frozen=True, slots=True)
class StartMusic:
    """Let the leg wait with music of the class; it stays so through prompts until it is connected or ended."""

    leg: LegId
    music: str


@dataclass(frozen=True, slots=True)
class RingAgent:
    """Open `leg` to the agent's phone. Ends in LegAnswered or LegEnded. `limit` is the PBX's own last resort."""

    leg: LegId
    node: NodeName
    interaction: InteractionId
    agent: AgentId
    caller_number: str
    caller_name: str
    limit: timedelta


@dataclass(frozen=True, slots=True)
class DialNumber:
    """Open `leg` to an outside number (E.164) over the default trunk, showing `caller_number`."""

    leg: LegId
    node: NodeName
    interaction: InteractionId
    number: str
    caller_number: str
    limit: timedelta


@dataclass(frozen=True, slots=True)
class PrepareConnection:
    """Make the connection ahead, so that the answer needs one step less. Connecting works without it too."""

    connection: ConnectionId
    node: NodeName


@dataclass(frozen=True, slots=True)
class ConnectLegs:
    """Let the legs hear one another: `connection` is made if needed, prompts and music of the legs end first."""

    connection: ConnectionId
    node: NodeName
    legs: tuple[LegId, ...]
    interaction: InteractionId


@dataclass(frozen=True, slots=True)
class HoldLeg:
    """Take the leg out of the connection and let it hear music; the other leg hears nothing."""

    connection: ConnectionId
    leg: LegId
    music: str


@dataclass(frozen=True, slots=True)
class RetrieveLeg:
    connection: ConnectionId
    leg: LegId


@dataclass(frozen=True, slots=True)
class DropConnection:
    """Remove the connection; legs in it stay alive and silent until another command takes care of them."""

    connection: ConnectionId


@dataclass(frozen=True, slots=True)
class RecordMessage:
    """Record the leg after a tone until `#`, silence, `limit` or its end; answered by MessageRecorded."""

    leg: LegId
    name: str
    limit: timedelta
    silence: timedelta


@dataclass(frozen=True, slots=True)
class HangUpLeg:
    """End the leg. `reason` is written to the journal before the order leaves."""

    leg: LegId
    reason: str


@dataclass(frozen=True, slots=True)
class ReturnLeg:
    """Give the caller's leg back to the PBX's own last resort (music, static queue, message); it is ours no more."""

    leg: LegId


TelephonyCommand = (
    AnswerLeg | PlayPrompt | StopPrompt | StartMusic | RingAgent | DialNumber | PrepareConnection | ConnectLegs
    | HoldLeg | RetrieveLeg | DropConnection | RecordMessage | HangUpLeg | ReturnLeg
)  # fmt: skip

# -- to time and to other ports ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StartTimer:
    key: TimerKey
    due_at: datetime


@dataclass(frozen=True, slots=True)
class CancelTimer:
    key: TimerKey


@dataclass(frozen=True, slots=True)
class LookUpCustomer:
    """Ask the customer directory; answered by CustomerFound."""

    interaction: InteractionId
    number: str


Command = TelephonyCommand | StartTimer | CancelTimer | LookUpCustomer
