"""The office behind the desk: users, sessions, the customer book, the history as it is read, and what administrators do.

Ports that the web asks and other adapters fill. None of them is on the path of a call: when one is away it raises
PortUnavailable and calls go on. Instants are aware UTC; numbers are E.164 with the plus.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from ccserver.core.errors import CcserverError
from ccserver.core.ids import AgentId, CustomerId, InteractionId, QueueId
from ccserver.core.records import Direction, InteractionRecord, Result

# -- who works here -----------------------------------------------------------------------------------------------------


class Role(StrEnum):
    """What a user may do; one role each. Which role may do what is the permission table of the web adapter."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class User:
    """`agent` is the agent this user works as; None for those who take no calls."""

    name: str
    role: Role
    agent: AgentId | None = None


class Users(Protocol):
    async def check(self, name: str, password: str) -> User | None:
        """The user whose password this is. Takes the same time for unknown names. Never blocks the event loop."""
        ...


@dataclass(frozen=True, slots=True)
class Session:
    """`token` is the secret itself (the store keeps only its hash); `expires_at` is the absolute end."""

    token: str = field(repr=False)
    user: User
    expires_at: datetime


class Sessions(Protocol):
    """Opaque tokens of 256 bits, revocable at once. Idle and absolute expiry are decided here."""

    async def open(self, user: User) -> Session: ...

    async def find(self, token: str) -> Session | None:
        """The live session with the user's present role, and note that it is in use; None if ended, idle or unknown."""
        ...

    async def close(self, token: str) -> None:
        """End the session. An unknown token is no error."""
        ...


@dataclass(frozen=True, slots=True)
class PhoneAccount:
    """What a SIP phone needs to register."""

    user: str
    secret: str = field(repr=False)
    registrar: str


class PhoneSecrets(Protocol):
    def account(self, agent: AgentId) -> PhoneAccount | None:
        """None for an unknown agent."""
        ...


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One thing a person did. `about` names the object ("customer/17"); `detail` never holds a secret."""

    at: datetime
    actor: str
    action: str
    about: str
    address: str
    detail: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditRow(AuditEntry):
    """An entry as it is kept: `serial` counts from 1 without gaps, `hash` binds it to the one before."""

    serial: int = 0
    hash: str = ""


class Audit(Protocol):
    """What people did. Both raise PortUnavailable."""

    async def write(self, entry: AuditEntry) -> None:
        """Append; entries are never changed."""
        ...

    async def page(self, before: int | None, limit: int) -> Sequence[AuditRow]:
        """At most `limit` rows, latest first; `before` is the serial of the last one of the page before."""
        ...


# -- customers ----------------------------------------------------------------------------------------------------------


class NumberTaken(CcserverError):
    """A telephone number belongs to another customer already."""

    def __init__(self, number: str) -> None:
        super().__init__(f"{number} belongs to another customer")
        self.number = number


@dataclass(frozen=True, slots=True)
class CustomerDraft:
    """What is known of a customer, before it has an id. The first number is the main one."""

    name: str
    numbers: tuple[str, ...] = ()
    tier: str = ""
    value: float = 0.0
    language: str = ""
    external_id: str = ""
    notes: str = ""
    account_manager: str = ""
    """The agent who looks after the customer, by id."""


@dataclass(frozen=True, slots=True)
class Customer:
    """`value` is the customer's worth in the currency of the installation; `tier` a name of the plan."""

    id: CustomerId
    name: str
    numbers: tuple[str, ...]
    tier: str
    value: float
    language: str
    external_id: str
    notes: str
    created_at: datetime
    updated_at: datetime
    account_manager: str = ""
    """The agent who looks after the customer, by id; preferred where a queue says so."""


class Customers(Protocol):
    """The customer book. All methods raise PortUnavailable."""

    async def page(self, search: str, after: CustomerId | None, limit: int) -> Sequence[Customer]:
        """At most `limit` customers behind `after`, in a stable order by id.

        `search` is matched without case against names and as a part of numbers; empty matches all.
        """
        ...

    async def get(self, customer: CustomerId) -> Customer | None: ...

    async def add(self, draft: CustomerDraft) -> Customer:
        """Raises NumberTaken."""
        ...

    async def change(self, customer: CustomerId, changes: Mapping[str, object]) -> Customer | None:
        """Set the named fields of CustomerDraft, all or none; None if there is no such customer. Raises NumberTaken."""
        ...


# -- history ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sight:
    """How much of the history an agent sees: interactions the agent had a segment in, and those of customers the agent
    has dealt with, or deals with now (`customer`)."""

    agent: AgentId
    customer: CustomerId | None = None


@dataclass(frozen=True, slots=True)
class HistoryFilter:
    """Conditions that all hold. `agent` had a segment in it; `since` (included) and `until` (not included) are about the start;
    `search` is a part of the customer's name or of a number; `sight` None sees everything."""

    customer: CustomerId | None = None
    agent: AgentId | None = None
    queue: QueueId | None = None
    since: datetime | None = None
    sight: Sight | None = None
    until: datetime | None = None
    direction: Direction | None = None
    result: Result | None = None
    search: str = ""


class HistoryReading(Protocol):
    """The stored interactions. All methods raise PortUnavailable."""

    async def page(
        self, where: HistoryFilter, after: tuple[datetime, InteractionId] | None, limit: int
    ) -> Sequence[InteractionRecord]:
        """At most `limit` records, latest start first and by id among equals; `after` is the last one of the page before."""
        ...

    async def get(self, interaction: InteractionId, sight: Sight | None) -> InteractionRecord | None:
        """None too if it is out of sight: whoever may not see it is not told that it is there."""
        ...


@dataclass(frozen=True, slots=True)
class RecordingFile:
    """The audio of one recording, a WAV file. `length` is that of the sound; None if the file does not tell."""

    path: Path
    length: timedelta | None


class Recordings(Protocol):
    """The files behind the names in the records."""

    async def find(self, name: str) -> RecordingFile | None:
        """None when the file is not there, or when the name is none that a recording of ours can have.

        Raises PortUnavailable when it cannot be looked for.
        """
        ...


# -- the house ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ConfigProblem:
    """One thing wrong in the configuration. Line and column count from 1; 0 means that there is no such place."""

    file: str
    line: int
    column: int
    problem: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Reloaded:
    """Nothing is in force of a configuration with problems; `epoch` is then the old one."""

    epoch: int
    problems: Sequence[ConfigProblem] = ()


class ConfigReload(Protocol):
    async def reload(self, actor: str) -> Reloaded:
        """Read and check the configuration again, and put it in force as a whole if it is right."""
        ...


@dataclass(frozen=True, slots=True)
class DemoCall:
    """A simulated caller that rings in."""

    caller: str
    dialled: str


class DemoCalls(Protocol):
    phone_command: Callable[[AgentId], str]
    """What to type in a terminal for a simulated phone of the agent."""

    async def ring_in(self, caller: str, dialled: str) -> DemoCall:
        """Let a caller ring; empty numbers are chosen by the demo. Raises Refused, PortUnavailable."""
        ...


@dataclass(frozen=True, slots=True)
class Component:
    """One part the server needs. `is_needed` False: it may be away and the server is ready nevertheless."""

    name: str
    is_ready: bool
    detail: str = ""
    is_needed: bool = True


class Readiness(Protocol):
    def components(self) -> Sequence[Component]:
        """As known now; asks nobody and does not block."""
        ...
