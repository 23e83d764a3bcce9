"""The plan: everything an administrator decides, as plain objects. Built from the checked YAML, replaced as a whole.

It holds no state of calls and asks no clock; opening hours are a question about an instant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from ccserver.core.expression import Expression
from ccserver.core.forecast import WaitBound
from ccserver.core.ids import AgentId, EntryPointId, FlowId, QueueId, TierId
from ccserver.core.ivr.flow import Flow
from ccserver.core.skills import AtLeast, Relaxation, Requirement
from ccserver.core.sounds import Sounds
from ccserver.core.tiers import DEFAULT_POLICY, DEFAULT_TIER, RoutingPolicy, Tier


class OpeningHours(Protocol):
    """A calendar with holidays and a time zone; decides only whether it is open."""

    def is_open(self, at: datetime) -> bool: ...


class ExitKind(StrEnum):
    """Ways out of a queue, and of an entry point that is closed."""

    VOICEMAIL = "voicemail"
    MESSAGE = "message"
    """Play the sounds, then hang up."""
    QUEUE = "queue"
    FLOW = "flow"
    NUMBER = "number"
    """Connect the caller with an outside number."""
    CALLBACK = "callback"
    """By a key of a queue: the caller is called back instead of waiting. By an overflow rule: that is offered."""


@dataclass(frozen=True, slots=True)
class Exit:
    """`target` is a queue or flow id, or a number (E.164), where the kind needs one; `sounds` are played before (MESSAGE) or as greeting."""

    kind: ExitKind
    target: str = ""
    sounds: Sounds = ()


class Figure(StrEnum):
    """What can be counted of a queue at any instant."""

    LENGTH = "length"
    """Callers who hold a place, those who are being offered included."""
    SIGNED_IN = "signed_in"
    """Agents signed in who have what the queue needs ..."""
    READY = "ready"
    """... those of them who could be offered a call now ..."""
    IN_WRAP_UP = "in_wrap_up"
    """... and those in wrap-up."""


@dataclass(frozen=True, slots=True)
class Switch:
    """A condition on a figure of a queue, with hysteresis; it belongs to the queue and not to a caller.

    With `is_least` it goes on at `on` or more and off below `off`; otherwise on below `on` and off at `off` or more.
    """

    queue: QueueId
    figure: Figure
    is_least: bool
    on: int
    off: int


@dataclass(frozen=True, slots=True)
class Widening:
    """Whoever waits goes on waiting at the same place, and more agents may take the call: those of `queue`, or whoever meets
    `needs`. Exactly one of the two is set."""

    queue: QueueId | None = None
    needs: Requirement | None = None


@dataclass(frozen=True, slots=True)
class OverflowRule:
    """When everything holds, whoever waits goes the way of `then`; to another queue with the place kept."""

    then: Exit | Widening
    waited: timedelta = timedelta()
    """In line, in this queue and in those before it."""
    switches: tuple[Switch, ...] = ()
    open: str = ""
    """Name of a calendar that must be open; empty: none."""
    closed: str = ""
    """Name of a calendar that must be closed."""
    expression: Expression | None = None
    """What must hold besides."""
    predicted: tuple[WaitBound, ...] = ()
    """On the wait predicted for the caller, here or elsewhere."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """When the waiting caller is told the position and the estimated wait. `every` None: only once."""

    first_after: timedelta
    every: timedelta | None
    position: bool = True
    wait: bool = False


@dataclass(frozen=True, slots=True)
class Comfort:
    """What the waiting caller hears now and then: the messages in turn, and again from the first."""

    first_after: timedelta
    every: timedelta
    messages: tuple[Sounds, ...]


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the waiting caller is told of the keys, and when. `every` None: only once."""

    sounds: Sounds
    first_after: timedelta
    every: timedelta | None


class CallableNumbers(Protocol):
    """Which numbers may be called back, at whose cost whatever they are. Asked of what callers send and key in."""

    def callable(self, number: str) -> str | None:
        """The number in E.164, read as in the country of the centre; None when it is none or may not be called."""
        ...

    def spoken(self, number: str) -> str:
        """The digits of an E.164 number as they are said in the country of the centre."""
        ...


@dataclass(frozen=True, slots=True)
class PlainNumbers:
    """Whatever has a plus and digits, wherever it leads."""

    def callable(self, number: str) -> str | None:
        return number if number.startswith("+") and number[1:].isdecimal() else None

    def spoken(self, number: str) -> str:
        return number.removeprefix("+")


@dataclass(frozen=True, slots=True)
class CallbackTerms:
    """What a queue promises to those who want to be called back, and to whom."""

    offered_after: timedelta = timedelta()
    """To whom has waited so long ..."""
    offered_from: int = 0
    """... or, when it is not 0, stands at this position or behind it ..."""
    offered_wait: timedelta = timedelta()
    """... or, when it is not 0, has to expect such a wait from here on."""
    attempts: int = 3
    retry_after: timedelta = timedelta(minutes=10)
    expires_after: timedelta = timedelta(hours=8)
    hours: str = ""
    """Name of the calendar in which is called back; empty: always."""
    most: int = 100
    """Open at once."""
    numbers: CallableNumbers = PlainNumbers()


class PreferredAs(StrEnum):
    """Why an agent is preferred for a caller."""

    NAMED = "named"
    """The flow named the agent."""
    ACCOUNT_MANAGER = "account_manager"
    """Of the customer, in the CRM."""
    LAST_AGENT = "last_agent"
    """Talked with the customer last."""


