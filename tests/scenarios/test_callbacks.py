"""Callers who would rather be called back, by a key: the agent first, in the place that they had."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from tests.scenarios.rows import Row
from tests.scenarios.stage import PROMISE_LINE, Agent, Caller, Outside, Stage

ASKS_AFTER = 6.0
"""Seconds until callers are told of the keys, at the latest."""
RETRY = 5.0
"""Seconds, as in the configuration of the scenarios."""


async def promised(stage: Stage) -> tuple[Caller, Outside]:
    """A caller who was promised a call back and is gone; and the telephone that will ring."""
    caller = stage.caller()
    outside = stage.outside(caller.number)
    await caller.dials(PROMISE_LINE)
    await caller.waits_in("promise")
    await caller.presses("1")
    await caller.is_told("vm-tocallnum")
    await caller.presses("1")
    await caller.is_hung_up(12)
    return caller, outside


async def rung_back(stage: Stage) -> tuple[Caller, Outside, Agent]:
    """Ann has taken her phone, and the customer's rings."""
    caller, outside = await promised(stage)
    ann = stage.agent("ann")
    await ann.starts_work()
    await ann.alerted()
    await ann.answers()
    await outside.rings()
    return caller, outside, ann


async def row_back(stage: Stage, caller: Caller, within: float = 10.0) -> Row:
    """The final row of the call back."""

    async def fact() -> bool:
        await stage.everybody_wraps_up()
        return any(row.callback_of and row.dnis == caller.number and row.is_final for row in await stage.rows())

    await stage.until(fact, within, f"a final row of the call back to {caller.number}")
    return next(row for row in await stage.rows() if row.callback_of and row.dnis == caller.number)


async def state_of(stage: Stage, caller: Caller) -> str:
    return next((each.state for each in await stage.callbacks() if each.number == caller.number), "")


async def is_in_state(stage: Stage, caller: Caller, wanted: str, within: float = 4.0) -> None:
    async def fact() -> bool:
        return await state_of(stage, caller) == wanted

    await stage.until(fact, within, f"the promise is {wanted or 'over'}")


async def test_chosen_by_key_and_answered(stage: Stage) -> None:
    """Told of the keys, asked for the number, called back; two rows that belong together."""
    caller = stage.caller()
    outside = stage.outside(caller.number)
    await caller.dials(PROMISE_LINE)
    await caller.waits_in("promise")
    await caller.is_told("vm-press", ASKS_AFTER)
    await caller.presses("1")
    await caller.is_told("vm-num-i-have")
    await caller.presses("1")
    await caller.is_hung_up(12)
    assert await stage.waiting("promise") == [caller.number]
    ann = stage.agent("ann")
    await ann.starts_work()
    await ann.alerted()
    screen = await ann.screen()
    assert screen is not None
    assert (screen.queue, screen.reason) == ("promise", "promised")
    await ann.answers()
    await outside.rings()
    await outside.answers()
    await ann.talks_with(outside)
    await outside.hangs_up()
    back = await row_back(stage, caller)
    first = next(row for row in await stage.rows() if row.ani == caller.number)
    assert (first.result, first.queue) == ("callback", "promise")
    assert (back.result, back.agent, back.queue, back.callback_of) == ("answered", "ann", "promise", first.id)


async def test_busy_and_called_again(stage: Stage) -> None:
    """The agent is free meanwhile, and the second attempt reaches the customer."""
    caller, outside = await promised(stage)
    outside.is_busy()
    ann = stage.agent("ann")
    await ann.starts_work()
    await ann.alerted()
    await ann.answers()
    await ann.is_hung_up()
    await is_in_state(stage, caller, "resting")
    await stage.everybody_wraps_up()
    outside.is_free()
    await ann.alerted(RETRY + 3)
    await ann.answers()
    await outside.rings()
    await outside.answers()
    await ann.talks_with(outside)
    await ann.hangs_up()
    assert (await row_back(stage, caller)).result == "answered"


async def test_never_reached(stage: Stage) -> None:
    """After the last attempt it is over, and the history says why."""
    caller, outside = await promised(stage)
    outside.is_busy()
    ann = stage.agent("ann")
    await ann.starts_work()
    for _ in range(2):
        await ann.alerted(RETRY + 3)
        await ann.answers()
        await ann.is_hung_up()
        await stage.everybody_wraps_up()
    row = await row_back(stage, caller)
    assert (row.result, row.end_cause) == ("not_reached", "busy")
    assert await stage.callbacks() == []


