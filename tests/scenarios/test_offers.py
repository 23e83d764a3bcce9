"""Who is offered which call, and what follows when the offer is not taken."""

from __future__ import annotations

import pytest
from tests.scenarios.phases import play_to
from tests.scenarios.stage import PRIVATE_LINE, RING_LIMIT, SUPPORT_LINE, WRAP_UP_LIMIT, Stage


async def test_rona_goes_to_the_next_agent_with_the_old_waiting_time(stage: Stage) -> None:
    """Ring no answer: the agent is not ready, the caller is served next by another."""
    play = await play_to(stage, "ring")
    bob = stage.agent("bob")
    await bob.starts_work()
    await play.agent.has_presence("not_ready", "rona", RING_LIMIT + 2)
    await play.agent.stops_ringing()
    await bob.alerted(2)
    await bob.answers()
    await bob.talks_with(play.caller)
    await play.caller.hangs_up()
    row = await play.caller.final_row()
    assert row.agent == "bob"
    assert row.agents("ring") == ["ann", "bob"]
    assert row.seconds("ring") > RING_LIMIT


async def test_rona_puts_the_caller_back_to_the_head_of_the_queue(stage: Stage) -> None:
    """Somebody who came later does not overtake."""
    play = await play_to(stage, "ring")
    second = stage.caller()
    await second.dials(SUPPORT_LINE)
    await second.waits_in("support")
    await play.agent.has_presence("not_ready", "rona", RING_LIMIT + 2)
    assert await stage.waiting("support") == [play.caller.number, second.number]
    await play.agent.is_ready()
    await play.agent.alerted()
    assert (await play.agent.sees("alerting")).ani == play.caller.number
    await play.caller.hangs_up()
    await play.agent.alerted()
    await second.hangs_up()
    await play.agent.stops_ringing()


async def test_agent_who_missed_it_is_asked_last(stage: Stage) -> None:
    """The same call goes to another agent while one can take it."""
    play = await play_to(stage, "ring")
    await play.agent.has_presence("not_ready", "rona", RING_LIMIT + 2)
    bob = stage.agent("bob")
    await bob.starts_work()
    await bob.alerted()
    await play.agent.is_ready()
    await bob.declines()
    await bob.has_presence("not_ready", "declined")
    await play.agent.alerted(2)
    await play.agent.answers()
    await play.agent.talks_with(play.caller)
    await play.caller.hangs_up()
    assert (await play.caller.final_row()).agents("ring") == ["ann", "bob", "ann"]


@pytest.mark.parametrize("how", ["phone", "desktop"])
async def test_agent_declines(stage: Stage, how: str) -> None:
    """Refusing is like missing, at once."""
    play = await play_to(stage, "ring")
    if how == "phone":
        await play.agent.declines()
    else:
        await play.agent.clicks_hang_up()
    await play.agent.has_presence("not_ready", "declined")
    await play.agent.stops_ringing()
    await play.caller.waits_in("support")
    await play.caller.hears_music()
    await play.caller.hangs_up()
    assert (await play.caller.final_row()).result == "abandoned"


@pytest.mark.thorough
async def test_phone_vanishes_while_it_rings(stage: Stage) -> None:
    """An unregistered phone that never answers: the next agent gets the call in the end."""
    play = await play_to(stage, "ring")
    await play.agent.phone_unregisters()
    bob = stage.agent("bob")
    await bob.starts_work()
    await bob.alerted(RING_LIMIT + 3)
    await bob.answers()
    await bob.talks_with(play.caller)
    await play.caller.hangs_up()
    assert (await play.caller.final_row()).agent == "bob"


async def test_unregistered_phone_gets_no_offer(stage: Stage) -> None:
    """Ready is not enough; when the phone comes back, the call comes."""
    ann, caller = stage.agent("ann"), stage.caller()
    await ann.starts_work()
    await ann.phone_unregisters()
    await caller.dials(SUPPORT_LINE)
    await caller.waits_in("support")
    await ann.is_left_alone(2)
    await ann.phone_registers()
    await ann.alerted()
    await caller.hangs_up()
    await ann.stops_ringing()


