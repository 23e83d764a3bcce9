"""Roles the outside world plays for the centre. Adapters fill them; tests fill them with peers of the same contract."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from ccserver.core.commands import TelephonyCommand
from ccserver.core.customer import CustomerCard
from ccserver.core.errors import CcserverError
from ccserver.core.events import Cause, Event, PbxSnapshot
from ccserver.core.ids import NodeName
from ccserver.core.records import InteractionRecord

EventSink = Callable[[Event], None]
"""Where adapters put what happened; never blocks, never raises."""


class CommandRefused(CcserverError):
    """The PBX answered that it will not carry the command out; `cause` says why as far as it is known."""

    def __init__(self, cause: Cause, why: str = "") -> None:
        super().__init__(f"{cause.value}: {why}" if why else cause.value)
        self.cause = cause


class Clock(Protocol):
    """Aware UTC instants that never go backwards."""

    def now(self) -> datetime: ...


class Telephony(Protocol):
    """The PBX of one node, as far as calls go.

    `perform` returns when the PBX has accepted the command; what becomes of it arrives as events. A leg that is already
    gone is no error. Raises PortUnavailable when the PBX cannot be reached or does not answer within 5 s, and
    CommandRefused when it will not open a leg, play, record or connect.
    """

    async def perform(self, command: TelephonyCommand) -> None: ...

    async def snapshot(self, node: NodeName) -> PbxSnapshot: ...


class CustomerDirectory(Protocol):
    """Who is behind a number (E.164). None: nobody known. Raises PortUnavailable."""

    async def find(self, number: str) -> CustomerCard | None: ...


class History(Protocol):
    """The CRM's contact history. Storing the same revision of a record again changes nothing. Raises PortUnavailable."""

    async def store(self, records: Sequence[InteractionRecord]) -> None: ...


class Journal(Protocol):
    """Local durable memory. What `commit` got is on disk when it returns, all of it or nothing.

    `state` maps "kind/id" to the JSON of a live thing, None when it is gone; `records` wait there for the history;
    `notes` are lines such as the reason of a hang-up that we order.
    """

    async def commit(
        self, state: Mapping[str, bytes | None], records: Sequence[InteractionRecord], notes: Sequence[str]
    ) -> None: ...

    async def load(self) -> Mapping[str, bytes]: ...

    async def pending(self, limit: int) -> Sequence[tuple[int, InteractionRecord]]: ...

    async def delivered(self, keys: Sequence[int]) -> None: ...
