"""ARI over HTTP: one keep-alive pool, one deadline, one error type, one encoder.

HTTP rather than REST over the event WebSocket, which Asterisk executes one by one: a command that waits for a channel
would make all others wait (res_ari/ari_websockets.c, measured on 22.10.1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Self
from urllib.parse import quote, urlencode

import aiohttp
import orjson
from yarl import URL

from ccserver.adapters.asterisk.errors import AriError
from ccserver.adapters.asterisk.text import safe

IDLE_LIMIT = timedelta(seconds=10)
"""Below Asterisk's session_keep_alive: a POST on a connection that the other side is closing has no known outcome."""

Query = Mapping[str, str | int | bool | None]
Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class AriSettings:
    """Where ARI is, and under which application name we serve."""

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    app: str
    command_deadline: timedelta = timedelta(seconds=5)
    connection_limit: int = 50
    heartbeat: timedelta = timedelta(seconds=3)
    """Of the event WebSocket: a dead peer is noticed after one and a half times as long."""
    probe_every: timedelta = timedelta(seconds=5)
    probe_limit: timedelta = timedelta(seconds=2)
    """See `ari_probe`."""

    @property
    def base(self) -> str:
        return f"http://{self.host}:{self.port}/ari"

    @property
    def sign_in(self) -> dict[str, str]:
        """The headers that say who we are."""
        return {"Authorization": aiohttp.encode_basic_auth(self.username, self.password)}


class AriHttp:
    """Sends commands. Use as an async context manager: it owns the pool.

    Nothing is sent twice by us. A command whose answer did not come (status 0) may have been carried out.
    """

    def __init__(self, settings: AriSettings) -> None:
        self.settings = settings
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        settings = self.settings
        self._session = aiohttp.ClientSession(
            headers=settings.sign_in,
            connector=aiohttp.TCPConnector(
                limit=settings.connection_limit, keepalive_timeout=IDLE_LIMIT.total_seconds()
            ),
            timeout=aiohttp.ClientTimeout(total=settings.command_deadline.total_seconds()),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=("Accept", "Accept-Encoding", "User-Agent"),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def send(
        self, method: str, path: tuple[str, ...], query: Query | None = None, body: Body | None = None
    ) -> bytes:
        """Carry out one command and give the answer's body.

        Every part of the path is one id. Raises UnsafeText before anything is sent, AriError for every other answer
        than success and for none within the deadline.
        """
        url = URL(self.settings.base + _encoded(path, query or {}), encoded=True)
        command = f"{method} /{'/'.join(path)}"
        data = None if body is None else orjson.dumps(_safe_json(body, command))
        headers = None if data is None else {"Content-Type": "application/json"}
        if self._session is None:
            raise AriError(0, "the client is closed", command)
        try:
            async with self._session.request(
                method, url, data=data, headers=headers, allow_redirects=False
            ) as response:
                content = await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise AriError(0, str(error) or type(error).__name__, command) from error
        if not 200 <= response.status < 300:
            raise AriError(response.status, _reason(content), command)
        return content


def _encoded(path: tuple[str, ...], query: Query) -> str:
    parts = "".join("/" + _part(part) for part in path)
    pairs = [(key, _text(key, value)) for key, value in query.items() if value is not None]
    return f"{parts}?{urlencode(pairs, quote_via=quote)}" if pairs else parts


def _part(part: str) -> str:
    if part in ("", ".", ".."):  # would change which resource is meant
        raise AriError(404, "no such id", part)
    return quote(safe(part, "ARI path"), safe="")


def _text(key: str, value: str | int | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return safe(str(value), f"ARI parameter {key}")


def _safe_json(value: Any, where: str) -> Any:
    """The same value, every string in it checked."""
    if isinstance(value, str):
        return safe(value, f"ARI body of {where}")
    if isinstance(value, Mapping):
        return {_safe_json(key, where): _safe_json(item, where) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_safe_json(item, where) for item in value]
    return value


def _reason(content: bytes) -> str:
    """Asterisk's words: `message` or, for a failed originate, `error`."""
    try:
        answer = orjson.loads(content)
    except orjson.JSONDecodeError:
        return content[:200].decode(errors="replace")
    return str(answer.get("message") or answer.get("error") or "") if isinstance(answer, dict) else str(answer)
