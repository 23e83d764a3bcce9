"""The house itself: network, trunks, voicemail."""

from __future__ import annotations

import ipaddress
import re
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from ccserver.config.schema.section import Section
from ccserver.config.schema.sounds import SoundList
from ccserver.config.schema.types import Lasting, Matching, refuse

Port = Annotated[int, Field(ge=1, le=65535)]
RtpPort = Annotated[int, Field(ge=1024, le=65535)]
HOST_PATTERN = r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?"
Host = Annotated[str, Matching(HOST_PATTERN, "is no host", "use an address or a host name")]


def _address(text: str) -> str:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        refuse("is no IPv4 address", "use an address of this machine, such as 127.0.0.1")
    return text


def _network(text: str) -> str:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        refuse("is no address or network", "use an IP address or a network such as 192.0.2.0/24")
    return text


def _host_and_port(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not re.fullmatch(HOST_PATTERN, host) or not re.fullmatch("[0-9]{1,5}", port) or not 0 < int(port) < 65536:
        refuse("is no host with a port", 'use host:port in quotes, such as "127.0.0.2:5070"')
    return text


class NetworkSection(Section):
    """Where ccserver and its PBX listen; everything is on 127.0.0.1 unless it is set here or in the environment."""

    web_host: Host | None = Field(None, description="the address of the web pages")
    web_port: Port | None = Field(None, description="the port of the web pages")
    sip_host: Annotated[str, AfterValidator(_address)] | None = Field(None, description="the address for SIP and audio")
    sip_port: Port | None = Field(None, description="the port for SIP over UDP")
    asterisk_http_port: Port | None = Field(None, description="the port of Asterisk's HTTP server")
    ami_port: Port | None = Field(None, description="the port of Asterisk's manager interface")
    rtp_first_port: RtpPort | None = Field(None, description="the first port for audio")
    rtp_last_port: RtpPort | None = Field(None, description="the last port for audio")


class EventLogSection(Section):
    """The event log in the data folder: what `ccserver replay` and `ccserver plan` read. It holds personal data."""

    keep_days: int = Field(14, ge=0, le=3650, description="for how many days files are kept; 0 writes none")
    megabytes: int = Field(
        1000, ge=10, le=1_000_000, description="how large all files together may become; the oldest go first"
    )


class TrunkSection(Section):
    """A way in from and out to the telephone network."""

    match: list[Annotated[str, AfterValidator(_network)]] = Field(
        min_length=1, max_length=100, description="who sends from these addresses or networks is this trunk"
    )
    target: Annotated[str, AfterValidator(_host_and_port)] = Field(
        description='where calls out go, such as "127.0.0.2:5070"'
    )
    codecs: list[Literal["ulaw", "alaw", "g722", "opus"]] = Field(
        ["ulaw", "alaw"], min_length=1, max_length=4, description="in the order of preference"
    )
    qualify_every: Annotated[timedelta, Lasting(timedelta(0), timedelta(hours=1))] = Field(
        timedelta(0), description="how often the target is asked whether it is there; 0 s is never"
    )


class VoicemailBoxSection(Section):
    """How messages are taken."""

    greeting: SoundList = Field([], description="what is played before the tone, if nothing else is said")
    longest_message: Annotated[timedelta, Lasting(timedelta(seconds=5), timedelta(hours=1))] = Field(
        timedelta(minutes=3), description="the longest message"
    )
    ends_after_silence: Annotated[timedelta, Lasting(timedelta(seconds=1), timedelta(minutes=1))] = Field(
        timedelta(seconds=5), description="so long a silence ends the message"
    )
