"""The universal check: every row adds up, and nothing is left behind."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import pairwise

from tests.scenarios.rows import Row

from ccserver.adapters.sim.centre import SimCentre


def check_rows(rows: list[Row], tolerance: float) -> None:
    """Every row is final and there once; the customer's segments follow one another from start to end without a gap."""
    doubled = [key for key, times in Counter(row.id for row in rows).items() if times > 1]
    assert not doubled, f"rows that are there twice: {doubled}"
    for row in rows:
        check_row(row, tolerance)


def check_row(row: Row, tolerance: float) -> None:
    assert row.is_final, f"{row.id} is not final"
    side = [s for s in row.segments if s.kind != "wrap_up"]
    for before, after in pairwise(side):
        assert before.ended_at == after.started_at, f"gap between {before} and {after} of {row.id}"
    if side:
        assert side[0].started_at == row.started_at, row
        assert side[-1].ended_at == row.customer_left_at, row
    total = sum((s.ended_at - s.started_at for s in side), timedelta())
    slack = timedelta(seconds=tolerance)
    assert abs(total - (row.customer_left_at - row.started_at)) <= slack, f"{row.id}: segments do not add up: {row}"
    end = max((s.ended_at for s in row.segments), default=row.customer_left_at)
    assert abs(end - row.started_at - row.length) <= slack, f"{row.id}: length is not the time on the wall: {row}"


KEPT = ("agent", "boot", "black_box", "ended", "switch")
"""Rows that are not of a call."""


def check_centre(sim: SimCentre) -> None:
    """No leg, connection, timer, waiting caller or work item is left, on either side; one final record each."""
    centre, pbx = sim.centre, sim.pbx
    assert not pbx.legs, f"legs left on the PBX: {list(pbx.legs)}"
    assert not pbx.connections, f"connections left on the PBX: {pbx.connections}"
    assert not centre.interactions, f"interactions left: {centre.interactions}"
    assert not centre.work_items, f"work items left: {centre.work_items}"
    assert not centre.waiting, f"places left: {centre.waiting}"
    assert not centre.legs, f"legs left in the index: {centre.legs}"
    assert not centre.timers, f"timers left: {centre.timers}"
    left = [name for name in sim.journal.rows if name.partition("/")[0] not in KEPT]
    assert not left, f"rows left in the journal: {left}"
    for key, records in sim.records.items():
        revisions = [record.revision for record in records]
        assert revisions == sorted(set(revisions)), f"revisions of {key}: {revisions}"
        assert [record.is_final for record in records].count(True) == 1, f"final records of {key}"
