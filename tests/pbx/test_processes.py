"""Processes and ports: ours is recognised, others' are not; a taken port is named with its owner."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ccserver.pbx import PbxError
from ccserver.pbx.ports import Wanted, require_free
from ccserver.pbx.processes import Started, start_detached

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)", "our-own-mark"]


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[Started]:
    """A detached process."""
    started = start_detached(SLEEPER, {}, tmp_path / "log")
    yield started
    os.kill(started.pid, signal.SIGKILL)
    assert not started.is_alive("our-own-mark") or os.waitpid(started.pid, 0)


def test_note_survives_its_writer(sleeper: Started, tmp_path: Path) -> None:
    """Read again by the next ccserver."""
    sleeper.write(tmp_path / "note")
    again = Started.read(tmp_path / "note")
    assert again == sleeper
    assert again.is_alive("our-own-mark")


def test_process_is_in_a_session_of_its_own(sleeper: Started) -> None:
    """A signal to our group does not reach it."""
    assert os.getsid(sleeper.pid) == sleeper.pid != os.getsid(0)


def test_reused_id_is_told_apart_by_its_start(sleeper: Started) -> None:
    """Another process with the same id is not ours."""
    assert not replace(sleeper, ticks=sleeper.ticks + 1).is_alive("our-own-mark")


def test_other_command_is_not_ours(sleeper: Started) -> None:
    """The mark must be on the command line."""
    assert not sleeper.is_alive("another-mark")


def test_ended_child_is_not_alive(tmp_path: Path) -> None:
    """A zombie does not count."""
    started = start_detached(SLEEPER, {}, tmp_path / "log")
    os.kill(started.pid, signal.SIGKILL)
    os.waitid(os.P_PID, started.pid, os.WEXITED | os.WNOWAIT)
    assert not started.is_alive("our-own-mark")


@pytest.mark.parametrize("text", ["", "12", "{}", '{"pid": "x", "ticks": 1}'])
def test_broken_note_is_no_note(tmp_path: Path, text: str) -> None:
    """The caller then starts anew."""
    (tmp_path / "note").write_text(text)
    assert Started.read(tmp_path / "note") is None


@pytest.mark.parametrize(("kind", "name"), [(socket.SOCK_DGRAM, "udp"), (socket.SOCK_STREAM, "tcp")])
def test_taken_port_is_named_with_its_owner(kind: socket.SocketKind, name: str) -> None:
    """Port, purpose, program, process id."""
    with socket.socket(socket.AF_INET, kind) as holder:
        holder.bind(("127.0.0.1", 0))
        if kind is socket.SOCK_STREAM:
            holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(PbxError, match=rf"{port}/{name} on 127\.0\.0\.1 \(SIP\) .*process {os.getpid()}"):
            require_free(Wanted("SIP", name, "127.0.0.1", port))


def test_free_ports_are_no_error() -> None:
    """Port 0 asks the system for any free one."""
    require_free(Wanted("SIP", "udp", "127.0.0.1", 0), Wanted("AMI", "tcp", "127.0.0.1", 0))
