"""Running the embedded Asterisk: started detached, found again after a restart of ccserver, reloaded, stopped."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from ccserver.pbx.errors import PbxError
from ccserver.pbx.install import AsteriskInstall
from ccserver.pbx.paths import PbxPaths
from ccserver.pbx.plan import PbxPlan
from ccserver.pbx.ports import Wanted, require_free
from ccserver.pbx.processes import Started, environment_of, start_detached
from ccserver.pbx.secrets import Secrets

READY_POLL_S = 0.1
GRACEFUL_S = 10.0
TERM_S = 5.0
COMMAND_S = 20.0
GUARDIAN = "ccserver.pbx.guardian"
COLOUR = re.compile("\x1b\\[[0-9;]*m")


@dataclass(frozen=True)
class EmbeddedAsterisk:
    """One Asterisk on one data folder whose configuration is rendered.

    It lives in a session of its own: ccserver may end, even by kill -9, and the calls go on.
    """

    install: AsteriskInstall
    plan: PbxPlan
    secrets: Secrets

    @property
    def paths(self) -> PbxPaths:
        """Where its files are."""
        return PbxPaths.of(self.plan.data)

    @property
    def ari_url(self) -> str:
        """The root of ARI, without a slash at its end."""
        return f"http://127.0.0.1:{self.plan.http_port}/ari"

    @property
    def pid(self) -> int | None:
        """The process id of ours if it runs."""
        started = Started.read(self.paths.pid_file)
        return started.pid if started is not None and started.is_alive(str(self.paths.asterisk_conf)) else None

    def is_running(self) -> bool:
        """Whether the Asterisk of this data folder runs; another process with a reused id does not count."""
        return self.pid is not None

    def start(self) -> bool:
        """Start it, or adopt the one that runs; answers whether it was started.

        Returns at once: see `wait_ready`. Raises PbxError when one of its ports is taken.
        """
        if self.is_running():
            return False
        plan = self.plan
        require_free(
            Wanted("SIP", "udp", plan.sip_host, plan.sip_port),
            Wanted("Asterisk HTTP", "tcp", "127.0.0.1", plan.http_port),
            Wanted("AMI", "tcp", "127.0.0.1", plan.ami_port),
        )
        started = start_detached(self._argv("-f", "-n"), self.install.environment, self.paths.log / "console.log")
        started.write(self.paths.pid_file)
        return True

    def start_guardian(self) -> bool:
        """Start the guardian, detached as well, or leave the one that runs; answers whether it was started."""
        note = self.paths.run / "guardian.started"
        if _guardian_of(self.paths) is not None:
            return False
        argv = [sys.executable, "-P", "-m", GUARDIAN, str(self.paths.data)]
        start_detached(argv, {}, self.paths.log / "guardian.log").write(note)
        return True

    async def wait_ready(self, timeout_s: float = 30.0) -> None:
        """Return when ARI answers; raise PbxError with the last lines of its log when it does not in time."""
        try:
            async with asyncio.timeout(timeout_s), aiohttp.ClientSession(headers=self._headers()) as session:
                while not await self._answers(session):
                    if not self.is_running():
                        raise self._not_ready("Asterisk ended while it started")
                    await asyncio.sleep(READY_POLL_S)
        except TimeoutError:
            raise self._not_ready(f"Asterisk did not answer within {timeout_s:g} s") from None

    async def rx(self, command: str) -> str:
        """Run a console command over the local control socket and answer what it printed. Raises PbxError."""
        process = await asyncio.create_subprocess_exec(
            *self._argv("-rx", command),
            env=environment_of(self.install.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        try:
            async with asyncio.timeout(COMMAND_S):
                said, _ = await process.communicate()
        except TimeoutError:
            process.kill()
            await process.wait()
            raise PbxError(f"Asterisk did not answer {command!r}", f"look at {self.paths.messages}") from None
        if process.returncode != 0:
            raise PbxError(f"Asterisk refused {command!r}: {_tail(said)}", "is it running? see `ccserver doctor`")
        return COLOUR.sub("", said.decode(errors="replace"))

    async def reload(self) -> None:
        """Read the rendered configuration again; calls go on. Ports and folders change only by a restart."""
        await self.rx("core reload")

    async def stop(self) -> None:
        """End it, its calls and the guardian: asked gently, then by SIGTERM, then by SIGKILL. No error when none runs."""
        guardian = _guardian_of(self.paths)
        if guardian is not None:
            _signal(guardian, signal.SIGTERM)
        pid = self.pid
        if pid is None:
            return
        try:
            await self.rx("core stop now")
        except PbxError:
            _signal(pid, signal.SIGTERM)
        if not await self._gone_within(GRACEFUL_S):
            _signal(pid, signal.SIGTERM)
        if not await self._gone_within(TERM_S):
            _signal(pid, signal.SIGKILL)
            await self._gone_within(TERM_S)
        self.paths.pid_file.unlink(missing_ok=True)

    async def _gone_within(self, limit_s: float) -> bool:
        try:
            async with asyncio.timeout(limit_s):
                while self.is_running():  # noqa: ASYNC110 - another process ends, and it may not be our child
                    await asyncio.sleep(READY_POLL_S)
        except TimeoutError:
            return False
        return True

    async def _answers(self, session: aiohttp.ClientSession) -> bool:
        try:
            async with session.get(f"{self.ari_url}/asterisk/ping", timeout=aiohttp.ClientTimeout(total=2)) as answer:
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False

    def _headers(self) -> dict[str, str]:
        return {"Authorization": aiohttp.encode_basic_auth(self.secrets.ari.user, self.secrets.ari.secret)}

    def _argv(self, *options: str) -> list[str]:
        return [*self.install.argv, *options, "-C", str(self.paths.asterisk_conf)]

    def _not_ready(self, what: str) -> PbxError:
        lines = [*_last_lines(self.paths.messages), *_last_lines(self.paths.log / "console.log")]
        told = "\n  ".join(line for line in lines if "ERROR" in line or "WARNING" in line) or "its log has no error"
        return PbxError(
            f"{what}:\n  {told}", f"look at {self.paths.messages}; after a change of ports, stop the old one first"
        )


def _guardian_of(paths: PbxPaths) -> int | None:
    started = Started.read(paths.run / "guardian.started")
    return started.pid if started is not None and started.is_alive(GUARDIAN) else None


def _last_lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()[-40:]
    except OSError:
        return []


def _tail(said: bytes) -> str:
    return said.decode(errors="replace").strip()[-200:]


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
