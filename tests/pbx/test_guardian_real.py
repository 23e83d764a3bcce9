"""The guardian as a process beside the real Asterisk: the ARI program dies, its callers do not notice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from tests.pbx.ari_program import Ari, connected
from tests.pbx.asterisk_fixture import PrivateAsterisk, private_asterisk
from tests.pbx.sip_caller import call
from tests.pbx.sip_phone import SipPhone

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(120)]

SALES = "+448081570100"


@pytest.fixture(scope="module")
def guarded() -> Iterator[PrivateAsterisk]:
    """An Asterisk with a guardian that waits for two seconds."""
    with private_asterisk(guardian_grace_s=2.0) as running:
        running.embedded.start_guardian()
        yield running


@pytest.fixture
async def ari(guarded: PrivateAsterisk) -> AsyncIterator[Ari]:
    """Connected as ccserver."""
    async with connected(guarded) as program:
        yield program


async def test_waiting_caller_reaches_the_fallback(guarded: PrivateAsterisk, ari: Ari) -> None:
    """The caller has an id and a role, sits in Stasis, and is in the fallback, and in the black box, when it is gone."""
    async with call(SALES, guarded.plan.sip_port, scenario="caller_stays") as caller:
        arrived = await ari.event("StasisStart")
        name = arrived["channel"]["id"]
        assert arrived["args"][:2] == ["inbound", SALES]
        assert arrived["channel"]["channelvars"] == {"CC_ID": arrived["args"][2], "CC_ROLE": "inbound"}
        assert await ari.place(name) == "inbound Stasis"
        await ari.do("POST", f"/channels/{name}/answer")
        await ari.die()
        async with asyncio.timeout(15):
            while not (await ari.place(name)).startswith("fallback"):
                await asyncio.sleep(0.1)
        assert await caller.ended() == 0
        assert caller.ear.heard.is_set()
    told = [line.split("|") for line in guarded.embedded.paths.queue_log.read_text().splitlines()]
    story = [(fields[4], fields[5]) for fields in told if fields[1] == name and fields[4] in ("CCENTER", "CCLEFT")]
    assert [kind for kind, _ in story] == ["CCENTER", "CCLEFT"]
    assert story[0] == ("CCENTER", arrived["args"][2])


async def test_ringing_phone_is_freed_and_talking_people_stay(guarded: PrivateAsterisk, ari: Ari) -> None:
    """Ann talks with the first caller and goes on; Bob's phone rings for the second caller and stops."""
    secrets, port = guarded.secrets.phones, guarded.plan.sip_port
    bob_phone = SipPhone("bob", secrets["bob"].secret, port, answers=False)
    async with SipPhone("ann", secrets["ann"].secret, port) as ann, bob_phone as bob:
        assert (await ann.register(), await bob.register()) == (200, 200)
        async with call(SALES, port, scenario="caller_stays") as first:
            talking = (await ari.event("StasisStart"))["channel"]["id"]
            await ari.do("POST", f"/channels/{talking}/answer")
            await ari.do("POST", "/channels?endpoint=PJSIP/ann&app=ccserver&appArgs=agent&channelId=cc-ann")
            await ari.event("StasisStart")
            await ari.do("POST", "/bridges/cc-talk?type=mixing")
            await ari.do("POST", f"/bridges/cc-talk/addChannel?channel={talking},cc-ann")
            role = {"variables": {"CC_ROLE": "agent"}}
            await ari.do("POST", "/channels?endpoint=PJSIP/bob&app=ccserver&channelId=cc-bob", role)
            async with asyncio.timeout(10):
                await bob.invited.wait()
            await ari.die()
            async with asyncio.timeout(15):
                await bob.cancelled.wait()
            assert set((await ari.do("GET", "/bridges/cc-talk"))["channels"]) == {talking, "cc-ann"}
            assert not ann.ended.is_set()
            await ari.do("DELETE", f"/channels/{talking}")
            assert await first.ended() == 0
            ann.hang_up()


async def test_hostile_caller_id_is_reduced_before_the_hand_over(guarded: PrivateAsterisk, ari: Ari) -> None:
    """Digits and plus for the number, plain letters for the name."""
    port = guarded.plan.sip_port
    async with call(SALES, port, caller="+44-20.7946'0201", name="Ev;il [x] ${SHELL(id)} O.K.", hold_ms=100) as caller:
        arrived = await ari.event("StasisStart")
        await ari.do("POST", f"/channels/{arrived['channel']['id']}/answer")
        assert await caller.ended() == 0
    assert arrived["channel"]["caller"] == {"name": "Evil x SHELLid O.K.", "number": "+442079460201"}


async def test_withheld_number_is_empty(guarded: PrivateAsterisk, ari: Ari) -> None:
    """`anonymous` is no number."""
    async with call(SALES, guarded.plan.sip_port, caller="anonymous", hold_ms=100) as caller:
        arrived = await ari.event("StasisStart")
        await ari.do("POST", f"/channels/{arrived['channel']['id']}/answer")
        assert await caller.ended() == 0
    assert arrived["channel"]["caller"]["number"] == ""


async def test_guardian_cannot_be_started_twice(guarded: PrivateAsterisk) -> None:
    """The second start finds the first."""
    assert guarded.embedded.start_guardian() is False
