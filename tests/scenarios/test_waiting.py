"""What a caller hears who waits."""

from __future__ import annotations

from tests.scenarios.stage import IVR_LINE, SUPPORT_LINE, Agent, Caller, Stage

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


ENOUGH = 14
"""Callers who waited till the announcement; then ccserver is sure of what it foretells."""


async def test_the_estimated_wait_is_announced_once_it_is_known(stage: Stage) -> None:
    """Callers of support wait some seconds each; then one is told that it is less than a minute, by Asterisk's recordings."""
    bob = stage.agent("bob")
    await bob.starts_work()
    talking = await calls_support(stage)
    await bob.alerted(2.0)
    await bob.answers()
    await bob.sees("connected")
    waiting = [await calls_support(stage) for _ in range(ENOUGH)]
    await waiting[-1].is_told("queue-thereare", NEXT_ANNOUNCEMENT)
    for caller in waiting:
        await next_call(bob, talking)
        talking = caller
    last = await calls_support(stage)
    await last.is_told("queue-holdtime", NEXT_ANNOUNCEMENT)
    await last.is_told("queue-less-than", WHILE_IT_PLAYS)
    await last.is_told("queue-thankyou", WHILE_IT_PLAYS)
    await next_call(bob, talking)
    await bob.talks_with(last, WHILE_IT_PLAYS)
    await last.hangs_up()
    assert (await last.final_row()).agent == "bob"


async def calls_support(stage: Stage) -> Caller:
    """Somebody who waits for support, or is offered at once."""
    caller = stage.caller()
    await caller.dials(SUPPORT_LINE)
    await caller.hears_music()
    return caller


async def next_call(agent: Agent, talking: Caller) -> None:
    """The one who talks hangs up, and the agent takes the next in line."""
    await talking.hangs_up()
    await agent.sees("wrap_up")
    await agent.wraps_up("solved")
    await agent.alerted(4.0)
    await agent.answers()
    await agent.sees("connected")
