"""One call of the softphone: its dialog, its state, its audio."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from ccserver.adapters.softphone.audio import Audio
from ccserver.adapters.softphone.message import SipMessage


class CallState(StrEnum):
    CALLING = "calling"
    RINGING = "ringing"
    UP = "up"
    ENDED = "ended"


@dataclass(slots=True)
class Dialog:
    """What requests within the call carry (RFC 3261 section 12)."""

    call_id: str
    local: str
    remote: str
    target: str
    sequence: int = 1


@dataclass(slots=True)
class Call:
    """`status` is the final SIP status of a call out; `number` the other party as it was shown or dialled."""

    number: str
    name: str
    dialog: Dialog
    audio: Audio
    is_incoming: bool
    state: CallState = CallState.CALLING
    status: int = 0
    invite: SipMessage | None = None
    called: str = ""
    """Of a call in: the number that was dialled."""
    rang: asyncio.Event = field(default_factory=asyncio.Event)
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    answer: Callable[[], None] = lambda: None
    refuse: Callable[[str], None] = lambda _status: None
    """Of a call in that rings: end it with a SIP status line such as "480 Temporarily Unavailable"."""
    decline: Callable[[], None] = lambda: None
    hang_up: Callable[[], None] = lambda: None

    def press(self, keys: str) -> None:
        """Send keys."""
        self.audio.press(keys)

    def is_ringing(self) -> None:
        if self.state is CallState.CALLING:
            self.state = CallState.RINGING
        self.rang.set()

    def is_up(self, media: tuple[str, int] | None) -> None:
        self.state = CallState.UP
        self.answered.set()
        self.audio.send_to(media)

    def is_over(self, status: int = 0) -> None:
        """Idempotent."""
        self.status = self.status or status
        if self.state is not CallState.ENDED:
            self.state = CallState.ENDED
            self.audio.close()
            self.ended.set()
