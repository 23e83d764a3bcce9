"""What runs of ccserver: asked at its web port, and read from the locks of a data folder."""

from __future__ import annotations

import fcntl
import http.client
import json
import os
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from ccserver.cli.failing import fail, note
from ccserver.cli.pasting import command
from ccserver.config.site import Network

ANSWER_WITHIN = 1.5
READY_WITHIN = 30.0
ASK_AGAIN_AFTER = 0.3
OTHER_PORTS = "set CCSERVER_WEB_PORT and CCSERVER_SIP_PORT as the server has them"
MOST_BYTES = 100_000
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  an address to listen on is none to connect to
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""A proxy of the environment is no way to this machine."""


@dataclass(frozen=True, slots=True)
class Standing:
    """`waits_for` names what the server still lacks, None when what answers is no ccserver; `is_there` is False for silence."""

    is_there: bool
    waits_for: tuple[str, ...] | None = ()

    @property
    def is_ready(self) -> bool:
        return self.is_there and self.waits_for == ()


def reachable(host: str) -> str:
    """The address by which this machine reaches what listens on `host`."""
    return ANYWHERE.get(host, host)


def web_address(network: Network) -> str:
    host = reachable(network.web_host)
    return f"http://{f'[{host}]' if ':' in host else host}:{network.web_port}"


def standing(network: Network) -> Standing:
    """What answers at the web port; takes 1.5 s at the most."""
    try:
        with DIRECT.open(f"{web_address(network)}/readyz", timeout=ANSWER_WITHIN) as answer:
            return _read(answer.read(MOST_BYTES))
    except urllib.error.HTTPError as error:
        with error:
            return _read(error.read(MOST_BYTES))
    except (OSError, ValueError, http.client.HTTPException):
        return Standing(is_there=False)


def _read(body: bytes) -> Standing:
    try:
        parts = json.loads(body)["components"].items()
        return Standing(True, tuple(name for name, one in parts if one["needed"] and not one["ready"]))
    except (ValueError, LookupError, TypeError, AttributeError):
        return Standing(True, None)


def require_server(network: Network, config: Path, data: Path) -> None:
    """Return when a server answers and is ready; one that starts is waited for. Ends the command within 2 s without one."""
    if has_ended(data):
        fail(f"no server runs on the data folder {data}", how_to_start(config, data))
    deadline = time.monotonic() + READY_WITHIN
    found, is_told = standing(network), False
    while not found.is_ready:
        if not found.is_there:
            fail(f"no server answers at {web_address(network)}", f"{OTHER_PORTS}, or {how_to_start(config, data)}")
        if found.waits_for is None:
            fail(f"what answers at {web_address(network)} is no ccserver", OTHER_PORTS)
        if time.monotonic() > deadline:
            names = ", ".join(found.waits_for)
            fail(f"the server is not ready after {READY_WITHIN:.0f} s: {names}", "look at its log", code=1)
        if not is_told:
            note(f"the server is starting: it waits for {', '.join(found.waits_for)} …")
        is_told = True
        time.sleep(ASK_AGAIN_AFTER)
        found = standing(network)


def how_to_start(config: Path, data: Path) -> str:
    return f"start it in another terminal: {command('up', config=config, data=data)}"


def other_folder(config: Path, data: Path) -> str:
    """What to do when this data folder is new."""
    return f"give --data as the server has it, or {how_to_start(config, data)}"


def server_process(data: Path) -> int | None:
    """The process that holds the journal of this data folder; 0 when it cannot be told which, None when none does."""
    try:
        descriptor = os.open(_lock_of(data), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        text = os.read(descriptor, 20).decode("ascii", "replace").strip()
        return int(text) if text.isdecimal() else 0
    finally:
        os.close(descriptor)
    return None


def has_ended(data: Path) -> bool:
    """Whether a server once ran on this folder and none does now: what answers at its ports is another one's."""
    return os.access(_lock_of(data), os.R_OK) and server_process(data) is None


def _lock_of(data: Path) -> Path:
    from ccserver.app.server import JOURNAL_FILE

    return (data / JOURNAL_FILE).with_name(f"{JOURNAL_FILE}.lock")


def asterisk_process(data: Path) -> int | None:
    """The process of the Asterisk that belongs to this data folder and runs."""
    from ccserver.pbx import PbxPaths
    from ccserver.pbx.processes import Started

    paths = PbxPaths.of(data.resolve())
    started = Started.read(paths.pid_file)
    return started.pid if started is not None and started.is_alive(str(paths.asterisk_conf)) else None
