"""Interactions as the API shows them: lengths in seconds, segments and decisions beside the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ccserver.core.forecast import Awaited
from ccserver.core.ids import AgentId, CustomerId, InteractionId, QueueId, call_recording
from ccserver.core.records import Decision, Direction, Document, InteractionRecord, Result, Segment, SegmentKind
from ccserver.core.ways import Way, WayCause
from ccserver.services.views import ExpectedView, Names, WhyView, expected_view, step_name, why_view

_TALK = (SegmentKind.TALK, SegmentKind.HOLD)


@dataclass(frozen=True, slots=True)
class SegmentAnswer:
    """From start to end are `length_seconds` and `beside_seconds` together; the second is counted in another segment."""

    kind: SegmentKind
    started_at: datetime
    ended_at: datetime
    length_seconds: float
    beside_seconds: float
    queue: QueueId | None
    queue_name: str
    agent: AgentId | None
    agent_name: str


@dataclass(frozen=True, slots=True)
class DecisionAnswer:
    """`explanation` is English with ids; `why` has the same as a code and values, null in records from before there was one."""

    at: datetime
    agent: AgentId
    agent_name: str
    queue: QueueId | None
    queue_name: str
    explanation: str
    outcome: str
    """connected, or why not: rona, declined, phone_unreachable, caller_left; empty while it rings."""
    why: WhyView | None


@dataclass(frozen=True, slots=True)
class HeldAnswer:
    """One condition that held: `what` is waited (seconds), length, signed_in, ready, in_wrap_up (of the queue `name`), predicted_wait (seconds, in the queue `name`), open or closed
    (of the calendar `name`). `value` had to be at least `limit`, or without `is_least` below it."""

    what: str
    name: str
    is_least: bool
    limit: float
    value: float


@dataclass(frozen=True, slots=True)
class WayAnswer:
    """Where the caller was sent on. `queue` null: from none, the number called was closed. `explanation` is English with ids."""

    at: datetime
    queue: QueueId | None
    queue_name: str
    cause: WayCause
    rule: int
    """Of the queue's overflow, from 1; 0: none."""
    waited_seconds: float
    kind: str
    """voicemail, message, queue, flow or number; add (the queue `target`) and widen: the caller stayed, for more agents than before."""
    target: str
    target_name: str
    held: Sequence[HeldAnswer]
    outcome: str
    """Of a number: answered, or why not: busy, no_answer, caller_left, ...; empty while it rings and for all else."""
    explanation: str


@dataclass(frozen=True, slots=True)
class WaitAnswer:
    """What was expected when the wait began, and the last that the caller was told of it. `expected` null: an agent was free."""

    queue: QueueId
    queue_name: str
    since: datetime
    expected: ExpectedView | None
    told: str
    """under_1, from_1_to_2, from_2_to_4, from_4_to_7, from_7_to_12 or over_12 (minutes); empty: nothing."""
    told_at: datetime | None


@dataclass(frozen=True, slots=True)
class RecordingAnswer:
    """`kind` is call or message. `is_kept` false: the file is not there any more. `may_listen` is about the one who asks."""

    name: str
    kind: str
    is_kept: bool
    length_seconds: float | None
    may_listen: bool


@dataclass(frozen=True, slots=True)
class InteractionSummary:
    """`ended_at`, both lengths and `result` are null while it goes on. `agent` is the one who spoke last.

    `call_seconds` is the customer's own call, `talk_seconds` what of it was talk with an agent or on hold; `length_seconds` runs to the end of the last wrap-up.
    """

    id: InteractionId
    is_live: bool
    started_at: datetime
    ended_at: datetime | None
    length_seconds: float | None
    call_seconds: float | None
    talk_seconds: float | None
    direction: Direction
    channel: str
    ani: str
    dnis: str
    customer: CustomerId | None
    customer_name: str
    customer_number: str
    tier: str
    queue: QueueId | None
    queue_name: str
    agent: AgentId | None
    agent_name: str
    reason: str
    result: Result | None
    end_cause: str
    """Why it ended, as a code: of a call that reached nobody busy, no_answer, rejected, unreachable, invalid_number, ...;
    own_phone_no_answer and own_phone_unreachable when the agent's own phone was not taken and nothing was dialled."""
    disposition: str


