"""The telephone: one UDP socket, a registration that it keeps fresh, calls in and out.

Requests are repeated until answered (RFC 3261 section 17: 0.5 s, doubling, 32 s at the most); that is all of the
transaction layer that loopback needs.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast

from ccserver.adapters.softphone.audio import Audio
from ccserver.adapters.softphone.call import Call, CallState, Dialog
from ccserver.adapters.softphone.message import SipMessage, digest, media_address, parse, render, sdp
from ccserver.core.errors import PortUnavailable
from ccserver.services.tasks import TaskTable

FIRST_REPEAT = 0.5
GIVE_UP = 32.0
FAREWELL = 1.0
"""Seconds that `close` waits for the answers to its hang-ups."""
MOST_CALLS = 500
Headers = list[tuple[str, str]]


class Softphone(asyncio.DatagramProtocol):
    """`host` is its own address, `proxy` the PBX. `on_call` is told of each call that comes in, when it rings.

    `frequency` is the tone it sends in calls, so that others can hear who it is.
    """

    def __init__(
        self, user: str, proxy: tuple[str, int], *, host: str = "127.0.0.1", secret: str = "", frequency: float = 440
    ) -> None:
        self.user, self.proxy, self.host, self._secret, self._frequency = user, proxy, host, secret, frequency
        self.contact_port = 0
        """Where calls are to go instead of here: another telephone that answers for this one."""
        self.calls: dict[str, Call] = {}
        self.on_call: Callable[[Call], None] = lambda _call: None
        self._transport: asyncio.DatagramTransport | None = None
        self._answers: dict[str, asyncio.Queue[SipMessage]] = {}
        self._tasks = TaskTable(lambda _name, _error: None)
        self._closed = asyncio.Event()
        self._farewells: set[asyncio.Task[SipMessage]] = set()
        self._register_sequence = 0
        self._register_id = uuid.uuid4().hex

    async def open(self, port: int = 0) -> None:
        """Bind. Raises PortUnavailable when the port is taken."""
        try:
            await asyncio.get_running_loop().create_datagram_endpoint(lambda: self, local_addr=(self.host, port))
        except OSError as error:
            raise PortUnavailable(f"{self.host}:{port}", why=str(error)) from error

    async def close(self) -> None:
        """Hang everything up, stop the registration, close the socket: its port is free on return."""
        for call in list(self.calls.values()):
            call.hang_up()
        if self._farewells:
            await asyncio.wait(self._farewells, timeout=FAREWELL)
        await self._tasks.close()
        if self._transport is not None:
            self._transport.close()
            await self._closed.wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._closed.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    @property
    def port(self) -> int:
        return int(self._transport.get_extra_info("sockname")[1]) if self._transport else 0

    # -- registration ---------------------------------------------------------------------------------------------------

    async def register(self, expires: int = 120) -> None:
        """Register and keep it fresh. Raises PortUnavailable when the registrar refuses or does not answer."""
        await self._register(expires)
        self._tasks.spawn("registration", self._stay_registered(expires))

    async def unregister(self) -> None:
        await self._register(0)

    async def _stay_registered(self, expires: int) -> None:
        while True:
            await asyncio.sleep(expires / 2)
            try:
                await self._register(expires)
            except PortUnavailable:
                continue

    async def _register(self, expires: int) -> None:
        uri = f"sip:{self.proxy[0]}:{self.proxy[1]}"
        me = f"<sip:{self.user}@{self.proxy[0]}>"
        authorization: Headers = []
        for _ in range(2):
            self._register_sequence += 1
            headers = [
                ("From", f"{me};tag={self._register_id[:8]}"),
                ("To", me),
                ("Call-ID", self._register_id),
                ("CSeq", f"{self._register_sequence} REGISTER"),
                ("Contact", self._contact),
                ("Expires", str(expires)),
                *authorization,
            ]
            answer = await self._ask("REGISTER", uri, headers)
            if answer.status != 401:
                break
            challenge = answer.header("www-authenticate")
            authorization = [("Authorization", digest(challenge, "REGISTER", uri, self.user, self._secret))]
        if answer.status != 200:
            raise PortUnavailable("registrar", why=f"{self.user}: {answer.start}")

    # -- calls ----------------------------------------------------------------------------------------------------------

    async def call(self, number: str, shown: str = "", name: str = "") -> Call:
        """Call a number. Returns at once with the call under way; watch its events."""
        audio = await self._audio()
        me, uri = shown or self.user, f"sip:{number}@{self.proxy[0]}:{self.proxy[1]}"
        local = f'"{name}" <sip:{me}@{self.host}>;tag={uuid.uuid4().hex[:8]}'
        call = Call(number, "", Dialog(uuid.uuid4().hex, local, f"<{uri}>", uri), audio, is_incoming=False)
        call.hang_up = lambda: self._hang_up(call)
        self.calls[call.dialog.call_id] = call
        self._tasks.spawn("call", self._call(call))
        return call

    async def _call(self, call: Call) -> None:
        try:
            await self._invite(call)
        except PortUnavailable:
            self._over(call, 408)

    async def _audio(self) -> Audio:
        if len(self.calls) >= MOST_CALLS:
            raise PortUnavailable("softphone", why="too many calls at once")
        audio = Audio(self._frequency)
        await asyncio.get_running_loop().create_datagram_endpoint(lambda: audio, local_addr=(self.host, 0))
        return audio

    async def _invite(self, call: Call) -> None:
        uri, body = call.dialog.target, sdp(self.host, call.audio.port)
        extra: Headers = []
        for _ in range(2):
            headers = [
                *self._within(call, "INVITE"),
                ("Contact", self._contact),
                *extra,
                ("Content-Type", "application/sdp"),
            ]
            answer = await self._ask("INVITE", uri, headers, body, lambda early: self._progress(call, early))
            if answer.status not in (401, 407) or not self._secret:
                break
            self._acknowledge(call, answer)
            kind = "www" if answer.status == 401 else "proxy"
            name = "Authorization" if kind == "www" else "Proxy-Authorization"
            extra = [(name, digest(answer.header(f"{kind}-authenticate"), "INVITE", uri, self.user, self._secret))]
            call.dialog.sequence += 1
        self._final(call, answer)

    def _progress(self, call: Call, early: SipMessage) -> None:
        if early.status >= 180:
            call.is_ringing()
        media = media_address(early.body)
        if media is not None:
            call.audio.send_to(media)

    def _final(self, call: Call, answer: SipMessage) -> None:
        call.dialog.remote = answer.header("to") or call.dialog.remote
        contact = answer.header("contact")
        if contact:
            call.dialog.target = _uri(contact)
        self._acknowledge(call, answer)
        if answer.status >= 300:
            self._over(call, answer.status)
        elif call.state is CallState.ENDED:  # the answer crossed our CANCEL; BYE is a new request (RFC 3261, 12.2.1.1)
            call.dialog.sequence += 1
            self._send_request("BYE", call)
        else:
            call.is_up(media_address(answer.body))

    def _acknowledge(self, call: Call, answer: SipMessage) -> None:
        headers = [*self._within(call, "ACK", answer.header("to"))]
        branch = answer.header("via") if answer.status >= 300 else ""
        self._send(f"ACK {call.dialog.target} SIP/2.0", [("Via", branch or self._via()), *headers])

    def _hang_up(self, call: Call) -> None:
        """End the call in whatever state it is."""
        if call.state is CallState.ENDED:
            return
        if call.state is CallState.UP:
            call.dialog.sequence += 1
            self._send_request("BYE", call)
        elif call.is_incoming:
            self._respond(call.invite, "603 Decline", call.dialog.local)
        elif call.invite is not None:
            headers = [(n, v) for n, v in self._within(call, "CANCEL")]
            via = call.invite.header("via")
            self._send(f"CANCEL {call.dialog.target} SIP/2.0", [("Via", via), *headers])
        self._over(call, 487)

    def _over(self, call: Call, status: int = 0) -> None:
        call.is_over(status)
        if call.is_incoming or call.status or call.state is CallState.ENDED:
            self.calls.pop(call.dialog.call_id, None)

    # -- requests that come in ------------------------------------------------------------------------------------------

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        message = parse(data)
        if message is None:
            return
        if message.is_response:
            queue = self._answers.get(message.header("via").partition("branch=")[2].partition(";")[0])
            if queue is not None:
                with suppress(asyncio.QueueFull):  # a flood: the request is repeated, and so is its answer
                    queue.put_nowait(message)
            elif message.method == "INVITE" and 200 <= message.status < 300:
                self._late_answer(message)
            return
        handler = getattr(self, f"_on_{message.method.lower()}", None)
        if handler is not None:
            handler(message)
        elif message.method != "ACK":
            self._respond(message, "200 OK")

    def _late_answer(self, message: SipMessage) -> None:
        """A repeated 200, or one that crossed our CANCEL: acknowledge it, and end a call nobody wants."""
        call_id = message.header("call-id")
        call = self.calls.get(call_id)
        if call is not None:
            self._acknowledge(call, message)

    def _on_invite(self, message: SipMessage) -> None:
        known = self.calls.get(message.header("call-id"))
        if known is not None:
            if known.state is CallState.UP:  # a re-INVITE, or our 200 was lost
                known.audio.send_to(media_address(message.body) or known.audio._target)
                self._accept(known, message)
            return
        self._tasks.spawn("incoming call", self._ring(message))

    async def _ring(self, message: SipMessage) -> None:
        audio = await self._audio()
        local = f"{message.header('to')};tag={uuid.uuid4().hex[:8]}"
        number, name = _party(message.header("from"))
        dialog = Dialog(message.header("call-id"), local, message.header("from"), _uri(message.header("contact")), 100)
        called = message.start.partition("sip:")[2].partition("@")[0]
        call = Call(number, name, dialog, audio, is_incoming=True, invite=message, called=called)
        call.answer = lambda: self._accept(call, message)
        call.refuse = lambda status: self._refuse(call, status)
        call.decline = lambda: self._refuse(call, "486 Busy Here")
        call.hang_up = lambda: self._hang_up(call)
        self.calls[dialog.call_id] = call
        self._respond(message, "180 Ringing", local)
        call.is_ringing()
        self.on_call(call)

    def _accept(self, call: Call, message: SipMessage) -> None:
        if call.state is CallState.ENDED:
            return
        body = sdp(self.host, call.audio.port)
        self._respond(message, "200 OK", call.dialog.local, body)
        call.is_up(media_address(message.body))

    def _refuse(self, call: Call, status: str) -> None:
        if call.state is CallState.RINGING:
            self._respond(call.invite, status, call.dialog.local)
            self._over(call)

    def _on_cancel(self, message: SipMessage) -> None:
        self._respond(message, "200 OK")
        call = self.calls.get(message.header("call-id"))
        if call is not None and call.state is CallState.RINGING:
            self._respond(call.invite, "487 Request Terminated", call.dialog.local)
            self._over(call)

    def _on_bye(self, message: SipMessage) -> None:
        self._respond(message, "200 OK")
        call = self.calls.get(message.header("call-id"))
        if call is not None:
            self._over(call)

    # -- bytes ----------------------------------------------------------------------------------------------------------

    async def _ask(
        self,
        method: str,
        uri: str,
        headers: Headers,
        body: str = "",
        early: Callable[[SipMessage], None] = lambda _m: None,
    ) -> SipMessage:
        """Send until answered; gives the final answer. Raises PortUnavailable when none comes."""
        via = self._via()
        queue = self._answers.setdefault(via.partition("branch=")[2].partition(";")[0], asyncio.Queue(50))
        data = render(f"{method} {uri} SIP/2.0", [("Via", via), ("Max-Forwards", "70"), *headers], body)
        if method == "INVITE":
            call = self.calls.get(dict(headers)["Call-ID"])
            if call is not None:
                call.invite = parse(data)
        pause, waited = FIRST_REPEAT, 0.0
        try:
            self._write(data)
            while True:
                try:
                    async with asyncio.timeout(pause):
                        answer = await queue.get()
                except TimeoutError:
                    waited += pause
                    if waited >= GIVE_UP:
                        raise PortUnavailable("SIP", why=f"no answer to {method}") from None
                    pause = min(pause * 2, 4.0)
                    self._write(data)
                    continue
                if answer.status >= 200:
                    return answer
                early(answer)
                pause = 3600.0  # a provisional answer: the far end has it, and may ring for long
        finally:
            self._answers.pop(via.partition("branch=")[2].partition(";")[0], None)

    def _send_request(self, method: str, call: Call) -> None:
        uri, headers = call.dialog.target, self._within(call, method)
        task = self._tasks.spawn(method, self._ask(method, uri, headers))
        self._farewells.add(task)
        task.add_done_callback(self._farewells.discard)

    def _within(self, call: Call, method: str, remote: str = "") -> Headers:
        dialog = call.dialog
        return [
            ("From", dialog.local),
            ("To", remote or dialog.remote),
            ("Call-ID", dialog.call_id),
            ("CSeq", f"{dialog.sequence} {method}"),
        ]

    def _respond(self, request: SipMessage | None, status: str, to: str = "", body: str = "") -> None:
        if request is None:
            return
        headers = [("Via", via) for via in request.headers.get("via", [])]
        headers += [
            ("From", request.header("from")),
            ("To", to or request.header("to")),
            ("Call-ID", request.header("call-id")),
            ("CSeq", request.header("cseq")),
            ("Contact", self._contact),
        ]
        if body:
            headers.append(("Content-Type", "application/sdp"))
        self._send(f"SIP/2.0 {status}", headers, body)

    def _send(self, start: str, headers: Headers, body: str = "") -> None:
        self._write(render(start, headers, body))

    def _write(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(data, self.proxy)

    def _via(self) -> str:
        return f"SIP/2.0/UDP {self.host}:{self.port};rport;branch=z9hG4bK{uuid.uuid4().hex}"

    @property
    def _contact(self) -> str:
        return f"<sip:{self.user or 'trunk'}@{self.host}:{self.contact_port or self.port}>"


def _uri(contact: str) -> str:
    """The address between the angle brackets."""
    return contact.partition("<")[2].partition(">")[0] or contact


def _party(header: str) -> tuple[str, str]:
    """Number and name of a From header."""
    name = header.partition("<")[0].strip().strip('"')
    return _uri(header).removeprefix("sip:").partition("@")[0], name
