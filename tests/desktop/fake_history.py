"""The past of the fake centre: interactions with real courses, as the server's own records."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from aiohttp import web

from ccserver.adapters.web.api.interaction_answers import InteractionDetail, detail_of, recording_answer
from ccserver.core.ids import AgentId, CustomerId, InteractionId, QueueId
from ccserver.core.records import Decision, Direction, Document, InteractionRecord, Result, Segment, SegmentKind
from ccserver.core.ways import Held, Way, WayCause
from ccserver.core.why import Why, WhyCode
from ccserver.services.views import Names

ANN, BOB = AgentId("ann"), AgentId("bob")
K = SegmentKind
Course = tuple[tuple[SegmentKind, float], ...]


def course(start: datetime, parts: Course, queue: QueueId | None, agent: AgentId | None) -> tuple[Segment, ...]:
    """Parts one after the other; menu and queue are nobody's."""
    made = []
    for kind, seconds in parts:
        end = start + timedelta(seconds=seconds)
        made.append(
            Segment(kind, start, end, None if kind is K.IVR else queue, None if kind in (K.IVR, K.QUEUE) else agent)
        )
        start = end
    return tuple(made)


def ended(
    number: int, minutes: float, parts: Course, *, name: str = "", phone: str = "", queue: str | None = "support",
    agent: AgentId | None = ANN, direction: Direction = Direction.INBOUND, result: Result = Result.ANSWERED,
    disposition: str = "", customer: str | None = None, tier: str = "", **more: object,
) -> InteractionRecord:  # fmt: skip
    """One interaction that began so many minutes ago."""
    start = datetime.now(UTC) - timedelta(minutes=minutes)  # noqa: TID251 - a peer of the page lives on the wall clock
    of = QueueId(queue) if queue else None
    segments = course(start, parts, of, agent)
    customers = [segment for segment in segments if segment.kind is not K.WRAP_UP]
    values: Mapping[str, object] = {
        "id": InteractionId(f"h{number}"), "revision": 1, "direction": direction, "channel": "voice", "started_at": start,
        "customer_left_at": customers[-1].ended_at, "ended_at": segments[-1].ended_at,
        "ani": phone if direction is Direction.INBOUND else "+448081570100",
        "dnis": "+448081570100" if direction is Direction.INBOUND else phone,
        "customer": CustomerId(customer) if customer else None, "customer_name": name, "customer_number": phone,
        "tier": tier, "queue": of, "agent": agent, "reason": "", "result": result, "end_cause": "normal",
        "ivr_answers": {}, "disposition": disposition, "notes": "", "script": "", "documents": (), "recordings": (),
        "segments": segments, "is_final": True, "decisions": (),
    }  # fmt: skip
    return InteractionRecord(**{**values, **more})  # type: ignore[arg-type]


def why(queue: str, when: datetime) -> tuple[Decision, ...]:
    """Bob missed it, then Ann took it."""
    first = Why(WhyCode.LONGEST_IDLE, 3, when - timedelta(minutes=9))
    second = Why(
        WhyCode.LONGEST_IDLE, 1, when - timedelta(minutes=4), without_skill=(AgentId("fay"),), missed_before=(BOB,)
    )
    of = QueueId(queue)
    return (
        Decision(when, BOB, of, first.sentence(BOB), "rona", first),
        Decision(when + timedelta(seconds=15), ANN, of, second.sentence(ANN), "connected", second),
    )


def grace(number: int, minutes: float) -> InteractionRecord:
    """Everything a record can have."""
    parts = (
        (K.IVR, 21.0),
        (K.QUEUE, 38.0),
        (K.RING, 6.0),
        (K.TALK, 130.0),
        (K.HOLD, 34.0),
        (K.TALK, 33.0),
        (K.WRAP_UP, 48.0),
    )
    record = ended(
        number, minutes, parts, name="Grace Hopper", phone="+442079460012", disposition="resolved", customer="c-1", tier="gold",
        reason="line_drops", ivr_answers={"language": "english", "product": "fibre_500"}, script="support_line_drops",
        documents=(Document("router-exchange.pdf", "https://crm.example/d/7"),), recordings=("call-h0",),
        notes="Line drops every evening around 20:00.\nRouter replaced; new one arrives Tuesday.",
    )  # fmt: skip
    return replace(
        record, decisions=why("support", record.segments[2].started_at), ways=ways(record.segments[1].started_at)
    )


