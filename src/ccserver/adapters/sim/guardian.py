"""The guardian in virtual time: callers who wait in ccserver's hands while it is gone are put into the fallback.

The same as `ccserver.pbx.guardian` and `ccserver.pbx.rescue`: people who hear one another are never touched.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from ccserver.adapters.sim.channels import Channels
from ccserver.adapters.sim.clock import Appointment
from ccserver.adapters.sim.legs import SimLeg
from ccserver.core.events import Cause

GRACE: Final = timedelta(seconds=15)
REPEAT: Final = timedelta(seconds=2)


class SimGuardian:
    """`fall_back` takes a caller out of ccserver's hands. It looks only while ccserver is gone."""

    def __init__(self, channels: Channels, fall_back: Callable[[SimLeg], None]) -> None:
        self._channels, self._fall_back = channels, fall_back
        self._look: Appointment | None = None

    def server_left(self) -> None:
        """Its connection to the guardian ended."""
        if self._look is None:
            self._look = self._channels.agenda.after(GRACE, self._rescue)

    def server_returned(self) -> None:
        """It is connected again."""
        if self._look is not None:
            self._look.cancel()
            self._look = None

    def _rescue(self) -> None:
        idle = [leg for leg in self._channels.legs.values() if leg.is_handed_over and not self._is_in_talk(leg)]
        for leg in idle:
            if leg.is_ours and leg.agent is not None and not leg.is_up:
                self._channels.end(leg.id, Cause.NORMAL)
            elif not leg.is_ours and leg.agent is None:
                self._fall_back(leg)
        self._look = self._channels.agenda.after(REPEAT, self._rescue)

    def _is_in_talk(self, leg: SimLeg) -> bool:
        partners = self._channels.bridges.partners(leg)
        return leg.is_up and any(self._channels.legs[partner].is_up for partner in partners)
