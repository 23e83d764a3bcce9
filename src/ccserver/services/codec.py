"""Plain objects to JSON and back, for the journal, the event log and the replay. Decides the written form, nothing else.

Dataclasses become objects, enums their values, instants ISO 8601 in UTC, lengths seconds, tuples and sets lists (sets
sorted, so that equal objects give equal bytes). Where a field may hold one of several dataclasses, as `Event` and
`TimerKey` do, the object carries its class name under "type": two classes with the same fields stay apart.

A reader of another version copes: an unknown key is skipped, a missing key takes the field's default. A new field of a
stored class therefore needs a default.
"""

from __future__ import annotations

import json
import types
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import cache
from typing import Any, NewType, TypeVar, Union, get_args, get_origin, get_type_hints

import orjson

from ccserver.core.errors import CcserverError
from ccserver.core.events import Event
from ccserver.core.timers import TimerKey

T = TypeVar("T")
TAG = "type"


class CodecError(CcserverError):
    """The bytes do not hold what was asked for, or an object holds what its annotations do not allow."""


def to_json(value: object) -> bytes:
    """The dataclass instance as JSON. Raises CodecError when it holds a naive instant."""
    return _dump(_form_of(_class_of(value)).encode(value))


def from_json(kind: type[T], data: bytes) -> T:
    """Back to an instance of `kind`. Raises CodecError for anything that does not fit."""
    result: T = _read(kind, data)
    return result


def encode_event(event: Event) -> bytes:
    """`{"type": "LegArrived", ...}`"""
    return _dump(_form_of(Event).encode(event))


def decode_event(data: bytes) -> Event:
    """Raises CodecError, also for a class name that is no event."""
    result: Event = _read(Event, data)
    return result


def encode_timer(key: TimerKey) -> bytes:
    """`{"type": "RingLimit", ...}`"""
    return _dump(_form_of(TimerKey).encode(key))


def decode_timer(data: bytes) -> TimerKey:
    """Raises CodecError, also for a class name that is no timer key."""
    result: TimerKey = _read(TimerKey, data)
    return result


def teach(kind: Any, write: Callable[[Any], str], read: Callable[[str], object]) -> None:
    """Give the objects of an outside class, which the core knows by a protocol only, a written form as text."""
    _PLAIN[kind] = _Form(write, lambda text: read(_exact(str)(text)))
    _form_of.cache_clear()


def _class_of(value: object) -> Any:
    return type(value)


def _dump(value: object) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:
        # Half of a surrogate pair in an outside string: it must not stop the journal, so the character is replaced.
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _read(kind: object, data: bytes) -> Any:
    try:
        return _form_of(kind).decode(orjson.loads(data))
    except CodecError:
        raise
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise CodecError(f"not a {getattr(kind, '__name__', kind)}: {error}") from error


@dataclass(frozen=True, slots=True)
class _Form:
    """Both directions for one type; what `encode` returns consists of JSON's own kinds."""

    encode: Callable[[Any], Any]
    decode: Callable[[Any], Any]


