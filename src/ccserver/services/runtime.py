"""The single writer: inbox -> kernel -> commands, timers, journal, listeners. One event at a time, none of them awaited.

Commands leave at once, except hang-ups: their reason is in the journal first. Requests of people are acknowledged when
what they changed is durable. Overflow of the inbox (SIZE) drops nothing silently: it is counted, and when there is room
again the PBX is read back (`Gauges.on_room`). What the links tell of themselves is always taken, and timers stay armed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from time import perf_counter
from typing import Final

import structlog

from ccserver.core.commands import CancelTimer, DialNumber, HangUpLeg, LookUpCustomer, RingAgent, StartTimer
from ccserver.core.errors import PortUnavailable, Refused
from ccserver.core.events import CustomerFound, Event, LegEnded, TelephonyLost, TelephonyRestored
from ccserver.core.ids import InteractionId, LegId
from ccserver.core.kernel import Kernel, Outcome
from ccserver.core.notices import Notice, RecordMade
from ccserver.core.records import InteractionRecord
from ccserver.core.timers import TimerKey
from ccserver.services.logs import about
from ccserver.services.memory import Memory
from ccserver.services.mending import mend
from ccserver.services.performer import Performer
from ccserver.services.ports import Clock, CustomerDirectory, Journal
from ccserver.services.recorder import Recorder
from ccserver.services.subject import subject_of
from ccserver.services.tasks import TaskTable
from ccserver.services.timekeeper import Timekeeper

SIZE: Final = 50_000
ROOM: Final = SIZE // 2
"""What was not taken is made up for when no more than this waits."""
TURN: Final = 20
"""Events decided in a row at the most: then commands leave and heartbeats are answered, however many wait."""
COMMIT_LIMIT: Final = 2.0
"""Seconds a hang-up waits for the journal; then it goes all the same, and the log says so."""
MOST_NOTES: Final = 5_000
"""Reasons of hang-ups that wait for a disk that is away; beyond it the oldest are not written. Records are never dropped."""
ANSWER_LIMIT: Final = 5.0
"""Seconds a person waits for an answer at the most."""

_log = structlog.get_logger(__name__)
Listener = Callable[[Notice], None]


@dataclass(slots=True)
class _Batch:
    """Steps that go to the disk together. What they touched is put into words when it is written: once, as it is then."""

    touched: set[tuple[str, str]] = field(default_factory=set)
    timers: dict[TimerKey, StartTimer | CancelTimer] = field(default_factory=dict)
    records: list[InteractionRecord] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    done: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


@dataclass(slots=True)
class Gauges:
    """Figures for metrics."""

    on_step: Callable[[float], None] = lambda _seconds: None
    on_bug: Callable[[str], None] = lambda _what: None
    on_overflow: Callable[[], None] = lambda: None
    on_room: Callable[[], None] = lambda: None
    """There is room again after an overflow: whoever can tell how things stand now must do so."""
    on_records: Callable[[], None] = lambda: None
    """Records were written to the journal and wait for the history."""


class Runtime:
    def __init__(
        self, kernel: Kernel, clock: Clock, journal: Journal, directory: CustomerDirectory, tasks: TaskTable
    ) -> None:
        self.kernel, self._clock, self._journal, self._directory, self._tasks = kernel, clock, journal, directory, tasks
        self.memory = Memory(kernel.centre)
        self.timekeeper = Timekeeper(clock, self.offer)
        self.performer: Performer | None = None
        self.gauges = Gauges()
        self.recorder = Recorder(is_wanted=False)
        """Told every event before it is decided, and what was decided: from its log a replay decides the same again."""
        self._inbox: asyncio.Queue[tuple[Event, asyncio.Future[None] | None]] = asyncio.Queue()
        self._has_hole = False
        self._undecided: set[asyncio.Future[None]] = set()
        """Requests whose answer is waited for and which no step has decided yet."""
        self._ending: set[LegId] = set()
        """Legs whose end waits in the inbox."""
        self._listeners: list[Listener] = []
        self._batch: _Batch | None = None
        self._has_work = asyncio.Event()

    # -- what others hand in --------------------------------------------------------------------------------------------

    def put(self, event: Event) -> None:
        """Take an event from an adapter. Never blocks, never raises."""
        if not self.offer(event):
            self._has_hole = True
            self.gauges.on_overflow()

    def offer(self, event: Event) -> bool:
        """Take an event if there is room. A link that is lost or read back is always told: few of those come at a time."""
        if self._inbox.qsize() >= SIZE and not isinstance(event, (TelephonyLost, TelephonyRestored)):
            return False
        self._inbox.put_nowait((event, None))
        if type(event) is LegEnded:
            self._ending.add(event.leg)
        return True

    async def ask(self, event: Event) -> None:
        """Take a request; returns when it is decided and durable. Raises Refused.

        A request that nobody waits for any more when its turn comes is not carried out: whoever asked has gone on without it.
        """
        if self._inbox.qsize() >= SIZE:
            raise Refused("overloaded", "try again in a moment")
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._inbox.put_nowait((event, answer))
        self._undecided.add(answer)
        try:
            async with asyncio.timeout(ANSWER_LIMIT):
                await answer
        except TimeoutError:
            if answer in self._undecided:
                raise Refused("overloaded", "nothing was changed; try again in a moment") from None
            raise Refused(
                "not_durable", "the request was taken but could not be written down; look before you repeat it"
            ) from None
        finally:
            self._undecided.discard(answer)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Tell `listener` every notice, in order; it must not block."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    @property
    def inbox_depth(self) -> int:
        return self._inbox.qsize()

    # -- the loop -------------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Work until cancelled. What is recorded begins with the state and the plan in force."""
        self.recorder.begin(self.kernel, self._clock.now())
        self._tasks.spawn("journal", self._write())
        row = 0
        while True:
            event, answer = await self._inbox.get()
            self._step(event, answer)
            row += 1
            if row == TURN:
                row = 0
                await asyncio.sleep(0)
            if self._has_hole and self._inbox.qsize() <= ROOM:
                self._has_hole = False
                self.gauges.on_room()

    def _step(self, event: Event, answer: asyncio.Future[None] | None) -> None:
        """Decide one event and have it carried out, all of it under the id of the call it is about."""
        if answer is not None:
            if answer.cancelled():
                return
            self._undecided.discard(answer)
        subject = subject_of(event, self.kernel.centre)
        with nullcontext() if subject is None else about(subject):
            self._decide(event, answer, subject)
        if type(event) is LegEnded:
            self._ending.discard(event.leg)

    def _is_moot(self, command: RingAgent | DialNumber) -> bool:
        """A phone must not ring for a customer who is gone, even if that is not decided yet: the news waits behind others."""
        interaction = self.kernel.centre.interactions.get(command.interaction)
        return interaction is None or interaction.customer_leg in self._ending

    def _about(self, thing: object) -> AbstractContextManager[None]:
        subject = subject_of(thing, self.kernel.centre)
        return nullcontext() if subject is None else about(subject)

    def _decide(self, event: Event, answer: asyncio.Future[None] | None, subject: InteractionId | None) -> None:
        now = self._clock.now()
        self.recorder.taken(event, now)
        started = perf_counter()
        try:
            outcome = self.kernel.handle(event, now)
        except Refused as refusal:
            self.kernel.centre.touched.clear()
            self.recorder.refused(refusal.reason)
            if answer is not None and not answer.done():
                answer.set_exception(refusal)
            return
        except Exception as bug:  # the one place where a bug of one call must not end the others
            outcome = mend(self.kernel, event, bug, now, subject, self._tell_bug)
            self.recorder.mended(type(bug).__name__, outcome)
            if answer is not None and not answer.done():
                answer.set_exception(Refused("internal_error", "the request could not be carried out; it was logged"))
        else:
            self.recorder.decided(outcome)
        self.gauges.on_step(perf_counter() - started)
        self._carry_out(outcome, answer)

    def _tell_bug(self, bug: Exception, at_fault: Event) -> None:
        self.gauges.on_bug(type(bug).__name__)
        _log.error("a bug; the interaction that it hit is ended", event_type=type(at_fault).__name__, exc_info=bug)

    def _carry_out(self, outcome: Outcome, answer: asyncio.Future[None] | None) -> None:
        committed = self._keep(outcome)
        if self.performer is not None:
            # A phone that is to ring is asked first: the agent's leg is new, so nothing of it can be overtaken.
            for command in sorted(outcome.telephony, key=lambda command: not isinstance(command, RingAgent)):
                is_hang_up = isinstance(command, HangUpLeg)
                with self._about(command):
                    ready = self._soon(committed) if is_hang_up and committed else None
                    self.performer.submit(command, ready, self._is_moot)
        self.timekeeper.apply(outcome.timers)
        for look_up in outcome.look_ups:
            with self._about(look_up):
                self._tasks.spawn("look up", self._look_up(look_up))
        for notice in outcome.notices:
            with self._about(notice):
                self._tell(notice)
        if answer is not None and not answer.done():
            if committed is None:
                answer.set_result(None)
            else:
                committed.add_done_callback(lambda done: _pass_on(done, answer))

    def _tell(self, notice: Notice) -> None:
        for listener in self._listeners:
            try:
                listener(notice)
            except Exception:
                _log.exception("a listener failed", notice=type(notice).__name__)

    # -- the journal ----------------------------------------------------------------------------------------------------

    def _keep(self, outcome: Outcome) -> asyncio.Future[None] | None:
        """Add the step to the batch that is written next; the future is done when it is on the disk."""
        records = [notice.record for notice in outcome.notices if isinstance(notice, RecordMade)]
        notes = [f"hang up {c.leg}: {c.reason}" for c in outcome.telephony if isinstance(c, HangUpLeg)]
        if not (outcome.touched or outcome.timers or records or notes):
            return None
        if self._batch is None:
            self._batch = _Batch()
        self._batch.touched |= outcome.touched
        self._batch.timers.update((change.key, change) for change in outcome.timers)
        self._batch.records += records
        self._batch.notes += notes
        del self._batch.notes[:-MOST_NOTES]
        self._has_work.set()
        return self._batch.done

    async def _write(self) -> None:
        while True:
            await self._has_work.wait()
            self._has_work.clear()
            batch, self._batch = self._batch, None
            if batch is not None:
                await self._commit(batch)

    async def _commit(self, batch: _Batch) -> None:
        """Until it is written: calls go on meanwhile, acknowledgements wait."""
        delay = 0.05
        rows = self.memory.changes(batch.touched, batch.timers.values())
        while rows or batch.records or batch.notes:
            try:
                await self._journal.commit(rows, batch.records, batch.notes)
                break
            except PortUnavailable as error:
                _log.error("the journal cannot be written", why=str(error))
                await asyncio.sleep(delay)
                delay = min(delay * 2, 5.0)
        if not batch.done.done():
            batch.done.set_result(None)
        if batch.records:
            self.gauges.on_records()

    async def _soon(self, committed: asyncio.Future[None]) -> None:
        """The journal has it, or it takes too long."""
        done, _ = await asyncio.wait({committed}, timeout=COMMIT_LIMIT)
        if not done:
            _log.error("a hang-up goes without its journal entry")

    # -- other ports ----------------------------------------------------------------------------------------------------

    async def _look_up(self, look_up: LookUpCustomer) -> None:
        try:
            card = await self._directory.find(look_up.number)
        except PortUnavailable as error:
            _log.warning("customer directory away", why=str(error))
            card = None
        self.put(CustomerFound(look_up.interaction, card))


def _pass_on(done: asyncio.Future[None], answer: asyncio.Future[None]) -> None:
    if not answer.done():
        answer.set_result(None)
