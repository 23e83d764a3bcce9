"""Both links against a real Asterisk: losing it, finding it again, being refused, being replaced."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.adapters.asterisk.facts import until
from tests.adapters.asterisk.stage import NODE, Stage, ami_settings, ari_settings, on_stage
from tests.pbx.asterisk_fixture import PrivateAsterisk, private_asterisk
from tools.generate_ari_models import fetch, generate

from ccserver.adapters.asterisk import ari_models
from ccserver.adapters.asterisk.ami_link import AmiLink
from ccserver.adapters.asterisk.ari_client import AriClient
from ccserver.adapters.asterisk.ari_events import AriEvents
from ccserver.adapters.asterisk.errors import ActionRefused
from ccserver.adapters.asterisk.links import Backoff, LinkDown, LinkRefused, LinkUp, SteppedDown
from ccserver.adapters.asterisk.translate import WANTED
from ccserver.core.commands import StartMusic
from ccserver.services.tasks import TaskTable

pytestmark = pytest.mark.asterisk


@pytest.fixture
def own_asterisk() -> Iterator[PrivateAsterisk]:
    """One that may be broken."""
    with private_asterisk() as running:
        yield running


async def test_the_models_are_those_that_asterisk_serves(asterisk: PrivateAsterisk) -> None:
    """When this fails, run the generator and look at what changed."""
    secrets = asterisk.secrets.ari
    base = f"http://127.0.0.1:{asterisk.plan.http_port}"
    served = generate(await asyncio.to_thread(fetch, base, secrets.user, secrets.secret))
    assert served == Path(ari_models.__file__).read_text(encoding="utf-8")


async def test_a_call_does_not_notice_a_lost_event_link(stage: Stage) -> None:
    """The caller waits on with music; the picture after the break says so; what happens next is heard."""
    async with stage.caller() as caller:
        call, arrived = await stage.answered(caller)
        await stage.telephony.perform(StartMusic(arrived.leg, "default"))
        before = await stage.telephony.snapshot(NODE)
        stage.link.close()
        await until(lambda: not stage.link.is_up)
        heard = caller.heard_count
        await until(lambda: caller.heard_count > heard + 10)
        assert await stage.telephony.snapshot(NODE) == before
        assert before.waiting == {arrived.leg}
        stage.relink()
        await until(lambda: stage.link.is_up)
        count = len(stage.events)
        call.hang_up()
        await until(lambda: len(stage.events) > count)


async def test_the_application_has_no_device_state_subscription(stage: Stage) -> None:
    """Closing a WebSocket that has one can lock ARI up; and the filter names what we read, nothing else."""
    application = await stage.ari.application(stage.ari.settings.app)
    assert application.device_names == []
    assert {entry["type"] for entry in application.events_allowed} == {
        *WANTED,
        "ApplicationReplaced",
        "ChannelUserevent",
    }


async def test_what_is_told_to_the_application_comes_back(asterisk: PrivateAsterisk) -> None:
    """A link over which it does not come any more is made anew, with the filter that lets it through."""
    told: list[object] = []
    often = ari_settings(asterisk, app="echo", probe_every=timedelta(milliseconds=20))
    async with AriClient(often) as ari:
        link = AriEvents(ari, told.append, WANTED, Backoff(random.Random(3)))
        running = TaskTable().spawn("events", link.run())
        await until(lambda: link.is_up)
        with pytest.raises(TimeoutError):
            await until(lambda: len(told) > 1, 1.0)
        await ari.filter_events("echo", WANTED)
        await until(lambda: [type(item) for item in told] == [LinkUp, LinkDown, LinkUp], 10)
        link.close()
        await running


async def test_music_of_another_class_is_set_on_the_leg(stage: Stage) -> None:
    """And set back when the default is wanted again."""
    async with stage.caller() as caller:
        _, arrived = await stage.answered(caller)
        for music in ("another", "default"):
            await stage.telephony.perform(StartMusic(arrived.leg, music))
            assert await stage.variable(arrived.leg, "CHANNEL(musicclass)") == music


async def test_a_second_process_makes_the_first_step_down(stage: Stage) -> None:
    """Asterisk gives the application to the newer connection."""
    async with AriClient(stage.ari.settings) as ari:
        second = AriEvents(ari, lambda _item: None, WANTED, Backoff(random.Random(3)))
        running = TaskTable().spawn("second", second.run())
        await until(lambda: SteppedDown() in stage.signals)
        assert stage.signals[:1] == [LinkUp()]
        second.close()
        await running


async def test_a_wrong_ari_password_is_refused(asterisk: PrivateAsterisk) -> None:
    """Told once, with a long pause before the next try."""
    told: list[object] = []
    async with AriClient(ari_settings(asterisk, password="wrong")) as ari:
        link = AriEvents(ari, told.append, WANTED, Backoff(random.Random(3)))
        running = TaskTable().spawn("events", link.run())
        await until(lambda: told)
        link.close()
        await running
    assert [type(item) for item in told] == [LinkRefused]


async def test_a_wrong_ami_secret_is_refused(asterisk: PrivateAsterisk) -> None:
    """Told once, with a long pause before the next try."""
    link = AmiLink(ami_settings(asterisk, secret="wrong"), Backoff(random.Random(3)))
    running = TaskTable().spawn("ami", link.run())
    assert isinstance(await link.inbox.take(), LinkRefused)
    link.close()
    await running


async def test_the_feeds_user_may_list_and_change_nothing(stage: Stage) -> None:
    """Least privilege is Asterisk's to enforce."""
    reply = await stage.ami.ask("DeviceStateList")
    assert {entry["Event"] for entry in reply.entries} <= {"DeviceStateChange"}
    for action in ("Reload", "QueuePause", "Redirect"):
        with pytest.raises(ActionRefused, match=r"(?i)permission"):
            await stage.ami.ask(action, {"Module": "manager"} if action == "Reload" else {})


async def test_a_frozen_asterisk_is_noticed_and_found_again(own_asterisk: PrivateAsterisk) -> None:
    """Heartbeats and pings, not the kernel's patience of a quarter of an hour."""
    pid = own_asterisk.embedded.pid
    assert pid is not None
    async with on_stage(own_asterisk) as stage:
        os.kill(pid, signal.SIGSTOP)
        try:
            await until(lambda: not stage.link.is_up and not stage.ami.is_up, 6.5)
        finally:
            os.kill(pid, signal.SIGCONT)
        await until(lambda: stage.link.is_up and stage.ami.is_up, 20)


async def test_a_restarted_asterisk_is_found_again_under_another_boot(own_asterisk: PrivateAsterisk) -> None:
    """The legs of the run before are gone; the phones are listed anew."""
    async with on_stage(own_asterisk) as stage:
        async with stage.caller() as caller:
            await stage.answered(caller)
            before = await stage.telephony.snapshot(NODE)
            await own_asterisk.embedded.stop()
            await until(lambda: not stage.link.is_up and not stage.ami.is_up)
            own_asterisk.embedded.start()
            await until(lambda: stage.link.is_up and stage.ami.is_up, 30)
            after = await stage.telephony.snapshot(NODE)
        assert (len(before.legs), after.legs) == (1, ())
        assert before.boot != after.boot
        assert [type(item) for item in stage.signals] == [LinkUp, LinkDown, LinkUp]