async def test_agent_without_the_skill_gets_no_offer(stage: Stage) -> None:
    """Sales does not take support's calls."""
    cem, caller = stage.agent("cem"), stage.caller()
    await cem.starts_work()
    await caller.dials(SUPPORT_LINE)
    await caller.waits_in("support")
    await cem.is_left_alone(2)
    await caller.hangs_up()


async def test_not_ready_agent_gets_no_offer(stage: Stage) -> None:
    """Not while on a break; then the waiting caller at once."""
    ann, caller = stage.agent("ann"), stage.caller()
    await ann.starts_work()
    await ann.is_not_ready("break")
    await caller.dials(SUPPORT_LINE)
    await caller.waits_in("support")
    await ann.is_left_alone(1)
    await ann.is_ready()
    await ann.alerted()
    await caller.hangs_up()
    await ann.stops_ringing()


async def test_two_callers_are_served_in_their_order(stage: Stage) -> None:
    """First come, first served."""
    ann, first, second = stage.agent("ann"), stage.caller(), stage.caller()
    await first.dials(SUPPORT_LINE)
    await first.waits_in("support")
    await second.dials(SUPPORT_LINE)
    await second.waits_in("support")
    await ann.starts_work()
    await ann.alerted()
    assert (await ann.sees("alerting")).ani == first.number
    await ann.answers()
    await ann.talks_with(first)
    await ann.hangs_up()
    await first.is_hung_up()
    await ann.sees("wrap_up")
    await ann.wraps_up("solved")
    await ann.alerted()
    assert (await ann.sees("alerting")).ani == second.number
    await ann.answers()
    await ann.talks_with(second)
    await second.hangs_up()
    assert (await second.final_row()).agent == "ann"


async def test_private_line_is_served_first(stage: Stage) -> None:
    """Priority goes before waiting time."""
    ann, early, private = stage.agent("ann"), stage.caller(), stage.caller()
    await early.dials(SUPPORT_LINE)
    await early.waits_in("support")
    await private.dials(PRIVATE_LINE)
    await private.waits_in("support")
    assert await stage.waiting("support") == [private.number, early.number]
    await ann.starts_work()
    await ann.alerted()
    assert (await ann.sees("alerting")).ani == private.number
    await private.hangs_up()
    await early.hangs_up()
    await ann.stops_ringing()


async def test_longest_idle_agent_is_asked_first(stage: Stage) -> None:
    """Ann has been ready longer than Bob."""
    ann, bob, caller = stage.agent("ann"), stage.agent("bob"), stage.caller()
    await ann.starts_work()
    await stage.passes(0.5)
    await bob.starts_work()
    await caller.dials(SUPPORT_LINE)
    await ann.alerted()
    assert not await bob.phone_rings()
    await caller.hangs_up()
    await ann.stops_ringing()


async def test_wrap_up_ends_by_its_limit(stage: Stage) -> None:
    """An agent who forgets is free again; the next caller did not come before."""
    play = await play_to(stage, "wrap_up")
    second = stage.caller()
    await second.dials(SUPPORT_LINE)
    await play.agent.is_left_alone(WRAP_UP_LIMIT - 2)
    await play.agent.alerted(4)
    await second.hangs_up()
    await play.agent.stops_ringing()
    row = await play.caller.final_row()
    assert row.seconds("wrap_up") == pytest.approx(WRAP_UP_LIMIT, abs=0.5)


async def test_sign_out_during_a_call_waits_for_its_end(stage: Stage) -> None:
    """The call goes on; then the agent is out."""
    play = await play_to(stage, "talk")
    await play.agent.signs_out()
    await play.agent.has_presence("leaving")
    await play.agent.talks_with(play.caller)
    await play.caller.hangs_up()
    await play.agent.has_presence("logged_out", within=WRAP_UP_LIMIT + 2)
