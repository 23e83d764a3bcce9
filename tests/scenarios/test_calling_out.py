"""Calls that agents make."""

from __future__ import annotations

import pytest
from tests.scenarios.rows import Row
from tests.scenarios.stage import DIAL_LIMIT, OUTSIDE, OWN_RING_LIMIT, Agent, Stage


async def calling(stage: Stage) -> Agent:
    """Ann has clicked, and her own phone was taken."""
    ann = stage.agent("ann")
    await ann.starts_work()
    await ann.calls(OUTSIDE)
    await ann.alerted()
    await ann.answers()
    return ann


async def only_row(stage: Stage, within: float = 10.0) -> Row:
    async def fact() -> bool:
        return any(row.direction == "outbound" and row.is_final for row in await stage.rows())

    await stage.until(fact, within, "a final outbound row")
    return next(row for row in await stage.rows() if row.direction == "outbound")


async def test_click_to_call_is_answered(stage: Stage) -> None:
    """First the own phone, then the customer, then the talk."""
    outside = stage.outside()
    ann = await calling(stage)
    await outside.rings()
    await outside.answers()
    await ann.talks_with(outside)
    await stage.passes(1)
    await outside.hangs_up()
    await ann.is_hung_up()
    await ann.sees("wrap_up")
    await ann.wraps_up()
    row = await only_row(stage)
    assert (row.result, row.dnis, row.agent) == ("answered", OUTSIDE, "ann")
    assert "talk" in row.kinds


async def test_click_to_call_finds_a_busy_number(stage: Stage) -> None:
    """The agent's own leg ends, and the row says so."""
    stage.outside().is_busy()
    ann = await calling(stage)
    await ann.is_hung_up()
    assert (await only_row(stage)).result == "not_reached"


async def test_click_to_call_is_not_answered(stage: Stage) -> None:
    """Until the limit."""
    outside = stage.outside()
    ann = await calling(stage)
    await outside.rings()
    await ann.is_hung_up(DIAL_LIMIT + 3)
    await outside.is_hung_up()
    assert (await only_row(stage)).result == "not_reached"


async def test_agent_gives_up_while_it_rings(stage: Stage) -> None:
    """The number outside stops ringing."""
    outside = stage.outside()
    ann = await calling(stage)
    await outside.rings()
    await ann.hangs_up()
    await outside.is_hung_up()
    assert (await only_row(stage)).result == "not_reached"


@pytest.mark.thorough
async def test_agent_does_not_take_the_own_phone(stage: Stage) -> None:
    """Nobody outside was bothered."""
    ann, outside = stage.agent("ann"), stage.outside()
    await ann.starts_work()
    await ann.calls(OUTSIDE)
    await ann.alerted()
    await ann.stops_ringing(OWN_RING_LIMIT + 2)
    assert await outside.heard() == "gone"
    assert (await only_row(stage)).result == "not_reached"


async def test_number_dialled_on_the_phone(stage: Stage) -> None:
    """The phone's own keypad does the same as a click."""
    ann, outside = stage.agent("ann"), stage.outside()
    await ann.starts_work()
    await ann.dials(OUTSIDE)
    await outside.rings()
    await outside.answers()
    await ann.talks_with(outside)
    await ann.hangs_up()
    await outside.is_hung_up()
    assert (await only_row(stage)).result == "answered"


async def test_number_that_may_not_be_called(stage: Stage) -> None:
    """Something that is no E.164 number ends the call."""
    ann = stage.agent("ann")
    await ann.starts_work()
    await ann.dials("999")
    await ann.is_hung_up()
    await ann.has_presence("ready")