@cache
def _form_of(kind: Any) -> _Form:
    if isinstance(kind, NewType):
        return _form_of(kind.__supertype__)
    if _is_dataclass(kind):
        return _dataclass_form(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _Form(lambda member: member.value, kind)
    if kind in _PLAIN:
        return _PLAIN[kind]
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _union_form(get_args(kind))
    if origin in _COLLECTIONS:
        return _collection_form(origin, get_args(kind))
    if origin in (dict, Mapping, types.MappingProxyType):
        return _mapping_form(*get_args(kind))
    raise TypeError(f"no written form for {kind!r}")


def _exact(kind: type) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if type(value) is not kind:
            raise CodecError(f"{kind.__name__} expected, found {type(value).__name__}")
        return value

    return check


def _same(value: Any) -> Any:
    return value


def _number(value: Any) -> float:
    if type(value) is int or type(value) is float:
        return float(value)
    raise CodecError(f"number expected, found {type(value).__name__}")


def _instant(value: datetime) -> str:
    if value.tzinfo is None:
        raise CodecError(f"naive instant {value}")
    return value.astimezone(UTC).isoformat()


def _to_instant(text: str) -> datetime:
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise CodecError(f"naive instant {text}")
    return value.astimezone(UTC)


_PLAIN: dict[Any, _Form] = {
    str: _Form(str, _exact(str)),
    int: _Form(_same, _exact(int)),
    bool: _Form(_same, _exact(bool)),
    float: _Form(_same, _number),
    type(None): _Form(_same, _exact(type(None))),
    None: _Form(_same, _exact(type(None))),
    datetime: _Form(_instant, _to_instant),
    date: _Form(date.isoformat, date.fromisoformat),
    timedelta: _Form(timedelta.total_seconds, lambda seconds: timedelta(seconds=_number(seconds))),
}
_COLLECTIONS: Mapping[Any, type] = {
    tuple: tuple, list: list, deque: deque, set: set, frozenset: frozenset, Sequence: tuple, Collection: tuple,
}  # fmt: skip


def _collection_form(origin: Any, arguments: tuple[Any, ...]) -> _Form:
    build = _COLLECTIONS[origin]
    if build is tuple and origin is tuple and arguments[-1:] != (Ellipsis,):
        parts = [_form_of(argument) for argument in arguments]
        return _Form(
            lambda values: [part.encode(value) for part, value in zip(parts, values, strict=True)],
            lambda values: tuple(part.decode(value) for part, value in zip(parts, values, strict=True)),
        )
    item = _form_of(arguments[0])

    def encode(values: Any) -> list[Any]:
        written = [item.encode(value) for value in values]
        return sorted(written, key=_dump) if build in (set, frozenset) else written

    return _Form(encode, lambda values: build(item.decode(value) for value in _exact(list)(values)))


def _mapping_form(key_kind: Any, value_kind: Any) -> _Form:
    """An object when the keys are strings, otherwise a list of pairs."""
    key, value = _form_of(key_kind), _form_of(value_kind)
    if _is_text(key_kind):
        return _Form(
            lambda items: {key.encode(k): value.encode(v) for k, v in items.items()},
            lambda items: {key.decode(k): value.decode(v) for k, v in items.items()},
        )
    return _Form(
        lambda items: [[key.encode(k), value.encode(v)] for k, v in items.items()],
        lambda items: {key.decode(k): value.decode(v) for k, v in items},
    )


def _is_dataclass(kind: Any) -> bool:
    return isinstance(kind, type) and is_dataclass(kind)


def _is_text(kind: Any) -> bool:
    while isinstance(kind, NewType):
        kind = kind.__supertype__
    return isinstance(kind, type) and issubclass(kind, str)


def _union_form(members: tuple[Any, ...]) -> _Form:
    """Optional, or one of several dataclasses told apart by their names. Other unions have no written form."""
    others = tuple(member for member in members if member is not type(None))
    inner = _form_of(others[0]) if len(others) == 1 else _tagged_form(others)
    if len(others) == len(members):
        return inner
    return _Form(
        lambda value: None if value is None else inner.encode(value),
        lambda value: None if value is None else inner.decode(value),
    )


def _tagged_form(members: tuple[Any, ...]) -> _Form:
    by_name: dict[str, _Form] = {m.__name__: _form_of(m) for m in members if _is_dataclass(m)}
    if len(by_name) != len(members):
        raise TypeError(f"no written form for the union of {members}")

    def encode(value: Any) -> dict[str, Any]:
        name = type(value).__name__
        if name not in by_name:
            raise CodecError(f"{name} is none of {', '.join(by_name)}")
        return {TAG: name, **by_name[name].encode(value)}

    def decode(value: Any) -> Any:
        form = by_name.get(value[TAG])
        if form is None:
            raise CodecError(f"unknown type {value[TAG]!r}")
        return form.decode(value)

    return _Form(encode, decode)


def _dataclass_form(kind: Any) -> _Form:
    """Fields are resolved at first use, so that a class may hold itself."""

    @cache
    def parts() -> list[tuple[str, _Form, bool]]:
        hints = get_type_hints(kind)
        return [
            (each.name, _form_of(hints[each.name]), each.default is MISSING and each.default_factory is MISSING)
            for each in fields(kind)
            if each.init
        ]

    def encode(value: Any) -> dict[str, Any]:
        return {name: form.encode(getattr(value, name)) for name, form, _ in parts()}

    def decode(value: Any) -> Any:
        given = _exact(dict)(value)
        found = {}
        for name, form, is_required in parts():
            if name in given:
                found[name] = form.decode(given[name])
            elif is_required:
                raise CodecError(f"{kind.__name__} without {name}")
        return kind(**found)

    return _Form(encode, decode)
