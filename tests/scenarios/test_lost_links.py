"""Lost links: calls in progress never notice, and what happened meanwhile is found out."""

from __future__ import annotations

import pytest
from tests.scenarios.phases import PHASES, RESULTS, goes_on, play_to
from tests.scenarios.stage import IVR_LINE, SUPPORT_LINE, Stage


@pytest.mark.parametrize("phase", PHASES)
async def test_call_goes_on_after_call_control_was_lost(stage: Stage, phase: str) -> None:
    """The link is away for a second in each phase."""
    play = await play_to(stage, phase)
    await stage.loses_call_control()
    await stage.passes(1)
    assert await play.caller.heard() != "gone"
    await stage.regains_call_control()
    await goes_on(play)


@pytest.mark.parametrize("phase", PHASES)
async def test_caller_hangs_up_unseen(stage: Stage, phase: str) -> None:
    """The end of a call that nobody reported is found by reading back."""
    play = await play_to(stage, phase)
    await stage.loses_call_control()
    await play.caller.hangs_up()
    await stage.passes(1)
    await stage.regains_call_control()
    await play.agent.is_hung_up()
    row = await play.caller.final_row()
    assert (row.result, len(row.recordings)) == (RESULTS[phase], int(phase == "recording"))


async def test_agent_answers_unseen(stage: Stage) -> None:
    """The PBX has nobody to hand the answered phone to: it rings again when the link is back."""
    play = await play_to(stage, "ring")
    await stage.loses_call_control()
    await play.agent.answers()
    await play.agent.is_hung_up()
    await stage.regains_call_control()
    await play.agent.alerted(5)
    await play.agent.answers()
    await play.agent.talks_with(play.caller)
    await play.caller.hangs_up()
    assert (await play.caller.final_row()).result == "answered"


async def test_greeting_of_the_voicemail_is_heard_again(stage: Stage) -> None:
    """The end of the greeting was not seen; the message can be left all the same."""
    caller = stage.caller()
    await caller.dials(IVR_LINE)
    await caller.hears("prompt")
    await caller.presses("3")
    await caller.hears("prompt")
    await stage.loses_call_control()
    await stage.passes(1)
    await stage.regains_call_control()
    await caller.hears("prompt")
    await caller.is_left_in_silence()
    await caller.hangs_up()
    row = await caller.final_row()
    assert (row.result, len(row.recordings)) == ("voicemail", 1)


async def test_agent_hangs_up_unseen(stage: Stage) -> None:
    """The caller is not left alone in the line."""
    play = await play_to(stage, "talk")
    await stage.loses_call_control()
    await play.agent.hangs_up()
    await stage.passes(1)
    await stage.regains_call_control()
    await play.caller.is_hung_up()
    assert (await play.caller.final_row()).result == "answered"


async def test_caller_who_arrives_meanwhile_is_served_after(stage: Stage) -> None:
    """Nobody is refused while the link is away."""
    ann, caller = stage.agent("ann"), stage.caller()
    await ann.starts_work()
    await stage.loses_call_control()
    await caller.dials(SUPPORT_LINE)
    await caller.hears_music()
    await stage.regains_call_control()
    await ann.alerted(5)
    await ann.answers()
    await ann.talks_with(caller)
    await caller.hangs_up()
    assert (await caller.final_row()).result == "answered"


@pytest.mark.parametrize("phase", PHASES)
async def test_call_goes_on_without_phone_states(stage: Stage, phase: str) -> None:
    """The second link only tells of phones."""
    play = await play_to(stage, phase)
    await stage.loses_phone_states()
    await stage.passes(1)
    await stage.regains_phone_states()
    await goes_on(play)


async def test_phone_that_left_unseen_gets_no_offer(stage: Stage) -> None:
    """The state of phones is read back too."""
    ann, bob, caller = stage.agent("ann"), stage.agent("bob"), stage.caller()
    await ann.starts_work()
    await stage.passes(0.2)
    await bob.starts_work()
    await stage.loses_phone_states()
    await ann.phone_unregisters()
    await stage.regains_phone_states()
    await stage.passes(1)
    await caller.dials(SUPPORT_LINE)
    await bob.alerted()
    await caller.hangs_up()
    await bob.stops_ringing()
