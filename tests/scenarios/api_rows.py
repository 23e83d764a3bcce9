"""The history's answers over HTTP as rows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.scenarios.rows import Row, SegmentRow

_instant = datetime.fromisoformat


def row_of(found: dict[str, Any]) -> Row:
    """The history's answer as a row."""
    segments = tuple(
        SegmentRow(s["kind"], _instant(s["started_at"]), _instant(s["ended_at"]), s["queue"] or "", s["agent"] or "")
        for s in found["segments"]
    )
    return Row(
        found["id"],
        found["direction"],
        found["result"],
        found["ani"],
        found["dnis"],
        found["queue"] or "",
        found["agent"] or "",
        found["customer_name"],
        found["reason"],
        found["ivr_answers"],
        found["disposition"],
        found["notes"],
        tuple(found["recordings"]),
        _instant(found["started_at"]),
        _instant(found["customer_left_at"]),
        timedelta(seconds=found["length_seconds"]),
        segments,
        found["is_final"],
        [f"rule {way['rule']} {way['kind']} {way['outcome']}".strip() for way in found["ways"]],
        found["callback_of"] or "",
        found["end_cause"],
    )
