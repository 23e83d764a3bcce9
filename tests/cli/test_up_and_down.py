"""`ccserver up` where it cannot start, and `ccserver down`; the whole life is in test_life."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from tests.cli.shell import Shell


@contextmanager
def neighbour() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield int(taken.getsockname()[1])


def test_taken_ports_are_all_named_with_their_settings(shell: Shell) -> None:
    """Before anything is fetched, with who has them and with ports that are free."""
    with neighbour() as web, neighbour() as http:
        shell.set(WEB_PORT=web, ASTERISK_HTTP_PORT=http)
        done = shell.run("up")
    assert (done.code, done.out) == (2, "")
    assert f"127.0.0.1:{web}/tcp (web): Address already in use, by " in done.err
    assert f"(process {os.getpid()})" in done.err
    assert "CCSERVER_WEB_PORT=" in done.err
    assert "CCSERVER_ASTERISK_HTTP_PORT=" in done.err
    assert "CCSERVER_SIP_PORT=" not in done.err
    assert not (shell.data / "secrets.json").exists()


def test_a_misspelt_setting_is_told_before_the_start(shell: Shell) -> None:
    """It is most likely the port that somebody meant to change."""
    with neighbour() as web:
        shell.set(WEB_PORT=web, WEBPORT=web + 1)
        done = shell.run("up")
    assert done.err.splitlines()[0] == (
        "warning: 'CCSERVER_WEBPORT' is no setting and is ignored; did you mean CCSERVER_WEB_PORT?"
    )


def test_a_second_server_on_the_folder_is_refused(shell: Shell) -> None:
    """With the process that has it."""
    shell.data.mkdir()
    with (shell.data / "journal.sqlite.lock").open("w+") as lock:
        lock.write("4711")
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        up, down = shell.run("up"), shell.run("down")
    assert (up.code, "process 4711 has" in up.err) == (2, True)
    assert (down.code, f"process 4711 serves from {shell.data}" in down.err) == (2, True)


def test_down_where_nothing_runs_is_one_line(shell: Shell) -> None:
    """Nothing is fetched or made for it."""
    done = shell.run("down")
    assert (done.code, done.out, done.err) == (0, f"no Asterisk of {shell.data} runs\n", "")
    assert not shell.data.exists()
