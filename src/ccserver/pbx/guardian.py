"""The guardian: a process of its own that looks after callers when ccserver is gone.

    python -m ccserver.pbx.guardian DATA

ccserver keeps a connection open on DATA/run/guardian.sock; the kernel closes it at kill -9. When it has not come back
within the grace time, callers who wait in Stasis are continued in the dialplan at `fallback,s,1` and agents' legs that
only ring are ended; see `rescue`. Its own ARI user; nothing of ccserver's own code is needed for it to work. It ends
when Asterisk has been gone for a while, and when another guardian of the same data folder runs.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import logging
import sys
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp

from ccserver.pbx.paths import PbxPaths
from ccserver.pbx.rescue import plan_rescue

TICK_S = 0.25
REPEAT_S = 2.0  # while ccserver is away, look again this often
PING_S = 5.0
ASTERISK_GONE_S = 30.0  # nobody listens on its port: long enough for a restart
REQUEST_S = 5.0
MOST_LINKS = 16
MOST_BYTES = 32 * 1024 * 1024  # of one answer: some thousand channels

log = logging.getLogger("ccserver.guardian")


@dataclass(frozen=True)
class GuardianSettings:
    """What is in DATA/asterisk/etc/guardian.json. `grace_s` is how long ccserver may be away."""

    ari: str
    user: str
    secret: str
    socket: Path
    grace_s: float
    gone_s: float = ASTERISK_GONE_S

    @classmethod
    def read(cls, path: Path) -> GuardianSettings:
        """Raises OSError, ValueError or KeyError for a file that ccserver did not write."""
        raw = json.loads(path.read_text(encoding="utf-8"))
        return cls(str(raw["ari"]), str(raw["user"]), str(raw["secret"]), Path(raw["socket"]), float(raw["grace_s"]))


class Presence:
    """Whether ccserver is there: a connection that is open and, if it ever sent a heartbeat, still sends them."""

    def __init__(self, now: float, patience_s: float) -> None:
        self._patience_s = patience_s
        self._heard: dict[int, float | None] = {}
        self._last_seen = now

    @property
    def links(self) -> int:
        """How many connections are open."""
        return len(self._heard)

    def opened(self, link: int) -> None:
        """ccserver connected."""
        self._heard[link] = None

    def beat(self, link: int, now: float) -> None:
        """It sent something."""
        self._heard[link] = now

    def closed(self, link: int, now: float) -> None:
        """The connection ended."""
        heard = self._heard.pop(link)
        if heard is None or now - heard < self._patience_s:
            self._last_seen = now

    def away_for(self, now: float) -> float:
        """Seconds since it was there; 0 while it is."""
        for heard in self._heard.values():
            if heard is None:
                self._last_seen = now
            else:
                self._last_seen = max(self._last_seen, heard)
        return now - self._last_seen if self._last_seen < now else 0.0


class Guardian:
    """Watches one ccserver and one Asterisk until Asterisk is gone."""

    def __init__(self, settings: GuardianSettings, session: aiohttp.ClientSession, now: float) -> None:
        self._settings = settings
        self._session = session
        self._presence = Presence(now, settings.grace_s)
        self._answered_at = now
        self._was_away = False
        self._links = 0

    async def run(self) -> None:
        """Return when nobody has listened on Asterisk's port for a while, or the data folder is gone; no error ends it."""
        clock = asyncio.get_running_loop().time
        socket = self._settings.socket
        socket.unlink(missing_ok=True)
        look_at = ping_at = clock()
        async with await asyncio.start_unix_server(self._on_link, socket):
            socket.chmod(0o600)
            while clock() - self._answered_at < self._settings.gone_s and socket.exists():
                await asyncio.sleep(TICK_S)
                now = clock()
                if now >= ping_at:
                    ping_at = now + PING_S
                    await self._try(self._ping())
                if self._is_away(now) and now >= look_at:
                    look_at = now + REPEAT_S
                    await self._try(self._rescue())
        socket.unlink(missing_ok=True)

    async def _on_link(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        clock = asyncio.get_running_loop().time
        self._links += 1
        link = self._links
        try:
            if self._presence.links < MOST_LINKS:
                self._presence.opened(link)
                while await reader.read(64):
                    self._presence.beat(link, clock())
                self._presence.closed(link, clock())
        except OSError:
            self._presence.closed(link, clock())
        finally:
            writer.close()

    def _is_away(self, now: float) -> bool:
        is_away = self._presence.away_for(now) >= self._settings.grace_s
        if is_away != self._was_away:
            log.warning("ccserver is away, looking after its callers" if is_away else "ccserver is back")
        self._was_away = is_away
        return is_away

    async def _try(self, work: Coroutine[Any, Any, Any]) -> None:
        try:
            await work
        except aiohttp.ClientConnectorError:
            return  # counted by the time since the last answer
        except Exception as error:
            self._heard_from_asterisk()
            log.warning("Asterisk answered in an unexpected way: %s", type(error).__name__)

    def _heard_from_asterisk(self) -> None:
        self._answered_at = asyncio.get_running_loop().time()

    async def _ping(self) -> None:
        await self._call("GET", "/asterisk/ping")

    async def _rescue(self) -> None:
        channels, bridges = await self._call("GET", "/channels"), await self._call("GET", "/bridges")
        if not isinstance(channels, list) or not isinstance(bridges, list):
            raise TypeError("a list was expected")
        rescue = plan_rescue(channels, bridges)
        if rescue.to_end or rescue.to_fallback:
            log.warning(
                "%d callers to the fallback, %d ringing legs to end", len(rescue.to_fallback), len(rescue.to_end)
            )
        for channel in rescue.to_end:
            await self._order("DELETE", channel, "")
        for channel in rescue.to_fallback:
            await self._order("POST", channel, "/continue?context=fallback&extension=s&priority=1")

    async def _order(self, method: str, channel: str, rest: str) -> None:
        # One channel that does not answer must not keep the others waiting; and ccserver may be back by now.
        if self._is_away(asyncio.get_running_loop().time()):
            await self._try(self._call(method, f"/channels/{quote(channel, safe='')}{rest}"))

    async def _call(self, method: str, path: str) -> Any:
        async with self._session.request(method, self._settings.ari + path) as answer:
            self._heard_from_asterisk()
            body = bytearray()
            async for chunk in answer.content.iter_chunked(65536):
                body += chunk
                if len(body) > MOST_BYTES:
                    raise ValueError("an answer without end")
            return json.loads(body) if answer.status == 200 else None


async def guard(settings: GuardianSettings) -> None:
    """Run a guardian with these settings."""
    headers = {"Authorization": aiohttp.encode_basic_auth(settings.user, settings.secret)}
    timeout = aiohttp.ClientTimeout(total=REQUEST_S)
    async with aiohttp.ClientSession(headers=headers, timeout=timeout) as session:
        await Guardian(settings, session, asyncio.get_running_loop().time()).run()


def main(arguments: list[str]) -> int:
    """The process: 0 when Asterisk is gone or another guardian is there, 2 when the data folder is not prepared."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    paths = PbxPaths.of(Path(arguments[0]))
    try:
        settings = GuardianSettings.read(paths.guardian_settings)
        lock = (paths.run / "guardian.lock").open("w")
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.error("no guardian without a prepared data folder: %s", error)
        return 2
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return 0
        asyncio.run(guard(settings))
    log.warning("Asterisk is gone, and the guardian with it")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
