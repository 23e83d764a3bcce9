"""What of a configuration is not the core's: the house, its network, its trunks, its users."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import timedelta
from pathlib import Path

from ccserver.config.schema.site import NetworkSection
from ccserver.core.ids import AgentId
from ccserver.services.office import Role


@dataclass(frozen=True, slots=True)
class Network:
    """Where things listen. Settings of the environment have the last word (see `settings`)."""

    web_host: str = "127.0.0.1"
    web_port: int = 8080
    sip_host: str = "127.0.0.1"
    sip_port: int = 5060
    asterisk_http_port: int = 8088
    ami_port: int = 5038
    rtp_first_port: int = 10000
    rtp_last_port: int = 20000

    @classmethod
    def of(cls, section: NetworkSection) -> Network:
        """The section, filled up with the usual values."""
        written = {one.name: getattr(section, one.name) for one in fields(cls)}
        return cls(**{name: value for name, value in written.items() if value is not None})


@dataclass(frozen=True, slots=True)
class EventLog:
    """How much of the event log is kept; zero days: none is written."""

    keep: timedelta = timedelta(days=14)
    most_bytes: int = 1000 * 10**6


@dataclass(frozen=True, slots=True)
class SiteTrunk:
    """Whoever sends from `match` is this trunk; calls out go to `target` (host:port). `qualify_every` zero: never asked."""

    name: str
    match: tuple[str, ...]
    target: str
    codecs: tuple[str, ...]
    qualify_every: timedelta


@dataclass(frozen=True, slots=True)
class SiteUser:
    """One who signs in. `agent` is set for agents; `password` only in a demo, and never shown."""

    id: str
    name: str
    role: Role
    agent: AgentId | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Site:
    """The house. `recorded_dnis` are the numbers whose calls are recorded; `sounds_folder` holds our own recordings."""

    folder: Path
    name: str
    is_demo: bool
    default_region: str
    default_language: str
    network: Network
    trunks: tuple[SiteTrunk, ...]
    users: tuple[SiteUser, ...]
    recorded_dnis: tuple[str, ...]
    team_names: dict[str, str]
    sounds_folder: Path | None = None
    music: dict[str, Path] = field(default_factory=dict)
    """Folder by music class, besides the one that comes with Asterisk."""
    event_log: EventLog = field(default_factory=EventLog)
