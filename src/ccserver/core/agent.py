"""The agent: what the person declared (presence), whether phone and desktop are there, and which work is open.

"Busy" is no presence: it is having an open work item. Decides the presence table only; who gets a call is `acd`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ccserver.core.fsm import IGNORE, Table
from ccserver.core.ids import AgentId, WorkItemId


class Presence(StrEnum):
    LOGGED_OUT = "logged_out"
    NOT_READY = "not_ready"
    READY = "ready"
    LEAVING = "leaving"
    """Asked to be not ready or signed out while work is open; takes effect when it closes."""


class PresenceEvent(StrEnum):
    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    READY = "ready"
    NOT_READY = "not_ready"
    LEAVE = "leave"
    """NOT_READY or SIGN_OUT while work is open."""


PRESENCE: Table[Presence] = {
    Presence.LOGGED_OUT: {
        PresenceEvent.SIGN_IN: Presence.NOT_READY,
        PresenceEvent.SIGN_OUT: IGNORE,
        PresenceEvent.NOT_READY: IGNORE,
        PresenceEvent.LEAVE: IGNORE,
    },
    Presence.NOT_READY: {
        PresenceEvent.SIGN_IN: IGNORE,
        PresenceEvent.SIGN_OUT: Presence.LOGGED_OUT,
        PresenceEvent.READY: Presence.READY,
        PresenceEvent.NOT_READY: Presence.NOT_READY,
        PresenceEvent.LEAVE: Presence.LEAVING,
    },
    Presence.READY: {
        PresenceEvent.SIGN_IN: IGNORE,
        PresenceEvent.SIGN_OUT: Presence.LOGGED_OUT,
        PresenceEvent.READY: IGNORE,
        PresenceEvent.NOT_READY: Presence.NOT_READY,
        PresenceEvent.LEAVE: Presence.LEAVING,
    },
    Presence.LEAVING: {
        PresenceEvent.SIGN_IN: IGNORE,
        PresenceEvent.SIGN_OUT: Presence.LOGGED_OUT,
        PresenceEvent.READY: Presence.READY,
        PresenceEvent.NOT_READY: Presence.NOT_READY,
        PresenceEvent.LEAVE: Presence.LEAVING,
    },
}


class Desktop(StrEnum):
    ABSENT = "absent"
    """No page since the sign-in: the agent works with the phone and programs over the API and is served; nothing is expected
    of a desktop. See docs/adr/0008-desktop-lease.md."""
    ATTACHED = "attached"
    LOST = "lost"
    """A page was there and went away longer ago than the grace time: no offers until it is back."""


class SystemReason(StrEnum):
    """Not-ready reasons that the centre sets by itself."""

    SIGNED_IN = "signed_in"
    RONA = "rona"
    DECLINED = "declined"
    PHONE_UNREACHABLE = "phone_unreachable"


@dataclass(slots=True)
class Agent:
    id: AgentId
    presence: Presence = Presence.LOGGED_OUT
    reason: str = ""
    since: datetime | None = None
    is_leaving_centre: bool = False
    """LEAVING ends in LOGGED_OUT rather than in NOT_READY."""
    leaving_reason: str = ""
    is_phone_reachable: bool = False
    is_phone_busy: bool = False
    """It rings or talks, whoever's call that is."""
    desktop: Desktop = Desktop.ABSENT
    work_item: WorkItemId | None = None
    idle_since: datetime | None = None
    """End of the last work, or becoming ready: the longest idle agent is asked first."""

    @property
    def is_available(self) -> bool:
        """May be offered a call now, as far as the agent is concerned; skills are another question."""
        return self._is_free and self.desktop is not Desktop.LOST

    @property
    def lacks_page(self) -> bool:
        """Would be available, were the page open that was closed."""
        return self._is_free and self.desktop is Desktop.LOST

    @property
    def _is_free(self) -> bool:
        return (
            self.presence is Presence.READY
            and self.work_item is None
            and self.is_phone_reachable
            and not self.is_phone_busy
        )
