"""The telephone on the real Asterisk: it registers, talks to the echo, and is rung by a caller."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
from tests.pbx.asterisk_fixture import PrivateAsterisk, private_asterisk

from ccserver.adapters.softphone import Call, Softphone
from ccserver.core.errors import PortUnavailable

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(120)]
ECHO, SUPPORT = "*60", "+448081570102"


@pytest.fixture(scope="module")
def hasty() -> Iterator[PrivateAsterisk]:
    """An Asterisk that gives up on ccserver after two seconds and rings the phones by itself."""
    with private_asterisk(fallback_after_s=2) as running:
        yield running


@pytest.fixture
async def ann(hasty: PrivateAsterisk) -> AsyncIterator[Softphone]:
    """Ann's telephone, registered; she hums 600 Hz."""
    phone = Softphone("ann", address(hasty), secret=hasty.secrets.phones["ann"].secret, frequency=600)
    await phone.open()
    await phone.register()
    yield phone
    await phone.unregister()
    await phone.close()


def address(running: PrivateAsterisk) -> tuple[str, int]:
    return "127.0.0.1", running.plan.sip_port


async def until(fact: Callable[[], bool], within: float = 15) -> None:
    async with asyncio.timeout(within):
        while not fact():
            await asyncio.sleep(0.02)


async def test_a_wrong_secret_is_refused(hasty: PrivateAsterisk) -> None:
    """By Asterisk's own registrar."""
    phone = Softphone("ann", address(hasty), secret="wrong")
    await phone.open()
    with pytest.raises(PortUnavailable, match="registrar"):
        await phone.register()
    await phone.close()


async def test_the_echo_gives_back_the_own_tone(ann: Softphone) -> None:
    """INVITE with digest, SDP, RTP both ways."""
    call = await ann.call(ECHO)
    await until(lambda: call.audio.hears(600))
    call.hang_up()
    await until(lambda: ann.calls == {})


async def test_a_caller_and_an_agent_talk(hasty: PrivateAsterisk, ann: Softphone) -> None:
    """A simulated caller of the trunk is sent to the last resort, which rings Ann: each hears the other."""
    rung: list[Call] = []

    def take(call: Call) -> None:
        rung.append(call)
        call.answer()

    ann.on_call = take
    trunk = Softphone("", address(hasty), host="127.0.0.2", frequency=420)
    await trunk.open()
    call = await trunk.call(SUPPORT, "+442079460007", "Wang")
    await until(lambda: bool(rung))
    await until(lambda: call.audio.hears(600) and rung[0].audio.hears(420), 20)
    assert rung[0].number == "+442079460007"
    rung[0].hang_up()
    await until(lambda: ann.calls == {})
    await trunk.close()
