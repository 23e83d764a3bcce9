"""Opaque cursors: the key of the last item of a page, so that pages stay right while items are added in front."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

import orjson

from ccserver.adapters.web.json_text import to_json
from ccserver.adapters.web.problems import FieldError, Problem

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """`next` goes back as `?after=`; null on the last page."""

    items: Sequence[Item]
    next: str | None = None


def page_of(found: Sequence[Item], limit: int, key: Callable[[Item], Sequence[object]]) -> Page[Item]:
    """The first `limit` of what was found (ask for one more than that), and the cursor if there is more."""
    items = found[:limit]
    return Page(items, _encode(key(items[-1])) if len(found) > limit else None)


def read_cursor(text: str | None, length: int) -> Sequence[str] | None:
    """The key of `length` strings inside a cursor; None for the first page. Raises the problem invalid."""
    if text is None:
        return None
    try:
        parts = orjson.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        raise _not_ours() from None
    if not isinstance(parts, list) or len(parts) != length or not all(isinstance(part, str) for part in parts):
        raise _not_ours()
    return parts


def instant_in_cursor(text: str) -> datetime:
    """An aware instant written by `to_json`. Raises the problem invalid."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _not_ours() from None


def number_in_cursor(text: str) -> int:
    """A whole number of at most 18 digits, which every database takes. Raises the problem invalid."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise _not_ours()
    return int(text)


def _encode(key: Sequence[object]) -> str:
    return base64.urlsafe_b64encode(to_json(list(key))).decode().rstrip("=")


def _not_ours() -> Problem:
    error = FieldError("query", "after", "this is no cursor of this list; take `next` of the page before", "cursor")
    return Problem("invalid", errors=[error])
