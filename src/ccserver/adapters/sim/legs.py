"""What the simulated PBX holds: legs with their far ends, prompts with lengths, recordings, and what a far end hears."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from ccserver.adapters.sim.clock import Appointment
from ccserver.core.events import Cause
from ccserver.core.ids import AgentId, ConnectionId, InteractionId, LegId, PromptId
from ccserver.core.sounds import Sound, SoundKind, Sounds

RECORDED_LENGTH: Final = timedelta(seconds=1.5)
DIGIT_LENGTH: Final = timedelta(milliseconds=400)
LETTER_LENGTH: Final = timedelta(milliseconds=70)
ENDLESS: Final = timedelta(days=1)
"""A tone of the country goes on until it is stopped."""


class Party:
    """The far end of a leg: a caller, an agent's phone, an outside number. It is told what a telephone shows."""

    def rang(self, leg: LegId) -> None:
        """It rings here."""

    def answered(self, leg: LegId) -> None:
        """The other side took the call: from now on it costs money."""

    def connected(self, leg: LegId) -> None:
        """Somebody else can be heard."""

    def ended(self, leg: LegId, cause: Cause) -> None:
        """The call is over here, whoever ended it."""


class Sense(StrEnum):
    """What a far end hears."""

    SILENCE = "silence"
    RINGING = "ringing"
    """The ringing tone of a call that is not answered yet."""
    MUSIC = "music"
    PROMPT = "prompt"
    SPEECH = "speech"
    """At least one other person."""
    GONE = "gone"


@dataclass(slots=True)
class Prompt:
    id: PromptId
    sounds: Sounds
    ends: Appointment | None = None
    """Set while it plays; those behind it wait for their turn."""


@dataclass(slots=True)
class Recording:
    name: str
    started_at: datetime
    ends: Appointment


@dataclass(slots=True)
class SimLeg:
    id: LegId
    party: Party
    created_at: datetime
    interaction: InteractionId | None = None
    is_ours: bool = False
    agent: AgentId | None = None
    """Whose phone it is; None for callers and outside numbers."""
    ani: str = ""
    dnis: str = ""
    caller_name: str = ""
    is_up: bool = False
    is_handed_over: bool = False
    """In our hands; before that the dialplan has it."""
    connection: ConnectionId | None = None
    music: str = ""
    prompts: list[Prompt] = field(default_factory=list)
    recording: Recording | None = None
    limit: Appointment | None = None
    """The PBX's own last resort for a leg that rings, or the dialplan's next try."""
    is_boxed: bool = False
    """The black box knows of it, and is told its end."""
    is_told_good_bye: bool = False
    """The dialplan's last words are played."""
    speech_after: timedelta | None = None
    """How long a caller speaks after the tone; None: as long as the recording lasts."""

    def stop_limit(self) -> None:
        """It will not be reached."""
        if self.limit is not None:
            self.limit.cancel()
            self.limit = None


def length_of(sounds: Sounds) -> timedelta:
    """How long the sounds play."""
    return sum((_length(sound) for sound in sounds), timedelta())


def _length(sound: Sound) -> timedelta:
    match sound.kind:
        case SoundKind.RECORDED:
            return RECORDED_LENGTH
        case SoundKind.NUMBER | SoundKind.DIGITS:
            return DIGIT_LENGTH * max(1, len(sound.value))
        case SoundKind.SAID:
            return LETTER_LENGTH * len(sound.value)
        case SoundKind.TONE:
            return ENDLESS
        case SoundKind.SILENCE:
            return timedelta(seconds=float(sound.value))
