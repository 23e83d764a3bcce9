"""A scripted AMI server on loopback: speaks the real protocol, misbehaves on request."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import TracebackType

Frame = dict[str, str]
Script = Callable[[Frame], bytes | None]


def message(**headers: str) -> bytes:
    """One AMI message."""
    return ("".join(f"{key}: {value}\r\n" for key, value in headers.items()) + "\r\n").encode()


def reply(frame: Frame, **headers: str) -> bytes:
    """The response to `frame`, Success unless said otherwise."""
    return message(**{"Response": "Success", "ActionID": frame["ActionID"], **headers})


def _login(frame: Frame) -> bytes:
    return reply(frame, Message="Authentication accepted") + message(Event="FullyBooted", Status="Fully Booted")


class AmiPeer:
    """Answers actions by `scripts` (by action in lower case); an action without a script is never answered.

    A script may return None (no answer) or bytes; `hang_up_on` names actions at which the connection is closed instead.
    """

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.connection_count = 0
        self.scripts: dict[str, Script] = {"login": _login, "ping": lambda frame: reply(frame, Ping="Pong")}
        self.hang_up_on: set[str] = set()
        self.reads = True
        self._writers: list[asyncio.StreamWriter] = []
        self._serving: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> AmiPeer:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        self.hang_up()
        for serving in self._serving:
            serving.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    def actions(self, name: str) -> list[Frame]:
        """The frames received so far for one action, in order."""
        return [frame for frame in self.frames if frame.get("Action", "").lower() == name.lower()]

    def say(self, raw: bytes) -> None:
        """Write to the newest connection; with TCP_NODELAY it is one segment."""
        self._writers[-1].write(raw)

    def hang_up(self) -> None:
        """Close all connections."""
        for writer in self._writers:
            writer.close()
        self._writers.clear()

    @property
    def is_connected(self) -> bool:
        return bool(self._writers)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connection_count += 1
        self._writers.append(writer)
        writer.write(b"Asterisk Call Manager/11.0.0\r\n")
        try:
            while self.reads:
                self._receive((await reader.readuntil(b"\r\n\r\n")).decode(), writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            if writer in self._writers and self.reads:
                self._writers.remove(writer)
            if self.reads:
                writer.close()

    def _receive(self, text: str, writer: asyncio.StreamWriter) -> None:
        frame = dict(line.split(": ", 1) for line in text.split("\r\n") if ": " in line)
        self.frames.append(frame)
        name = frame.get("Action", "").lower()
        if name in self.hang_up_on:
            writer.close()
            return
        script = self.scripts.get(name)
        answer = script(frame) if script else None
        if answer is not None:
            writer.write(answer)
