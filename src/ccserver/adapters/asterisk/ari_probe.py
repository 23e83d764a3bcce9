"""Proof that our application hears: what is told to it must come back over its event link.

A WebSocket whose pings are answered proves only the connection. After a freeze Asterisk carries out, late, what connections
that were given up had asked for; when such a one ends just after ours took the application's name, the application is
switched off while our connection lives on: no call reaches us any more, and nothing says so (22.10.1, seen under load).
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from ccserver.adapters.asterisk.ari_client import AriClient
from ccserver.adapters.asterisk.errors import AriError

ECHO: Final = "ChannelUserevent"
"""The type under which Asterisk delivers it."""
MOST_MISSES: Final = 2
"""In a row: one alone may be our own process that stood still."""


class Probe:
    """One for a session of the event link: every `probe_every` an echo must come within `probe_limit`.

    Callers who do not reach us meanwhile try again for 30 s, in the dialplan.
    """

    def __init__(self, client: AriClient) -> None:
        self._client, self._settings = client, client.settings
        self._serial = 0
        self._heard = asyncio.Event()

    def hears(self, message: dict[str, Any]) -> bool:
        """Whether the message is an echo, which means nothing to anybody else."""
        if message.get("type") != ECHO:
            return False
        if message.get("eventname") == self._name:
            self._heard.set()
        return True

    async def until_deaf(self) -> str:
        """Returns why the application is taken for switched off, when it is."""
        misses = 0
        while misses < MOST_MISSES:
            if await self._comes_back():
                misses = 0
                await asyncio.sleep(self._settings.probe_every.total_seconds())
            else:
                misses += 1
        return f"what is told to {self._settings.app} does not come back"

    @property
    def _name(self) -> str:
        return f"probe-{self._serial}"

    async def _comes_back(self) -> bool:
        """True also when Asterisk gives no answer at all: the heartbeat of the connection judges that."""
        self._serial += 1
        self._heard.clear()
        try:
            await self._client.tell_application(self._settings.app, self._name)
        except AriError as error:
            return error.is_unavailable
        try:
            async with asyncio.timeout(self._settings.probe_limit.total_seconds()):
                await self._heard.wait()
        except TimeoutError:
            return False
        return True
