"""Single-use tickets: a secret for the address of the desktop socket, where the session token must not stand."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from datetime import datetime, timedelta

from aiohttp import web

from ccserver.adapters.web.identity import Identity

LIFETIME = timedelta(seconds=30)
_MOST = 1_000


class Tickets:
    """At most 1,000 open tickets; the oldest goes when there are more."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, tuple[Identity, datetime]] = OrderedDict()

    def issue(self, identity: Identity, now: datetime) -> tuple[str, datetime]:
        """A new ticket and its end."""
        ticket = secrets.token_urlsafe(32)
        self._open[ticket] = (identity, now + LIFETIME)
        if len(self._open) > _MOST:
            self._open.popitem(last=False)
        return ticket, now + LIFETIME

    def redeem(self, ticket: str, now: datetime) -> Identity | None:
        """The identity it was issued to, the first time within its lifetime; None otherwise."""
        identity, expires_at = self._open.pop(ticket, (None, now))
        return identity if now < expires_at else None


TICKETS = web.AppKey("tickets", Tickets)
