"""A whole house: the server is killed, Asterisk's own queue carries calls, and the history has each of them once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.pbx.sip_caller import Caller, call
from tests.pbx.sip_phone import SipPhone
from tests.scenarios.house import House

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(300)]

SUPPORT = "+448081570102"
EARLY, NEW = "+442079460301", "+442079460302"


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """Its guardian waits for a second."""
    house = House(guardian_grace_s=1)
    try:
        await house.open()
        yield house
    finally:
        await house.close()


@asynccontextmanager
async def phone_of(house: House, agent: str) -> AsyncIterator[SipPhone]:
    """The agent's phone, registered; it answers when told to."""
    account = house.pbx.secrets.phones[agent]
    async with SipPhone(agent, account.secret, house.pbx.plan.sip_port, answers=False) as phone:
        assert await phone.register() == 200
        yield phone


async def until(house: House, path: str, fact: Any, limit_s: float = 20) -> Any:
    """What the API answers as soon as the fact holds."""
    async with asyncio.timeout(limit_s):
        while not fact(answer := await house.ask("root", "GET", path)):
            await asyncio.sleep(0.1)
    return answer


async def rows(house: House, ani: str, count: int = 1) -> list[dict[str, Any]]:
    """All rows of the caller, once there are `count`, with their segments."""

    def of_caller(found: Any) -> list[dict[str, Any]]:
        return [item for item in found["items"] if item["ani"] == ani]

    found = await until(house, "/interactions?limit=100", lambda found: len(of_caller(found)) >= count)
    return [await house.ask("root", "GET", f"/interactions/{item['id']}") for item in of_caller(found)]


async def shorten_the_music(house: House) -> None:
    """A new caller reaches the static queue after a second rather than after thirty."""
    dialplan: Path = house.pbx.paths.etc / "extensions.conf"
    dialplan.write_text(dialplan.read_text().replace("< 30]?wait", "< 1]?wait"))
    await house.pbx.rx("dialplan reload")


async def takes(phone: SipPhone) -> None:
    async with asyncio.timeout(30):
        await phone.invited.wait()
        phone.answer()
        await phone.connected.wait()


def dials(house: House, ani: str) -> AbstractAsyncContextManager[Caller]:
    return call(SUPPORT, house.pbx.plan.sip_port, caller=ani, scenario="caller_stays")


async def test_calls_of_the_static_queue_are_in_the_history_once(house: House) -> None:
    """One caller waited before the kill and is taken by Ann; one comes after it, and still talks with Bob at the return."""
    async with phone_of(house, "ann") as ann, dials(house, EARLY) as early:
        await until(house, "/queues/support", lambda queue: [place["ani"] for place in queue["line"]] == [EARLY])
        await house.kill_server()
        await shorten_the_music(house)
        await takes(ann)
        await asyncio.sleep(1.2)  # the black box counts in seconds
        ann.hang_up()
        assert await early.ended() == 0
    async with phone_of(house, "bob") as bob, dials(house, NEW) as new:
        await takes(bob)
        await house.start_server()
        await house.ask("bob", "POST", "/agents/bob/presence", {"presence": "READY"})
        agent = await house.ask("root", "GET", "/agents/bob")
        assert (agent["is_available"], agent["is_phone_reachable"]) == (False, True)
        bob.hang_up()
        assert await new.ended() == 0
        await until(house, "/agents/bob", lambda agent: agent["is_available"])
    for ani, agent in ((EARLY, "ann"), (NEW, "bob")):
        (row,) = await rows(house, ani)
        assert (row["result"], row["agent"], row["queue"]) == ("answered", agent, "support")
        assert [segment["kind"] for segment in row["segments"]].count("talk") == 1
    await house.kill_server()
    await house.start_server()
    assert len(await rows(house, NEW)) == len(await rows(house, EARLY)) == 1
