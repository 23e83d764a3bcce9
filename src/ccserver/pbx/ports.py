"""Finding out before the start that a port is taken, and by whom: Asterisk itself would start without it."""

from __future__ import annotations

import os
import re
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ccserver.pbx.errors import PbxError
from ccserver.pbx.processes import command

SOCKET = re.compile(r"socket:\[(\d+)\]")


@dataclass(frozen=True)
class Wanted:
    """A port that is about to be used; `kind` is udp or tcp."""

    purpose: str
    kind: str
    host: str
    port: int

    def is_free(self) -> bool:
        """Whether it can be bound right now."""
        kind = socket.SOCK_DGRAM if self.kind == "udp" else socket.SOCK_STREAM
        with socket.socket(socket.AF_INET, kind) as probe:
            if self.kind == "tcp":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as Asterisk does: TIME_WAIT is no owner
            try:
                probe.bind((self.host, self.port))
            except OSError:
                return False
        return True


def require_free(*wanted: Wanted) -> None:
    """Raise PbxError that names every port which is taken, with its owner as far as this user may know."""
    taken = [place for place in wanted if not place.is_free()]
    if not taken:
        return
    lines = [
        f"{place.port}/{place.kind} on {place.host} ({place.purpose}) is used by {owner(place)}" for place in taken
    ]
    raise PbxError(
        "Asterisk cannot start, a port is taken: " + "; ".join(lines),
        "stop that program, or set another port in the configuration",
    )


def owner(place: Wanted) -> str:
    """The program that holds the port: command and process id, or that it belongs to another user."""
    inodes = _inodes(place)
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and inodes & _sockets(entry):
            words = [Path(word).name for word in command(int(entry.name))[:5] if word and not word.startswith("--")]
            return f"{' '.join(words)[:80]} (process {entry.name})"
    return "a program of another user" if inodes else "a program that cannot be named"


def _inodes(place: Wanted) -> set[str]:
    # /proc/net/udp: sl local_address rem_address st ... inode is column 10 (proc(5)); the address is HEX:PORT.
    try:
        rows = [line.split() for line in Path(f"/proc/net/{place.kind}").read_text(encoding="ascii").splitlines()[1:]]
    except OSError:
        return set()
    listening = {"07"} if place.kind == "udp" else {"0A"}
    return {row[9] for row in rows if int(row[1].rpartition(":")[2], 16) == place.port and row[3] in listening}


def _sockets(entry: Path) -> set[str]:
    found: set[str] = set()
    try:
        for link in (entry / "fd").iterdir():
            with suppress(FileNotFoundError):  # a descriptor that was closed meanwhile
                found.update(SOCKET.findall(os.readlink(link)))
    except OSError:
        return found
    return found
