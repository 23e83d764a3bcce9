"""The server dies and returns, the PBX restarts: no call is cut by us, none is forgotten, each has one row."""

from __future__ import annotations

import pytest
from tests.scenarios.phases import CALLER_PHASES, LOST_RESULTS, RESULTS, SOME_PHASES, goes_on, play_to
from tests.scenarios.stage import SUPPORT_LINE, WRAP_UP_LIMIT, Stage


@pytest.mark.parametrize("phase", [*CALLER_PHASES, "calling"])
async def test_call_goes_on_after_the_server_died(stage: Stage, phase: str) -> None:
    """Killed and started again, in each phase."""
    play = await play_to(stage, phase)
    await stage.server_dies()
    await stage.passes(1)
    assert await play.caller.heard() != "gone"
    await stage.server_returns()
    await goes_on(play)


@pytest.mark.parametrize("phase", SOME_PHASES)
async def test_caller_hangs_up_while_the_server_is_dead(stage: Stage, phase: str) -> None:
    """The call is closed when the server is back, with one row."""
    play = await play_to(stage, phase)
    await stage.server_dies()
    await play.caller.hangs_up()
    await stage.passes(1)
    await stage.server_returns()
    await play.agent.is_hung_up()
    row = await play.caller.final_row()
    assert (row.result, len(row.recordings)) == (RESULTS[phase], int(phase == "recording"))


async def test_talk_is_not_interrupted(stage: Stage) -> None:
    """Two people who talk do not notice that the server died."""
    play = await play_to(stage, "talk")
    await stage.server_dies()
    for _ in range(4):
        await stage.passes(0.5)
        assert await play.caller.heard() == "speech"
    await stage.server_returns()
    await stage.passes(1)
    await play.agent.talks_with(play.caller)
    await play.caller.hangs_up()
    assert (await play.caller.final_row()).kinds.count("talk") == 1


async def test_waiting_order_survives(stage: Stage) -> None:
    """Three callers keep their order and their waiting time."""
    callers = [stage.caller() for _ in range(3)]
    for caller in callers:
        await caller.dials(SUPPORT_LINE)
        await caller.waits_in("support")
    await stage.server_dies()
    await stage.passes(1)
    await stage.server_returns()
    assert await stage.waiting("support") == [caller.number for caller in callers]
    for caller in callers:
        await caller.hears_music()
        await caller.hangs_up()
    assert (await callers[0].final_row()).seconds("queue") > 1


async def test_caller_who_arrives_while_the_server_is_dead(stage: Stage) -> None:
    """The dialplan keeps the caller with music until the server is back."""
    ann, caller = stage.agent("ann"), stage.caller()
    await ann.starts_work()
    await stage.server_dies()
    await caller.dials(SUPPORT_LINE)
    await caller.hears_music()
    await stage.passes(1)
    await stage.server_returns()
    await ann.alerted(6)
    await ann.answers()
    await ann.talks_with(caller)
    await caller.hangs_up()
    assert (await caller.final_row()).result == "answered"


async def test_presence_survives(stage: Stage) -> None:
    """Nobody is signed out by a crash."""
    ann, bob = stage.agent("ann"), stage.agent("bob")
    await ann.starts_work()
    await bob.signs_in()
    await bob.is_not_ready("lunch")
    await stage.server_dies()
    await stage.server_returns()
    await ann.has_presence("ready")
    await bob.has_presence("not_ready", "lunch")


async def test_wrap_up_runs_on(stage: Stage) -> None:
    """The limit of a wrap-up counts from its start, not from the restart."""
    play = await play_to(stage, "wrap_up")
    began = stage.now()
    await stage.passes(0.2)
    await stage.server_dies()
    await stage.passes(1)
    await stage.server_returns()
    away = stage.now() - began
    await play.agent.sees_nothing(max(WRAP_UP_LIMIT - away, 0) + 1)
    row = await play.caller.final_row()
    assert row.seconds("wrap_up") == pytest.approx(max(WRAP_UP_LIMIT, away), abs=1.5)


async def test_agent_answers_while_the_server_is_dead(stage: Stage) -> None:
    """The PBX has nobody to hand the answered phone to: it rings again when the server is back."""
    play = await play_to(stage, "ring")
    await stage.server_dies()
    await play.agent.answers()
    await play.agent.is_hung_up()
    await stage.server_returns()
    await play.agent.alerted(5)
    await play.agent.answers()
    await play.agent.talks_with(play.caller)
    await play.caller.hangs_up()
    assert (await play.caller.final_row()).result == "answered"


@pytest.mark.parametrize("phase", SOME_PHASES)
async def test_pbx_restarts(stage: Stage, phase: str) -> None:
    """All calls are gone: the rows say so, the agents are free again. A message that was being spoken is gone too."""
    play = await play_to(stage, phase)
    await stage.pbx_restarts()
    await play.caller.is_hung_up()
    await play.agent.is_hung_up()
    row = await play.caller.final_row(20)
    assert (row.result, row.recordings) == (LOST_RESULTS[phase], ())
    await play.agent.sees_nothing(WRAP_UP_LIMIT + 2)


async def test_calls_come_in_again_after_the_pbx_restarted(stage: Stage) -> None:
    """The new run of the PBX is served like the old one."""
    play = await play_to(stage, "ring")
    await stage.pbx_restarts()
    await play.agent.is_ready()
    second = stage.caller()
    await second.dials(SUPPORT_LINE)
    await play.agent.alerted(15)
    await play.agent.answers()
    await play.agent.talks_with(second)
    await second.hangs_up()
    assert (await second.final_row()).result == "answered"
