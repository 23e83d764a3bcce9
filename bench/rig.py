"""A whole centre for measuring: `ccserver up` with the demo's configuration on ports and a data folder of its own."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ccserver.adapters.softphone import Softphone
from ccserver.app.pbx_site import pbx_plan
from ccserver.config import load_configuration
from ccserver.pbx import PbxPlan

TOP = Path(__file__).parents[1]
HERE = Path(__file__).parent
CALLERS_LOG = "callers.log"
"""In the data folder: when each of SIPp's callers dialled, was answered and left."""
RTP = (40000, 43000)
"""Asterisk's RTP ports, both ends in it."""
TICKS = os.sysconf("SC_CLK_TCK")
BENCH_AMI = ("bench", "bench-only-on-loopback")
DIRECT = "+448081570102"
QUEUE_DNIS = "+448081570180"
"""Asterisk's own Queue(), on the same Asterisk with the same phones."""


@dataclass
class Rig:
    """One running centre. Ports: SIP +0, web +1, HTTP +2, AMI +3, callers +4, agents +5."""

    data: Path
    base: int
    agent_count: int = 50
    """Agents load01 to this number; beyond 50 a copy of the demo's configuration gets more."""
    process: subprocess.Popen[str] | None = None
    token: str = ""
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def agents(self) -> list[str]:
        return [f"load{number:0{len(str(self.agent_count))}d}" for number in range(1, self.agent_count + 1)]

    @property
    def config(self) -> Path:
        """The demo, or a copy of it with more agents."""
        if self.agent_count == 50:
            return TOP / "examples/demo"
        folder = self.data / "config"
        if not folder.exists():
            shutil.copytree(TOP / "examples/demo", folder)
            people = folder / "agents.yaml"
            width = len(str(self.agent_count))
            text = people.read_text().replace("load01..load50", f"load{1:0{width}d}..load{self.agent_count}")
            people.write_text(text.replace("2001..2050", f"2001..{2000 + self.agent_count}"))
        return folder

    @property
    def sip(self) -> int:
        return self.base

    @property
    def callers_port(self) -> int:
        return self.base + 4

    @property
    def agents_port(self) -> int:
        return self.base + 5

    @property
    def environment(self) -> dict[str, str]:
        ports = {
            "CCSERVER_SIP_PORT": str(self.base),
            "CCSERVER_WEB_PORT": str(self.base + 1),
            "CCSERVER_ASTERISK_HTTP_PORT": str(self.base + 2),
            "CCSERVER_AMI_PORT": str(self.base + 3),
            "CCSERVER_RTP_FIRST_PORT": str(RTP[0]),
            "CCSERVER_RTP_LAST_PORT": str(RTP[1]),
        }
        return {**os.environ, **ports, **self.extra}

    # -- the server -----------------------------------------------------------------------------------------------------

    def start(self, within: float = 120) -> float:
        """Start ccserver and wait until it is ready; answers the seconds it took."""
        began = time.monotonic()
        self.data.mkdir(parents=True, exist_ok=True)
        log = (self.data / "ccserver.log").open("a")
        command = [
            sys.executable,
            "-m",
            "ccserver",
            "up",
            "--config",
            str(self.config),
            "--data",
            str(self.data),
            "--keep-pbx",
        ]
        self.process = subprocess.Popen(command, cwd=TOP, env=self.environment, stdout=log, stderr=log, text=True)
        while time.monotonic() - began < within:
            if self.process.poll() is not None:
                raise RuntimeError(f"ccserver ended: {(self.data / 'ccserver.log').read_text()[-2000:]}")
            if self._is_ready():
                return time.monotonic() - began
            time.sleep(0.1)
        raise RuntimeError("not ready in time")

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.base + 1}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def kill(self) -> None:
        """kill -9."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def stop(self) -> None:
        """Server and PBX."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.run("down", "--config", str(self.config), "--data", str(self.data))

    def run(self, *words: str) -> str:
        """A ccserver command; its output."""
        command = [sys.executable, "-m", "ccserver", *words]
        done = subprocess.run(command, cwd=TOP, env=self.environment, capture_output=True, text=True, check=False)
        return done.stdout

    # -- the API --------------------------------------------------------------------------------------------------------

    def api(self, method: str, path: str, body: Any = None) -> Any:
        """One call of the API as an administrator. Raises with the problem document."""
        if not self.token and path != "/api/v1/session":
            self.token = self.api("POST", "/api/v1/session", {"user": "admin", "password": "demo-admin"})["token"]
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.base + 1}{path}",
            data=json.dumps(body).encode() if body is not None else None,
            method=method,
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{method} {path}: {error.status} {error.read().decode()}") from None
        return json.loads(text) if text else None

    def interactions(self, since: str = "") -> list[dict[str, Any]]:
        """All of the history, page by page, with segments."""
        found: list[dict[str, Any]] = []
        after = ""
        while True:
            page = self.api(
                "GET",
                f"/api/v1/interactions?limit=200{f'&after={after}' if after else ''}{f'&since={since}' if since else ''}",
            )
            found += page["items"]
            after = page["next"] or ""
            if not after:
                return found

    def metric(self, name: str) -> float:
        """The value of a metric without labels."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.base + 1}/metrics", timeout=10) as answer:
            text = answer.read().decode()
        found = re.search(rf"^{name} (\S+)", text, re.M)
        return float(found[1]) if found else float("nan")

    # -- phones and callers ---------------------------------------------------------------------------------------------

    def register(self, agents: list[str]) -> None:
        """Register the agents' phones at the port where SIPp answers, and make them ready."""
        import asyncio

        asyncio.run(_register(self, agents))

    def ready(self, agents: list[str]) -> None:
        for agent in agents:
            self.api("POST", f"/api/v1/agents/{agent}/presence", {"presence": "READY"})

    def wait_for(self, question: Any, within: float = 30) -> None:
        """Until the fact holds."""
        until = time.monotonic() + within
        while not question():
            if time.monotonic() > until:
                raise RuntimeError("the fact did not come")
            time.sleep(0.1)

    # -- Asterisk -------------------------------------------------------------------------------------------------------

    def asterisk(self, command: str) -> str:
        """A command of Asterisk's console."""
        import asyncio

        from ccserver.pbx import EmbeddedAsterisk, default_cache, fetch_asterisk, load_or_create_secrets
        from ccserver.pbx.progress import Quiet

        plan = _demo_plan(self)
        embedded = EmbeddedAsterisk(
            fetch_asterisk(default_cache(), Quiet()), plan, load_or_create_secrets(plan.data, plan.phones)
        )
        return asyncio.run(embedded.rx(command))

    @property
    def asterisk_pid(self) -> int:
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal():
                try:
                    words = (entry / "cmdline").read_bytes().split(b"\0")
                except OSError:
                    continue
                if any(str(self.data.resolve()).encode() in word for word in words) and any(
                    b"asterisk.conf" in w for w in words
                ):
                    return int(entry.name)
        raise RuntimeError("Asterisk does not run")

    def add_queue(self, agents: list[str]) -> None:
        """A manager user that sees bridges, and Queue() behind QUEUE_DNIS, beside what ccserver rendered."""
        etc = self.data.resolve() / "asterisk/etc"
        manager = etc / "manager.conf"
        if "[bench]" not in manager.read_text():
            with manager.open("a") as file:
                file.write(
                    f"\n[{BENCH_AMI[0]}]\nsecret = {BENCH_AMI[1]}\nread = call\nwrite = reporting\n"
                    "eventfilter(name(BridgeEnter)) =\n"
                )
            with (etc / "queues.conf").open("a") as file:
                members = "".join(f"member => PJSIP/{agent}\n" for agent in agents)
                file.write(f"\n[bench]\nstrategy = leastrecent\ntimeout = 15\nretry = 1\nringinuse = no\n{members}")
            dialplan = (
                (etc / "extensions.conf")
                .read_text()
                .replace(
                    "[from-trunk]\n",
                    f"[from-trunk]\nexten => {QUEUE_DNIS},1,Answer()\n same => n,Queue(bench)\n same => n,Hangup()\n",
                    1,
                )
            )
            (etc / "extensions.conf").write_text(dialplan)
        for module in ("manager reload", "queue reload all", "dialplan reload"):
            self.asterisk(module)

    def queue_counts(self) -> list[int]:
        """Calls that Queue() has completed, and those that left it before."""
        text = self.asterisk("queue show bench")
        found = re.search(r"\bC:(\d+), A:(\d+)", text)
        if found is None:
            raise RuntimeError(f"Queue() does not tell its counts: {text[:200]!r}")
        return [int(found[1]), int(found[2])]


