"""A stop in the middle of what is spoken, on a real Asterisk: what was to follow is not heard.

Where a prompt ended is told by Asterisk itself: PlaybackFinished names the file that was playing.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

import orjson
import pytest
from tests.adapters.asterisk.stage import CALLER, NODE, Stage

from ccserver.adapters.asterisk.errors import AriError
from ccserver.adapters.asterisk.media import media_uris
from ccserver.core.commands import AnswerLeg, ConnectLegs, PlayPrompt, RecordMessage, StopPrompt
from ccserver.core.events import DigitReceived, MessageRecorded, PromptFinished
from ccserver.core.ids import LegId, PromptId, connection_id, prompt_id
from ccserver.core.sounds import Sound, SoundKind, Sounds, number, recorded

pytestmark = pytest.mark.asterisk
LAST = "queue-thankyou"
SPOKEN = {
    "below a hundred": (number(77), number(88), number(99)),
    "of nine digits": (number(777_777_778),),
    "digit by digit": (Sound(SoundKind.DIGITS, "1234567890"),),
    "a file": recorded("queue-youarenext"),
}


async def starts(stage: Stage, leg: LegId, serial: int, sounds: Sounds) -> PromptId:
    """The prompt is asked for and heard."""
    prompt = PromptId(f"cc-{leg}-p{serial}")
    await stage.telephony.perform(PlayPrompt(leg, prompt, sounds, "en"))
    await plays(stage, prompt)
    return prompt


async def plays(stage: Stage, prompt: PromptId) -> None:
    """Asterisk says that it is playing; fails when it does not before the prompt is gone."""
    async with asyncio.timeout(5):
        while orjson.loads(await stage.ari.channels._http.send("GET", ("playbacks", prompt)))["state"] != "playing":
            await asyncio.sleep(0.01)


async def ends(stage: Stage, prompt: PromptId) -> str:
    """The file with which the prompt ended."""
    await stage.happened(PromptFinished, lambda event: event.prompt == prompt)
    finished = (raw["playback"] for raw in stage.raw if raw["type"] == "PlaybackFinished")
    return next(str(playback["media_uri"]) for playback in finished if playback["id"] == prompt)


@pytest.mark.parametrize("spoken", SPOKEN.values(), ids=SPOKEN)
async def test_a_key_during_something_spoken_leads_on_at_once(stage: Stage, spoken: Sounds) -> None:
    """The next node's prompt plays while the last words of the one before were still to come."""
    async with stage.caller() as caller:
        call, arrived = await stage.answered(caller)
        first = await starts(stage, arrived.leg, 1, (*spoken, *recorded(LAST)))
        call.press("1")
        await stage.happened(DigitReceived)
        await stage.telephony.perform(StopPrompt(arrived.leg, first))
        second = await starts(stage, arrived.leg, 2, recorded("vm-goodbye"))
        assert await ends(stage, first) != f"sound:{LAST}"
        assert await ends(stage, second) == "sound:vm-goodbye"


async def test_asterisks_own_numbers_cannot_be_stopped(stage: Stage) -> None:
    """Why numbers are files here: `number:` refuses the stop, and all that follows is heard. Fails when that is mended."""
    async with stage.caller() as caller:
        _, arrived = await stage.answered(caller)
        prompt = prompt_id(arrived.interaction, 1)
        await stage.ari.channels.play(arrived.leg, prompt, ("number:25", f"sound:{LAST}"), "en")
        await plays(stage, prompt)
        with pytest.raises(AriError) as refused:
            await stage.ari.stop_playback(prompt)
        assert refused.value.status == 500
        assert await ends(stage, prompt) == f"sound:{LAST}"


async def test_a_spoken_number_never_delays_the_connection(stage: Stage) -> None:
    """The caller is with the agent while most of the number was still to be said."""
    async with stage.caller() as caller, stage.phone() as ann:
        _, arrived = await stage.answered(caller)
        _, agent_leg = await stage.agent_takes(ann, arrived.interaction)
        prompt = await starts(stage, arrived.leg, 1, SPOKEN["of nine digits"])
        connection = connection_id(NODE, arrived.interaction, 1)
        await stage.telephony.perform(ConnectLegs(connection, NODE, (arrived.leg, agent_leg), arrived.interaction))
        snapshot = await stage.telephony.snapshot(NODE)
        assert set(snapshot.connections[connection]) == {arrived.leg, agent_leg}
        assert await ends(stage, prompt) != media_uris(SPOKEN["of nine digits"])[-1]


async def test_a_spoken_number_never_delays_the_answer(stage: Stage) -> None:
    """Before the answer it is early media; the answer cuts it."""
    async with stage.caller(CALLER) as caller:
        call, arrived = await stage.arrival(caller)
        prompt = await starts(stage, arrived.leg, 1, SPOKEN["of nine digits"])
        await stage.telephony.perform(AnswerLeg(arrived.leg))
        await asyncio.wait_for(call.answered.wait(), 5)
        assert await ends(stage, prompt) != media_uris(SPOKEN["of nine digits"])[-1]


async def test_a_message_is_recorded_right_after_a_stopped_number(stage: Stage) -> None:
    """Greeting cut by the recording: no 404, and the message is there."""
    async with stage.caller() as caller:
        call, arrived = await stage.answered(caller)
        prompt = await starts(stage, arrived.leg, 1, SPOKEN["of nine digits"])
        name = f"vm-{arrived.interaction}"
        order = RecordMessage(arrived.leg, name, timedelta(seconds=20), timedelta(seconds=10))
        await stage.telephony.perform(order)
        assert await ends(stage, prompt) != media_uris(SPOKEN["of nine digits"])[-1]
        for _ in range(60):
            caller.talk(call, 1)
            await asyncio.sleep(0.02)
        call.press("#")
        assert (await stage.happened(MessageRecorded)).name == name
