"""In the talk: who hangs up, hold and retrieve, blind transfers."""

from __future__ import annotations

import pytest
from tests.scenarios.phases import play_to
from tests.scenarios.stage import DIAL_LIMIT, OUTSIDE, RING_LIMIT, Stage


@pytest.mark.parametrize("how", ["phone", "desktop"])
async def test_agent_hangs_up(stage: Stage, how: str) -> None:
    """The caller's call ends too, and wrap-up begins."""
    play = await play_to(stage, "talk")
    if how == "phone":
        await play.agent.hangs_up()
    else:
        await play.agent.clicks_hang_up()
    await play.caller.is_hung_up()
    await play.agent.sees("wrap_up")
    assert (await play.caller.final_row()).result == "answered"


async def test_hold_and_retrieve(stage: Stage) -> None:
    """Music, then the agent again; the hold is a segment of its own."""
    play = await play_to(stage, "talk")
    await stage.passes(1)
    await play.agent.holds()
    await play.caller.hears("music")
    await stage.passes(1)
    await play.agent.retrieves()
    await play.agent.talks_with(play.caller)
    await stage.passes(0.5)
    await play.caller.hangs_up()
    row = await play.caller.final_row()
    assert [kind for kind in row.kinds if kind in ("talk", "hold")] == ["talk", "hold", "talk"]
    assert row.seconds("hold") >= 1


async def test_agent_hangs_up_while_holding(stage: Stage) -> None:
    """A caller on hold is not forgotten."""
    play = await play_to(stage, "hold")
    await play.agent.hangs_up()
    await play.caller.is_hung_up()
    assert (await play.caller.final_row()).result == "answered"


async def test_transfer_to_a_queue(stage: Stage) -> None:
    """The caller waits again with music and reaches the other queue's agent."""
    play = await play_to(stage, "talk")
    cem = stage.agent("cem")
    await play.agent.transfers("queue", "sales")
    await play.agent.is_hung_up()
    await play.agent.sees("wrap_up")
    await play.caller.waits_in("sales")
    await play.caller.hears_music()
    await cem.starts_work()
    await cem.alerted()
    await cem.answers()
    await cem.talks_with(play.caller)
    await play.caller.hangs_up()
    row = await play.caller.final_row(10)
    assert row.agents("talk") == ["ann", "cem"]
    assert (row.result, row.queue, row.agent) == ("answered", "sales", "cem")


async def test_transfer_to_an_agent(stage: Stage) -> None:
    """The named agent is rung, nobody else."""
    play = await play_to(stage, "talk")
    bob = stage.agent("bob")
    await bob.starts_work()
    await play.agent.transfers("agent", "bob")
    await bob.alerted()
    await play.caller.hears_music()
    await bob.answers()
    await bob.talks_with(play.caller)
    await play.caller.hangs_up()
    assert (await play.caller.final_row(10)).agents("talk") == ["ann", "bob"]


async def test_transfer_to_an_agent_who_does_not_answer(stage: Stage) -> None:
    """Back to the queue, where somebody else may take it."""
    play = await play_to(stage, "talk")
    bob = stage.agent("bob")
    await bob.starts_work()
    await play.agent.transfers("agent", "bob")
    await bob.alerted()
    await play.agent.wraps_up("other")
    await bob.has_presence("not_ready", "rona", RING_LIMIT + 2)
    await play.agent.alerted()
    await play.agent.answers()
    await play.agent.talks_with(play.caller)
    await play.caller.hangs_up()
    assert (await play.caller.final_row(10)).agents("talk") == ["ann", "ann"]


async def test_transfer_to_an_outside_number(stage: Stage) -> None:
    """The caller talks with somebody who is no agent."""
    play = await play_to(stage, "talk")
    outside = stage.outside()
    await play.agent.transfers("number", OUTSIDE)
    await outside.rings()
    await outside.answers()
    await outside.hears_somebody()
    await play.caller.hears_somebody()
    await stage.passes(1)
    await outside.hangs_up()
    await play.caller.is_hung_up()
    assert (await play.caller.final_row(10)).kinds.count("talk") >= 2


async def test_transfer_to_an_outside_number_that_is_busy(stage: Stage) -> None:
    """Back to the agent who made the transfer, with music until the phone is answered again."""
    play = await play_to(stage, "talk")
    stage.outside().is_busy()
    await play.agent.transfers("number", OUTSIDE)
    await play.agent.alerted()
    await play.caller.hears_music()
    await play.agent.answers()
    await play.agent.talks_with(play.caller)
    await play.caller.hangs_up()
    row = await play.caller.final_row(10)
    assert (row.result, row.agents("talk")) == ("answered", [play.agent.name] * 2)


@pytest.mark.thorough
async def test_transfer_to_an_outside_number_that_never_answers(stage: Stage) -> None:
    """Back to the queue when the limit is reached, and the number stops ringing."""
    play = await play_to(stage, "talk")
    outside = stage.outside()
    await play.agent.is_not_ready("break")
    await play.agent.transfers("number", OUTSIDE)
    await outside.rings()
    await play.caller.waits_in("support", DIAL_LIMIT + 3)
    await outside.is_hung_up()
    await play.caller.hangs_up()
    row = await play.caller.final_row(10)
    assert (row.result, row.queue, row.agents("talk")) == ("answered", "support", [play.agent.name])


@pytest.mark.parametrize("kind", ["queue", "agent", "number"])
async def test_caller_hangs_up_during_a_transfer(stage: Stage, kind: str) -> None:
    """Whatever was begun for the caller stops; who has been answered has not given up."""
    play = await play_to(stage, "talk")
    bob, outside = stage.agent("bob"), stage.outside()
    await bob.starts_work()
    await play.agent.transfers(kind, {"queue": "sales", "agent": "bob", "number": OUTSIDE}[kind])
    if kind == "agent":
        await bob.alerted()
    if kind == "number":
        await outside.rings()
    await play.caller.hangs_up()
    await bob.stops_ringing()
    await outside.is_hung_up()
    row = await play.caller.final_row(10)
    assert (row.result, row.agents("talk")) == ("answered", [play.agent.name])
