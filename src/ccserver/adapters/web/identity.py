"""Who asks: session cookie or bearer token to a user, and whether a cookie may be trusted with this request.

Decides identity and origin; what the user may do is the permission table's question.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from aiohttp import web

from ccserver.adapters.web.ports import WebPorts, WebSettings
from ccserver.adapters.web.problems import Problem
from ccserver.services.office import Role, Session, User

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_LONGEST_TOKEN = 256


@dataclass(frozen=True, slots=True)
class Identity:
    """The user behind a request, as the session store had it when the request came."""

    user: User
    session: Session
    is_by_cookie: bool

    @property
    def is_senior(self) -> bool:
        """Supervisors and admins see everybody; agents see what is theirs."""
        return self.user.role is not Role.AGENT


def cookie_name(settings: WebSettings) -> str:
    """`__Host-` binds the cookie to this host, to TLS and to the whole path (RFC 6265bis 4.1.3.2)."""
    return "__Host-ccserver" if settings.is_https else "ccserver_session"


def set_cookie(response: web.StreamResponse, session: Session, settings: WebSettings, now: datetime) -> None:
    """Hand the session to a browser until its absolute end; no script can read it, no other site can use it."""
    response.set_cookie(
        cookie_name(settings),
        session.token,
        max_age=max(0, int((session.expires_at - now).total_seconds())),
        path="/",
        secure=settings.is_https,
        httponly=True,
        samesite="Strict",
    )


async def identify(request: web.Request, ports: WebPorts) -> Identity | None:
    """The identity, or None when nobody is signed in. A bearer token that is not valid is not replaced by the cookie."""
    authorization = request.headers.get("Authorization")
    if authorization is not None:
        scheme, _, token = authorization.partition(" ")
        token = token.strip() if scheme.lower() == "bearer" else ""
    else:
        token = request.cookies.get(cookie_name(ports.settings), "")
    if not token or len(token) > _LONGEST_TOKEN or not token.isascii():
        return None
    session = await ports.sessions.find(token)
    return Identity(session.user, session, is_by_cookie=authorization is None) if session else None


def check_origin(request: web.Request, settings: WebSettings, *, is_needed: bool) -> None:
    """The header Origin is ours, or absent where it is not needed. Raises the problem foreign-origin.

    Ours is the host the request itself went to: a TLS proxy changes the scheme, so the scheme is not compared.
    """
    origin = request.headers.get("Origin")
    if origin is None:
        if is_needed:
            raise Problem("foreign-origin", "The header Origin is missing.")
        return
    if origin not in settings.origins and _host_of(origin) != request.host.lower():
        raise Problem("foreign-origin", "The header Origin names another site.")


def _host_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc.lower() or None
    except ValueError:
        return None
