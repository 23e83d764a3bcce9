"""A clock that stands still until it is moved."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.adapters.db.records import NOON


class StandingClock:
    def __init__(self) -> None:
        self._now = NOON

    def now(self) -> datetime:
        return self._now

    def move(self, by: timedelta) -> None:
        self._now += by
