"""Which requests for audio are one listening: a browser asks for a recording piece by piece, and again for each jump in it.

Decides whether a request is the first of a listening, which belongs into the audit trail; not who may listen.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from aiohttp import web

LASTS: Final = timedelta(minutes=10)
"""Requests of one session for one recording within this time are one listening."""
MOST_KEPT: Final = 1000
"""The oldest are forgotten first: at worst a listening is in the trail twice."""


class Listenings:
    """The latest ones, in memory. The keys hold session tokens and are never shown."""

    def __init__(self) -> None:
        self._begun: dict[tuple[str, str, str], datetime] = {}

    def begins(self, session: str, recording: str, way: str, now: datetime) -> bool:
        """Whether this request begins a listening; `way` keeps listening and downloading apart."""
        key = (session, recording, way)
        begun = self._begun.get(key)
        if begun is not None and now - begun < LASTS:
            return False
        self._begun.pop(key, None)
        self._begun[key] = now
        if len(self._begun) > MOST_KEPT:
            del self._begun[next(iter(self._begun))]
        return True


LISTENINGS = web.AppKey("listenings", Listenings)