def ways(when: datetime) -> tuple[Way, ...]:
    """An outside number that was busy, then another queue."""
    held = (Held("waited", "", True, 20, 21), Held("ready", "sales", False, 1, 0), Held("closed", "office"))
    sales, waited = QueueId("sales"), timedelta(seconds=21)
    return (
        Way(when, sales, WayCause.RULE, "number", "+442079460999", waited, 2, held, "busy"),
        Way(when + timedelta(seconds=3), sales, WayCause.CLOSING, "queue", "support", waited + timedelta(seconds=3)),
    )


def history() -> list[InteractionRecord]:
    """Latest first. Ann had a part in all of the first six."""
    out: Course = ((K.DIAL, 41.0), (K.WRAP_UP, 23.0))
    talk: Course = ((K.QUEUE, 12.0), (K.RING, 5.0), (K.TALK, 78.0), (K.WRAP_UP, 30.0))
    long: Course = ((K.IVR, 18.0), (K.QUEUE, 95.0), (K.RING, 9.0), (K.TALK, 296.0), (K.WRAP_UP, 60.0))
    return [
        grace(0, 14),
        ended(1, 31, talk, name="Alan Kay", phone="+442079460044", queue="sales", disposition="sent_information"),
        ended(2, 52, out, name="Barbara Liskov", phone="+442079460101", queue=None, direction=Direction.OUTBOUND,
              result=Result.NOT_REACHED, end_cause="no_answer"),
        ended(3, 78, long, phone="+442079460733", disposition="callback_promised"),
        ended(4, 121, talk, name="Edsger Dijkstra", phone="+442079460061", disposition="complaint"),
        ended(5, 150, talk, name="Niklaus Wirth", phone="+442079460071", agent=BOB, disposition="resolved",
              decisions=why("support", datetime.now(UTC))),  # noqa: TID251
        ended(6, 60 * 30, ((K.IVR, 12.0), (K.QUEUE, 240.0)), name="Grace Hopper", phone="+442079460012", agent=None,
              result=Result.ABANDONED, customer="c-1", tier="gold"),
        ended(7, 60 * 50, ((K.IVR, 12.0), (K.VOICEMAIL, 33.0)), name="林晓雯", phone="+8613800138000", agent=None, tier="platinum",
              result=Result.VOICEMAIL, recordings=("message-h7",)),
        ended(8, 60 * 24 * 3, talk, name="Grace Hopper", phone="+442079460012", agent=BOB, customer="c-1", tier="gold",
              disposition="callback_promised", end_cause="demo",
              notes="Router replaced; new one arrives Tuesday. Promised to call back if the line still drops."),
    ]  # fmt: skip


def names(agents: Mapping[str, str], queues: Mapping[str, str]) -> Names:
    return Names(
        {AgentId(key): name for key, name in agents.items()}, {QueueId(key): name for key, name in queues.items()}
    )


def with_recordings(record: InteractionRecord, known: Names) -> InteractionDetail:
    """The first recording of each is there to be heard, for 3 seconds; of several the others are gone."""
    files = [
        recording_answer(record, name, timedelta(seconds=3), is_kept=serial == 0, may_listen=True)
        for serial, name in enumerate(record.recordings)
    ]
    return detail_of(record, known, files)


async def sound(_request: web.Request) -> web.Response:
    """Three seconds of silence as the server sends a recording."""
    head = struct.pack(
        "<4sI4s4sIHHIIHH4sI", b"RIFF", 48036, b"WAVE", b"fmt ", 16, 1, 1, 8000, 16000, 2, 16, b"data", 48000
    )
    return web.Response(body=head + bytes(48000), content_type="audio/wav")
