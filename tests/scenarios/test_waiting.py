"""What a caller hears who waits."""

from __future__ import annotations

from tests.scenarios.stage import IVR_LINE, Caller, Stage

NEXT_ANNOUNCEMENT = 9.0
"""Seconds until the position is told again at the latest, as in the configuration of the scenarios."""

WHILE_IT_PLAYS = 3.0
"""Seconds; the announcement lasts seven."""


async def waiting_for_sales(stage: Stage) -> Caller:
    """A caller who chose sales, where nobody is at work yet."""
    caller = stage.caller()
    await caller.dials(IVR_LINE)
    await caller.hears("prompt")
    await caller.presses("1")
    await caller.waits_in("sales")
    return caller


async def test_position_is_announced_and_delays_nobody(stage: Stage) -> None:
    """Second in line, then first; whoever is told so is connected in the middle of the sentence."""
    first = await waiting_for_sales(stage)
    second = await waiting_for_sales(stage)
    await second.is_told("queue-thereare", NEXT_ANNOUNCEMENT)
    await second.is_told("digits/2")
    await first.hangs_up()
    await second.hears_music()
    await second.is_told("queue-youarenext", NEXT_ANNOUNCEMENT)
    cem = stage.agent("cem")
    await cem.starts_work()
    await cem.alerted(2.0)
    await cem.answers()
    await cem.talks_with(second, WHILE_IT_PLAYS)
    await second.hangs_up()
    assert (await second.final_row()).agent == "cem"
    assert (await first.final_row()).result == "abandoned"
