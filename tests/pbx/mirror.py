"""A mirror on loopback whose line can break in the middle of a file. It honours Range as RFC 9110 section 14 says."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple


class Answer(NamedTuple):
    """What was sent of a package: from which byte, and how many."""

    first: int
    sent: int


class Mirror:
    """Serves a folder. While `is_broken`, packages end after their first half, and the rest is never sent."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.is_broken = False
        self.answers: list[Answer] = []
        """Answers for packages, lists not counted."""

    def half(self, size: int) -> int:
        return size // 2


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, mirror: Mirror, *rest: object) -> None:
        self.mirror = mirror
        super().__init__(*rest)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        path = self.mirror.folder / self.path.lstrip("/")
        if not path.is_file():
            self.send_error(404)
            return
        content = path.read_bytes()
        first = self._first_byte(len(content))
        end = len(content)
        if path.suffix == ".deb":
            end = max(first, self.mirror.half(end)) if self.mirror.is_broken else end
            self.mirror.answers.append(Answer(first, end - first))
        self._head(path, first, len(content))
        self.wfile.write(content[first:end])
        if end < len(content):
            self.close_connection = True

    def _first_byte(self, size: int) -> int:
        asked = re.fullmatch(r"bytes=([0-9]+)-", self.headers.get("Range", ""))
        return int(asked[1]) if asked and int(asked[1]) < size else 0

    def _head(self, path: Path, first: int, size: int) -> None:
        self.send_response(206 if first else 200)
        if first:
            self.send_header("Content-Range", f"bytes {first}-{size - 1}/{size}")
        self.send_header("Content-Length", str(size - first))
        self.send_header("Last-Modified", formatdate(path.stat().st_mtime, usegmt=True))
        self.send_header("Accept-Ranges", "bytes")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing: tests look at the answers."""


@contextmanager
def serving(mirror: Mirror) -> Iterator[str]:
    """The mirror's address while it is served."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Connection, mirror))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
