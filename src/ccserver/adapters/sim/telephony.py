"""The Telephony port on the simulated PBX, for the asynchronous services: virtual time keeps step with the event loop."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from ccserver.adapters.sim.pbx import SimPbx
from ccserver.core.commands import TelephonyCommand
from ccserver.core.events import PbxSnapshot
from ccserver.core.ids import NodeName

STEP = 0.002


class SimTelephony:
    """One simulated node. `keep_step` must run meanwhile, or nothing ever happens."""

    def __init__(self, pbx: SimPbx) -> None:
        self._pbx = pbx

    async def perform(self, command: TelephonyCommand) -> None:
        """Raises PortUnavailable while the link is down."""
        self._pbx.perform(command)

    async def snapshot(self, node: NodeName) -> PbxSnapshot:
        """Raises PortUnavailable while the link is down."""
        self._pbx.calls.require()
        return self._pbx.snapshot()

    async def keep_step(self) -> None:
        """Let virtual time pass as fast as that of the loop, until cancelled."""
        loop, agenda = asyncio.get_running_loop(), self._pbx.agenda
        began, start = loop.time(), agenda.now()
        while True:
            agenda.run_until(start + timedelta(seconds=loop.time() - began))
            await asyncio.sleep(STEP)
