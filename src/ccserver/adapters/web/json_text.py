"""JSON as it leaves the server: dataclasses by their field names, instants in UTC with Z, never a failure over a bad string."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Set
from datetime import timedelta
from typing import Any

import orjson

_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


def to_json(value: object) -> bytes:
    """`value` (dataclasses, mappings, sequences, instants, enums, plain values) as compact UTF-8 JSON."""
    try:
        return orjson.dumps(value, default=_plain, option=_OPTIONS)
    except TypeError:
        # Half a surrogate pair, which orjson refuses: a caller's name must not silence a whole desktop.
        return orjson.dumps(_scrubbed(value), default=_plain, option=_OPTIONS)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Set):
        return sorted(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _scrubbed(value: Any) -> Any:
    """The same value with every character that UTF-8 cannot hold replaced by a question mark."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: _scrubbed(getattr(value, each.name)) for each in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {_scrubbed(key): _scrubbed(item) for key, item in value.items()}
    if isinstance(value, list | tuple | Set):
        return [_scrubbed(item) for item in value]
    return value
