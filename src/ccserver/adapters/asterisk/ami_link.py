"""The AMI link: the only importer of panoramisk, and what holds it.

panoramisk 1.4 gives the encoding of actions (`Action`) and the reading of messages (`Message`). Everything that was seen
to fail in it is replaced here: it sends unanswered actions again after a reconnection (a second call), never times out,
does not notice a silent peer, cuts letters at segment borders, buffers without limit, writes line breaks verbatim, runs
callbacks in tasks without order, and connects again after `close`. Its `Manager` is not used at all.

The link decides nothing: it delivers messages in order, asks, and says whether it is up.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from panoramisk.actions import Action
from panoramisk.ami_protocol import AMIProtocol
from panoramisk.message import Message

from ccserver.adapters.asterisk.ami_text import action_fields
from ccserver.adapters.asterisk.errors import ActionRefused, ActionTimedOut, LinkLost, LoginRefused
from ccserver.adapters.asterisk.inbox import INBOX_LIMIT, AmiInbox, AmiMessage
from ccserver.adapters.asterisk.links import REFUSED_PAUSE, Backoff, Link

MESSAGE_LIMIT = 64 * 1024
BUFFER_LIMIT = 1024 * 1024
"""Of bytes, read or to be written; beyond it the link is dropped."""
PENDING_LIMIT = 1_000
"""Actions waiting for an answer; further ones are refused."""
LIST_LIMIT = 50_000
"""Entries of one list answer; a longer one is refused."""

Headers = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AmiSettings:
    """Where the AMI is and how patient we are. A dead peer is noticed within `ping_interval` + `ping_deadline`."""

    host: str
    port: int
    username: str
    secret: str = field(repr=False)
    action_deadline: timedelta = timedelta(seconds=5)
    ping_interval: timedelta = timedelta(seconds=2)
    ping_deadline: timedelta = timedelta(seconds=3)
    boot_deadline: timedelta = timedelta(minutes=2)
    """From login to FullyBooted, which only a user who reads the class `system` gets."""
    refused_pause: timedelta = REFUSED_PAUSE
    inbox_limit: int = INBOX_LIMIT


@dataclass(frozen=True, slots=True)
class AmiReply:
    """The answer to an action: its response and, for a list, the entries without the closing event."""

    response: AmiMessage
    entries: tuple[AmiMessage, ...] = ()


class AmiLink(Link):
    """Events of one Asterisk in `inbox`, answers to actions from `ask`.

    After each LinkUp in the inbox the reader must fetch lists anew; while the link is down actions fail at once.
    """

    def __init__(self, settings: AmiSettings, backoff: Backoff) -> None:
        self.inbox = AmiInbox(settings.inbox_limit)
        super().__init__(self.inbox.offer, backoff, settings.refused_pause)
        self._settings = settings
        self._protocol: _Protocol | None = None
        self._serials = itertools.count(1)

    async def ask(self, action: str, headers: Headers | None = None, deadline: timedelta | None = None) -> AmiReply:
        """Send an action once and wait for its answer.

        Raises UnsafeText before anything is sent, LinkLost at once when the link is down or breaks, ActionTimedOut
        after the deadline (5 s unless given), ActionRefused when Asterisk says so or when the action is one that this
        link never carries (Originate: calls are made over ARI, under ids of ours).
        """
        fields = action_fields(action, headers or {})
        protocol = self._protocol
        if protocol is None or not self.is_up:
            raise LinkLost(f"AMI {action}: the link is down")
        return await self._exchange(protocol, fields, deadline or self._settings.action_deadline)

    async def _exchange(self, protocol: _Protocol, fields: Headers, deadline: timedelta) -> AmiReply:
        pending = _Pending({**fields, "ActionID": f"cc-{next(self._serials)}"})
        try:
            async with asyncio.timeout(deadline.total_seconds()):
                reply: AmiReply = await protocol.send(pending)
        except TimeoutError:
            raise ActionTimedOut(f"AMI {fields['Action']}: no answer in {deadline}") from None
        finally:
            protocol.forget(pending)
        return reply

    async def _session(self) -> None:
        settings = self._settings
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(settings.action_deadline.total_seconds()):
            _, protocol = await loop.create_connection(lambda: _Protocol(self._received), settings.host, settings.port)
        self._protocol = protocol
        try:
            await self._log_in(protocol)
            await self._watch(protocol)
        finally:
            self._protocol = None
            protocol.drop("closed")

    async def _log_in(self, protocol: _Protocol) -> None:
        settings = self._settings
        fields = action_fields("Login", {"Username": settings.username, "Secret": settings.secret, "Events": "on"})
        try:
            await self._exchange(protocol, fields, settings.action_deadline)
        except ActionRefused as refusal:
            raise LoginRefused(f"AMI login as {settings.username!r}: {refusal.why}") from None

    async def _watch(self, protocol: _Protocol) -> None:
        """Ping until the link breaks. Ends by raising."""
        settings = self._settings
        loop = asyncio.get_running_loop()
        boot_by = loop.time() + settings.boot_deadline.total_seconds()
        while True:
            await asyncio.wait({protocol.lost}, timeout=settings.ping_interval.total_seconds())
            if protocol.lost.done():
                raise LinkLost(protocol.lost.result())
            await self._exchange(protocol, action_fields("Ping", {}), settings.ping_deadline)
            if not self.is_up and loop.time() > boot_by:
                raise LinkLost("AMI: no FullyBooted; may the user read the class system?")

    def _received(self, message: AmiMessage) -> None:
        if message.get("Event") == "FullyBooted" and not self.is_up:
            self._came_up()
        self.inbox.offer(message)


class _Pending(Action):  # type: ignore[misc]  # panoramisk has no types
    """An action on its way. Complete when its list is, or at once: told by `EventList`, never by wording."""

    def add_message(self, message: AmiMessage) -> bool:
        self.responses.append(message)
        response: AmiMessage = self.responses[0]
        if message.get("Response") not in (None, "Success", "Goodbye"):
            return self.fail(ActionRefused(self["Action"], message.get("Message", message["Response"])))
        if len(self.responses) > LIST_LIMIT:
            return self.fail(ActionRefused(self["Action"], "the answer is too long"))
        if response.get("EventList", "").lower() != "start":
            return self._succeed(AmiReply(response))
        if message.get("EventList", "").lower() in ("complete", "cancelled"):
            return self._succeed(AmiReply(response, tuple(self.responses[1:-1])))
        return False

    def lose(self, why: str) -> None:
        self.fail(LinkLost(f"AMI {self['Action']}: {why}"))

    def _succeed(self, reply: AmiReply) -> bool:
        if not self.future.done():
            self.future.set_result(reply)
        return True

    def fail(self, error: Exception) -> bool:
        if not self.future.done():
            self.future.set_exception(error)
        return True


class _Protocol(AMIProtocol):  # type: ignore[misc]  # panoramisk has no types
    """One connection. Messages are cut out of the bytes before they are decoded, so no letter is ever split."""

    responses: dict[str, _Pending]
    closed: bool

    def __init__(self, received: Callable[[AmiMessage], None]) -> None:
        self._received = received
        self._bytes = bytearray()
        self.lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def send(self, data: _Pending, as_list: bool = False) -> asyncio.Future[Any]:
        """Write the action once; its future ends by the answer, or by LinkLost."""
        action: str = data["Action"]
        if self.closed:
            data.lose("the link is down")
        elif len(self.responses) >= PENDING_LIMIT:
            data.fail(ActionRefused(action, "too many actions are waiting for an answer"))
        else:
            self.responses[data["ActionID"]] = data
            self.transport.write(str(data).encode())
            if self.transport.get_write_buffer_size() > BUFFER_LIMIT:
                self.drop("the peer does not read")
        future: asyncio.Future[Any] = data.future
        return future

    def forget(self, action: _Pending) -> None:
        """Take the action off the table, whatever became of it."""
        self.responses.pop(action["ActionID"], None)

    def data_received(self, data: bytes) -> None:
        if len(self._bytes) + len(data) > BUFFER_LIMIT:
            self.drop("more than 1 MB at once")
            return
        searched = max(0, len(self._bytes) - 3)
        self._bytes += data
        start = 0
        while not self.closed and (end := self._bytes.find(b"\r\n\r\n", max(start, searched))) >= 0:
            if end - start > MESSAGE_LIMIT:
                break
            self._parse(bytes(self._bytes[start:end]))
            start = end + 4
        del self._bytes[:start]
        if len(self._bytes) > MESSAGE_LIMIT:
            self.drop("a message is longer than 64 KB")

    def handle_message(self, message: AmiMessage) -> None:
        """To the action that asked for it, else to the one reader; late answers go nowhere."""
        asked_by = message.get("ActionID", "")
        pending = self.responses.get(asked_by)
        if pending is not None:
            if pending.add_message(message):
                self.forget(pending)
        elif "Event" in message and not asked_by.startswith("cc-"):
            self._received(message)

    def connection_lost(self, exc: Exception | None) -> None:
        self.drop(str(exc or "the peer closed the connection"))

    def close(self) -> None:
        self.drop("closed")

    def drop(self, why: str) -> None:
        """End the connection now; whoever waits for an answer hears LinkLost."""
        if self.closed:
            return
        self.closed = True
        self._bytes.clear()
        self.transport.abort()
        for action in list(self.responses.values()):
            action.lose(why)
        self.responses.clear()
        self.lost.set_result(why)

    def _parse(self, raw: bytes) -> None:
        message = Message.from_line(raw.decode(errors="replace").strip())
        if message is not None:
            self.handle_message(_plain(message))


def _plain(message: Message) -> AmiMessage:
    """Without `content`, which panoramisk adds for the answers of Command."""
    return {
        key: value if isinstance(value, str) else "\n".join(value) for key, value in message.items() if key != "content"
    }
