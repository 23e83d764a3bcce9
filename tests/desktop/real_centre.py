"""The real server with the demo, for the browser: `ccserver up` as a process of its own, and SIP telephones around it."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import sqlite3
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import aiohttp
from tests.pbx.asterisk_fixture import free_port

from ccserver.adapters.softphone import Call, Softphone
from ccserver.adapters.softphone.audio import FRAME, KEY_PACKETS, KEYS

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "examples/demo"
MAIN, DIRECT = "+448081570100", "+448081570102"
TRUNK = "127.0.0.2"
READY_LIMIT, STOP_LIMIT, SOON = 90.0, 20.0, 15.0
CALLERS_TONE, AGENTS_TONE = 2310.0, 2640.0
"""Hertz; music and prompts have little up there."""


async def until(fact: Callable[[], object], what: str, within: float = SOON) -> None:
    """Return as soon as the fact holds; AssertionError when it does not in time."""
    limit = time.monotonic() + within
    while not fact():
        assert time.monotonic() < limit, f"not within {within} s: {what}"
        await asyncio.sleep(0.02)


def press(call: Call, keys: str) -> None:
    """All packets of a key at once: a machine that stalls in the middle of one would make Asterisk hear it twice."""
    audio = call.audio
    assert audio._transport is not None
    for code in (KEYS.index(key) for key in keys):
        for part in range(KEY_PACKETS):
            audio._sequence = (audio._sequence + 1) & 0xFFFF
            audio._stamp = (audio._stamp + FRAME) & 0xFFFFFFFF
            audio._transport.sendto(audio._key_packet(code, part), audio._target)


class AgentPhone:
    """The agent's telephone. It rings until `answer`."""

    def __init__(self, softphone: Softphone) -> None:
        self.softphone = softphone
        self.rung: list[Call] = []
        softphone.on_call = self.rung.append

    @property
    def call(self) -> Call:
        return self.rung[-1]

    async def rings(self) -> Call:
        """Wait for a call that nobody has taken yet."""
        await until(
            lambda: self.rung and not self.call.ended.is_set() and not self.call.answered.is_set(), "the phone rings"
        )
        return self.call

    async def answer(self) -> Call:
        call = await self.rings()
        call.answer()
        return call


