"""The demo's past: invented contacts of its customers, so that the first screen pop shows what a screen pop is for.

Their ids begin with "demo-" and their `end_cause` is "demo": reports can leave them out. All are days old, so no figure of
today counts them. The same customer has the same contacts on every machine; only the days move with the first start.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ccserver.core.customer import CustomerCard
from ccserver.core.ids import AgentId, InteractionId, QueueId
from ccserver.core.records import Decision, Direction, Document, InteractionRecord, Result, Segment, SegmentKind
from ccserver.core.why import Why, WhyCode

MARK = "demo"
ENTRY, AGENTS = "+448081570100", ("ann", "bob", "cem", "dia", "eve")
_NOBODYS = (SegmentKind.IVR, SegmentKind.QUEUE)
_WITH_AN_AGENT = (SegmentKind.TALK, SegmentKind.DIAL)


@dataclass(frozen=True, slots=True)
class _Story:
    """One kind of contact. `parts` are the kinds of segments with their seconds; `key` is what was pressed in the menu."""

    queue: str
    parts: tuple[tuple[SegmentKind, int], ...]
    notes: str = ""
    disposition: str = ""
    key: str = ""
    result: Result = Result.ANSWERED
    direction: Direction = Direction.INBOUND
    script: str = ""
    documents: tuple[Document, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)


_K = SegmentKind
_SHORT = ((_K.IVR, 14), (_K.QUEUE, 9), (_K.RING, 5), (_K.TALK, 96), (_K.WRAP_UP, 18))
_LONG = (
    (_K.IVR, 21), (_K.QUEUE, 74), (_K.RING, 7), (_K.TALK, 188), (_K.HOLD, 43), (_K.TALK, 61), (_K.WRAP_UP, 28),
)  # fmt: skip
_OUT = ((_K.DIAL, 11), (_K.TALK, 142), (_K.WRAP_UP, 24))

STORIES = (
    _Story("support", _LONG, "Line drops in the evening. Router restarted, firmware is current. Call back if it happens again.",
           "follow_up", "2", script="line_drops"),
    _Story("sales", _SHORT, "Asked for the price of a second line. Offer sent by e-mail.", "offer_sent", "1",
           documents=(Document("Offer for a second line", "OF-20311"),)),
    _Story("support", _SHORT, "Address on the invoice corrected.", "solved", "2"),
    _Story("support", ((_K.IVR, 14), (_K.QUEUE, 203)), key="2", result=Result.ABANDONED),
    _Story("sales", _OUT, "Called about the offer: wants to decide with the family, call again next week.", "call_back",
           direction=Direction.OUTBOUND),
    _Story("support", _LONG, "Complaint: the engineer did not come on Tuesday. New date agreed, credit promised.", "complaint", "2",
           script="missed_appointment", documents=(Document("Credit note", "CN-0417"),)),
    _Story("support", ((_K.IVR, 33), (_K.QUEUE, 12), (_K.RING, 4), (_K.TALK, 71), (_K.WRAP_UP, 15)),
           "Order is on its way, arrives on Friday.", "solved", "4", answers={"order_number": "77140"}),
    _Story("sales", _LONG, "Took the larger package from the first of next month.", "sold", "1", documents=(Document("Contract", "CT-8852"),)),
)  # fmt: skip


def past_of(place: int, card: CustomerCard, now: datetime) -> Iterator[InteractionRecord]:
    """The contacts of the customer at this place of the list, newest first: up to three, and none for every third customer."""
    for serial in range((1, 3, 0, 2, 0, 1)[place % 6]):
        story = STORIES[(place * 5 + serial * 3) % len(STORIES)]
        day = now - timedelta(days=2 + place * 7 % 19 + serial * 13)
        start = day.replace(hour=8 + place % 9, minute=(place * 7 + serial * 23) % 60, second=place % 60, microsecond=0)
        agent = AgentId(AGENTS[(place + place // 5 + serial * 2) % len(AGENTS)])
        yield _record(InteractionId(f"{MARK}-{card.id}-{serial}"), story, start, agent, card)


def _record(
    key: InteractionId, story: _Story, start: datetime, agent: AgentId, card: CustomerCard
) -> InteractionRecord:
    segments = tuple(_segments(story, start, agent))
    is_in, number = story.direction is Direction.INBOUND, card.numbers[0]
    return InteractionRecord(
        id=key,
        revision=1,
        direction=story.direction,
        channel="voice",
        started_at=start,
        customer_left_at=max(each.ended_at for each in segments if each.kind is not SegmentKind.WRAP_UP),
        ended_at=segments[-1].ended_at,
        ani=number if is_in else ENTRY,
        dnis=ENTRY if is_in else number,
        customer=card.id,
        customer_name=card.name,
        customer_number=number,
        tier=card.tier,
        queue=QueueId(story.queue) if is_in else None,
        agent=agent if any(each.kind in _WITH_AN_AGENT for each in segments) else None,
        reason=story.queue.title() if is_in else "",
        result=story.result,
        end_cause=MARK,
        ivr_answers={"menu_key": story.key, **story.answers} if story.key else {},
        disposition=story.disposition,
        notes=story.notes,
        script=story.script,
        documents=story.documents,
        recordings=(),
        segments=segments,
        is_final=True,
        decisions=tuple(_decisions(segments)),
    )


def _segments(story: _Story, start: datetime, agent: AgentId) -> Iterator[Segment]:
    queue = QueueId(story.queue) if story.direction is Direction.INBOUND else None
    for kind, seconds in story.parts:
        end = start + timedelta(seconds=seconds)
        in_queue = None if kind is SegmentKind.IVR else queue
        yield Segment(kind, start, end, in_queue, None if kind in _NOBODYS else agent)
        start = end


def _decisions(segments: tuple[Segment, ...]) -> Iterator[Decision]:
    for each in segments:
        if each.kind is SegmentKind.RING and each.agent is not None:
            why = Why(WhyCode.LONGEST_IDLE, 3, each.started_at - timedelta(minutes=4))
            yield Decision(each.started_at, each.agent, each.queue, why.sentence(each.agent), "connected", why)
