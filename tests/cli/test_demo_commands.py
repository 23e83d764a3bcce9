"""`ccserver demo call` and `ccserver demo phone`, in front of a fake server and a small SIP proxy."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Iterator

import pytest
from tests.adapters.softphone.proxy_peer import ProxyPeer
from tests.cli.shell import NUMBER, Shell, web_peer, with_secrets

from ccserver.adapters.softphone import Call, Softphone
from ccserver.cli import demo

ANN_SECRET = re.compile(r"secret: +(\S+)")


@pytest.fixture
async def proxy() -> AsyncIterator[ProxyPeer]:
    peer = await ProxyPeer.open()
    yield peer
    peer.close()


@pytest.fixture
def server(shell: Shell, proxy: ProxyPeer) -> Iterator[Shell]:
    """A shell beside a server that is ready."""
    shell.set(SIP_PORT=proxy.address[1])
    with web_peer() as port:
        shell.set(WEB_PORT=port)
        yield shell


@pytest.fixture
async def line(proxy: ProxyPeer) -> AsyncIterator[list[Call]]:
    """The number of the demo; who rang it. It answers, and hangs up after the keys 1 and 2."""
    calls: list[Call] = []
    phone = Softphone(NUMBER, proxy.address)

    def rang(call: Call) -> None:
        calls.append(call)
        call.answer()

    phone.on_call = rang
    await phone.open()
    await phone.register()
    yield calls
    await phone.close()


@pytest.mark.parametrize(
    ("words", "what", "advice"),
    [
        (("--keys", "x"), "'x' is no key of a telephone", "--keys 1"),
        (("--keys", "1 2"), "' ' is no key", "0 to 9, * and #"),
        (("--ani", "abc"), '"abc" is not a telephone number', "--ani +442079460007"),
        (("12",), '"12" is not a whole telephone number', NUMBER),
        (("+1+1",), "is not a", NUMBER),
    ],
)
def test_what_cannot_be_dialled_is_said_and_what_can(
    shell: Shell, words: tuple[str, ...], what: str, advice: str
) -> None:
    """One line each, exit code 2, before any server is asked."""
    done = shell.run("demo", "call", *words)
    told = done.err.splitlines()
    assert (done.code, done.out, len(told)) == (2, "", 2)
    assert what in told[0]
    assert advice in told[1]


def test_seconds_below_zero_are_no_time(shell: Shell) -> None:
    """Exit code 2 of the command line itself."""
    assert shell.run("demo", "call", "--seconds", "-1").code == 2


@pytest.mark.parametrize("words", [("call",), ("phone", "ann")])
def test_without_a_server_it_is_said_at_once(shell: Shell, words: tuple[str, ...]) -> None:
    """With the command that starts one, as it can be pasted; nobody waits half a minute for SIP."""
    with_secrets(shell)
    began = time.monotonic()
    done = shell.run("demo", *words)
    assert time.monotonic() - began < 2
    assert (done.code, done.out) == (2, "")
    assert "no server answers at http://127.0.0.1:" in done.err
    assert re.search(rf"ccserver up --config {shell.config} --data {shell.data}$", done.err, re.MULTILINE)


def test_another_program_on_the_port_is_no_server(shell: Shell) -> None:
    """A stranger's web server answers /readyz too, somehow."""
    with web_peer(body=b"<html>") as port:
        shell.set(WEB_PORT=port)
        done = shell.run("demo", "call")
    assert (done.code, "is no ccserver" in done.err) == (2, True)
    assert "CCSERVER_WEB_PORT" in done.err


def test_a_server_that_does_not_become_ready_is_named_by_what_it_lacks(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is waited for, which is said, but not for ever."""
    monkeypatch.setattr("ccserver.cli.running.READY_WITHIN", 0.4)
    with web_peer(waits_for=("ari",)) as port:
        shell.set(WEB_PORT=port)
        done = shell.run("demo", "call")
    first, last, *_ = done.err.splitlines()
    assert (done.code, first) == (1, "the server is starting: it waits for ari …")
    assert "not ready after" in last
    assert "ari" in last


async def test_a_caller_rings_presses_keys_and_hangs_up(
    server: Shell, line: list[Call], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each step is a line."""
    monkeypatch.setattr(demo, "KEY_PAUSE", 0.05)
    words = ("demo", "call", "--ani", "020 7946 0007", "--keys", "1#", "--seconds", "0.1")
    done = await asyncio.to_thread(server.run, *words)
    assert done.out.splitlines() == [
        f"+442079460007 calls {NUMBER} … (Ctrl-C hangs up)",
        "answered",
        "pressed 1",
        "pressed #",
        "hanging up",
    ]
    assert (done.code, done.err, [call.number for call in line]) == (0, "", ["+442079460007"])


async def test_a_withheld_number_is_asked_for_by_name(server: Shell, line: list[Call]) -> None:
    """And never comes of a slip."""
    done = await asyncio.to_thread(server.run, "demo", "call", "--ani", "anonymous", "--seconds", "0")
    assert (done.code, [call.number for call in line]) == (0, ["anonymous"])


async def test_a_number_that_is_no_entry_point_is_mentioned_and_called(server: Shell, proxy: ProxyPeer) -> None:
    """What the centre does with it may be what somebody wants to see; a refusal is exit code 1."""
    done = await asyncio.to_thread(server.run, "demo", "call", "+448081570199")
    assert f"entry points are {NUMBER}" in done.out
    assert (done.code, done.out.splitlines()[-1]) == (1, "not answered: SIP 404")


def test_a_phone_of_nobody_is_refused_with_the_names(shell: Shell) -> None:
    """Those of the configuration."""
    done = shell.run("demo", "phone", "nobody")
    assert (done.code, done.err) == (2, "ccserver: 'nobody' is no agent of this configuration; agents are ann\n")


async def test_a_phone_with_another_folders_secret_says_so(server: Shell, proxy: ProxyPeer) -> None:
    """The server refuses it; the secret is not shown."""
    proxy.secrets["ann"] = "another"
    with_secrets(server)
    done = await asyncio.to_thread(server.run, "demo", "phone", "ann")
    secret = ANN_SECRET.search(server.run("phone", "ann").out)
    assert secret is not None
    assert (done.code, "ann cannot register" in done.err, "--data" in done.err) == (2, True, True)
    assert secret[1] not in done.out + done.err
