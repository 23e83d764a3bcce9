"""A caller who hangs up in any phase leaves nothing behind."""

from __future__ import annotations

import pytest
from tests.scenarios.phases import CALLER_PHASES, RESULTS, play_to
from tests.scenarios.stage import RING_LIMIT, SUPPORT_LINE, Stage


@pytest.mark.parametrize("phase", CALLER_PHASES)
async def test_caller_hangs_up(stage: Stage, phase: str) -> None:
    """The row says how far the call had come."""
    play = await play_to(stage, phase)
    await play.caller.hangs_up()
    await play.agent.stops_ringing()
    row = await play.caller.final_row()
    assert row.result == RESULTS[phase]


async def test_caller_hangs_up_at_once(stage: Stage) -> None:
    """Before anything was heard."""
    caller = stage.caller()
    await caller.dials(SUPPORT_LINE)
    await caller.hangs_up()
    await stage.passes(1)
    assert await stage.waiting("support") == []


async def test_caller_hangs_up_as_the_agent_answers(stage: Stage) -> None:
    """The two cross on the wire: the agent is not left with a dead line."""
    play = await play_to(stage, "ring")
    await play.agent.answers()
    await play.caller.hangs_up()
    await play.agent.is_hung_up()
    await play.agent.sees_nothing(10)
    await play.agent.has_presence("ready")


async def test_agent_is_free_for_the_next_after_an_abandon_in_ring(stage: Stage) -> None:
    """No wrap-up, no penalty: the caller left, not the agent."""
    play = await play_to(stage, "ring")
    await play.caller.hangs_up()
    await play.agent.stops_ringing()
    await play.agent.has_presence("ready")
    second = stage.caller()
    await second.dials(SUPPORT_LINE)
    await play.agent.alerted(RING_LIMIT)
    await second.hangs_up()
    await play.agent.stops_ringing()
