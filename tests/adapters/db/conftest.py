"""Fixtures of the database tests: an empty and an upgraded database, on SQLite and on PostgreSQL."""

from __future__ import annotations

from tests.adapters.db.fixtures import database, empty_url, url
from tests.adapters.db.postgres_fixture import postgres

__all__ = ["database", "empty_url", "postgres", "url"]
