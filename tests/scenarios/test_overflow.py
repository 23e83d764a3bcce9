"""Callers are sent on before their wait is over: to another queue, with their place, or a way out."""

from __future__ import annotations

from tests.scenarios.stage import NIGHT_LINE, ORDERS_LINE, SUPPORT_LINE, Stage

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
