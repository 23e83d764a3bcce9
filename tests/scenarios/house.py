"""The house in which scenarios play on the real PBX: one Asterisk, one server as a process of its own, two detours."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import aiohttp
from tests.scenarios.detour import Detour
from tests.scenarios.plan import CUSTOMERS, FOLDER
from tests.scenarios.ports import PortBlock
from tests.scenarios.recorded import RecordedSound
from tests.scenarios.serve import DATABASE_AWAY

from ccserver.app.pbx_site import pbx_plan
from ccserver.config import load_configuration
from ccserver.pbx import EmbeddedAsterisk, PbxError, Quiet, default_cache, prepare

READY_LIMIT = 60.0
GUARDIAN_GRACE = 25.0
"""Seconds. Longer than a restart of the server takes, however slow the machine is."""
ROOT = Path(__file__).parents[2]


class House:
    """Built once for a whole run; every scenario leaves it clean."""

    def __init__(self, guardian_grace_s: float = GUARDIAN_GRACE) -> None:
        self.guardian_grace_s = guardian_grace_s
        self.data = Path(tempfile.mkdtemp(prefix="ccstage-", dir="/tmp"))
        self.config = self.data / "config"
        shutil.copytree(FOLDER, self.config)
        self._block = PortBlock()
        self.ports, self.trunk_port = self._block.ports, self._block.trunk
        top = self.config / "ccserver.yaml"
        top.write_text(top.read_text().replace("127.0.0.2:5070", f"127.0.0.2:{self.trunk_port}"))
        self.call_control = Detour(self.ports["ASTERISK_HTTP_PORT"])
        self.phone_states = Detour(self.ports["AMI_PORT"])
        self.tokens: dict[str, str] = {}
        self._sounds: dict[str, RecordedSound] = {}
        self._process: asyncio.subprocess.Process | None = None
        self._log = (self.data / "server.log").open("ab")

    # -- up and down ----------------------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Start everything, and put the known customer into the customer book."""
        await self.call_control.mend()
        await self.phone_states.mend()
        self.web = aiohttp.ClientSession(f"http://127.0.0.1:{self.ports['WEB_PORT']}")
        self.pbx = await asyncio.to_thread(self._pbx)
        await self.start_server()
        for card in CUSTOMERS.values():
            body = {"name": card.name, "numbers": list(card.numbers), "tier": card.tier, "value": card.value}
            body["account_manager"] = card.account_manager
            await self.ask("root", "POST", "/customers", body)

    def _pbx(self) -> EmbeddedAsterisk:
        """The same Asterisk that the server starts or finds; here to look at it, and to break it."""
        loaded = load_configuration(self.config)
        names = {name.lower(): value for name, value in self.ports.items()}
        from dataclasses import replace

        site = replace(loaded.site, network=replace(loaded.site.network, **names))  # type: ignore[arg-type]
        return prepare(pbx_plan(self.data, loaded.plan, site), default_cache(), Quiet())

    async def close(self) -> None:
        """Stop everything; keep the folder when told to by CCSERVER_KEEP."""
        await self.kill_server()
        await self.pbx.stop()
        await self.call_control.cut()
        await self.phone_states.cut()
        await self.web.close()
        self._log.close()
        self._block.close()
        if not os.environ.get("CCSERVER_KEEP"):
            shutil.rmtree(self.data, ignore_errors=True)

    async def start_server(self) -> None:
        """Returns when it is ready."""
        environment = {**os.environ, **{f"CCSERVER_{name}": str(port) for name, port in self.ports.items()}}
        environment |= {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}", "CCSERVER_LOG_FORMAT": "json"}
        environment["CCSERVER_GUARDIAN_GRACE"] = str(self.guardian_grace_s)
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.scenarios.serve", str(self.config), str(self.data)),
            *(str(self.call_control.port), str(self.phone_states.port)),
            cwd=ROOT,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
        )
        await self.until_ready()

    async def kill_server(self) -> None:
        """SIGKILL: it cannot do anything about it."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.send_signal(signal.SIGKILL)
            await process.wait()

    def lose_database(self) -> None:
        """From the next request on it refuses."""
        (self.data / DATABASE_AWAY).touch()

    def restore_database(self) -> None:
        (self.data / DATABASE_AWAY).unlink(missing_ok=True)

    async def restart_pbx(self) -> None:
        """Kill Asterisk with all its calls and start it again, as whoever supervises it would."""
        pid = self.pbx.pid
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
        limit = time.monotonic() + 10
        while self.pbx.is_running() and time.monotonic() < limit:
            await asyncio.sleep(0.02)
        while True:
            try:
                self.pbx.start()
                break
            except PbxError:  # the kernel has not taken all its ports back yet
                if time.monotonic() > limit:
                    raise
                await asyncio.sleep(0.1)
        await self.pbx.wait_ready()

    def recorded(self, sound: str) -> RecordedSound:
        """One of Asterisk's English prompts."""
        if sound not in self._sounds:
            self._sounds[sound] = RecordedSound(next((self.pbx.paths.share / "sounds").glob(f"en*/{sound}.wav")))
        return self._sounds[sound]

    # -- asking ---------------------------------------------------------------------------------------------------------

    async def components(self) -> dict[str, bool]:
        """What the server says of its parts; empty when it does not answer."""
        try:
            async with self.web.get("/readyz") as answer:
                found = (await answer.json())["components"]
        except (aiohttp.ClientError, OSError, ValueError):
            return {}
        return {name: bool(component["ready"]) for name, component in found.items()}

    async def until_ready(self) -> None:
        await self.until_component("ari", True)
        await self.until_component("ami", True)

    async def until_component(self, name: str, is_ready: bool) -> None:
        """Wait until the server says so."""
        limit = time.monotonic() + READY_LIMIT
        while (await self.components()).get(name) is not is_ready:
            if self._process is not None and self._process.returncode is not None:
                raise AssertionError(f"the server ended: {self.log_tail()}")
            if time.monotonic() > limit:
                raise AssertionError(f"{name} does not become {is_ready}: {self.log_tail()}")
            await asyncio.sleep(0.02)

    def log_tail(self) -> str:
        return (self.data / "server.log").read_text(errors="replace")[-4000:]

    async def ask(self, user: str, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """One request to the API as this user. Raises AssertionError with the problem document for a refusal."""
        if user not in self.tokens:
            credentials = {"user": user, "password": f"scenario-{user}"}
            async with self.web.post("/api/v1/session", json=credentials) as answer:
                assert answer.status == 200, await answer.text()
                self.tokens[user] = (await answer.json())["token"]
        headers = {"Authorization": f"Bearer {self.tokens[user]}"}
        ended = None if self._process is None else self._process.returncode
        assert ended is None, f"the server has ended by itself ({ended}): {self.log_tail()}"
        async with self.web.request(method, f"/api/v1{path}", json=body, headers=headers) as answer:
            if answer.status == 401:
                del self.tokens[user]
                return await self.ask(user, method, path, body)
            assert answer.status < 400, f"{method} {path}: {await answer.text()}"
            return None if answer.status == 204 else await answer.json()

    async def on_pbx(self, what: str) -> list[dict[str, Any]]:
        """`channels` or `bridges`, read from ARI without detour."""
        account = self.pbx.secrets.ari
        headers = {"Authorization": aiohttp.encode_basic_auth(account.user, account.secret)}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.get(f"{self.pbx.ari_url}/{what}") as answer,
        ):
            found: list[dict[str, Any]] = await answer.json()
            return found