async def test_customer_calls_again_and_has_the_place(stage: Stage) -> None:
    """Before somebody who came in between."""
    caller, _ = await promised(stage)
    other = stage.caller()
    await other.dials(PROMISE_LINE)
    await other.waits_in("promise")
    again = stage.caller(caller.number)
    await again.dials(PROMISE_LINE)

    async def fact() -> bool:
        return await stage.waiting("promise") == [caller.number, other.number] and not await stage.callbacks()

    await stage.until(fact, 4, "the caller has the place of the promise")
    assert (await row_back(stage, caller)).end_cause == "called_again"
    await again.hangs_up()
    await other.hangs_up()

    async def both() -> bool:
        return [row.result for row in await stage.rows() if row.ani == caller.number] == ["callback", "abandoned"]

    await stage.until(both, 4, "a row of each of the two calls")


async def test_agent_misses_it(stage: Stage) -> None:
    """It goes back to its place, and to a colleague."""
    caller, outside = await promised(stage)
    ann, bob = stage.agent("ann"), stage.agent("bob")
    await ann.starts_work()
    await ann.alerted()
    await ann.declines()
    await ann.has_presence("not_ready", "declined")
    await bob.starts_work()
    await bob.alerted()
    await bob.answers()
    await outside.rings()
    await outside.answers()
    await bob.talks_with(outside)
    await outside.hangs_up()
    assert (await row_back(stage, caller)).agent == "bob"


async def test_another_number(stage: Stage) -> None:
    """Keyed in as people dial at home, and said back."""
    caller = stage.caller()
    outside = stage.outside("+442079460998")
    await caller.dials(PROMISE_LINE)
    await caller.waits_in("promise")
    await caller.presses("1")
    await caller.is_told("vm-tocallnum")
    await caller.presses("2")
    await caller.is_told("privacy-prompt")
    await caller.presses("02079460998#")
    await caller.is_told("vm-num-i-have")
    await caller.presses("1")
    await caller.is_hung_up(12)
    assert [promise.number for promise in await stage.callbacks()] == [outside.number]


async def test_voicemail_by_key(stage: Stage) -> None:
    """A way out of the line that nobody has to wait for."""
    caller = stage.caller()
    caller.will_speak(2.0)
    await caller.dials(PROMISE_LINE)
    await caller.waits_in("promise")
    await caller.presses("2")
    await caller.is_hung_up(30)
    assert (await caller.final_row()).result == "voicemail"


async def test_another_queue_by_key(stage: Stage) -> None:
    """With the place."""
    caller = stage.caller()
    await caller.dials(PROMISE_LINE)
    await caller.waits_in("promise")
    await caller.presses("9")
    await caller.waits_in("promise")
    await caller.presses("3")
    await caller.waits_in("support")
    await caller.hangs_up()


async def _waiting(stage: Stage) -> tuple[Caller, Outside]:
    return await promised(stage)


async def _ringing(stage: Stage) -> tuple[Caller, Outside]:
    caller, outside = await promised(stage)
    ann = stage.agent("ann")
    await ann.starts_work()
    await ann.alerted()
    return caller, outside


async def _dialling(stage: Stage) -> tuple[Caller, Outside]:
    caller, outside, _ = await rung_back(stage)
    return caller, outside


async def _resting(stage: Stage) -> tuple[Caller, Outside]:
    caller, outside = await promised(stage)
    outside.is_busy()
    ann = stage.agent("ann")
    await ann.starts_work()
    await ann.alerted()
    await ann.answers()
    await is_in_state(stage, caller, "resting")
    outside.is_free()
    await ann.is_hung_up()
    await stage.everybody_wraps_up()
    return caller, outside


PHASES: dict[str, Callable[[Stage], Awaitable[tuple[Caller, Outside]]]] = {
    "waiting": _waiting,
    "ringing": _ringing,
    "dialling": _dialling,
    "resting": _resting,
}


@pytest.mark.parametrize("phase", PHASES)
async def test_promise_outlives_the_server(stage: Stage, phase: str) -> None:
    """Killed in each phase and started again: the customer is reached, by one call."""
    caller, outside = await PHASES[phase](stage)
    await stage.server_dies()
    await stage.passes(1)
    await stage.server_returns()
    assert [promise.number for promise in await stage.callbacks()] == [caller.number]
    ann = stage.agent("ann")
    if phase == "waiting":
        await ann.starts_work()
    if phase != "dialling":
        await ann.alerted(RETRY + 8)
        await ann.answers()
        await outside.rings()
    await outside.answers()
    await ann.talks_with(outside, 10)
    await outside.hangs_up()
    row = await row_back(stage, caller)
    assert (row.result, row.agent) == ("answered", "ann")
