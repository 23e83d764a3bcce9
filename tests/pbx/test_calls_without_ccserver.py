"""Calls on the real Asterisk while no ccserver is connected: nobody is refused, nobody hears silence."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator

import pytest
from tests.pbx.asterisk_fixture import PrivateAsterisk, private_asterisk
from tests.pbx.sip_caller import call
from tests.pbx.sip_phone import SipPhone

from ccserver.adapters.asterisk.queue_log import read_line
from ccserver.adapters.asterisk.translate import Context
from ccserver.core.events import Event
from ccserver.core.fallback_events import FallbackAnswered, FallbackEntered, FallbackLeft
from ccserver.core.ids import AgentId, NodeName

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(180)]

SALES, CHINESE = "+448081570100", "+448081570109"


def black_box(pbx: PrivateAsterisk) -> list[Event]:
    """What Asterisk wrote down, as ccserver reads it."""
    context = Context(NodeName("ast01"), {user: AgentId(user) for user in ("ann", "bob", "cem")})
    lines = pbx.embedded.paths.queue_log.read_bytes().splitlines()
    return [event for line in lines if (event := read_line(line, context)) is not None]


@pytest.fixture(scope="module")
def hasty() -> Iterator[PrivateAsterisk]:
    """An Asterisk that gives up on ccserver after two seconds, so that the last resort can be tested soon."""
    with private_asterisk(fallback_after_s=2, languages=((CHINESE, "zh_CN"),)) as running:
        yield running


@pytest.fixture
async def ann(hasty: PrivateAsterisk) -> AsyncIterator[SipPhone]:
    """Ann's phone, registered."""
    async with SipPhone("ann", hasty.secrets.phones["ann"].secret, hasty.plan.sip_port) as phone:
        assert await phone.register() == 200
        yield phone


async def test_caller_is_answered_and_hears_music(asterisk: PrivateAsterisk) -> None:
    """200 OK and audible RTP from 127.0.0.1 to a caller at 127.0.0.2."""
    async with call(SALES, asterisk.plan.sip_port, hold_ms=4000) as caller:
        async with asyncio.timeout(10):
            await caller.ear.heard.wait()
        assert await caller.ended() == 0


async def test_number_without_plus_is_the_same_number(asterisk: PrivateAsterisk) -> None:
    """Carriers send both forms."""
    async with call(SALES[1:], asterisk.plan.sip_port, hold_ms=500) as caller:
        assert await caller.ended() == 0


async def test_number_too_long_to_exist_is_unallocated(asterisk: PrivateAsterisk) -> None:
    """404, not a hand-over of something that is no E.164 number."""
    async with call("+44808157010012345678", asterisk.plan.sip_port, scenario="caller_unallocated") as caller:
        assert await caller.ended() == 0


async def test_stranger_is_asked_who_he_is(asterisk: PrivateAsterisk) -> None:
    """An address that belongs to no trunk gets 401, whatever number it dials."""
    async with call(SALES, asterisk.plan.sip_port, host="127.0.0.3", scenario="caller_challenged") as caller:
        assert await caller.ended() == 0


async def test_phone_name_borrowed_by_a_stranger_opens_nothing(asterisk: PrivateAsterisk) -> None:
    """A phone's name in From is challenged for its secret."""
    port = asterisk.plan.sip_port
    async with call("1002", port, host="127.0.0.3", caller="ann", scenario="caller_challenged") as caller:
        assert await caller.ended() == 0


async def test_nobody_there_ends_in_the_closed_message(hasty: PrivateAsterisk) -> None:
    """No ccserver, no phones: the caller is told and the PBX hangs up."""
    async with call(SALES, hasty.plan.sip_port, scenario="caller_stays") as caller:
        assert await caller.ended() == 0
        assert caller.ear.heard.is_set()


async def test_registered_phone_is_rung_by_the_static_queue(hasty: PrivateAsterisk, ann: SipPhone) -> None:
    """No ccserver, but Ann is there: the call reaches her, and the black box tells it from the first moment to the last."""
    async with call(SALES, hasty.plan.sip_port, scenario="caller_stays") as caller:
        async with asyncio.timeout(20):
            await ann.connected.wait()
        ann.hang_up()
        assert await caller.ended() == 0
    told = black_box(hasty)
    leg = next(event.leg for event in reversed(told) if isinstance(event, FallbackLeft))
    story = [event for event in told if getattr(event, "leg", "") == leg]
    assert [type(event) for event in story] == [FallbackEntered, FallbackEntered, FallbackAnswered, FallbackLeft]
    assert [event.agent for event in story if isinstance(event, FallbackAnswered)] == ["ann"]


@pytest.mark.parametrize(("number", "language"), [(SALES, "en"), (CHINESE, "zh_CN")])
async def test_a_caller_is_spoken_to_in_the_language_of_the_line(
    hasty: PrivateAsterisk, number: str, language: str
) -> None:
    """By Asterisk alone, too."""
    async with call(number, hasty.plan.sip_port, scenario="caller_stays") as caller:
        async with asyncio.timeout(10):
            await caller.ear.heard.wait()
        channel = (await hasty.embedded.rx("core show channels concise")).partition("!")[0]
        shown = await hasty.embedded.rx(f"core show channel {channel}")
        assert re.findall(r"Language: (\S+)", shown) == [language]
        assert await caller.ended() == 0


async def test_wrong_secret_registers_nobody(hasty: PrivateAsterisk) -> None:
    """The phone's own secret is asked for."""
    async with SipPhone("bob", "not-the-secret-of-bob-at-all", hasty.plan.sip_port) as phone:
        assert await phone.register() == 401


async def test_calls_left_no_complaint(hasty: PrivateAsterisk) -> None:
    """A whole call through hand-over, music and message logs neither warning nor error, and leaves no channel."""
    async with call(SALES, hasty.plan.sip_port, scenario="caller_stays") as caller:
        assert await caller.ended() == 0
    log = hasty.embedded.paths.messages.read_text(encoding="utf-8")
    complaints = [line for line in log.splitlines() if "ERROR" in line or "WARNING" in line]
    assert [line for line in complaints if "app 'ccserver'" not in line] == []
    assert "0 active channels" in await hasty.embedded.rx("core show channels count")


async def test_a_renamed_black_box_is_opened_anew(hasty: PrivateAsterisk) -> None:
    """On request, and without a restart: so it can be bounded."""
    log = hasty.embedded.paths.queue_log
    log.rename(log.with_name("queue_log.1"))
    await hasty.embedded.rx("logger reload")
    assert log.exists()
    assert log.stat().st_mode & 0o077 == 0
