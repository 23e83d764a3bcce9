"""A person at a shell: a small configuration, a data folder, an environment of its own, and what a command printed."""

from __future__ import annotations

import io
import json
import os
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ccserver.app.pbx_site import pbx_plan
from ccserver.cli import main
from ccserver.cli.configuring import configuration_of
from ccserver.pbx import load_or_create_secrets

CONFIGURATION = """\
version: 1
name: Small centre
demo: true
default_region: GB
trunks: {carrier: {match: ["127.0.0.2"], target: "127.0.0.2:5070"}}
voicemail: {greeting: vm-intro}
default_exit: {message: [vm-goodbye]}
queues: {support: {name: Support, max_wait: 1 min, on_max_wait: voicemail}}
entry_points: {line: {name: Line, dnis: "+448081570102", queue: support}}
agents:
  ann: {name: Ann, extension: "1001", password: demo-ann}
users:
  admin: {name: Administrator, role: admin, password: demo-admin}
"""
NUMBER = "+448081570102"


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    with socket.socket(type=kind) as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


class Shell:
    """Runs commands in this process, by the very function that is installed as `ccserver`."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.config, self.data = folder / "centre", folder / "data"
        self._monkeypatch, self._capsys = monkeypatch, capsys
        self.config.mkdir()
        (self.config / "ccserver.yaml").write_text(CONFIGURATION)
        for name in [name for name in os.environ if name.startswith("CCSERVER_")]:
            monkeypatch.delenv(name)
        self.set(CONFIG=self.config, DATA=self.data, WEB_PORT=free_port(), SIP_PORT=free_port(socket.SOCK_DGRAM))
        self.set(ASTERISK_HTTP_PORT=free_port(), AMI_PORT=free_port(), CACHE=folder / "cache")

    def set(self, **settings: object) -> None:
        """CCSERVER_ settings of the environment."""
        for name, value in settings.items():
            self._monkeypatch.setenv(f"CCSERVER_{name}", str(value))

    def run(self, *words: object, stdin: str = "") -> Done:
        """One command line; what it printed since the last one."""
        self._monkeypatch.setattr(sys, "argv", ["/usr/bin/ccserver", *map(str, words)])
        self._monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        self._capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0
        printed = self._capsys.readouterr()
        return Done(code, printed.out, printed.err)


def with_secrets(shell: Shell) -> None:
    """The data folder as it is after the first start."""
    configuration = configuration_of(shell.config)
    plan = pbx_plan(shell.data, configuration.plan, configuration.site)
    load_or_create_secrets(shell.data, plan.phones)


class WebPeer(BaseHTTPRequestHandler):
    """What a command asks of a server's web port: is it ready, does it know the token."""

    waits_for: tuple[str, ...] = ()
    body: bytes | None = None
    tokens: frozenset[str] | None = None
    """None: every token is known."""

    def do_GET(self) -> None:
        if self.path == "/readyz":
            parts = {name: {"ready": name not in self.waits_for, "needed": True} for name in ("ari", "ami")}
            self._answer(503 if self.waits_for else 200, self.body or json.dumps({"components": parts}).encode())
        else:
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            self._answer(200 if self.tokens is None or token in self.tokens else 401, b"{}")

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Not to the terminal."""


@contextmanager
def web_peer(**answers: object) -> Iterator[int]:
    """A server's web port; gives its number. `answers` are the attributes of WebPeer that differ."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Answering", (WebPeer,), answers))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
