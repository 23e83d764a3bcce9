"""What the accounts of the real Asterisk may do, and that they suffice for what they are for."""

from __future__ import annotations

import aiohttp
import pytest
from tests.pbx.ami_client import signed_in
from tests.pbx.asterisk_fixture import PrivateAsterisk
from tests.pbx.sip_phone import SipPhone

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(120)]

MIGHTY = {
    "Originate": {"Channel": "Local/s@fallback", "Application": "Wait", "Data": "1"},
    "Command": {"Command": "core show uptime"},
    "UpdateConfig": {"SrcFilename": "pjsip.conf", "DstFilename": "pjsip.conf"},
    "GetConfig": {"Filename": "pjsip.conf"},
    "ModuleLoad": {"LoadType": "reload"},
    "MixMonitor": {"Channel": "PJSIP/ann", "File": "x.wav", "Command": "touch /tmp/x"},
    "DialplanExtensionAdd": {"Context": "fallback", "Extension": "s", "Priority": "99", "Application": "Hangup"},
}


async def test_feed_sees_a_phone_register(asterisk: PrivateAsterisk) -> None:
    """Live, as the device state of the endpoint."""
    phone = SipPhone("ann", asterisk.secrets.phones["ann"].secret, asterisk.plan.sip_port)
    async with signed_in(asterisk.plan.ami_port, asterisk.secrets.ami_events) as ami, phone as ann:
        assert await ann.register() == 200
        change = await ami.message(lambda m: m.get("Event") == "DeviceStateChange" and m["Device"] == "PJSIP/ann")
        assert change["State"] == "NOT_INUSE"
        assert await ann.register(expires=0) == 200
        await ami.message(lambda m: m.get("Device") == "PJSIP/ann" and m.get("State") == "UNAVAILABLE")


async def test_feed_reads_all_phones_after_a_reconnect(asterisk: PrivateAsterisk) -> None:
    """Without the write class system: DeviceStateList needs reporting only."""
    async with SipPhone("bob", asterisk.secrets.phones["bob"].secret, asterisk.plan.sip_port) as bob:
        assert await bob.register() == 200
        async with signed_in(asterisk.plan.ami_port, asterisk.secrets.ami_events) as ami:
            await ami.message(lambda m: m.get("Event") == "FullyBooted")
            states = await ami.device_states()
    phones = {user: states[f"PJSIP/{user}"] for phone in asterisk.plan.phones for user in phone.endpoints}
    assert phones == {**dict.fromkeys(phones, "UNAVAILABLE"), "bob": "NOT_INUSE"}


@pytest.mark.parametrize("action", sorted(MIGHTY))
async def test_actions_that_could_run_a_program_are_denied(asterisk: PrivateAsterisk, action: str) -> None:
    """To the one account that there is."""
    async with signed_in(asterisk.plan.ami_port, asterisk.secrets.ami_events) as ami:
        answer = await ami.ask(action, **MIGHTY[action])
    assert answer["Message"] == "Permission denied", answer


async def test_feed_cannot_change_anything(asterisk: PrivateAsterisk) -> None:
    """Not even who is rung by the last resort."""
    async with signed_in(asterisk.plan.ami_port, asterisk.secrets.ami_events) as ami:
        answer = await ami.ask("QueuePause", Interface="PJSIP/ann", Paused="true")
    assert answer["Message"] == "Permission denied"


async def test_ari_needs_the_secret(asterisk: PrivateAsterisk) -> None:
    """401 without it."""
    async with aiohttp.ClientSession() as session, session.get(f"{asterisk.embedded.ari_url}/channels") as answer:
        assert answer.status == 401


async def test_phones_may_not_dial_the_trunk(asterisk: PrivateAsterisk) -> None:
    """The agents' context has no way out: only Stasis, the echo test and hanging up."""
    shown = await asterisk.embedded.rx("dialplan show from-agent")
    assert "Dial(" not in shown
    assert "Goto(" not in shown
