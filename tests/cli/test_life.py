"""The commands beside a real server with a real Asterisk: what is printed works."""

from __future__ import annotations

import asyncio
import re
import shlex
import signal
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.cli.shell import Shell, free_port
from tests.cli.test_process import start

from ccserver.cli.configuring import configuration_of
from ccserver.cli.whereabouts import WHEREABOUTS_FILE, whereabouts

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(300)]
READY_LIMIT, STOP_LIMIT = 120.0, 40.0


class Life:
    """One server, and all it has said."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process, self.said = process, ""

    async def says(self, text: str, limit: float = READY_LIMIT) -> None:
        async with asyncio.timeout(limit):
            while text not in self.said:
                assert self.process.stderr is not None
                line = await self.process.stderr.readline()
                assert line, self.said
                self.said += line.decode()

    async def end(self) -> str:
        """Ctrl-C; what was on standard output."""
        self.process.send_signal(signal.SIGINT)
        out, err = await asyncio.wait_for(self.process.communicate(), STOP_LIMIT)
        self.said += err.decode()
        return out.decode()


@pytest.fixture
async def life(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Life]:
    monkeypatch.delenv("CCSERVER_CACHE")
    shell.set(RTP_FIRST_PORT=46000, RTP_LAST_PORT=46200, SIP_PORT=free_port(socket.SOCK_DGRAM))
    life = Life(await start("up"))
    yield life
    if life.process.returncode is None:
        await life.end()


async def finished(*words: str) -> tuple[int | None, str, str]:
    process = await start(*words)
    out, err = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, out.decode(), err.decode()


async def test_a_life(shell: Shell, life: Life) -> None:
    """Start, a call by the printed command, a token, the doctor, a refused second server, Ctrl-C, the last word."""
    await life.says("Ctrl-C ends it")
    assert "sign in as ann / demo-ann  (agent)" in life.said
    printed = re.search(r"be a caller: (.+)$", life.said, re.MULTILINE)
    assert printed is not None
    words = shlex.split(printed[1])
    assert [word.partition("=")[0] for word in words[:2]] == ["CCSERVER_WEB_PORT", "CCSERVER_SIP_PORT"]

    code, out, err = await finished("demo", "call", "--seconds", "1")
    assert (code, "answered" in out, "hanging up" in out, err) == (0, True, True, "")
    code, out, err = await finished("token", "ann")
    assert (code, len(out.splitlines()), err) == (0, 1, "")
    code, out, _ = await finished("doctor")
    assert (code, out.count("in use by its Asterisk"), out.count("in use by ccserver")) == (0, 3, 1), out
    code, _, err = await finished("up")
    assert (code, f"process {life.process.pid} has" in err) == (2, True)
    code, _, err = await finished("down")
    assert (code, f"process {life.process.pid} serves" in err) == (2, True)

    assert whereabouts(shell.data) == configuration_of(shell.config).site.network
    assert (await life.end(), life.process.returncode) == ("", 0)
    assert not (shell.data / WHEREABOUTS_FILE).exists()
    assert life.said.endswith("\nstopping …\nstopped\n")
    assert '"http.request"' in Path(shell.data / "log/ccserver.log").read_text()
    assert (await finished("down"))[1] == f"no Asterisk of {shell.data} runs\n"


async def test_an_asterisk_that_was_left_is_put_down(shell: Shell, life: Life) -> None:
    """After kill -9 it goes on, and `down` ends it."""
    await life.says("Ctrl-C ends it")
    life.process.kill()
    await life.process.wait()
    assert await finished("down") == (0, "Asterisk is stopped\n", "stopping Asterisk …\n")
    assert await finished("down") == (0, f"no Asterisk of {shell.data} runs\n", "")
