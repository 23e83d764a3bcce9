"""SIP messages as text: reading, writing, the digest answer. RFC 3261 sections 7 and 22."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field

_START = re.compile(r"SIP/2\.0 [1-6]\d\d( .*)?|[A-Z]+ \S+ SIP/2\.0")
_PARAMETER = re.compile(r'(\w+)=(?:"([^"]*)"|([^\s,]+))')
COMPACT = {
    "v": "via",
    "f": "from",
    "t": "to",
    "i": "call-id",
    "m": "contact",
    "l": "content-length",
    "c": "content-type",
}


@dataclass(slots=True)
class SipMessage:
    """Header names are lower case; a header that came several times keeps all its values in order."""

    start: str
    headers: dict[str, list[str]] = field(default_factory=dict)
    body: str = ""

    @property
    def is_response(self) -> bool:
        return self.start.startswith("SIP/2.0")

    @property
    def status(self) -> int:
        """Of a response."""
        return int(self.start.split(" ")[1])

    @property
    def method(self) -> str:
        """Of a request, or of the request that the response answers."""
        return self.header("cseq").split(" ")[-1] if self.is_response else self.start.split(" ")[0]

    def header(self, name: str) -> str:
        """The first value; empty if there is none."""
        return next(iter(self.headers.get(name, ())), "")


def parse(data: bytes) -> SipMessage | None:
    """The message, or None for keep-alives and anything that is no SIP."""
    head, _, body = data.decode("utf-8", "replace").partition("\r\n\r\n")
    lines = head.split("\r\n")
    if not _START.fullmatch(lines[0]):
        return None
    message = SipMessage(lines[0], body=body)
    for line in lines[1:]:
        name, _, value = line.partition(":")
        key = name.strip().lower()
        message.headers.setdefault(COMPACT.get(key, key), []).append(value.strip())
    return message


def render(start: str, headers: list[tuple[str, str]], body: str = "") -> bytes:
    """The message as bytes, its length included."""
    lines = [start, *(f"{name}: {value}" for name, value in headers), f"Content-Length: {len(body.encode())}"]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def digest(challenge: str, method: str, uri: str, user: str, secret: str) -> str:
    """The Authorization value that answers a challenge (RFC 3261 section 22.4, without qop)."""
    given = {name.lower(): quoted or bare for name, quoted, bare in _PARAMETER.findall(challenge)}
    realm, nonce = given.get("realm", ""), given.get("nonce", "")
    one = _md5(f"{user}:{realm}:{secret}")
    two = _md5(f"{method}:{uri}")
    parts = f'username="{user}", realm="{realm}", nonce="{nonce}", uri="{uri}", algorithm=MD5'
    if "qop" not in given:
        return f'Digest {parts}, response="{_md5(f"{one}:{nonce}:{two}")}"'
    count, client = "00000001", _md5(nonce)[:16]
    answer = _md5(f"{one}:{nonce}:{count}:{client}:auth:{two}")
    extra = f'qop=auth, nc={count}, cnonce="{client}"'
    opaque = f', opaque="{given["opaque"]}"' if "opaque" in given else ""
    return f'Digest {parts}, {extra}, response="{answer}"{opaque}'


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def sdp(host: str, port: int) -> str:
    """An offer or answer: G.711 µ-law and keys."""
    return (
        f"v=0\r\no=softphone 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
        "a=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n"
    )


def media_address(body: str) -> tuple[str, int] | None:
    """Where the other side wants its audio."""
    host = re.search(r"^c=IN IP4 (\S+)", body, re.MULTILINE)
    port = re.search(r"^m=audio (\d+)", body, re.MULTILINE)
    return (host[1], int(port[1])) if host and port and int(port[1]) else None
