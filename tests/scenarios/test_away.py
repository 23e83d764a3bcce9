"""The server is away for longer than the guardian waits: the PBX's own queue looks after the callers meanwhile."""

from __future__ import annotations

import pytest
from tests.scenarios.phases import play_to
from tests.scenarios.stage import SUPPORT_LINE, Agent, Caller, Stage

SLICE = 25.0
"""Seconds after which the PBX's own queue offers a caller to the server again."""
MINUTE = 60.0


async def left_alone(stage: Stage) -> tuple[Caller, Agent]:
    """A caller waits, an agent with a phone is on a break, the server dies, and the PBX rings the agent by itself."""
    ann, caller = stage.agent("ann"), stage.caller()
    await ann.starts_work()
    await ann.is_not_ready("break")
    await caller.dials(SUPPORT_LINE)
    await caller.waits_in("support")
    await caller.hears_music()
    await stage.passes(0.5)
    await stage.server_dies()
    await ann.alerted(stage.guardian_grace + 5)
    return caller, ann


@pytest.mark.thorough
async def test_waiting_caller_is_kept_for_a_minute_and_served_after(stage: Stage) -> None:
    """Nobody takes the phone that the PBX rings: the caller hears music all the time and is in the line again after."""
    caller, ann = await left_alone(stage)
    await stage.passes(MINUTE - stage.guardian_grace)
    await caller.hears_music()
    await stage.server_returns()
    await caller.waits_in("support", SLICE + 3)
    await ann.is_ready()
    await ann.alerted(SLICE)
    await ann.answers()
    await ann.talks_with(caller)
    await caller.hangs_up()
    row = await caller.final_row()
    assert (row.result, row.agent) == ("answered", "ann")
    assert row.seconds("queue") + row.seconds("ring") > MINUTE
    assert len(await stage.rows()) == 1


@pytest.mark.thorough
async def test_caller_talks_with_an_agent_without_the_server(stage: Stage) -> None:
    """The agent takes the phone that the PBX rings; the return of the server does not disturb the talk."""
    caller, ann = await left_alone(stage)
    await ann.answers()
    await ann.talks_with(caller)
    await stage.server_returns()
    await stage.passes(2)
    await ann.talks_with(caller)
    await caller.hangs_up()
    await ann.is_hung_up()
    row = await caller.final_row()
    assert (row.result, row.agents("talk")) == ("answered", ["ann"])
    assert len(await stage.rows()) == 1


@pytest.mark.thorough
async def test_caller_without_any_phone_is_told_so(stage: Stage) -> None:
    """No agent's phone is there: the closed message, then the end."""
    caller = stage.caller()
    await caller.dials(SUPPORT_LINE)
    await caller.waits_in("support")
    await caller.hears_music()
    await stage.passes(0.5)
    await stage.server_dies()
    await caller.is_told("vm-nobodyavail", stage.guardian_grace + 5)
    await caller.is_hung_up(10)
    await stage.server_returns()
    assert (await caller.final_row(10)).result == "overflowed"
    assert len(await stage.rows()) == 1


@pytest.mark.thorough
async def test_talk_outlives_the_absence(stage: Stage) -> None:
    """People who hear one another are never touched."""
    play = await play_to(stage, "talk")
    await stage.server_dies()
    await stage.passes(stage.guardian_grace + 5)
    await play.agent.talks_with(play.caller)
    await stage.server_returns()
    await stage.passes(1)
    await play.agent.talks_with(play.caller)
    await play.caller.hangs_up()
    assert (await play.caller.final_row()).kinds.count("talk") == 1
