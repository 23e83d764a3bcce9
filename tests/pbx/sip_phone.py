"""A small SIP phone on loopback for tests: registers with digest, answers OPTIONS and INVITE, can hang up."""

from __future__ import annotations

import asyncio
import hashlib
import re
from typing import Any

PARAMETER = re.compile(r'(\w+)="?([^",]+)"?')
SDP = "v=0\r\no=phone 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\nm=audio {port} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"


class SipPhone(asyncio.DatagramProtocol):
    """One registration at one registrar, given up when the block ends. `invited` and `connected` are facts to wait for."""

    def __init__(
        self,
        user: str,
        secret: str,
        registrar_port: int,
        *,
        answers: bool = True,
        at: tuple[str, int] = ("127.0.0.1", 0),
    ) -> None:
        self.user = user
        self._secret = secret
        self._registrar = ("127.0.0.1", registrar_port)
        self._answers = answers
        self._at = at
        self.asked_for = ""
        self._transport: Any = None
        self._replies: asyncio.Queue[tuple[int, dict[str, str]]] = asyncio.Queue(100)
        self._sequence = 0
        self._is_registered = False
        self.invited = asyncio.Event()
        self.connected = asyncio.Event()
        self.cancelled = asyncio.Event()
        self.ended = asyncio.Event()

    async def __aenter__(self) -> SipPhone:
        await asyncio.get_running_loop().create_datagram_endpoint(lambda: self, local_addr=self._at)
        return self

    async def __aexit__(self, *error: object) -> None:
        try:
            if self._is_registered:
                await self.register(expires=0)
        finally:
            self._transport.close()

    def connection_made(self, transport: Any) -> None:
        """The socket is there."""
        self._transport = transport

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self._transport.get_extra_info("sockname")[1]
        return port

    async def register(self, expires: int = 120) -> int:
        """Register (0: unregister) and answer the final status code."""
        status, headers = await self._register_once(expires, "")
        if status == 401:
            challenge = dict(PARAMETER.findall(headers["www-authenticate"]))
            status, _ = await self._register_once(expires, self._authorization(challenge))
        self._is_registered = status == 200 and expires > 0
        return status

    async def _register_once(self, expires: int, authorization: str) -> tuple[int, dict[str, str]]:
        self._sequence += 1
        self._send(
            f"REGISTER sip:127.0.0.1:{self._registrar[1]} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};rport;branch=z9hG4bK{id(self)}{self._sequence}\r\n"
            f"From: <sip:{self.user}@127.0.0.1>;tag=r{id(self)}\r\nTo: <sip:{self.user}@127.0.0.1>\r\n"
            f"Call-ID: reg-{id(self)}\r\nCSeq: {self._sequence} REGISTER\r\nMax-Forwards: 70\r\n"
            f"Contact: <sip:{self.user}@127.0.0.1:{self.port}>\r\nExpires: {expires}\r\n{authorization}Content-Length: 0\r\n\r\n",
            self._registrar,
        )
        async with asyncio.timeout(5):
            return await self._replies.get()

    def _authorization(self, challenge: dict[str, str]) -> str:
        uri, realm, nonce = f"sip:127.0.0.1:{self._registrar[1]}", challenge["realm"], challenge["nonce"]
        one = _md5(f"{self.user}:{realm}:{self._secret}")
        answer = _md5(f"{one}:{nonce}:00000001:cc:auth:{_md5(f'REGISTER:{uri}')}")
        opaque = f', opaque="{challenge["opaque"]}"' if "opaque" in challenge else ""
        return (
            f'Authorization: Digest username="{self.user}", realm="{realm}", nonce="{nonce}", uri="{uri}", '
            f'response="{answer}", algorithm=MD5, qop=auth, nc=00000001, cnonce="cc"{opaque}\r\n'
        )

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        """One SIP message."""
        head = data.decode(errors="replace").partition("\r\n\r\n")[0].split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        vias = [line for line in head[1:] if line.lower().startswith("via:")]
        if head[0].startswith("SIP/2.0") and "REGISTER" in headers["cseq"]:
            self._replies.put_nowait((int(head[0].split()[1]), headers))
        elif not head[0].startswith("SIP/2.0"):
            method, uri, _ = head[0].split()
            if method == "INVITE":
                self.asked_for = uri.removeprefix("sip:").partition("@")[0]
            self._on_request(method, headers, vias, address)

    def _on_request(self, method: str, headers: dict[str, str], vias: list[str], address: tuple[str, int]) -> None:
        if method == "INVITE":
            self.invited.set()
            self._reply(180, headers, vias, address)
            self._pending = (headers, vias, address)
            if self._answers:
                self.answer()
        elif method == "ACK":
            self.connected.set()
        else:
            self._reply(200, headers, vias, address)
            if method == "CANCEL":
                self.cancelled.set()
                self._reply(487, *self._pending)
            if method == "BYE":
                self.ended.set()

    def answer(self) -> None:
        """Answer the call that rings."""
        sdp = SDP.format(host=self._at[0], port=self.port + 2 if self.port < 65000 else 20000)
        self._reply(200, *self._pending, body=sdp)

    def hang_up(self) -> None:
        """End the call that was answered."""
        headers, _, address = self._pending
        self._send(
            f"BYE {headers['contact'].strip('<>')} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};rport;branch=z9hG4bKbye{id(self)}\r\n"
            f"From: {headers['to']};tag=p{id(self)}\r\nTo: {headers['from']}\r\nCall-ID: {headers['call-id']}\r\n"
            f"CSeq: 1 BYE\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
            address,
        )

    def _reply(
        self, status: int, headers: dict[str, str], vias: list[str], address: tuple[str, int], body: str = ""
    ) -> None:
        kind = "Content-Type: application/sdp\r\n" if body else ""
        lines = "\r\n".join(vias)
        self._send(
            f"SIP/2.0 {status} Whatever\r\n{lines}\r\nFrom: {headers['from']}\r\nTo: {headers['to']};tag=p{id(self)}\r\n"
            f"Call-ID: {headers['call-id']}\r\nCSeq: {headers['cseq']}\r\n"
            f"Contact: <sip:{self.user}@{self._at[0]}:{self.port}>\r\n{kind}Content-Length: {len(body)}\r\n\r\n{body}",
            address,
        )

    def _send(self, text: str, address: tuple[str, int]) -> None:
        self._transport.sendto(text.encode(), address)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()