def _demo_plan(rig: Rig) -> PbxPlan:
    configuration = load_configuration(rig.config)
    return pbx_plan(rig.data.resolve(), configuration.plan, configuration.site)


async def _register(rig: Rig, agents: list[str]) -> None:
    """Plain registrations whose contact is the port of the SIPp that answers for all agents."""
    from ccserver.pbx import load_or_create_secrets

    secrets = load_or_create_secrets(rig.data.resolve(), _demo_plan(rig).phones)
    for agent in agents:
        phone = Softphone(agent, ("127.0.0.1", rig.sip), secret=secrets.phones[agent].secret)
        phone.contact_port = rig.agents_port
        await phone.open()
        await phone.register(3600)
        await phone.close()


def cpu_seconds(pid: int) -> float:
    """User and system time of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def open_files(pid: int) -> Counter[str]:
    """What the process holds open, as it is called: paths; TCP by both ports; the rest by kind."""
    sockets = _sockets()
    found: Counter[str] = Counter()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = os.readlink(entry)
        except OSError:  # closed since
            continue
        if target.startswith("socket:"):
            target = sockets.get(target, "socket of another kind")
        found["pipe" if target.startswith("pipe:") else target] += 1
    return found


def _sockets() -> dict[str, str]:
    """`socket:[inode]` to its kind and ports; of a connection's two ports the lower one, the server's, tells more."""
    found: dict[str, str] = {}
    for kind in ("tcp", "udp", "unix"):
        for line in Path(f"/proc/net/{kind}").read_text().splitlines()[1:]:
            words = line.split()
            if kind == "unix":
                found[f"socket:[{words[6]}]"] = f"unix {words[7] if len(words) > 7 else 'pair'}"
            else:
                local, remote = (int(words[place].partition(":")[2], 16) for place in (1, 2))
                ports = f"at {local}" if remote == 0 else f"with {min(local, remote)}"
                found[f"socket:[{words[9]}]"] = f"{kind} {ports}"
    return found


def speech(path: Path, seconds: int = 8) -> Path:
    """µ-law noise in syllables: something to carry, the same in every run."""
    rng = random.Random(7)
    frames = bytearray()
    for frame in range(seconds * 50):
        loud = frame % 25 < 17
        frames += bytes(rng.randrange(0x20, 0x60) if loud else 0xFF for _ in range(160))
    path.write_bytes(bytes(frames))
    return path


@contextmanager
def sipp_agents(rig: Rig, ring_ms: int, media: bool = True) -> Iterator[subprocess.Popen[bytes]]:
    """One SIPp that answers for every agent."""
    words = [
        "sipp", "-sf", str(HERE / "sipp/agent.xml"), "-i", "127.0.0.1", "-p", str(rig.agents_port), "-d", str(ring_ms),
        "-nostdin", "-mp", "26000", "-l", "5000", "-aa",
    ]  # fmt: skip
    process = subprocess.Popen(
        [*words, *(["-rtp_echo"] if media else [])], cwd=rig.data, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def sipp_callers(
    rig: Rig, dnis: str, rate: float, calls: int, hold_ms: int, media: bool = True, side: int = 1
) -> subprocess.Popen[bytes]:
    """`calls` callers at `rate` per second, each staying `hold_ms` after the answer. Bounded in count and time.

    Their numbers begin with the digit `side`, so that two loads on one Asterisk stay apart.
    """
    if rate > 30 or calls > 3000:
        raise ValueError("bounded to 30 calls per second and 3000 calls")
    scenario = (HERE / "sipp/caller.xml").read_text().replace("@SIDE@", str(side))
    if media:
        audio = speech(rig.data / "speech.ulaw").name
        scenario = scenario.replace("<!--AUDIO-->", f'<nop><action><exec rtp_stream="{audio},-1,0"/></action></nop>')
    (rig.data / "caller.xml").write_text(scenario)
    words = [
        "sipp", f"127.0.0.1:{rig.sip}", "-sf", "caller.xml", "-s", dnis, "-i", "127.0.0.2", "-p", str(rig.callers_port),
        "-r", str(rate), "-m", str(calls), "-l", "5000", "-d", str(hold_ms), "-nostdin", "-mp", "28000",
        "-timeout", str(int(calls / rate + hold_ms / 1000 + 60)), "-timeout_error",
        "-trace_logs", "-log_file", CALLERS_LOG,
    ]  # fmt: skip
    return subprocess.Popen(words, cwd=rig.data, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
