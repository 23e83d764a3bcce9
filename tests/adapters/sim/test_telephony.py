"""The simulated PBX behind the asynchronous port."""

from __future__ import annotations

import asyncio

import pytest

from ccserver.adapters.sim.clock import Agenda
from ccserver.adapters.sim.legs import Party
from ccserver.adapters.sim.pbx import SimPbx
from ccserver.adapters.sim.telephony import SimTelephony
from ccserver.core.commands import AnswerLeg, HangUpLeg
from ccserver.core.errors import PortUnavailable
from ccserver.core.events import Event, LegArrived, LegEnded
from ccserver.core.ids import NodeName
from ccserver.services.tasks import TaskTable

NODE = NodeName("sim01")


async def test_commands_and_events_pass_in_real_time() -> None:
    """A call comes in, is answered, shown, hung up."""
    heard: asyncio.Queue[Event] = asyncio.Queue()
    pbx = SimPbx(Agenda(), heard.put_nowait, NODE)
    pbx.calls.mend()
    telephony, tasks = SimTelephony(pbx), TaskTable()
    tasks.spawn("time", telephony.keep_step())
    leg = pbx.call_in(Party(), "+442079460007", "+448081570102")
    async with asyncio.timeout(5):
        assert isinstance(await heard.get(), LegArrived)
        await telephony.perform(AnswerLeg(leg))
        assert [shown.leg for shown in (await telephony.snapshot(NODE)).legs] == [leg]
        await telephony.perform(HangUpLeg(leg, "enough"))
        assert await heard.get() == LegEnded(leg)
    await tasks.close()


async def test_broken_link_is_reported() -> None:
    """No command leaves, no picture comes."""
    telephony = SimTelephony(SimPbx(Agenda(), lambda _event: None, NODE))
    with pytest.raises(PortUnavailable):
        await telephony.snapshot(NODE)
