"""What the PBX shall be: a value, checked when it is made, that says nothing about how it is written to files."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path

from ccserver.pbx.errors import PbxError

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
E164 = re.compile(r"\+[1-9][0-9]{6,14}")
EXTENSION = re.compile(r"[0-9]{2,8}")
LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Za-z0-9]{2,8}){0,2}")
PROMPT = re.compile(rf"(?!en/)(said|wait|{LANGUAGE.pattern})(/[A-Za-z0-9_-]+){{1,5}}")
CODECS = frozenset({"ulaw", "alaw", "g722", "opus"})
HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")
WEB_SUFFIX = "-web"
MAX_NAME_LENGTH = 40


@dataclass(frozen=True)
class Trunk:
    """A way in from and out to the telephone network.

    Whoever sends from an address in `match` (addresses or networks) is this trunk; calls out go to `target`
    (host:port) as `PJSIP/<E.164>@<name>`. `qualify_s` 0 sends no OPTIONS: the target is taken to be there.
    """

    name: str
    match: tuple[str, ...] = ("127.0.0.2",)
    target: str = "127.0.0.2:5070"
    codecs: tuple[str, ...] = ("ulaw", "alaw")
    qualify_s: int = 0

    def __post_init__(self) -> None:
        _require(bool(NAME.fullmatch(self.name)), f"trunk name {self.name!r}", "a letter, then letters, digits, - or _")
        _require(bool(self.match), f"trunk {self.name} has no addresses to match", "at least one address or network")
        for address in self.match:
            _require(_is_network(address), f"trunk {self.name} match {address!r}", "an IP address or network")
        host, _, port = self.target.rpartition(":")
        is_target = bool(HOST.fullmatch(host)) and port.isdecimal() and 0 < int(port) < 65536
        _require(is_target, f"trunk {self.name} target {self.target!r}", "host:port, such as 127.0.0.2:5070")
        _require_codecs(f"trunk {self.name}", self.codecs)
        _require(0 <= self.qualify_s <= 3600, f"trunk {self.name} qualify_s {self.qualify_s}", "0 to 3600 seconds")


@dataclass(frozen=True)
class Phone:
    """One agent's phone: endpoint `user` over UDP and `user`-web for the browser, each with its own secret."""

    user: str
    extension: str
    name: str = ""

    def __post_init__(self) -> None:
        is_user = bool(NAME.fullmatch(self.user)) and not self.user.endswith(WEB_SUFFIX)
        _require(
            is_user, f"phone user {self.user!r}", f"a letter, then letters, digits, - or _, not ending in {WEB_SUFFIX}"
        )
        _require(
            bool(EXTENSION.fullmatch(self.extension)), f"extension {self.extension!r} of {self.user}", "2 to 8 digits"
        )

    @property
    def web_user(self) -> str:
        """The endpoint of the browser phone."""
        return self.user + WEB_SUFFIX

    @property
    def endpoints(self) -> tuple[str, str]:
        """Both endpoints, the SIP phone first."""
        return (self.user, self.web_user)


