"""A caller arrives: the entry point, the opening hours, the flow, and the ways out."""

from __future__ import annotations

import pytest
from tests.scenarios.stage import (
    BRIEF_LINE,
    CLOSED_LINE,
    DIGIT_LIMIT,
    IVR_LINE,
    KNOWN_CALLER,
    KNOWN_NAME,
    LETTER_LINE,
    MAX_WAIT,
    NO_LINE,
    SUPPORT_LINE,
    TINY_LINE,
    Stage,
)


async def test_call_reaches_an_agent_and_the_history(stage: Stage) -> None:
    """The plain good case, with all its segments."""
    caller, ann = stage.caller(), stage.agent("ann")
    await caller.dials(SUPPORT_LINE)
    await caller.waits_in("support")
    await caller.hears_music()
    await stage.passes(1)
    await ann.starts_work()
    await ann.alerted()
    await ann.answers()
    await ann.talks_with(caller)
    await stage.passes(1)
    await caller.hangs_up()
    await ann.sees("wrap_up")
    await stage.passes(0.5)
    await ann.wraps_up("solved", "all is well")
    row = await caller.final_row()
    assert (row.result, row.queue, row.agent, row.reason) == ("answered", "support", "ann", "support line")
    assert (row.disposition, row.notes) == ("solved", "all is well")
    assert [kind for kind in row.kinds if kind != "ivr"] == ["queue", "ring", "talk", "wrap_up"]


async def test_menu_choice_and_answers_reach_the_screen(stage: Stage) -> None:
    """What the caller keyed in is on the screen before the phone is answered, and in the row."""
    caller, ann = stage.caller(), stage.agent("ann")
    await ann.starts_work()
    await caller.dials(IVR_LINE)
    await caller.hears("prompt")
    await stage.passes(2)
    await caller.presses("4")
    await stage.passes(0.5)
    await caller.presses("123456")
    await ann.alerted()
    screen = await ann.sees("alerting")
    assert screen.answers == {"choice": "4", "account": "123456", "checked": "yes"}
    assert screen.reason == "account question"
    await ann.answers()
    await ann.talks_with(caller)
    await caller.hangs_up()
    assert (await caller.row()).answers["account"] == "123456"


async def test_known_caller_is_on_the_screen_while_it_rings(stage: Stage) -> None:
    """The customer's name comes before the answer."""
    caller, ann = stage.caller(KNOWN_CALLER), stage.agent("ann")
    await ann.starts_work()
    await caller.dials(SUPPORT_LINE)
    await ann.alerted()
    await ann.sees_caller(KNOWN_NAME)
    assert await ann.phone_rings()
    await caller.hangs_up()
    assert (await caller.row()).customer_name == KNOWN_NAME


async def test_unknown_caller_is_routed_all_the_same(stage: Stage) -> None:
    """Nobody waits for the directory."""
    caller, ann = stage.caller(), stage.agent("ann")
    await ann.starts_work()
    await caller.dials(SUPPORT_LINE)
    await ann.alerted()
    screen = await ann.sees("alerting")
    assert (screen.ani, screen.customer_name) == (caller.number, "")
    await caller.hangs_up()
    assert (await caller.final_row()).customer_name == ""


async def test_menu_choice_goes_to_the_agent_with_the_skill(stage: Stage) -> None:
    """One for sales: Cem is rung, Bob is not."""
    caller, bob, cem = stage.caller(), stage.agent("bob"), stage.agent("cem")
    await bob.starts_work()
    await cem.starts_work()
    await caller.dials(IVR_LINE)
    await caller.hears("prompt")
    await caller.presses("1")
    await cem.alerted()
    assert not await bob.phone_rings()
    await caller.hangs_up()
    await cem.stops_ringing()


