"""Callers are sent on before their wait is over: to another queue, with their place, or a way out."""

from __future__ import annotations

from tests.scenarios.stage import (
    DIAL_LIMIT,
    DUSK_LINE,
    GUEST_LINE,
    KNOWN_CALLER,
    NIGHT_LINE,
    ORDERS_LINE,
    PARTNER_LINE,
    PATRON_LINE,
    SUPPORT_LINE,
    Stage,
)

MOVED = 3.0
"""Seconds, as in the configuration of the scenarios."""


async def test_whoever_is_moved_after_a_wait_keeps_the_place(stage: Stage) -> None:
    """Before a caller who chose the other queue in the meantime."""
    moved, other, bob = stage.caller(), stage.caller(), stage.agent("bob")
    await moved.dials(ORDERS_LINE)
    await moved.waits_in("orders")
    await stage.passes(0.5)
    await other.dials(SUPPORT_LINE)
    await other.waits_in("support")
    await moved.waits_in("support", MOVED + 2)
    assert await stage.waiting("support") == [moved.number, other.number]
    await moved.hears_music()
    await bob.starts_work()
    await bob.alerted()
    await bob.answers()
    await bob.talks_with(moved)
    await moved.hangs_up()
    await other.hangs_up()
    row = await moved.final_row()
    assert (row.result, row.queue, row.agent) == ("answered", "support", "bob")
    assert [s.queue for s in row.segments if s.kind == "queue"] == ["orders", "support"]
    assert row.ways == ["rule 1 queue"]


async def test_a_message_when_nobody_is_signed_in(stage: Stage) -> None:
    """For whoever comes then, and for whoever still waits when the last one goes."""
    early, late, bob = stage.caller(), stage.caller(), stage.agent("bob")
    await early.dials(NIGHT_LINE)
    await early.hears("prompt")
    await early.is_hung_up(12)
    await bob.signs_in()
    await late.dials(NIGHT_LINE)
    await late.waits_in("night")
    await stage.passes(1)
    assert await stage.waiting("night") == [late.number]
    await bob.signs_out()
    await late.is_hung_up(12)
    assert [(await one.final_row()).result for one in (early, late)] == ["overflowed", "overflowed"]


async def test_a_waiting_caller_is_connected_with_an_outside_number(stage: Stage) -> None:
    """With music until it answers; both hear one another, and the history says why."""
    caller, outside = stage.caller(), stage.outside()
    await caller.dials(PARTNER_LINE)
    await caller.waits_in("partner")
    await outside.rings(MOVED + 2)
    await caller.hears_music()
    await outside.answers()
    await outside.hears_somebody()
    await caller.hears_somebody()
    await stage.passes(1)
    await outside.hangs_up()
    await caller.is_hung_up()
    row = await caller.final_row()
    assert (row.result, row.queue, row.agent) == ("overflowed", "partner", "")
    assert [kind for kind in row.kinds if kind != "ivr"] == ["queue", "dial", "talk"]
    assert row.ways == ["rule 1 number answered"]


async def test_a_number_that_is_busy_leads_back_to_the_place(stage: Stage) -> None:
    """Before a caller who came later; an agent answers."""
    caller, later, bob = stage.caller(), stage.caller(), stage.agent("bob")
    stage.outside().is_busy()
    await caller.dials(PARTNER_LINE)
    await caller.waits_in("partner")
    await stage.passes(0.5)
    await later.dials(PARTNER_LINE)
    await later.waits_in("partner")
    await stage.passes(MOVED)
    await caller.waits_in("partner")
    await caller.hears_music()
    assert await stage.waiting("partner") == [caller.number, later.number]
    await bob.starts_work()
    await bob.alerted()
    await bob.answers()
    await bob.talks_with(caller)
    await caller.hangs_up()
    await later.hangs_up()
    row = await caller.final_row()
    assert (row.result, row.agent, row.ways) == ("answered", "bob", ["rule 1 number busy"])


async def test_a_caller_hangs_up_while_the_number_rings(stage: Stage) -> None:
    """It stops ringing, long before its limit."""
    caller, outside = stage.caller(), stage.outside()
    await caller.dials(PARTNER_LINE)
    await outside.rings(MOVED + 2)
    await caller.hangs_up()
    await outside.is_hung_up(DIAL_LIMIT / 2)
    row = await caller.final_row()
    assert (row.result, row.ways) == ("abandoned", ["rule 1 number caller_left"])


async def test_whoever_comes_to_a_closed_queue_hears_so(stage: Stage) -> None:
    """The number called is open; the queue is not."""
    caller, bob = stage.caller(), stage.agent("bob")
    await bob.starts_work()
    await caller.dials(DUSK_LINE)
    await caller.hears("prompt")
    await caller.is_hung_up(12)
    row = await caller.final_row()
    assert (row.result, row.queue, row.ways) == ("closed", "dusk", ["rule 0 message"])
    await bob.is_left_alone(0.5)


async def test_a_flow_goes_on_by_who_the_caller_is_and_a_rule_by_an_expression(stage: Stage) -> None:
    """A customer of worth is let in, and is moved when the line is short enough; a stranger hears good-bye."""
    stranger, patron = stage.caller(), stage.caller(KNOWN_CALLER)
    waiting = stage.caller()
    await stranger.dials(GUEST_LINE)
    await stranger.hears("prompt")
    await waiting.dials(PATRON_LINE)
    await waiting.waits_in("patrons")
    await patron.dials(GUEST_LINE)
    await patron.waits_in("patrons")
    await stage.passes(MOVED)
    assert await stage.waiting("patrons") == [waiting.number, patron.number]
    await waiting.hangs_up()
    await patron.waits_in("support")
    await stranger.is_hung_up(12)
    await patron.hangs_up()
    rows = [await one.final_row() for one in (stranger, waiting, patron)]
    assert [row.result for row in rows] == ["ended_in_ivr", "abandoned", "abandoned"]
    assert [row.ways for row in rows] == [[], [], ["rule 1 queue"]]