@dataclass(frozen=True)
class PbxPlan:
    """One Asterisk node: where it lives, what it listens on, who may call and who may register.

    The defaults listen on loopback only. `rtp` is the first and last port, both included. `recorded_dnis` are the
    entry points whose calls the dialplan records; `languages` those that do not speak English, with their language as
    Asterisk spells it (`zh_CN`). `fallback_music` is a folder with music (None: the music that
    comes with Asterisk), `music` further classes of music with their folders, `sounds` a folder with recordings of our own, and
    `prompts` names below Asterisk's sounds (`zh_CN/hello`) with the file of each that was made for it.
    `fallback_members` are the users rung by the static queue while ccserver is away; None is
    every phone; `fallback_after_s` is how long a new caller hears
    music before. `rtp_timeout_s` ends a call whose peer sends no media for so long (0: never).

    Raises PbxError for anything that could not be written to a configuration file safely.
    """

    data: Path
    node: str = "ast01"
    sip_host: str = "127.0.0.1"
    sip_port: int = 5060
    http_port: int = 8088
    ami_port: int = 5038
    rtp: tuple[int, int] = (10000, 20000)
    trunks: tuple[Trunk, ...] = ()
    phones: tuple[Phone, ...] = ()
    recorded_dnis: tuple[str, ...] = ()
    languages: tuple[tuple[str, str], ...] = ()
    fallback_music: Path | None = None
    music: tuple[tuple[str, Path], ...] = ()
    sounds: Path | None = None
    prompts: tuple[tuple[str, Path], ...] = ()
    fallback_members: tuple[str, ...] | None = None
    stasis_app: str = "ccserver"
    fallback_after_s: int = 30
    rtp_timeout_s: int = 60
    guardian_grace_s: float = 15.0

    def __post_init__(self) -> None:
        for label, word in (("node", self.node), ("stasis_app", self.stasis_app)):
            _require(bool(NAME.fullmatch(word)), f"{label} {word!r}", "a letter, then letters, digits, - or _")
        _require(_is_ipv4(self.sip_host), f"sip_host {self.sip_host!r}", "an IPv4 address of this machine")
        self._check_ports()
        self._check_names()
        for name, _ in self.music:
            _require(bool(NAME.fullmatch(name)), f"music class {name!r}", "a letter, then letters, digits, - or _")
        for number, language in self.languages:
            _require(bool(E164.fullmatch(number)), f"number {number!r} of a language", "E.164, such as +448081570100")
            _require(bool(LANGUAGE.fullmatch(language)), f"language {language!r}", "zh, or zh_CN")
        for name, _ in self.prompts:
            _require(bool(PROMPT.fullmatch(name)), f"prompt {name!r}", "LANGUAGE/NAME, such as zh_CN/digits/1")
        for number in self.recorded_dnis:
            _require(bool(E164.fullmatch(number)), f"recorded number {number!r}", "E.164, such as +448081570100")
        _require(1 <= self.fallback_after_s <= 3600, f"fallback_after_s {self.fallback_after_s}", "1 to 3600 seconds")
        _require(self.rtp_timeout_s >= 0, f"rtp_timeout_s {self.rtp_timeout_s}", "0 or more seconds")
        _require(0.1 <= self.guardian_grace_s <= 300, f"guardian_grace_s {self.guardian_grace_s}", "0.1 to 300 seconds")

    def _check_ports(self) -> None:
        for label, port in (("sip_port", self.sip_port), ("http_port", self.http_port), ("ami_port", self.ami_port)):
            _require(0 < port < 65536, f"{label} {port}", "1 to 65535")
        _require(self.http_port != self.ami_port, f"http_port and ami_port are both {self.ami_port}", "two ports")
        first, last = self.rtp
        _require(
            first >= 1024 and first + 3 <= last < 65536, f"rtp {first} to {last}", "1024 to 65535, at least 4 ports"
        )

    def _check_names(self) -> None:
        names = [trunk.name for trunk in self.trunks] + [end for phone in self.phones for end in phone.endpoints]
        twice = sorted({name for name in names if names.count(name) > 1})
        _require(not twice, f"two trunks or phones are called {', '.join(twice)}", "one name for each")
        users = {phone.user for phone in self.phones}
        strangers = sorted(set(self.fallback_members or ()) - users)
        _require(not strangers, f"fallback members without a phone: {', '.join(strangers)}", "users that have a phone")

    @property
    def phones_are_local(self) -> bool:
        """SIP is on loopback: no NAT can be between us and a phone, so its contact is taken as it gives it, and it need
        not answer OPTIONS to be called. A phone elsewhere is asked every 30 s whether it is there."""
        return ipaddress.ip_address(self.sip_host).is_loopback

    @property
    def fallback_phones(self) -> tuple[Phone, ...]:
        """The phones rung by the static queue while ccserver is away."""
        if self.fallback_members is None:
            return self.phones
        return tuple(phone for phone in self.phones if phone.user in self.fallback_members)


def _require(holds: bool, what: str, wanted: str) -> None:
    if not holds:
        raise PbxError(f"the plan of the PBX is wrong: {what}", f"use {wanted}")


def _require_codecs(owner: str, codecs: tuple[str, ...]) -> None:
    unknown = sorted(set(codecs) - CODECS)
    _require(
        bool(codecs) and not unknown, f"codecs of {owner}: {', '.join(codecs)}", f"some of {', '.join(sorted(CODECS))}"
    )


def _is_ipv4(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True
