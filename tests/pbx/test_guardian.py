"""The guardian against a scripted ARI on loopback: when it acts, when it keeps still, what it survives."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiohttp import web
from tests.pbx.test_rescue import bridge, channel

from ccserver.pbx.guardian import GuardianSettings, Presence, guard
from ccserver.services.guard_line import hold_guard_line
from ccserver.services.tasks import TaskTable

GRACE_S = 0.5


class ScriptedAri:
    """A peer that answers like ARI and remembers what it was told to do."""

    def __init__(self) -> None:
        self.channels: list[dict[str, object]] = [channel("caller"), channel("phone", role="agent", state="Ringing")]
        self.bridges: list[dict[str, object]] = []
        self.broken_answers = 0
        self.orders: list[str] = []
        self.expected = 2
        self.ordered = asyncio.Event()
        self.pinged = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def start(self) -> None:
        """Listen on a free port."""
        app = web.Application()
        app.router.add_get("/ari/{what:.*}", self._get)
        app.router.add_route("*", "/ari/channels/{channel}{rest:.*}", self._order)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        assert site._server is not None
        self.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}/ari"  # type: ignore[attr-defined]

    async def stop(self) -> None:
        """Nobody listens any more."""
        assert self._runner is not None
        await self._runner.cleanup()

    async def _get(self, request: web.Request) -> web.Response:
        what = request.match_info["what"]
        if what == "asterisk/ping":
            self.pinged.set()
            return web.json_response({"ping": "pong"})
        if self.broken_answers:
            self.broken_answers -= 1
            return web.Response(text="{not json", content_type="application/json")
        return web.json_response(self.channels if what == "channels" else self.bridges)

    async def _order(self, request: web.Request) -> web.Response:
        name = request.match_info["channel"]
        self.orders.append(f"{request.method} {name}{request.match_info['rest']}?{request.query_string}")
        self.channels = [each for each in self.channels if each["id"] != name]
        if len(self.orders) >= self.expected:
            self.ordered.set()
        return web.Response(status=204)


@pytest.fixture
def socket() -> Iterator[Path]:
    """A path short enough for a Unix socket."""
    with tempfile.TemporaryDirectory(prefix="cc-", dir="/tmp") as folder:
        yield Path(folder) / "g.sock"


@pytest.fixture
async def ari() -> AsyncIterator[ScriptedAri]:
    """The scripted peer."""
    peer = ScriptedAri()
    await peer.start()
    yield peer
    await peer.stop()


@pytest.fixture
async def tasks() -> AsyncIterator[TaskTable]:
    """Background work that is ended with the test."""
    table = TaskTable()
    yield table
    await table.close()


def settings(ari: ScriptedAri, socket: Path, **changes: float) -> GuardianSettings:
    """The guardian's settings with short times."""
    return GuardianSettings(ari.url, "g", "s" * 24, socket, **{"grace_s": GRACE_S, **changes})


async def test_callers_are_rescued_when_ccserver_stays_away(ari: ScriptedAri, socket: Path, tasks: TaskTable) -> None:
    """The caller is continued at fallback,s,1 and the ringing phone is freed."""
    tasks.spawn("guardian", guard(settings(ari, socket)))
    async with asyncio.timeout(10):
        await ari.ordered.wait()
    assert ari.orders == ["DELETE phone?", "POST caller/continue?context=fallback&extension=s&priority=1"]


@pytest.mark.slow
async def test_nothing_happens_while_the_line_is_held(ari: ScriptedAri, socket: Path, tasks: TaskTable) -> None:
    """Several times the grace time passes without an order; the loss of the line is what brings them."""
    tasks.spawn("guardian", guard(settings(ari, socket, grace_s=2.0)))
    line = tasks.spawn("guard line", hold_guard_line(socket))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(ari.ordered.wait(), 4.5)
    line.cancel()
    async with asyncio.timeout(10):
        await ari.ordered.wait()


@pytest.mark.slow
async def test_garbage_from_asterisk_is_survived(ari: ScriptedAri, socket: Path, tasks: TaskTable) -> None:
    """It looks again and does its work."""
    ari.broken_answers = 1
    tasks.spawn("guardian", guard(settings(ari, socket)))
    async with asyncio.timeout(10):
        await ari.ordered.wait()


async def test_it_ends_when_asterisk_is_gone(ari: ScriptedAri, socket: Path, tasks: TaskTable) -> None:
    """Nobody listens on the port for the given time."""
    running = tasks.spawn("guardian", guard(settings(ari, socket, grace_s=60, gone_s=0.6)))
    async with asyncio.timeout(5):
        await ari.pinged.wait()
    await ari.stop()
    async with asyncio.timeout(10):
        await running
    assert not socket.exists()
    await ari.start()


async def test_talking_people_are_not_touched(ari: ScriptedAri, socket: Path, tasks: TaskTable) -> None:
    """Only the waiting caller beside them gets an order."""
    ari.channels = [channel("a"), channel("b", role="agent"), channel("waiting")]
    ari.bridges = [bridge("mixing", "a", "b")]
    ari.expected = 1
    tasks.spawn("guardian", guard(settings(ari, socket)))
    async with asyncio.timeout(10):
        await ari.ordered.wait()
    assert [order.split("/")[0] for order in ari.orders] == ["POST waiting"]


def test_silent_connection_counts_as_presence() -> None:
    """A plain open connection is enough."""
    presence = Presence(now=0, patience_s=15)
    presence.opened(1)
    assert presence.away_for(1000) == 0


def test_heartbeat_that_stops_counts_as_absence() -> None:
    """A hung ccserver keeps its connection open and cares for nobody."""
    presence = Presence(now=0, patience_s=15)
    presence.opened(1)
    presence.beat(1, 100)
    assert presence.away_for(130) == 30


def test_absence_counts_from_the_end_of_the_connection() -> None:
    """Not from the start of the guardian."""
    presence = Presence(now=0, patience_s=15)
    presence.opened(1)
    presence.beat(1, 99)
    presence.closed(1, 100)
    assert presence.away_for(107) == 7


def test_second_connection_takes_over() -> None:
    """A new ccserver connects before the old one's socket is closed."""
    presence = Presence(now=0, patience_s=15)
    presence.opened(1)
    presence.opened(2)
    presence.closed(1, 50)
    assert presence.away_for(1000) == 0
