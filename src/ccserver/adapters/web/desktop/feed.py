"""What one desktop has still to be told. Bounded: own pictures queue up to a limit, the others' latest replaces the one before.

No asyncio beyond one Event, no knowledge of sockets: `take` gives the messages, numbered, in the order to be sent.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field

from ccserver.adapters.web.identity import Identity
from ccserver.adapters.web.json_text import to_json
from ccserver.core.ids import AgentId, QueueId

MOST_WAITING = 256


@dataclass(frozen=True, slots=True)
class Ending:
    """Why the server closes a socket (the `bye`), and the WebSocket close code (RFC 6455 7.4, and 4401 as ours)."""

    reason: str
    code: int


SIGNED_OUT = Ending("signed_out", 4401)
SESSION_ENDED = Ending("session_ended", 4401)
STOPPING = Ending("stopping", 1001)
TOO_SLOW = Ending("too_slow", 1013)
BAD_MESSAGE = Ending("bad_message", 1008)
TOO_MANY_MESSAGES = Ending("too_many_messages", 1008)


@dataclass(eq=False, slots=True)
class Feed:
    """Bodies are JSON values already written, shared by all feeds they go to."""

    identity: Identity
    ending: Ending | None = None
    is_over: bool = False
    """The goodbye was taken: there is nothing left to send."""
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    _in_order: deque[bytes] = field(default_factory=deque)
    _agents: dict[AgentId, bytes] = field(default_factory=dict)
    _queues: dict[QueueId, bytes] = field(default_factory=dict)
    _seq: int = 0

    def snapshot(self, members: bytes) -> None:
        """Everything from the beginning: what waited before is part of it. `members` is a JSON object without its braces."""
        self._in_order.clear()
        self._agents.clear()
        self._queues.clear()
        self._put(b'"type":"snapshot",' + members)

    def own_agent(self, view: bytes) -> None:
        self._put(b'"type":"agent","agent":' + view)

    def agents(self, views: dict[AgentId, bytes]) -> None:
        if self.ending is None:
            self._agents.update(views)
            self.wake.set()

    def queues(self, views: dict[QueueId, bytes]) -> None:
        if self.ending is None:
            self._queues.update(views)
            self.wake.set()

    def pong(self) -> None:
        self._put(b"")

    def end(self, ending: Ending) -> None:
        """Nothing more is taken in; the first reason counts."""
        if self.ending is None:
            self.ending = ending
            self.ended.set()
            self.wake.set()

    def take(self) -> list[bytes]:
        """All that waits, as messages; `bye` last if it has ended."""
        self.wake.clear()
        messages = [self._numbered(members) if members else b'{"type":"pong"}' for members in self._in_order]
        self._in_order.clear()
        if self._agents:
            messages.append(self._numbered(b'"type":"agents","agents":[' + b",".join(self._agents.values()) + b"]"))
            self._agents.clear()
        if self._queues:
            messages.append(self._numbered(b'"type":"queues","queues":[' + b",".join(self._queues.values()) + b"]"))
            self._queues.clear()
        if self.ending is not None and not self.is_over:
            messages.append(self._numbered(b'"type":"bye","reason":' + to_json(self.ending.reason)))
            self.is_over = True
        return messages

    def _put(self, members: bytes) -> None:
        if self.ending is not None:
            return
        if len(self._in_order) >= MOST_WAITING:
            self.end(TOO_SLOW)
            return
        self._in_order.append(members)
        self.wake.set()

    def _numbered(self, members: bytes) -> bytes:
        self._seq += 1
        return b'{"seq":%d,%s}' % (self._seq, members)
