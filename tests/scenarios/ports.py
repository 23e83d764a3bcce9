"""Ports of one house alone: a block that no other run on this machine uses, below those that the kernel gives to clients."""

from __future__ import annotations

import fcntl
import os
import socket
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO

FIRST, SIZE, BLOCKS = 12_000, 500, 16
RTP_FROM, RTP_TO = 100, 499
_TCP, _UDP = socket.SOCK_STREAM, socket.SOCK_DGRAM
_PLACES = {"WEB_PORT": (0, _TCP), "ASTERISK_HTTP_PORT": (1, _TCP), "AMI_PORT": (2, _TCP), "SIP_PORT": (3, _UDP)}
_TRUNK = 4


class NoPorts(RuntimeError):
    """All blocks are in use."""


class PortBlock:
    """`ports` are those of a server by the names of its environment; `trunk` is for UDP on 127.0.0.2. Ours until `close`."""

    def __init__(self) -> None:
        """Raises NoPorts."""
        for number in range(BLOCKS):
            lock = _locked(number)
            if lock is None:
                continue
            first = FIRST + number * SIZE
            if all(_is_free(first + place, kind) for place, kind in _PLACES.values()):
                self._lock = lock
                self.trunk = first + _TRUNK
                self.ports = {name: first + place for name, (place, _) in _PLACES.items()}
                self.ports |= {"RTP_FIRST_PORT": first + RTP_FROM, "RTP_LAST_PORT": first + RTP_TO}
                return
            lock.close()
        raise NoPorts(f"{BLOCKS} blocks from {FIRST} on are in use")

    def close(self) -> None:
        """Somebody else may have them; the kernel does the same when the process ends."""
        self._lock.close()


def _locked(number: int) -> IO[str] | None:
    path = Path(tempfile.gettempdir()) / f"ccserver-test-ports-{os.getuid()}-{number}.lock"
    lock = path.open("w")
    with suppress(BlockingIOError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return lock
    lock.close()
    return None


def _is_free(port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe, suppress(OSError):
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        return True
    return False
