"""What the web needs from the rest of the server, and how it is set up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from ccserver.core.ids import InteractionId, NodeName
from ccserver.services.office import (
    Audit,
    ConfigReload,
    Customers,
    DemoCalls,
    HistoryReading,
    PhoneSecrets,
    Readiness,
    Recordings,
    Sessions,
    Users,
)
from ccserver.services.ports import Clock
from ccserver.services.views import Desk


@dataclass(frozen=True, slots=True)
class WebSettings:
    """`origins`: further origins ("https://desk.example") that may use the cookie; the server's own always may."""

    origins: frozenset[str] = frozenset()
    is_https: bool = False
    """Pages reach us over TLS (our own or a proxy's): the cookie is then for TLS only."""
    region: str | None = None
    """ISO 3166 country in which numbers without a plus are read; None: a plus is needed."""
    static: Path = field(default=Path(__file__).parent / "static")
    connect_sources: tuple[str, ...] = ()
    """Further addresses the page may connect to, such as the PBX's WebSocket for the browser phone."""
    session_check_seconds: float = 10.0
    """How often an open desktop's session is looked up; sign-outs through this server end it at once anyway."""


@dataclass(frozen=True, slots=True)
class WebPorts:
    """`metrics` renders the Prometheus text; it is called in a thread. Ports that are None have no address."""

    desk: Desk
    users: Users
    sessions: Sessions
    customers: Customers
    history: HistoryReading
    audit: Audit
    reload: ConfigReload
    readiness: Readiness
    clock: Clock
    metrics: Callable[[], bytes]
    new_interaction: Callable[[], InteractionId]
    node: NodeName
    phones: PhoneSecrets | None = None
    demo: DemoCalls | None = None
    recordings: Recordings | None = None
    """None: no recording is found."""
    user_names: Callable[[], Mapping[str, str]] = dict
    """What people call the users, by their sign-in names; whoever is missing goes by the latter."""
    settings: WebSettings = WebSettings()


PORTS = web.AppKey("ports", WebPorts)