class RealCentre:
    """One server, one Asterisk, one data folder, free ports. Nothing of the fake centre is in it."""

    def __init__(self) -> None:
        self.data = Path(tempfile.mkdtemp(prefix="ccpage-", dir="/tmp"))
        first = 52000 + os.getpid() % 20 * 400
        self.ports = {
            "WEB_PORT": free_port(),
            "SIP_PORT": free_port(socket.SOCK_DGRAM),
            "ASTERISK_HTTP_PORT": free_port(),
            "AMI_PORT": free_port(),
            "RTP_FIRST_PORT": first,
            "RTP_LAST_PORT": first + 399,
        }
        self.address = f"http://127.0.0.1:{self.ports['WEB_PORT']}"
        self.sip = ("127.0.0.1", self.ports["SIP_PORT"])
        self._tokens: dict[str, str] = {}

    # -- up and down ----------------------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Start the server as a user does; returns when it is ready."""
        self.web = aiohttp.ClientSession(self.address)
        self._log = (self.data / "server.log").open("ab")
        self._process = await self._ccserver("up", *self._places, output=self._log)
        limit = time.monotonic() + READY_LIMIT
        while not await self._is_ready():
            assert self._process.returncode is None, self.log_tail()
            assert time.monotonic() < limit, self.log_tail()
            await asyncio.sleep(0.05)

    async def close(self) -> None:
        """Ctrl-C, which ends the PBX too; what does not end by that is killed."""
        await self.web.close()
        self._process.send_signal(signal.SIGINT)
        try:
            await asyncio.wait_for(self._process.wait(), STOP_LIMIT)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
            await (await self._ccserver("down", *self._places, output=self._log)).wait()
        self._log.close()
        shutil.rmtree(self.data, ignore_errors=True)

    @property
    def _places(self) -> tuple[str, ...]:
        return "--config", str(DEMO), "--data", str(self.data)

    async def _ccserver(self, *words: str, output: Any) -> asyncio.subprocess.Process:
        environment = {**os.environ, **{f"CCSERVER_{name}": str(port) for name, port in self.ports.items()}}
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "ccserver", *words),
            cwd=ROOT,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=self._log,
        )

    async def _is_ready(self) -> bool:
        try:
            async with self.web.get("/readyz") as answer:
                return answer.status == 200
        except (aiohttp.ClientError, OSError):
            return False

    def log_tail(self) -> str:
        return (self.data / "server.log").read_text(errors="replace")[-4000:]

    # -- asking ---------------------------------------------------------------------------------------------------------

    async def ask(self, method: str, path: str, body: dict[str, Any] | None = None, user: str = "admin") -> Any:
        """One request to the API as this user of the demo. AssertionError with the problem document for a refusal."""
        if user not in self._tokens:
            async with self.web.post("/api/v1/session", json={"user": user, "password": f"demo-{user}"}) as answer:
                assert answer.status == 200, await answer.text()
                self._tokens[user] = (await answer.json())["token"]
        headers = {"Authorization": f"Bearer {self._tokens[user]}"}
        async with self.web.request(method, f"/api/v1{path}", json=body, headers=headers) as answer:
            assert answer.status < 400, f"{method} {path}: {await answer.text()}"
            return None if answer.status == 204 else await answer.json()

    async def record(self, interaction: str, has: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """The interaction as the history tells it, as soon as it is there with what is wanted."""
        limit = time.monotonic() + SOON
        row: dict[str, Any] | None = None
        while not (row and has(row)):
            assert time.monotonic() < limit, row
            await asyncio.sleep(0.05)
            found = await self.ask("GET", "/interactions?limit=20")
            if any(item["id"] == interaction and not item["is_live"] for item in found["items"]):
                row = await self.ask("GET", f"/interactions/{interaction}")
        return row

    async def until_idle(self, agent: str) -> None:
        """End the agent's work, and wait until nobody waits or talks."""
        limit = time.monotonic() + SOON
        while True:
            work = (await self.ask("GET", f"/agents/{agent}"))["work"]
            if work and work["state"] == "wrap_up":
                await self.ask("POST", f"/agents/{agent}/wrap-up", {"work_item": work["id"], "done": True})
            queues = (await self.ask("GET", "/queues"))["items"]
            if not work and not any(queue["waiting"] + queue["talking"] for queue in queues):
                return
            assert time.monotonic() < limit, (work, queues)
            await asyncio.sleep(0.05)

    def rows(self, query: str, *values: str) -> list[sqlite3.Row]:
        """Read from the CRM database, past the server."""
        with closing(sqlite3.connect(f"file:{self.data / 'crm.sqlite'}?mode=ro", uri=True)) as database:
            database.row_factory = sqlite3.Row
            return database.execute(query, values).fetchall()

    # -- telephones -----------------------------------------------------------------------------------------------------

    async def secret(self, agent: str) -> str:
        """As the administrator learns it: `ccserver phone AGENT --json`."""
        process = await self._ccserver("phone", agent, "--json", *self._places, output=asyncio.subprocess.PIPE)
        printed, _ = await process.communicate()
        return str(json.loads(printed)["secret"])

    @asynccontextmanager
    async def phone(self, agent: str) -> AsyncIterator[AgentPhone]:
        """The agent's telephone, registered."""
        softphone = Softphone(agent, self.sip, secret=await self.secret(agent), frequency=AGENTS_TONE)
        await softphone.open()
        try:
            await softphone.register()
            yield AgentPhone(softphone)
            await softphone.unregister()
        finally:
            await softphone.close()

    @asynccontextmanager
    async def callers(self) -> AsyncIterator[Softphone]:
        """Where callers ring in from: the trunk."""
        trunk = Softphone("", self.sip, host=TRUNK, frequency=CALLERS_TONE)
        await trunk.open()
        try:
            yield trunk
        finally:
            await trunk.close()


@asynccontextmanager
async def real_centre() -> AsyncIterator[RealCentre]:
    """A centre that is ready for calls."""
    centre = RealCentre()
    try:
        await centre.open()
        yield centre
    finally:
        await centre.close()
