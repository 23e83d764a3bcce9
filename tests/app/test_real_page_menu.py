"""The demo's menu on the real server and the real Asterisk: voicemail behind a key, a wrong key, and no key at all."""

from __future__ import annotations

import io
import time
import wave
from array import array
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from tests.desktop.real_centre import MAIN, RealCentre, press, real_centre, until

from ccserver.adapters.softphone import Call

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]
WHOLE_MENU = 60.0
"""Seconds: the greeting, a wrong key, the whole menu and its time-out take less."""
RECORDED_PACKETS = 100
"""Two seconds of the caller's own voice."""
LOUD = 1000
"""Of 32,767: noise on a line stays far below."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def centre() -> AsyncIterator[RealCentre]:
    """One server for all tests here. No agent is there."""
    async with real_centre() as centre:
        yield centre


@asynccontextmanager
async def caller(centre: RealCentre, number: str) -> AsyncIterator[Call]:
    """A caller who hears the greeting."""
    async with centre.callers() as trunk:
        call = await trunk.call(MAIN, number)
        await until(call.audio.hears_something, "the greeting")
        yield call
        call.hang_up()


async def interaction_of(centre: RealCentre, number: str) -> str:
    """The latest one of the number that is in the history."""
    limit = time.monotonic() + WHOLE_MENU
    while True:
        items = (await centre.ask("GET", "/interactions?limit=20"))["items"]
        found = [item["id"] for item in items if item["ani"] == number and not item["is_live"]]
        if found:
            return str(found[0])
        assert time.monotonic() < limit, items


async def stands_in_line(centre: RealCentre, number: str) -> None:
    """Wait until the caller waits for support."""
    limit = time.monotonic() + WHOLE_MENU
    while number not in [place["ani"] for place in (await centre.ask("GET", "/queues/support"))["line"]]:
        assert time.monotonic() < limit, "not in the line of support"


async def audio_of(centre: RealCentre, interaction: str, recording: str) -> array[int]:
    """The samples of a recording, as a supervisor gets them from the API."""
    token = (await centre.ask("POST", "/session", {"user": "admin", "password": "demo-admin"}))["token"]
    headers = {"Authorization": f"Bearer {token}"}
    async with centre.web.get(f"/api/v1/interactions/{interaction}/recordings/{recording}", headers=headers) as answer:
        assert (answer.status, answer.content_type) == (200, "audio/wav"), await answer.text()
        with wave.open(io.BytesIO(await answer.read())) as sound:
            assert (sound.getframerate(), sound.getsampwidth(), sound.getnchannels()) == (8000, 2, 1)
            return array("h", sound.readframes(sound.getnframes()))


async def test_a_message_is_left_behind_the_menu(centre: RealCentre) -> None:
    """Key 3 in the menu: greeting, tone, recording until the hash key; the file is there and in the record."""
    number = "+442079460310"
    async with caller(centre, number) as call:
        press(call, "3")
        await until(lambda: list(centre.data.rglob("vm-*.wav")), "the recording begins")
        (file,) = centre.data.rglob("vm-*.wav")
        await until(lambda: file.stat().st_size > RECORDED_PACKETS * 320, "two seconds are recorded")
        press(call, "#")
        await until(call.ended.is_set, "the call is ended after the message")
    row = await centre.record(await interaction_of(centre, number), lambda row: row["recordings"])
    assert (row["result"], row["recordings"]) == ("voicemail", [file.stem])
    assert row["ivr_answers"] == {"menu_key": "3"}
    (told,) = row["recording_files"]
    audio = await audio_of(centre, row["id"], file.stem)
    assert (told["kind"], told["is_kept"], told["length_seconds"]) == ("message", True, len(audio) / 8000)
    assert (len(audio) / 8000 >= 2.0, max(audio) > LOUD) == (True, True)


async def test_a_wrong_key_is_told_and_the_menu_leads_to_support_in_the_end(centre: RealCentre) -> None:
    """Key 9: an apology, the menu once more; who then presses nothing waits for support."""
    number = "+442079460311"
    async with caller(centre, number) as call:
        press(call, "9")
        await stands_in_line(centre, number)
    row = await centre.record(await interaction_of(centre, number), lambda _row: True)
    assert (row["result"], row["reason"], row["ivr_answers"]) == ("abandoned", "Support", {})
