"""Starting, adopting, reloading and stopping the real Asterisk; recordings and calls out."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.pbx.ari_program import Ari, connected
from tests.pbx.asterisk_fixture import RECORDED, PrivateAsterisk, private_asterisk
from tests.pbx.sip_caller import call
from tests.pbx.sip_phone import SipPhone

from ccserver.pbx import EmbeddedAsterisk, PbxError, PbxPaths, Phone, Quiet, default_cache, prepare

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(120)]

OF_THE_TEST = ("app 'ccserver' not active", "res_http_websocket.c: Error reading from web socket")
"""Errors that the test's own programs cause: none serves the application here, and one before hung up on its socket."""
STARTER = """
import sys
from pathlib import Path
from tests.pbx.asterisk_fixture import private_plan
from ccserver.pbx import Quiet, default_cache, prepare
embedded = prepare(private_plan(Path(sys.argv[1])), default_cache(), Quiet())
embedded.start()
print(embedded.pid, embedded.plan.sip_port, embedded.plan.http_port, embedded.plan.ami_port, flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def own() -> Iterator[PrivateAsterisk]:
    """One that may be stopped."""
    with private_asterisk() as running:
        yield running


async def test_asterisk_outlives_a_starter_that_is_killed(own: PrivateAsterisk) -> None:
    """kill -9 of ccserver; the next one adopts the same process by its note and data folder."""
    data = own.plan.data / "second"
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(data)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert starter.stdout is not None
    assert starter.stdin is not None
    pid, sip, http, ami = map(int, (await asyncio.to_thread(starter.stdout.readline)).split())
    starter.kill()
    await asyncio.to_thread(starter.wait)
    starter.stdin.close()
    starter.stdout.close()
    plan = replace(own.plan, data=data, sip_port=sip, http_port=http, ami_port=ami)
    adopted = prepare(plan, default_cache(), Quiet())
    assert adopted.start() is False
    assert adopted.pid == pid
    await adopted.wait_ready()
    await adopted.stop()
    assert adopted.is_running() is False


async def test_taken_port_stops_the_start_with_its_owner(own: PrivateAsterisk) -> None:
    """Asterisk itself would run on without SIP."""
    plan = replace(own.plan, data=own.plan.data / "third")
    other = prepare(plan, default_cache(), Quiet())
    with pytest.raises(PbxError, match=rf"{plan.sip_port}/udp .*asterisk.*process {own.embedded.pid}"):
        other.start()
    assert other.is_running() is False


async def test_reload_brings_a_new_phone_and_keeps_the_call(own: PrivateAsterisk) -> None:
    """The configuration changes under a call in progress."""
    async with call("+448081570100", own.plan.sip_port, scenario="caller", hold_ms=4000) as caller:
        async with asyncio.timeout(10):
            await caller.ear.heard.wait()
        plan = replace(own.plan, phones=(*own.plan.phones, Phone("dia", "1004")))
        changed: EmbeddedAsterisk = prepare(plan, default_cache(), Quiet())
        await changed.reload()
        async with SipPhone("dia", changed.secrets.phones["dia"].secret, plan.sip_port) as dia:
            async with asyncio.timeout(10):
                while await dia.register() != 200:
                    await asyncio.sleep(0.2)
        assert await caller.ended() == 0
    errors = [line for line in PbxPaths.of(plan.data).messages.read_text("utf-8").splitlines() if "ERROR" in line]
    assert [line for line in errors if not any(ours in line for ours in OF_THE_TEST)] == []


async def test_recorded_number_leaves_a_file_named_by_the_interaction(own: PrivateAsterisk) -> None:
    """Two parties in a bridge; the name comes from no caller."""
    async with connected(own) as ari, call(RECORDED, own.plan.sip_port, scenario="caller_stays") as caller:
        arrived = await ari.event("StasisStart")
        name, interaction = arrived["channel"]["id"], arrived["args"][2]
        await talk_to_ann(own, ari, name)
        assert await caller.ended() == 0
    recording = PbxPaths.of(own.plan.data).spool / "monitor" / f"call-{interaction}.wav"
    async with asyncio.timeout(10):
        while not recording.exists() or recording.stat().st_size < 1000:
            await asyncio.sleep(0.1)
    assert recording.stat().st_mode & 0o077 == 0


async def talk_to_ann(own: PrivateAsterisk, ari: Ari, caller: str) -> None:
    """Connect the caller with Ann for a moment; music stands for what the agent says."""
    async with SipPhone("ann", own.secrets.phones["ann"].secret, own.plan.sip_port) as ann:
        assert await ann.register() == 200
        await ari.do("POST", f"/channels/{caller}/answer")
        await ari.do("POST", "/channels?endpoint=PJSIP/ann&app=ccserver&appArgs=agent&channelId=cc-ann2")
        await ari.event("StasisStart")
        await ari.do("POST", "/bridges/cc-talk2?type=mixing")
        await ari.do("POST", f"/bridges/cc-talk2/addChannel?channel={caller},cc-ann2")
        await ari.do("POST", "/bridges/cc-talk2/play?media=sound:hello-world")
        await ari.event("PlaybackFinished")
        await ari.do("DELETE", f"/channels/{caller}")
        async with asyncio.timeout(10):
            ann.hang_up()


async def test_call_out_goes_to_the_trunk_as_e164(own: PrivateAsterisk) -> None:
    """Originated over ARI to PJSIP/<number>@<trunk>; the far end rings and answers."""
    port = int(own.plan.trunks[0].target.rpartition(":")[2])
    async with connected(own) as ari, SipPhone("carrier", "", own.plan.sip_port, at=("127.0.0.2", port)) as carrier:
        await ari.do("POST", "/channels?endpoint=PJSIP/%2B442079460001@demo&app=ccserver&channelId=cc-out")
        async with asyncio.timeout(10):
            await carrier.connected.wait()
        assert carrier.asked_for == "+442079460001"
        await ari.do("DELETE", "/channels/cc-out")
        async with asyncio.timeout(10):
            await carrier.ended.wait()


def test_console_of_a_stopped_asterisk_is_explained() -> None:
    """Stopping ends the process, and the error names the command."""
    with private_asterisk() as fresh:
        asyncio.run(fresh.embedded.stop())
        assert fresh.embedded.is_running() is False
        with pytest.raises(PbxError, match="core show uptime"):
            asyncio.run(fresh.embedded.rx("core show uptime"))
