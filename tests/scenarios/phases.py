"""Bringing a call into a phase, and showing that a call in that phase still goes its way to the end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest
from tests.scenarios.stage import IVR_LINE, OUTSIDE, SUPPORT_LINE, Agent, Caller, Customer, Outside, Stage

CALLER_PHASES = ("ivr", "queue", "ring", "talk", "hold", "recording", "transfer")
PHASES = (*CALLER_PHASES, "calling")
SOME_PHASES = [
    "queue",
    "talk",
    *(pytest.param(phase, marks=pytest.mark.thorough) for phase in PHASES if phase not in ("queue", "talk")),
]
"""All of them, two on the real PBX unless it is asked for thoroughly."""
RESULTS = {
    "ivr": "ended_in_ivr",
    "queue": "abandoned",
    "ring": "abandoned",
    "talk": "answered",
    "hold": "answered",
    "recording": "voicemail",
    "transfer": "answered",
    "calling": "not_reached",
}
"""How a call ends whose customer hangs up in that phase, whether anybody saw it or not: a message whose end was not reported
is found by reading back, and kept."""
LOST_RESULTS = dict.fromkeys(PHASES, "lost") | dict.fromkeys(("talk", "hold", "transfer"), "answered")
"""How it ends when the PBX goes down with it: lost, unless somebody had talked with the customer."""
MESSAGE = 30.0
"""Seconds; longer than any message may be."""


@dataclass(frozen=True, slots=True)
class Play:
    """One customer, one agent who has the call or is rung for it, and where the call is."""

    stage: Stage
    phase: str
    caller: Customer
    agent: Agent


async def play_to(stage: Stage, phase: str) -> Play:
    """A call that has come as far as `phase`."""
    if phase == "calling":
        return await _calling(stage)
    agent, caller = stage.agent("ann"), stage.caller()
    if phase == "recording":
        await _leaves_message(caller)
    elif phase in ("ivr", "queue"):
        await (_hears_menu if phase == "ivr" else _waits)(caller)
    else:
        await agent.starts_work()
        await caller.dials(SUPPORT_LINE)
        await agent.alerted()
    if phase in ("talk", "hold", "transfer", "wrap_up"):
        await agent.answers()
        await agent.talks_with(caller)
    if phase == "transfer":
        return Play(stage, phase, caller, await _hands_over(stage, agent))
    if phase == "hold":
        await agent.holds()
        await caller.hears("music")
    if phase == "wrap_up":
        await caller.hangs_up()
        await agent.sees("wrap_up")
    return Play(stage, phase, caller, agent)


async def _hears_menu(caller: Caller) -> None:
    await caller.dials(IVR_LINE)
    await caller.hears("prompt")


async def _waits(caller: Caller) -> None:
    await caller.dials(SUPPORT_LINE)
    await caller.waits_in("support")
    await caller.hears_music()


async def _leaves_message(caller: Caller) -> None:
    """The greeting and the tone are over, the recording runs."""
    caller.will_speak(MESSAGE)
    await _hears_menu(caller)
    await caller.presses("3")
    await caller.hears("prompt")
    await caller.is_left_in_silence()


async def _hands_over(stage: Stage, agent: Agent) -> Agent:
    """A blind transfer to a colleague, whose phone rings."""
    colleague = stage.agent("bob")
    await colleague.starts_work()
    await agent.transfers("agent", colleague.name)
    await colleague.alerted()
    return colleague


async def _calling(stage: Stage) -> Play:
    """Click to call: the agent is on the line, the phone outside rings."""
    agent, outside = stage.agent("ann"), stage.outside()
    await agent.starts_work()
    await agent.calls(OUTSIDE)
    await agent.alerted()
    await agent.answers()
    await outside.rings()
    return Play(stage, "calling", outside, agent)


async def goes_on(play: Play, within: float = 10.0) -> None:
    """From whatever phase the call goes its way to the end, and the row says so."""
    if play.phase == "recording":
        await _message_is_kept(play)
        return
    await _ONWARD[play.phase](play, within)
    await play.agent.talks_with(play.caller, within)
    await play.caller.hangs_up()
    row = await play.caller.final_row()
    assert (row.result, row.agent) == ("answered", play.agent.name)


async def _message_is_kept(play: Play) -> None:
    await play.caller.hangs_up()
    row = await play.caller.final_row()
    assert (row.result, len(row.recordings)) == ("voicemail", 1)


async def _from_menu(play: Play, within: float) -> None:
    assert isinstance(play.caller, Caller)
    await play.caller.presses("2")
    await play.caller.waits_in("support", within)
    await _from_queue(play, within)


async def _from_queue(play: Play, within: float) -> None:
    await play.agent.starts_work()
    await _from_ring(play, within)


async def _from_ring(play: Play, within: float) -> None:
    await play.agent.alerted(within)
    await play.agent.answers()


async def _from_hold(play: Play, within: float) -> None:
    await play.agent.retrieves()


async def _from_calling(play: Play, within: float) -> None:
    assert isinstance(play.caller, Outside)
    await play.caller.answers()


async def _from_talk(play: Play, within: float) -> None:
    """Nothing to do."""


_ONWARD: dict[str, Callable[[Play, float], Awaitable[None]]] = {
    "ivr": _from_menu,
    "queue": _from_queue,
    "ring": _from_ring,
    "transfer": _from_ring,
    "talk": _from_talk,
    "hold": _from_hold,
    "calling": _from_calling,
}
