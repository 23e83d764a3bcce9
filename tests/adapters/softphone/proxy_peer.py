"""A tiny SIP proxy on loopback: a registrar with digest, and a relay between two telephones, told apart by Call-ID.

Both telephones send everything to it; it passes each message on unchanged. It can lose messages and refuse.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections import Counter
from typing import Any, cast

from ccserver.adapters.softphone.message import SipMessage, parse, render

Address = tuple[str, int]
REALM, NONCE = "loopback", "dcd98b7102dd2f0e8b11d0f600bfb0c093"


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


def expected_response(given: dict[str, str], user: str, secret: str, method: str) -> str:
    """RFC 2617 section 3.2.2, with or without qop: written from the RFC, not from what is tested."""
    secret_part = md5(f"{user}:{given['realm']}:{secret}")
    request_part = md5(f"{method}:{given['uri']}")
    if "qop" not in given:
        return md5(f"{secret_part}:{given['nonce']}:{request_part}")
    middle = f"{given['nonce']}:{given['nc']}:{given['cnonce']}:{given['qop']}"
    return md5(f"{secret_part}:{middle}:{request_part}")


def parameters(header: str) -> dict[str, str]:
    """name=value or name="value", separated by commas."""
    return {name: quoted or bare for name, quoted, bare in re.findall(r'(\w+)=(?:"([^"]*)"|([^,\s]+))', header)}


class ProxyPeer(asyncio.DatagramProtocol):
    """`secrets` by user; a user who is not in it needs none."""

    def __init__(self, secrets: dict[str, str] | None = None, *, challenges_calls: bool = False) -> None:
        self.secrets, self.challenges_calls = secrets or {}, challenges_calls
        self.contacts: dict[str, Address] = {}
        self.seen: Counter[str] = Counter()
        """Requests by method, statuses by figure, repeats included."""
        self.sequences: dict[str, int] = {}
        """The CSeq figure of the last request of each method."""
        self.lose: Counter[str] = Counter()
        """How many of a method or status are still to be lost."""
        self.answers: dict[str, str] = {}
        """A status line for calls to a user, instead of passing them on; empty: nobody ever answers."""
        self.last_invite: SipMessage | None = None
        self._parties: dict[str, tuple[Address, Address]] = {}
        self._transport: asyncio.DatagramTransport | None = None

    @classmethod
    async def open(cls, *given: Any, **named: Any) -> ProxyPeer:
        _, peer = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: cls(*given, **named), local_addr=("127.0.0.1", 0)
        )
        return peer

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    @property
    def address(self) -> Address:
        assert self._transport is not None
        return cast(Address, self._transport.get_extra_info("sockname"))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        message = parse(data)
        assert message is not None, data
        kind = str(message.status) if message.is_response else message.method
        self.seen[kind] += 1
        if not message.is_response:
            self.sequences[kind] = int(message.header("cseq").split(" ")[0])
        if self.lose[kind] > 0:
            self.lose[kind] -= 1
        elif kind == "REGISTER":
            self._register(message, addr)
        elif kind == "INVITE" and message.header("call-id") not in self._parties:
            self._invite(message, data, addr)
        else:
            self._relay(message, data, addr)

    def send(self, data: bytes, to: Address) -> None:
        assert self._transport is not None
        self._transport.sendto(data, to)

    def answer(self, message: SipMessage, status: str, to: Address, *extra: tuple[str, str]) -> None:
        headers = [("Via", via) for via in message.headers["via"]]
        headers += [(name.title(), message.header(name)) for name in ("from", "to", "call-id", "cseq")]
        self.send(render(f"SIP/2.0 {status}", [*headers, *extra]), to)

    def _register(self, message: SipMessage, addr: Address) -> None:
        user = message.header("to").partition("sip:")[2].partition("@")[0]
        if not self._knows(message, user, "REGISTER", "authorization"):
            challenge = f'Digest realm="{REALM}", nonce="{NONCE}", algorithm=MD5, qop="auth", opaque="5ccc"'
            self.answer(message, "401 Unauthorized", addr, ("WWW-Authenticate", challenge))
            return
        if message.header("expires") == "0":
            self.contacts.pop(user, None)
        else:
            self.contacts[user] = addr
        self.answer(message, "200 OK", addr)

    def _knows(self, message: SipMessage, user: str, method: str, header: str) -> bool:
        if user not in self.secrets:
            return True
        given = parameters(message.header(header))
        return bool(given) and given["response"] == expected_response(given, user, self.secrets[user], method)

    def _invite(self, message: SipMessage, data: bytes, addr: Address) -> None:
        self.last_invite = message
        caller = parameters(message.header("proxy-authorization")).get("username", "alice")
        called = message.start.partition("sip:")[2].partition("@")[0]
        if self.challenges_calls and not self._knows(message, caller, "INVITE", "proxy-authorization"):
            challenge = f'Digest realm="{REALM}", nonce="{NONCE}"'
            self.answer(message, "407 Proxy Authentication Required", addr, ("Proxy-Authenticate", challenge))
        elif called in self.answers:
            if self.answers[called]:
                self.answer(message, self.answers[called], addr)
        elif called not in self.contacts:
            self.answer(message, "404 Not Found", addr)
        else:
            self._parties[message.header("call-id")] = (addr, self.contacts[called])
            self.send(data, self.contacts[called])

    def _relay(self, message: SipMessage, data: bytes, addr: Address) -> None:
        parties = self._parties.get(message.header("call-id"))
        if parties is not None:
            self.send(data, parties[1] if addr == parties[0] else parties[0])
