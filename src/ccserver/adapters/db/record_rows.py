"""Interaction records as rows and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

import orjson

from ccserver.core.forecast import Awaited
from ccserver.core.ids import AgentId, QueueId
from ccserver.core.records import Decision, Direction, Document, InteractionRecord, Result, Segment, SegmentKind
from ccserver.core.ways import Way
from ccserver.core.why import Ahead, Kept, Preferred, PreferredState, Why, WhyCode
from ccserver.services.codec import from_json, to_json

Row = dict[str, Any]
_APART = ("segments", "decisions", "ways", "waits")
_FIGURES = ("policy", "tier", "waited", "level", "urgency", "price")
_PLAIN = tuple(each.name for each in fields(InteractionRecord) if each.name not in _APART)


def interaction_row(record: InteractionRecord) -> Row:
    """Every field of the record but its segments."""
    row: Row = {name: getattr(record, name) for name in _PLAIN}
    row["length_seconds"], row["call_seconds"] = record.length, record.call
    row["ivr_answers"] = dict(record.ivr_answers)
    row["documents"] = [{"name": each.name, "reference": each.reference} for each in record.documents]
    row["recordings"] = list(record.recordings)
    row["decisions"] = [_decision_row(decision) for decision in record.decisions]
    row["ways"] = [orjson.loads(to_json(way)) for way in record.ways]
    row["waits"] = [orjson.loads(to_json(wait)) for wait in record.waits]
    return row


def segment_rows(record: InteractionRecord) -> list[Row]:
    return [
        {
            "interaction": record.id,
            "position": position,
            "kind": segment.kind,
            "started_at": segment.started_at,
            "ended_at": segment.ended_at,
            "length_seconds": segment.length,
            "beside_seconds": segment.beside,
            "queue": segment.queue,
            "agent": segment.agent,
        }
        for position, segment in enumerate(record.segments)
    ]


def recording_rows(record: InteractionRecord) -> list[Row]:
    return [{"interaction": record.id, "name": name} for name in dict.fromkeys(record.recordings)]


def to_record(row: Mapping[str, Any], segments: Iterable[Segment]) -> InteractionRecord:
    """The record of a row of `interactions`."""
    given = {name: row[name] for name in _PLAIN}
    given["direction"] = Direction(row["direction"])
    given["result"] = Result(row["result"])
    given["documents"] = tuple(Document(each["name"], each["reference"]) for each in row["documents"])
    given["recordings"] = tuple(row["recordings"])
    decisions = tuple(_to_decision(decision) for decision in row["decisions"])
    ways = tuple(from_json(Way, orjson.dumps(way)) for way in row["ways"])
    waits = tuple(from_json(Awaited, orjson.dumps(wait)) for wait in row["waits"])
    return InteractionRecord(**given, decisions=decisions, ways=ways, waits=waits, segments=tuple(segments))


def to_segment(row: Mapping[str, Any]) -> Segment:
    return Segment(
        SegmentKind(row["kind"]), row["started_at"], row["ended_at"], row["queue"], row["agent"], row["beside_seconds"]
    )


def _decision_row(decision: Decision) -> Row:
    return {
        "at": decision.at.isoformat(),
        "agent": decision.agent,
        "queue": decision.queue,
        "explanation": decision.explanation,
        "outcome": decision.outcome,
        "why": None if decision.why is None else _why_row(decision.why),
    }


def _why_row(why: Why) -> Row:
    return {**asdict(why), "idle_since": why.idle_since.isoformat() if why.idle_since else None}


def _to_decision(row: Mapping[str, Any]) -> Decision:
    return Decision(
        datetime.fromisoformat(row["at"]),
        AgentId(row["agent"]),
        None if row["queue"] is None else QueueId(row["queue"]),
        row["explanation"],
        row.get("outcome", ""),
        _to_why(row.get("why")),
    )


def _to_why(row: Mapping[str, Any] | None) -> Why | None:
    """None too for a code of another version: the sentence says it in any case."""
    if row is None or row["code"] not in set(WhyCode):  # `in` an enum takes no plain text before Python 3.12
        return None
    idle_since = row["idle_since"]
    return Why(
        WhyCode(row["code"]),
        row["qualified"],
        None if idle_since is None else datetime.fromisoformat(idle_since),
        tuple(row["without_skill"]),
        tuple(row["missed_before"]),
        row["is_last_resort"],
        row["by"],
        tuple(row.get("without_page", ())),
        **{name: row[name] for name in _FIGURES if name in row},
        ahead=tuple(Ahead(**each) for each in row.get("ahead", ())),
        kept=tuple(Kept(**each) for each in row.get("kept", ())),
        queue=row.get("queue"),
        preferred=tuple(_to_preferred(each) for each in row.get("preferred", ())),
    )


def _to_preferred(row: Mapping[str, Any]) -> Preferred:
    return Preferred(AgentId(row["agent"]), row["preferred_as"], PreferredState(row["state"]))
