"""The command line as a process: exit codes and streams as a script sees them, Ctrl-C as a person types it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator

import pytest
from tests.adapters.softphone.proxy_peer import ProxyPeer
from tests.cli.shell import NUMBER, Shell, web_peer, with_secrets

from ccserver.adapters.softphone import Call, Softphone

LIMIT = 20
pytestmark = pytest.mark.slow  # each test starts Python several times


async def start(*words: str) -> asyncio.subprocess.Process:
    """As a terminal does: a run of the tests in the background of a script would hand on that Ctrl-C is ignored."""
    pipe, program = asyncio.subprocess.PIPE, ("env", "--default-signal=INT,HUP", sys.executable, "-m", "ccserver")
    return await asyncio.create_subprocess_exec(
        *(*program, *words), stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe
    )


@pytest.fixture
async def proxy() -> AsyncIterator[ProxyPeer]:
    peer = await ProxyPeer.open()
    yield peer
    peer.close()


async def test_an_error_is_on_standard_error_with_exit_code_2(shell: Shell) -> None:
    """Standard output stays empty for whoever reads it."""
    process = await start("demo", "call", "--keys", "x")
    out, err = await asyncio.wait_for(process.communicate(), LIMIT)
    assert (process.returncode, out) == (2, b"")
    assert err.startswith(b"ccserver: 'x' is no key")


@pytest.mark.parametrize("server_stays", [True, False])
async def test_ctrl_c_takes_a_phone_off_at_once(shell: Shell, proxy: ProxyPeer, server_stays: bool) -> None:
    """Whether the server is still there or not; no traceback."""
    with_secrets(shell)
    shell.set(SIP_PORT=proxy.address[1])
    with web_peer() as port:
        shell.set(WEB_PORT=port)
        process = await start("demo", "phone", "ann")
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), LIMIT)
        assert line.startswith(b"ann is registered at 127.0.0.1:")
    assert "ann" in proxy.contacts
    if not server_stays:
        proxy.lose["REGISTER"] = 1000
    os.kill(process.pid, signal.SIGINT)
    out, err = await asyncio.wait_for(process.communicate(), 10)
    assert (process.returncode, out.decode().splitlines()[-1], err) == (0, "unregistered", b"")
    assert ("ann" in proxy.contacts) is not server_stays


async def test_a_phone_tells_each_call_from_ringing_to_its_end(shell: Shell, proxy: ProxyPeer) -> None:
    """One that was answered, and one whose caller gave up."""
    with_secrets(shell)
    shell.set(SIP_PORT=proxy.address[1])
    caller = Softphone("+442079460007", proxy.address)
    await caller.open()
    with web_peer() as port:
        shell.set(WEB_PORT=port)
        process = await start("demo", "phone", "ann", "--answer-after", "0.2")
        assert process.stdout is not None
        seen = [await asyncio.wait_for(process.stdout.readline(), LIMIT)]
        call = await caller.call("ann")
        seen += [await asyncio.wait_for(process.stdout.readline(), LIMIT) for _ in range(2)]
        call.hang_up()
        seen.append(await asyncio.wait_for(process.stdout.readline(), LIMIT))
        call = await caller.call("ann")
        seen.append(await asyncio.wait_for(process.stdout.readline(), LIMIT))
        call.hang_up()
        seen.append(await asyncio.wait_for(process.stdout.readline(), LIMIT))
    process.terminate()
    await asyncio.wait_for(process.communicate(), LIMIT)
    await caller.close()
    ring = "ringing: unknown +442079460007"
    assert [line.decode().strip() for line in seen[1:]] == [
        ring, "answered", "the call is over", ring, "the call went away",
    ]  # fmt: skip


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_caller_who_is_ended_hangs_up(shell: Shell, proxy: ProxyPeer, number: signal.Signals) -> None:
    """By a signal of a script or of a terminal that is closed, as by Ctrl-C; the far end does not wait for media to fail."""
    shell.set(SIP_PORT=proxy.address[1])
    rung: asyncio.Queue[Call] = asyncio.Queue(1)
    line = Softphone(NUMBER, proxy.address)
    line.on_call = rung.put_nowait
    await line.open()
    await line.register()
    with web_peer() as port:
        shell.set(WEB_PORT=port)
        process = await start("demo", "call")
        call = await asyncio.wait_for(rung.get(), LIMIT)
        call.answer()
        assert process.stdout is not None
        while await asyncio.wait_for(process.stdout.readline(), LIMIT) != b"answered\n":
            pass
        os.kill(process.pid, number)
        await asyncio.wait_for(call.ended.wait(), 5)
        out, err = await asyncio.wait_for(process.communicate(), LIMIT)
    await line.close()
    assert (process.returncode, out, err) == (0, b"hung up\n", b"")


async def test_a_phone_that_is_ended_unregisters(shell: Shell, proxy: ProxyPeer) -> None:
    """By SIGTERM as by Ctrl-C."""
    with_secrets(shell)
    shell.set(SIP_PORT=proxy.address[1])
    with web_peer() as port:
        shell.set(WEB_PORT=port)
        process = await start("demo", "phone", "ann")
        assert process.stdout is not None
        await asyncio.wait_for(process.stdout.readline(), LIMIT)
        process.terminate()
        out, err = await asyncio.wait_for(process.communicate(), LIMIT)
    assert (process.returncode, out, err, "ann" in proxy.contacts) == (0, b"unregistered\n", b"", False)