async def test_keys_pressed_ahead_choose_without_waiting(stage: Stage) -> None:
    """Somebody who knows the menu does not listen to it."""
    caller = stage.caller()
    await caller.dials(IVR_LINE)
    await caller.hears("prompt")
    await caller.presses("42345#")
    await caller.waits_in("support", 3)
    await caller.hangs_up()
    row = await caller.final_row()
    assert row.answers == {"choice": "4", "account": "2345", "checked": "yes"}
    assert row.result == "abandoned"


async def test_wrong_keys_end_in_good_bye(stage: Stage) -> None:
    """Two wrong keys, then a message and the end."""
    caller = stage.caller()
    await caller.dials(IVR_LINE)
    await caller.hears("prompt")
    await stage.passes(2)
    await caller.presses("9")
    await stage.passes(1)
    await caller.presses("8")
    await caller.is_hung_up(12)
    assert (await caller.final_row()).result == "ended_in_ivr"


async def test_no_key_goes_the_way_of_the_time_out(stage: Stage) -> None:
    """A caller without a keypad reaches support."""
    caller = stage.caller()
    await caller.dials(IVR_LINE)
    await caller.waits_in("support", 20 + 2 * DIGIT_LIMIT)
    await caller.hangs_up()
    assert (await caller.final_row()).answers == {}


@pytest.mark.thorough
async def test_too_few_digits_time_out(stage: Stage) -> None:
    """Half a number is asked for again, and then left alone."""
    caller = stage.caller()
    await caller.dials(IVR_LINE)
    await caller.hears("prompt")
    await caller.presses("4")
    await stage.passes(3)
    await caller.presses("12")
    await caller.waits_in("support", 20 + 2 * DIGIT_LIMIT)
    await caller.hangs_up()
    assert "account" not in (await caller.final_row()).answers


async def test_closed_line_says_so(stage: Stage) -> None:
    """After hours: a message, then the end, and no agent is rung."""
    caller, ann = stage.caller(), stage.agent("ann")
    await ann.starts_work()
    await caller.dials(CLOSED_LINE)
    await caller.is_told("vm-nobodyavail")
    await caller.is_hung_up(12)
    assert not await ann.phone_rings()
    assert (await caller.final_row()).result == "closed"


@pytest.mark.thorough
async def test_number_that_is_no_entry_point_is_answered_politely(stage: Stage) -> None:
    """A number that the trunk sends although nobody set it up."""
    caller = stage.caller()
    await caller.dials(NO_LINE)
    await caller.is_told("im-sorry")
    await caller.is_hung_up(12)
    assert (await caller.final_row()).result == "ended_in_ivr"


async def test_full_queue_sends_the_second_caller_away(stage: Stage) -> None:
    """The first keeps the place, the second hears the message."""
    first, second = stage.caller(), stage.caller()
    await first.dials(TINY_LINE)
    await first.waits_in("tiny")
    await second.dials(TINY_LINE)
    await second.is_told("im-sorry")
    await second.is_hung_up(12)
    assert (await second.final_row()).result == "overflowed"
    assert await stage.waiting("tiny") == [first.number]
    await first.hangs_up()
    assert (await first.final_row()).result == "abandoned"


async def test_maximum_wait_ends_in_a_message(stage: Stage) -> None:
    """Nobody waits for ever."""
    caller = stage.caller()
    await caller.dials(BRIEF_LINE)
    await caller.waits_in("brief")
    await caller.is_hung_up(MAX_WAIT + 12)
    row = await caller.final_row()
    assert row.result == "overflowed"
    assert row.seconds("queue") == pytest.approx(MAX_WAIT, abs=4.5)


async def test_maximum_wait_ends_in_voicemail(stage: Stage) -> None:
    """The message that the caller leaves is kept."""
    caller = stage.caller().will_speak(2)
    await caller.dials(LETTER_LINE)
    await caller.waits_in("letter")
    await caller.is_hung_up(MAX_WAIT + 20)
    row = await caller.final_row()
    assert row.result == "voicemail"
    assert len(row.recordings) == 1
