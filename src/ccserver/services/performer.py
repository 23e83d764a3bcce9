"""Carries commands out: in order for each leg and connection, side by side otherwise; what fails comes back as an event.

It decides nothing. A command that the PBX refuses becomes the event that says so; when the PBX cannot be reached the
command is dropped, because the reconciliation after the break orders what is still wanted. A leg that is not wanted any more
when its turn comes is not opened; its end is told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import structlog

from ccserver.core.commands import (
    AnswerLeg,
    ConnectLegs,
    DialNumber,
    DropConnection,
    HangUpLeg,
    HoldLeg,
    PlayPrompt,
    PrepareConnection,
    RecordMessage,
    RetrieveLeg,
    ReturnLeg,
    RingAgent,
    StartMusic,
    StopPrompt,
    TelephonyCommand,
)
from ccserver.core.errors import PortUnavailable
from ccserver.core.events import Cause, ConnectFailed, Event, LegEnded, MessageRecorded, PromptFinished
from ccserver.services.ports import CommandRefused, EventSink, Telephony
from ccserver.services.tasks import TaskTable

COMMAND_LIMIT: Final = 5.0
"""Seconds a command may take, its turn included in none of them; reliability: no command runs after its deadline."""

_log = structlog.get_logger(__name__)
Question = Callable[[RingAgent | DialNumber], bool]


def lanes(command: TelephonyCommand) -> tuple[str, ...]:
    """The legs and connections whose order the command must keep."""
    match command:
        case ConnectLegs(connection=connection, legs=legs):
            return (connection, *legs)
        case HoldLeg(connection=connection, leg=leg) | RetrieveLeg(connection=connection, leg=leg):
            return (connection, leg)
        case PrepareConnection(connection=connection) | DropConnection(connection=connection):
            return (connection,)
        case (
            AnswerLeg(leg=leg)
            | PlayPrompt(leg=leg)
            | StopPrompt(leg=leg)
            | StartMusic(leg=leg)
            | RingAgent(leg=leg)
            | DialNumber(leg=leg)
            | RecordMessage(leg=leg)
            | HangUpLeg(leg=leg)
            | ReturnLeg(leg=leg)
        ):
            return (leg,)


def failure_of(command: TelephonyCommand, cause: Cause) -> Event | None:
    """What the centre must be told when the PBX refuses the command; None where the leg's own end tells everything."""
    match command:
        case RingAgent() | DialNumber():
            return LegEnded(command.leg, cause)
        case PlayPrompt():
            return PromptFinished(command.leg, command.prompt)
        case RecordMessage():
            return MessageRecorded(command.leg, command.name, 0.0)
        case ConnectLegs():
            return ConnectFailed(command.connection, command.legs)
        case _:
            return None


def _nothing_is_moot(_command: RingAgent | DialNumber) -> bool:
    return False


class Performer:
    """`on_failed(command)` counts commands that were refused or lost."""

    def __init__(
        self,
        telephony: Telephony,
        sink: EventSink,
        tasks: TaskTable,
        on_failed: Callable[[TelephonyCommand], None] = lambda _command: None,
    ) -> None:
        self._telephony, self._sink, self._tasks, self._on_failed = telephony, sink, tasks, on_failed
        self._tails: dict[str, asyncio.Task[None]] = {}
        self._unwanted: set[str] = set()
        """Legs with a hang-up under way."""

    @property
    def in_flight(self) -> int:
        """Lanes with a command under way."""
        return len(self._tails)

    def submit(
        self, command: TelephonyCommand, ready: Awaitable[object] | None = None, is_moot: Question = _nothing_is_moot
    ) -> None:
        """Carry the command out when its turn has come and `ready` (if given) is done; a leg about which `is_moot` then says
        yes is not opened. Never blocks."""
        keys = lanes(command)
        if isinstance(command, HangUpLeg):
            self._unwanted.add(command.leg)
        before = [task for key in keys if (task := self._tails.get(key)) is not None]
        task = self._tasks.spawn(f"perform {type(command).__name__}", self._run(command, before, ready, is_moot))
        for key in keys:
            self._tails[key] = task
        task.add_done_callback(lambda done: self._clear(keys, done))

    async def settled(self) -> None:
        """Wait until nothing is under way."""
        while self._tails:
            await asyncio.wait(set(self._tails.values()))

    def _clear(self, keys: Sequence[str], done: asyncio.Task[None]) -> None:
        for key in keys:
            if self._tails.get(key) is done:
                del self._tails[key]
                self._unwanted.discard(key)

    async def _run(
        self,
        command: TelephonyCommand,
        before: Sequence[asyncio.Task[None]],
        ready: Awaitable[object] | None,
        is_moot: Question,
    ) -> None:
        if before:
            await asyncio.wait(before)
        if ready is not None:
            await ready
        if isinstance(command, (RingAgent, DialNumber)) and (command.leg in self._unwanted or is_moot(command)):
            self._sink(LegEnded(command.leg, Cause.NORMAL))
            return
        try:
            async with asyncio.timeout(COMMAND_LIMIT):
                await self._telephony.perform(command)
        except CommandRefused as refusal:
            self._failed(command, str(refusal))
            event = failure_of(command, refusal.cause)
            if event is not None:
                self._sink(event)
        except (PortUnavailable, TimeoutError) as error:
            self._failed(command, repr(error))

    def _failed(self, command: TelephonyCommand, why: str) -> None:
        self._on_failed(command)
        _log.warning("command failed", command=type(command).__name__, lanes=lanes(command), why=why)
