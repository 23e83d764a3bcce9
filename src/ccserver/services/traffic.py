"""Who called and who worked in a recorded event log, as plain data that other rules can be played with.

What callers and agents did of themselves is taken as it was: when they rang, what they keyed, how long they talked, when agents
came and went. What the rules of that day did to them is left out. Not known is how long a caller who was answered would have
waited, and how long one who left would have talked: that is drawn, from those of whom it is known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Final

from ccserver.core.agent import Presence
from ccserver.core.centre import Centre
from ccserver.core.customer import CustomerCard
from ccserver.core.events import (
    CustomerFound,
    DigitReceived,
    Event,
    NotReadyRequested,
    PlanChanged,
    ReadyRequested,
    SignInRequested,
    SignOutRequested,
)
from ccserver.core.ids import AgentId, InteractionId
from ccserver.core.kernel import Kernel, Outcome
from ccserver.core.notices import InteractionStarted, Notice, RecordMade
from ccserver.core.plan import Plan
from ccserver.core.records import Direction, InteractionRecord, Result, Segment, SegmentKind
from ccserver.services.event_log import Step
from ccserver.services.replay import replay

PATIENT: Final = timedelta(hours=1)
"""Mean patience where nobody gave up."""
USUAL_TALK: Final = timedelta(minutes=3)
_TALK: Final = frozenset({SegmentKind.TALK, SegmentKind.HOLD})


@dataclass(slots=True)
class RecordedCall:
    """One call in. `waited` goes from joining the first queue to the first word or the end; None: it joined none."""

    at: datetime
    dnis: str
    keys: list[tuple[timedelta, str]] = field(default_factory=list)
    card: CustomerCard | None = None
    waited: timedelta | None = None
    has_given_up: bool = False
    talk: timedelta | None = None
    wrap_up: timedelta | None = None


@dataclass(slots=True)
class Traffic:
    """Between two instants. `presence` is what agents asked for, in order; `ring` how long a phone rang in the mean."""

    begins_at: datetime
    ends_at: datetime
    plan: Plan
    """In force at the end."""
    calls: list[RecordedCall] = field(default_factory=list)
    presence: list[tuple[datetime, AgentId, Event]] = field(default_factory=list)
    ring: timedelta = timedelta(seconds=4)
    unfinished: int = 0
    """Calls whose end the log does not have."""

    @property
    def agents(self) -> set[AgentId]:
        return {agent for _, agent, _ in self.presence}

    @property
    def mean_patience(self) -> timedelta:
        """Exponential maximum likelihood: all waits together, by those who gave up."""
        waits = [call.waited for call in self.calls if call.waited is not None]
        given_up = sum(call.has_given_up for call in self.calls)
        return sum(waits, timedelta()) / given_up if given_up else PATIENT

    def patience_of(self, call: RecordedCall, mean: timedelta, chance: Random) -> timedelta:
        """As it was of who gave up; of others at least what they waited, and then as long as others."""
        more = mean * chance.expovariate(1.0)
        waited = call.waited or timedelta()
        return waited if call.has_given_up else waited + more


def read_traffic(lines: Iterable[bytes]) -> Traffic:
    """Raises EventLogError, and ValueError for a log without an event."""
    gathering = _Gathering()
    found = replay(lines, gathering.watch, is_compared=False)
    if found.until is None:
        raise ValueError("no event")
    traffic = Traffic(found.header.at, found.until, gathering.plan or found.header.centre.plan)
    traffic.calls = sorted(gathering.calls.values(), key=lambda call: call.at)
    traffic.presence = sorted(gathering.presence, key=lambda one: one[0])
    traffic.unfinished = len(gathering.calls) - gathering.finished
    if gathering.rings:
        traffic.ring = sum(gathering.rings, timedelta()) / len(gathering.rings)
    return traffic


@dataclass(slots=True)
class _Gathering:
    calls: dict[InteractionId, RecordedCall] = field(default_factory=dict)
    presence: list[tuple[datetime, AgentId, Event]] = field(default_factory=list)
    rings: list[timedelta] = field(default_factory=list)
    plan: Plan | None = None
    finished: int = 0
    _has_begun: bool = False

    def watch(self, step: Step, outcome: Outcome | None, subject: InteractionId | None, kernel: Kernel) -> None:
        """One step of the log."""
        if not self._has_begun:
            self._has_begun = True
            self._take_those_at_work(kernel.centre, step.at)
        event = step.event
        if isinstance(event, SignInRequested | SignOutRequested | ReadyRequested | NotReadyRequested):
            if outcome is not None:
                self.presence.append((step.at, event.agent, event))
        elif isinstance(event, DigitReceived) and subject in self.calls:
            call = self.calls[subject]
            call.keys.append((step.at - call.at, event.digit))
        elif isinstance(event, CustomerFound) and event.interaction in self.calls:
            self.calls[event.interaction].card = event.card
        elif isinstance(event, PlanChanged):
            self.plan = kernel.centre.plan
        for notice in outcome.notices if outcome is not None else ():
            self._see(notice, step.at)

    def _take_those_at_work(self, centre: Centre, at: datetime) -> None:
        for agent in centre.agents.values():
            if agent.presence is not Presence.LOGGED_OUT:
                self.presence.append((at, agent.id, SignInRequested(agent.id)))
            if agent.presence is Presence.READY:
                self.presence.append((at, agent.id, ReadyRequested(agent.id)))

    def _see(self, notice: Notice, at: datetime) -> None:
        if isinstance(notice, InteractionStarted) and notice.direction is Direction.INBOUND:
            self.calls[notice.interaction] = RecordedCall(at, notice.dnis)
        elif isinstance(notice, RecordMade) and notice.record.is_final and notice.record.id in self.calls:
            self.finished += 1
            self._take(self.calls[notice.record.id], notice.record)

    def _take(self, call: RecordedCall, record: InteractionRecord) -> None:
        joined = next((each for each in record.segments if each.queue is not None), None)
        talk = next((each for each in record.segments if each.kind is SegmentKind.TALK), None)
        if joined is not None:
            call.waited = (record.customer_left_at if talk is None else talk.started_at) - joined.started_at
        call.has_given_up = talk is None and record.result is Result.ABANDONED
        if talk is not None:
            call.talk = _together(record.segments, _TALK)
            call.wrap_up = _together(record.segments, frozenset({SegmentKind.WRAP_UP}))
        rung = [each.whole for each in record.segments if each.kind is SegmentKind.RING]
        if talk is not None and rung:
            self.rings.append(rung[-1])


def _together(segments: Iterable[Segment], kinds: frozenset[SegmentKind]) -> timedelta:
    return sum((each.whole for each in segments if each.kind in kinds), timedelta())
