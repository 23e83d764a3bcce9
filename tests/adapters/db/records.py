"""Interaction records for the tests of stores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ccserver.core.ids import AgentId, CustomerId, InteractionId, QueueId
from ccserver.core.records import Decision, Direction, Document, InteractionRecord, Result, Segment, SegmentKind
from ccserver.core.ways import Held, Way, WayCause

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WAY = Way(
    NOON,
    QueueId("orders"),
    WayCause.RULE,
    "number",
    "+442079460999",
    timedelta(seconds=61),
    2,
    (Held("waited", "", True, 60, 61), Held("ready", "orders", False, 1, 0)),
    "busy",
)


def segments(started_at: datetime = NOON) -> tuple[Segment, ...]:
    """Ten seconds of IVR, queue, ring and talk, and then five of wrap-up."""
    kinds = [SegmentKind.IVR, SegmentKind.QUEUE, SegmentKind.RING, SegmentKind.TALK]
    made = [
        Segment(
            kind,
            started_at + timedelta(seconds=10 * i),
            started_at + timedelta(seconds=10 * (i + 1)),
            QueueId("support") if i else None,
            AgentId("ann") if i > 1 else None,
        )
        for i, kind in enumerate(kinds)
    ]
    end = made[-1].ended_at
    made.append(
        Segment(
            SegmentKind.WRAP_UP, end, end + timedelta(seconds=5, microseconds=7), QueueId("support"), AgentId("ann")
        )
    )
    return tuple(made)


def record(serial: int = 1, **changes: object) -> InteractionRecord:
    """The record of interaction `i-<serial>`, started `serial` seconds after noon."""
    started_at = NOON + timedelta(seconds=serial)
    parts: Sequence[Segment] = segments(started_at)
    whole = InteractionRecord(
        id=InteractionId(f"i-{serial:06}"),
        revision=1,
        direction=Direction.INBOUND,
        channel="voice",
        started_at=started_at,
        customer_left_at=parts[-2].ended_at,
        ended_at=parts[-1].ended_at,
        ani="+442079460001",
        dnis="+448081570102",
        customer=CustomerId("c-1"),
        customer_name="Zoë 王小明 <b>'\"",
        customer_number="+442079460001",
        tier="gold",
        queue=QueueId("support"),
        agent=AgentId("ann"),
        reason="billing",
        result=Result.ANSWERED,
        end_cause="normal",
        ivr_answers={"menu": "2", "account": "0042"},
        disposition="",
        notes="",
        script="",
        documents=(Document("Invoice «1» \N{BOOKMARK}", "https://crm.example/i/1?a=b&c"),),
        recordings=(f"rec-{serial}",),
        segments=tuple(parts),
        is_final=False,
        decisions=(Decision(parts[2].started_at, AgentId("ann"), QueueId("support"), "idle for 12 s", "connected"),),
        ways=(WAY,),
    )
    return replace(whole, **changes)  # type: ignore[arg-type]
