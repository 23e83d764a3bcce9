"""A whole centre in virtual time: the kernel, a simulated PBX, the timers and a journal, driven without an event loop.

It stands where the services stand in the live server: it feeds the kernel, carries out what follows, keeps in the journal
what must survive, and can crash at any instant and come back. Nothing here decides anything about calls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random
from typing import Final

from ccserver.adapters.sim.clock import START, Agenda, Appointment
from ccserver.adapters.sim.history import SimHistory, SimRelay
from ccserver.adapters.sim.journal import SimJournal
from ccserver.adapters.sim.link import Lag
from ccserver.adapters.sim.node import READ_LAG, SimNode
from ccserver.adapters.sim.pbx import SimPbx
from ccserver.core.centre import Centre
from ccserver.core.commands import CancelTimer, HangUpLeg, LookUpCustomer, StartTimer
from ccserver.core.customer import CustomerCard
from ccserver.core.errors import PortUnavailable, Refused
from ccserver.core.events import CustomerFound, Event, PhoneReachable, PhoneUnreachable, ServerStarted, TimerFired
from ccserver.core.ids import InteractionId, NodeName
from ccserver.core.kernel import Kernel, Outcome
from ccserver.core.notices import Notice, RecordMade
from ccserver.core.plan import Plan
from ccserver.core.records import InteractionRecord
from ccserver.core.timers import TimerKey
from ccserver.services.memory import Memory
from ccserver.services.recorder import Recorder

NODE: Final = NodeName("sim01")
LOOK_UP_LAG: Final = timedelta(milliseconds=15)
Listener = Callable[[Notice, datetime], None]


class SimCentre:
    """`chance` gives commands and events uneven lags; without it every run of the same calls is the same to the instant."""

    def __init__(
        self,
        plan: Plan,
        customers: Mapping[str, CustomerCard] | None = None,
        chance: Random | None = None,
        *,
        has_journal: bool = True,
        start: datetime = START,
        recorder: Recorder | None = None,
    ) -> None:
        self.plan = plan
        self.agenda = Agenda(start)
        self._node = SimNode(self.agenda, self.tell, Lag(READ_LAG, READ_LAG, chance), self._position)
        self.pbx = SimPbx(self.agenda, self._hear, NODE, chance)
        self.pbx.black_box.on_line = lambda: self._node.line_was_written(self.pbx)
        self.customers = dict(customers or {})
        self.is_directory_up = True
        self.journal, self.history = SimJournal(self.agenda), SimHistory()
        self._relay = SimRelay(self.agenda, self.journal, self.history)
        self.on_step: Callable[[Event, Outcome], None] = lambda _event, _outcome: None
        self.recorder = recorder or Recorder(is_wanted=False)
        self._listeners: list[Listener] = []
        self._has_journal = has_journal
        self._timers: dict[TimerKey, Appointment] = {}
        self._run = 0
        self.is_running = False
        self.started_at = self.opened_at = self.agenda.now()
        self.start()

    # -- what goes in ---------------------------------------------------------------------------------------------------

    def tell(self, event: Event) -> None:
        """Something happened. Nobody is there to hear it while the server is down."""
        if self.is_running:
            self._step(event)

    def ask(self, event: Event) -> None:
        """A request of a person; it is on the disk when this returns. Raises Refused, or PortUnavailable while the server is down."""
        if not self.is_running:
            raise PortUnavailable("ccserver", self.agenda.now())
        self._step(event)
        self.journal.flush()

    def _hear(self, event: Event) -> None:
        """What the PBX says of phones does not pass the node: it comes over a line of its own."""
        if isinstance(event, PhoneReachable | PhoneUnreachable):
            self.tell(event)
        else:
            self._node.hear(event)

    def _position(self) -> str:
        """How far the black box was read."""
        return self.centre.black_box.get(NODE, "")

    def subscribe(self, listener: Listener) -> None:
        """Tell `listener` every notice."""
        self._listeners.append(listener)

    @property
    def records(self) -> dict[InteractionId, list[InteractionRecord]]:
        """What is on its way to the history or there, every revision in the order in which it came."""
        return self.journal.records

    @property
    def centre(self) -> Centre:
        """The live state of the core."""
        return self.kernel.centre

    def run_for(self, length: timedelta) -> None:
        """Let virtual time pass."""
        self.agenda.run_for(length)

    # -- faults ---------------------------------------------------------------------------------------------------------

    def lose_calls_link(self, noticed_after: timedelta = timedelta()) -> None:
        """No event comes and no command leaves; the core hears of it when it is noticed."""
        self._node.disconnect(self.pbx, noticed_after)

    def restore_calls_link(self) -> None:
        """The link is back, and a moment later the picture of what the PBX holds."""
        if self.is_running and not self.pbx.calls.is_up:
            self._node.connect(self.pbx)

    def lose_database(self) -> None:
        """Neither the history nor the customer directory answers."""
        self.history.is_up = self.is_directory_up = False

    def restore_database(self) -> None:
        """It answers again."""
        self.history.is_up = self.is_directory_up = True

    def crash(self) -> None:
        """The server dies at this instant: only the journal and the PBX live on."""
        if not self.is_running:
            return
        self.is_running = False
        self._run += 1
        self.journal.crash()
        self._relay.stop()
        self.pbx.calls.cut()
        self.pbx.registrations.cut()
        self.pbx.guardian.server_left()
        self._node.forget()
        for appointment in self._timers.values():
            appointment.cancel()
        self._timers.clear()

    def start(self) -> None:
        """Start, or come back after a crash: state is the journal and the snapshot of the PBX."""
        if self.is_running:
            return
        self.kernel = Kernel(Centre(self.plan))
        self._memory = Memory(self.kernel.centre)
        unreadable = self._memory.restore(self.journal.rows)
        if unreadable:
            raise AssertionError(f"the journal has rows that cannot be read: {unreadable}")
        self.is_running, self.started_at = True, self.agenda.now()
        self._relay.start()
        self._apply([StartTimer(key, due_at) for key, due_at in self.centre.timers.items()])
        self.recorder.begin(self.kernel, self.agenda.now())
        self._step(ServerStarted())
        self.pbx.guardian.server_returned()
        self.restore_calls_link()
        self.pbx.mend_registrations()
        self._node.audit(self.pbx)

    def restart_pbx(self, back_after: timedelta = timedelta(seconds=5)) -> None:
        """The PBX goes down with all its calls and comes back empty; phones register again by themselves."""
        phones = [(agent, self.pbx.phones[agent]) for agent in sorted(self.pbx.registered)]
        self.pbx.restart()
        self.lose_calls_link()

        def come_back() -> None:
            self.restore_calls_link()
            if self.is_running:
                self.pbx.mend_registrations()
            for agent, party in phones:
                self.pbx.register(agent, party)

        self.agenda.after(back_after, come_back)

    # -- inside ---------------------------------------------------------------------------------------------------------

    def _step(self, event: Event) -> None:
        self.recorder.taken(event, self.agenda.now())
        try:
            outcome = self.kernel.handle(event, self.agenda.now())
        except Refused as refusal:
            self.centre.touched.clear()
            self.recorder.refused(refusal.reason)
            raise
        self.recorder.decided(outcome)
        self._keep(outcome)
        for command in outcome.telephony:
            # As in the live server: a hang-up waits for the journal; while the link is down a command is dropped, for
            # the comparison after the break orders what is still wanted.
            with suppress(PortUnavailable):
                self.pbx.perform(command, self.journal.safe_at if isinstance(command, HangUpLeg) else None)
        self._apply(outcome.timers)
        for look_up in outcome.look_ups:
            self._look_up(look_up)
        for notice in outcome.notices:
            for listener in self._listeners:
                listener(notice, self.agenda.now())
        self.on_step(event, outcome)

    def _keep(self, outcome: Outcome) -> None:
        records = [notice.record for notice in outcome.notices if isinstance(notice, RecordMade)]
        rows = self._memory.changes(outcome.touched, outcome.timers) if self._has_journal else {}
        if rows or records:
            self.journal.keep(rows, records)

    def _apply(self, changes: list[StartTimer | CancelTimer]) -> None:
        for change in changes:
            before = self._timers.pop(change.key, None)
            if before is not None:
                before.cancel()
            if isinstance(change, StartTimer):
                self._timers[change.key] = self.agenda.at(change.due_at, self._firing(change.key))

    def _firing(self, key: TimerKey) -> Callable[[], None]:
        def fire() -> None:
            self._timers.pop(key, None)
            self.tell(TimerFired(key))

        return fire

    def _look_up(self, look_up: LookUpCustomer) -> None:
        run = self._run
        card = self.customers.get(look_up.number)

        def answer() -> None:
            if run == self._run:
                self.tell(CustomerFound(look_up.interaction, card))

        if self.is_directory_up:
            self.agenda.after(LOOK_UP_LAG, answer)