class WaitsWhile(StrEnum):
    """What the preferred agent may be doing while a caller waits."""

    WRAP_UP = "wrap_up"
    """Wrapping up: free soon."""
    AT_WORK = "at_work"
    """Wrapping up, ringing or talking."""


@dataclass(frozen=True, slots=True)
class PreferredAgent:
    """Who should take a caller's call if possible."""

    sources: tuple[PreferredAs, ...]
    """The first choice first."""
    within: timedelta = timedelta(hours=72)
    """LAST_AGENT counts for so long."""
    wait_for: timedelta = timedelta()
    """The longest wait for one who is at work. Zero: only one who is free is preferred."""
    waits_while: WaitsWhile = WaitsWhile.WRAP_UP
    keeps_target: bool = True
    """Nobody waits for a preferred agent till the answer target is at risk."""

    @property
    def needs_card(self) -> bool:
        """Who it is may depend on what the customer directory says."""
        return any(source is not PreferredAs.NAMED for source in self.sources)


@dataclass(frozen=True, slots=True)
class QueuePlan:
    id: QueueId
    name: str
    needs: Requirement
    priority: int
    music: str
    announcement: Announcement | None
    max_wait: timedelta
    on_max_wait: Exit
    max_length: int
    on_full: Exit
    ring_limit: timedelta
    wrap_up_limit: timedelta
    """Zero: no wrap-up in this queue."""
    answer_target: timedelta
    """Threshold of the service level."""
    dispositions: tuple[str, ...]
    script: str = ""
    """Name of the script that agents follow in calls of this queue; empty: none."""
    policy: RoutingPolicy = DEFAULT_POLICY
    """How its agents are shared among the tiers."""
    prefer: tuple[AtLeast, ...] = ()
    """Agents who have these go before others who will do."""
    relax: tuple[Relaxation, ...] = ()
    """Who will do too after some wait; the shortest first."""
    keys: Mapping[str, Exit] = field(default_factory=dict)
    """What a caller may press who waits."""
    invitation: Invitation | None = None
    callback: CallbackTerms | None = None
    also: tuple[QueueId, ...] = ()
    """Whose agents may take its calls too."""
    preferred_agent: PreferredAgent | None = None
    overflow: tuple[OverflowRule, ...] = ()
    """Of those that hold the first is taken. `on_max_wait` stays the last resort."""
    hours: str = ""
    """Name of an opening-hours calendar; empty: always open."""
    on_closed: Exit | None = None
    """For whoever comes when it is closed; None: as after the maximum wait."""
    on_closing: Exit | None = None
    """For those who wait when it closes; None: they are served, to the last."""
    comfort: Comfort | None = None


@dataclass(frozen=True, slots=True)
class EntryPoint:
    """One number called. Exactly one of `flow` and `queue` is set."""

    id: EntryPointId
    dnis: str
    name: str
    language: str
    priority: int
    hours: str
    """Name of an opening-hours calendar; empty: always open."""
    flow: FlowId | None
    queue: QueueId | None
    on_closed: Exit
    reason: str = ""
    """Reason of contact that goes with every call to this number."""
    is_recorded: bool = False
    """The dialplan records calls to this number, under the name that `call_recording` gives."""
    also: tuple[QueueId, ...] = ()
    """Where its callers wait besides `queue`."""
    tier: TierId | None = None
    """Whoever calls this number is at least of this tier; None: as the customer is."""


@dataclass(frozen=True, slots=True)
class AgentProfile:
    id: AgentId
    name: str
    extension: str
    skills: Mapping[str, int]
    team: str = ""
    wrap_up_limit: timedelta | None = None
    """Overrides the queue's; zero: this agent is never given wrap-up."""
    team_name: str = ""
    """What people call the team."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All of it. `epoch` grows with every change in force."""

    epoch: int = 0
    entry_points: Mapping[str, EntryPoint] = field(default_factory=dict)
    """By DNIS (E.164)."""
    flows: Mapping[FlowId, Flow] = field(default_factory=dict)
    queues: Mapping[QueueId, QueuePlan] = field(default_factory=dict)
    agents: Mapping[AgentId, AgentProfile] = field(default_factory=dict)
    hours: Mapping[str, OpeningHours] = field(default_factory=dict)
    not_ready_reasons: Mapping[str, str] = field(default_factory=dict)
    """Code to label, in the order to be shown."""
    default_exit: Exit = Exit(ExitKind.MESSAGE)
    """For a number that is no entry point, and the last resort everywhere."""
    hold_music: str = "default"
    caller_number: str = ""
    """E.164 number shown on calls out."""
    look_up_limit: timedelta = timedelta(milliseconds=300)
    dial_limit: timedelta = timedelta(seconds=45)
    voicemail_greeting: Sounds = ()
    voicemail_limit: timedelta = timedelta(minutes=3)
    voicemail_silence: timedelta = timedelta(seconds=5)
    default_ring_limit: timedelta = timedelta(seconds=20)
    """For calls that come to an agent through no queue."""
    default_wrap_up_limit: timedelta = timedelta(seconds=30)
    """For calls that came through no queue."""
    max_interactions: int = 5000
    """Calls beyond this stay in the dialplan's fallback."""
    desktop_grace: timedelta = timedelta(seconds=5)
    tiers: tuple[Tier, ...] = (DEFAULT_TIER,)
    """The highest first; the last one is everybody else's."""
