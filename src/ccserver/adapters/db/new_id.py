"""Ids of rows that we make: UUID version 7 (RFC 9562 section 5.7), so that newer rows sort behind older ones."""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID


def new_id(now: datetime) -> str:
    """Milliseconds since 1970, then 74 bits of chance."""
    milliseconds = int(now.timestamp() * 1000)
    value = milliseconds << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    return str(UUID(int=value))
