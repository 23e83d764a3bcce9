"""A small SIP telephone on loopback: registers, calls, rings, answers, presses keys. A real peer for a real Asterisk.

It knows just enough of RFC 3261, RFC 2617 and RFC 4733 for one Asterisk that loses no packets.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import itertools
import os
import re
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

Address = tuple[str, int]
_serials = itertools.count(1)
_RUN = os.urandom(6).hex()  # Asterisk remembers branches and Call-IDs of an earlier run of the tests


def _header(text: str, name: str) -> str:
    found = re.search(rf"^{name}\s*:\s*(.*?)\r?$", text, re.M | re.I)
    return found[1] if found else ""


def _tagged(header: str, tag: str) -> str:
    return header if ";tag=" in header else f"{header};tag={tag}"


@dataclass(eq=False)
class SipCall:
    """One dialogue, seen from the telephone."""

    phone: SipPhone
    call_id: str
    incoming: bool
    local: str = ""
    remote: str = ""
    target: str = ""
    invite: str = ""
    cseq: int = 1
    status: int = 0
    """Last status seen (outgoing) or sent (incoming)."""
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    was_cancelled: bool = False
    media: Address | None = None
    last: str = ""

    @property
    def caller_number(self) -> str:
        """The user part of the From header of an incoming call."""
        found = re.search(r"sip:([^@>;]*)", _header(self.invite, "From"))
        return found[1] if found else ""

    def ring(self) -> None:
        self.phone._respond(self, 180, "Ringing")

    def answer(self) -> None:
        self.phone._respond(self, 200, "OK", self.phone._sdp())
        self.answered.set()

    def decline(self, status: int = 486) -> None:
        self.phone._respond(self, status, "No")
        self.ended.set()

    def hang_up(self) -> None:
        """BYE, or CANCEL while it rings at the other end."""
        if self.ended.is_set():
            return
        if self.answered.is_set():
            self.cseq += 1
            self.phone._send(self.phone._request("BYE", self))
            self.ended.set()
        elif not self.incoming:
            self.phone._send(self.phone._request("CANCEL", self))
        else:
            self.decline(603)

    def press(self, digits: str) -> None:
        """RFC 4733 events, one key after the other."""
        assert self.media is not None
        for digit in digits:
            self.phone._send_key(self.media, "0123456789*#".index(digit))


class SipPhone(asyncio.DatagramProtocol):
    """One telephone at `host`, registered or not. `auto` is what it does when it is called: ring, answer, busy, silent."""

    def __init__(self, user: str, secret: str, asterisk: Address) -> None:
        self.user = user
        self.secret = secret
        self.asterisk = asterisk
        self.auto = "ring"
        self.calls: list[SipCall] = []
        self.heard_count = 0
        self._registered: asyncio.Future[int] | None = None
        self._rtp_sequence = itertools.count(1)

    # -- what a person does ---------------------------------------------------------------------------------------------

    async def register(self, expires: int = 120) -> None:
        """Register, or with 0 unregister; returns when Asterisk said yes."""
        call = SipCall(self, f"r{next(_serials)}-{_RUN}", incoming=False)
        call.local = f"<sip:{self.user}@127.0.0.1>;tag=r{next(_serials)}"
        call.remote = f"<sip:{self.user}@127.0.0.1>"
        call.target = "sip:127.0.0.1"
        call.last = f"Contact: <sip:{self.user}@{self.host}:{self.port}>\r\nExpires: {expires}\r\n"
        self._registered = asyncio.get_running_loop().create_future()
        self.calls.append(call)
        self._send(self._request("REGISTER", call, call.last))
        assert await asyncio.wait_for(self._registered, 5) == 200
        self.calls.remove(call)

    def call(self, number: str, name: str = "") -> SipCall:
        """Send an INVITE; what becomes of it is told by the call's events."""
        call = SipCall(self, f"c{next(_serials)}-{_RUN}", incoming=False)
        call.local = f'"{name}" <sip:{self.user}@{self.host}>;tag=l{next(_serials)}'
        call.target = f"sip:{number}@{self.asterisk[0]}:{self.asterisk[1]}"
        call.remote = f"<{call.target}>"
        self.calls.append(call)
        self._send(self._request("INVITE", call, body=self._sdp()))
        return call

    async def called(self, within: float = 5.0) -> SipCall:
        """The newest call that came in and has not ended; waits for one."""
        async with asyncio.timeout(within):
            while True:
                for call in reversed(self.calls):
                    if call.incoming and not call.ended.is_set():
                        return call
                await asyncio.sleep(0.005)

    # -- the wire -------------------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]  # uvloop too
        self._transport = transport
        self.host, self.port = transport.get_extra_info("sockname")[:2]

    async def open_media(self) -> None:
        phone = self

        class Media(asyncio.DatagramProtocol):
            def datagram_received(self, data: bytes, addr: Address) -> None:
                phone.heard_count += 1

        loop = asyncio.get_running_loop()
        self._media, _ = await loop.create_datagram_endpoint(Media, local_addr=(self.host, 0))
        self.media_port: int = self._media.get_extra_info("sockname")[1]

    def close(self) -> None:
        for call in self.calls:
            call.hang_up()
        self._transport.close()
        self._media.close()

    def datagram_received(self, data: bytes, addr: Address) -> None:
        text = data.decode(errors="replace")
        if text.startswith("SIP/2.0 "):
            self._response(text)
        elif text.strip():
            self._received(text)

    def _send(self, text: str) -> None:
        if not self._transport.is_closing():
            self._transport.sendto(text.encode(), self.asterisk)

    def talk(self, call: SipCall, packets: int = 5) -> None:
        """Send packets of 20 ms of G.711, all at once."""
        assert call.media is not None
        for _ in range(packets):
            sequence = next(self._rtp_sequence)
            rtp = struct.pack("!BBHII", 0x80, 0, sequence, sequence * 160, 0x1234)
            self._media.sendto(rtp + b"\x55" * 160, call.media)

    def _send_key(self, media: Address, event: int) -> None:
        stamp = next(_serials) * 1600
        for ended, duration in ((0, 160), (0, 640), (0, 1120), (1, 1600), (1, 1600), (1, 1600)):
            rtp = struct.pack("!BBHII", 0x80, 101, next(self._rtp_sequence), stamp, 0x1234)
            self._media.sendto(rtp + struct.pack("!BBH", event, (ended << 7) | 10, duration), media)

    def _sdp(self) -> str:
        return (
            f"v=0\r\no=- 1 1 IN IP4 {self.host}\r\ns=-\r\nc=IN IP4 {self.host}\r\nt=0 0\r\n"
            f"m=audio {self.media_port} RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
            "a=sendrecv\r\n"
        )

    def _request(self, method: str, call: SipCall, extra: str = "", body: str = "") -> str:
        kept = method in ("CANCEL", "ACK") and not call.answered.is_set()
        branch = _header(call.invite, "Via").rpartition("branch=")[2] if kept else f"z9hG4bK{_RUN}{next(_serials)}"
        text = (
            f"{method} {call.target} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {self.host}:{self.port};rport;branch={branch}\r\n"
            f"Max-Forwards: 70\r\nFrom: {call.local}\r\nTo: {call.remote}\r\nCall-ID: {call.call_id}\r\n"
            f"CSeq: {call.cseq} {method}\r\n"
        )
        if method == "INVITE":
            text += f"Contact: <sip:{self.user}@{self.host}:{self.port}>\r\nContent-Type: application/sdp\r\n"
        text += f"{extra}Content-Length: {len(body)}\r\n\r\n{body}"
        if method in ("INVITE", "REGISTER"):
            call.invite = text
        return text

    def _respond(self, call: SipCall, status: int, words: str, body: str = "", request: str = "") -> None:
        request = request or call.invite
        vias = "".join(f"{line}\r\n" for line in re.findall(r"^Via:.*?(?=\r?$)", request, re.M | re.I))
        text = (
            f"SIP/2.0 {status} {words}\r\n{vias}From: {_header(request, 'From')}\r\n"
            f"To: {_tagged(_header(request, 'To'), 'p' + call.call_id[:8])}\r\nCall-ID: {call.call_id}\r\n"
            f"CSeq: {_header(request, 'CSeq')}\r\nContact: <sip:{self.user}@{self.host}:{self.port}>\r\n"
        )
        if body:
            text += "Content-Type: application/sdp\r\n"
        text += f"Content-Length: {len(body)}\r\n\r\n{body}"
        if request is call.invite:
            call.status, call.last = status, text
        self._send(text)

    def _find(self, call_id: str) -> SipCall | None:
        return next((call for call in self.calls if call.call_id == call_id), None)

    def _received(self, text: str) -> None:
        method, call_id = text.split(" ", 1)[0], _header(text, "Call-ID")
        call = self._find(call_id)
        if method == "INVITE" and call is None:
            self._invited(text, call_id)
        elif method == "INVITE" and call is not None and not call.answered.is_set():
            self._send(call.last)
        elif method == "INVITE" and call is not None:
            self._respond(call, 200, "OK", self._sdp(), text)
        elif method == "BYE" and call is not None:
            call.ended.set()
            self._respond(call, 200, "OK", request=text)
        elif method == "CANCEL" and call is not None:
            self._respond(call, 200, "OK", request=text)
            self._respond(call, 487, "Request Terminated")
            call.was_cancelled = True
            call.ended.set()
        elif method != "ACK":
            self._respond(call or SipCall(self, call_id, incoming=True), 200, "OK", request=text)

    def _invited(self, text: str, call_id: str) -> None:
        call = SipCall(self, call_id, incoming=True, invite=text)
        call.local = _tagged(_header(text, "To"), "p" + call_id[:8])
        call.remote = _header(text, "From")
        call.target = _header(text, "Contact").strip("<>").partition(">")[0]
        call.media = _media_of(text)
        self.calls.append(call)
        if self.auto in ("ring", "answer"):
            call.ring()
        if self.auto == "answer":
            call.answer()
        elif self.auto == "busy":
            call.decline()

    def _response(self, text: str) -> None:
        status = int(text[8:11])
        call = self._find(_header(text, "Call-ID"))
        if call is None or status < 100:
            return
        number, method = _header(text, "CSeq").split()
        if status in (401, 407) and int(number) == call.cseq and method in ("INVITE", "REGISTER"):
            self._authenticate(call, method, text)
        elif method == "REGISTER" and self._registered is not None and not self._registered.done():
            self._registered.set_result(status)
        elif method == "INVITE":
            self._invite_answered(call, status, text)

    def _invite_answered(self, call: SipCall, status: int, text: str) -> None:
        call.status = status
        if status < 200:
            return
        call.remote = _header(text, "To")
        if status < 300:
            call.media = _media_of(text)
            contact = re.search(r"<([^>]+)>", _header(text, "Contact"))
            call.target = contact[1] if contact else call.target
            call.answered.set()
        self._send(self._request("ACK", call))
        if status >= 300:
            call.ended.set()

    def _authenticate(self, call: SipCall, method: str, text: str) -> None:
        challenges = re.findall(r"^(?:WWW|Proxy)-Authenticate:\s*Digest (.*?)\r?$", text, re.M | re.I)
        challenge = next(c for c in challenges if "MD5" in c or "algorithm" not in c)
        given = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge))
        if method == "INVITE":
            call.remote = _header(text, "To")
            self._send(self._request("ACK", call))
            call.remote = re.sub(r";tag=.*", "", call.remote)
        call.cseq += 1
        ha1 = _md5(f"{self.user}:{given['realm']}:{self.secret}")
        ha2 = _md5(f"{method}:{call.target}")
        response = _md5(f"{ha1}:{given['nonce']}:00000001:abc:auth:{ha2}")
        name = "Authorization" if text[8:11] == "401" else "Proxy-Authorization"
        line = (
            f'{name}: Digest username="{self.user}", realm="{given["realm"]}", nonce="{given["nonce"]}", '
            f'uri="{call.target}", response="{response}", algorithm=MD5, cnonce="abc", qop=auth, nc=00000001'
        )
        if "opaque" in given:
            line += f', opaque="{given["opaque"]}"'
        extra = call.last if method == "REGISTER" else ""
        self._send(self._request(method, call, f"{line}\r\n{extra}", "" if method == "REGISTER" else self._sdp()))


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


def _media_of(text: str) -> Address | None:
    host = re.search(r"^c=IN IP4 (\S+)", text, re.M)
    port = re.search(r"^m=audio (\d+)", text, re.M)
    return (host[1], int(port[1])) if host and port else None


@contextlib.asynccontextmanager
async def telephone(
    user: str, secret: str, sip_port: int, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[SipPhone]:
    """A telephone at `host`; at the end it hangs up everything and goes away."""
    loop = asyncio.get_running_loop()
    asterisk = ("127.0.0.1", sip_port)
    _, phone = await loop.create_datagram_endpoint(lambda: SipPhone(user, secret, asterisk), local_addr=(host, port))
    await phone.open_media()
    try:
        yield phone
    finally:
        phone.close()