@dataclass(frozen=True, slots=True)
class InteractionDetail(InteractionSummary):
    """`is_final` false: wrap-up may still add to it. The lengths of the segments add up to `length_seconds`."""

    customer_left_at: datetime | None
    is_final: bool
    revision: int
    ivr_answers: Mapping[str, str]
    notes: str
    script: str
    documents: Sequence[Document]
    recordings: Sequence[str]
    recording_files: Sequence[RecordingAnswer]
    """Of each of `recordings` what can be heard; empty while the call goes on."""
    segments: Sequence[SegmentAnswer]
    decisions: Sequence[DecisionAnswer]
    ways: Sequence[WayAnswer]
    """In their order; empty for most calls."""
    callback_of: InteractionId | None
    """Of a call back, the interaction in which it was promised."""
    waits: Sequence[WaitAnswer]
    """Those for which something was foretold."""


def summary_of(record: InteractionRecord, names: Names) -> InteractionSummary:
    return InteractionSummary(
        id=record.id,
        is_live=False,
        started_at=record.started_at,
        ended_at=record.ended_at,
        length_seconds=record.length.total_seconds(),
        call_seconds=record.call.total_seconds(),
        talk_seconds=sum((each.length for each in record.segments if each.kind in _TALK), timedelta()).total_seconds(),
        direction=record.direction,
        channel=record.channel,
        ani=record.ani,
        dnis=record.dnis,
        customer=record.customer,
        customer_name=record.customer_name,
        customer_number=record.customer_number,
        tier=record.tier,
        queue=record.queue,
        queue_name=names.queue(record.queue),
        agent=record.agent,
        agent_name=names.agent(record.agent),
        reason=record.reason,
        result=record.result,
        end_cause=record.end_cause,
        disposition=record.disposition,
    )


def detail_of(record: InteractionRecord, names: Names, files: Sequence[RecordingAnswer] = ()) -> InteractionDetail:
    summary = summary_of(record, names)
    return InteractionDetail(
        **{name: getattr(summary, name) for name in InteractionSummary.__dataclass_fields__},
        customer_left_at=record.customer_left_at,
        is_final=record.is_final,
        revision=record.revision,
        ivr_answers=record.ivr_answers,
        notes=record.notes,
        script=record.script,
        documents=record.documents,
        recordings=record.recordings,
        recording_files=files,
        segments=[_segment(segment, names) for segment in record.segments],
        decisions=decisions_of(record.decisions, names),
        ways=[_way(way, names) for way in record.ways],
        callback_of=record.callback_of,
        waits=[_wait(wait, names) for wait in record.waits],
    )


def _wait(wait: Awaited, names: Names) -> WaitAnswer:
    told = wait.told
    return WaitAnswer(
        wait.queue,
        names.queue(wait.queue),
        wait.since,
        expected_view(wait.expected),
        step_name(told),
        told.at if told is not None else None,
    )


def recording_answer(
    record: InteractionRecord, name: str, length: timedelta | None, *, is_kept: bool, may_listen: bool
) -> RecordingAnswer:
    kind = "call" if name == call_recording(record.id) else "message"
    return RecordingAnswer(name, kind, is_kept, length.total_seconds() if length is not None else None, may_listen)


def live_detail(record: InteractionRecord, names: Names) -> InteractionDetail:
    """One that goes on: no end, no lengths, no result; the segments are those that are over."""
    return replace(
        detail_of(record, names),
        is_live=True,
        is_final=False,
        ended_at=None,
        length_seconds=None,
        call_seconds=None,
        talk_seconds=None,
        customer_left_at=None,
        result=None,
        end_cause="",
    )


def decisions_of(decisions: Sequence[Decision], names: Names) -> list[DecisionAnswer]:
    return [
        DecisionAnswer(
            each.at,
            each.agent,
            names.agent(each.agent),
            each.queue,
            names.queue(each.queue),
            each.explanation,
            each.outcome,
            why_view(each.why, names),
        )
        for each in decisions
    ]


def _way(way: Way, names: Names) -> WayAnswer:
    held = [
        HeldAnswer(e.what, names.queues.get(QueueId(e.name), e.name), e.is_least, e.limit, e.value) for e in way.held
    ]
    return WayAnswer(
        at=way.at,
        queue=way.queue,
        queue_name=names.queue(way.queue),
        cause=way.cause,
        rule=way.rule,
        waited_seconds=way.waited.total_seconds(),
        kind=way.kind,
        target=way.target,
        target_name=(names.queue(QueueId(way.target)) if way.kind in ("queue", "add") else "") or way.target,
        held=held,
        outcome=way.outcome,
        explanation=way.sentence(),
    )


def _segment(segment: Segment, names: Names) -> SegmentAnswer:
    return SegmentAnswer(
        segment.kind,
        segment.started_at,
        segment.ended_at,
        segment.length.total_seconds(),
        segment.beside.total_seconds(),
        segment.queue,
        names.queue(segment.queue),
        segment.agent,
        names.agent(segment.agent),
    )
