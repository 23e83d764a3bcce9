"""Objects written and read again."""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, NewType, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.adapters.db.records import record

from ccserver.app.house import know_written_forms
from ccserver.core import events, timers
from ccserver.core.customer import CustomerCard, PastContact
from ccserver.core.expression import Expression
from ccserver.core.ids import AgentId, InteractionId, WorkItemId
from ccserver.core.plan import CallableNumbers, OpeningHours, PlainNumbers
from ccserver.core.records import InteractionRecord
from ccserver.core.skills import AllOf, AnyOf, AtLeast, NoneOf, Requirement
from ccserver.services.codec import (
    CodecError,
    decode_event,
    decode_timer,
    encode_event,
    encode_timer,
    from_json,
    teach,
    to_json,
)


@dataclass
class _Kept:
    """What a state object may hold."""

    names: set[str]
    due: dict[timers.TimerKey, datetime]
    card: CustomerCard | None = None
    pair: tuple[int, float] = (1, 2.0)
    parent: _Kept | None = None
    extra: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Always:
    """Opening hours that are the same all day."""

    answer: bool

    def is_open(self, at: datetime) -> bool:
        return self.answer


@dataclass(frozen=True)
class Holding:
    """An expression that holds always, or never."""

    text: str
    reads: frozenset[str] = frozenset()

    def holds(self, facts: object) -> bool:
        return bool(self.text)


@pytest.fixture(autouse=True, scope="module")
def _hours_and_expressions_can_be_written() -> Iterator[None]:
    teach(Expression, lambda expression: str(expression.text), Holding)
    teach(
        OpeningHours,
        lambda hours: str(hours.is_open(datetime(2026, 1, 1, tzinfo=UTC))),
        lambda text: Always(text == "True"),
    )
    teach(CallableNumbers, lambda _numbers: "plain", lambda _text: PlainNumbers())
    yield
    know_written_forms()


_REQUIREMENTS: st.SearchStrategy[Any] = st.recursive(
    st.builds(AtLeast, st.text(max_size=8), st.integers(1, 10)),
    lambda parts: st.one_of(
        [st.builds(kind, st.lists(parts, max_size=3).map(tuple)) for kind in (AllOf, AnyOf, NoneOf)]
    ),
    max_leaves=5,
)


def _instances(kind: Any) -> st.SearchStrategy[Any]:
    """Any instance the annotations allow."""
    if isinstance(kind, NewType):
        return _instances(kind.__supertype__)
    plain: dict[Any, st.SearchStrategy[Any]] = {
        str: st.text(max_size=8),
        int: st.integers(-(2**53), 2**53),
        bool: st.booleans(),
        float: st.floats(allow_nan=False, allow_infinity=False),
        type(None): st.none(),
        OpeningHours: st.builds(Always, st.booleans()),
        Expression: st.builds(Holding, st.text(max_size=8)),
        CallableNumbers: st.builds(PlainNumbers),
        Requirement: _REQUIREMENTS,
        datetime: st.datetimes(min_value=datetime(1970, 1, 2), timezones=st.just(UTC)),
        timedelta: st.timedeltas(timedelta(-9000), timedelta(9000)),
    }
    if kind in plain:
        return plain[kind]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return st.builds(kind, **{each.name: _instances(hints[each.name]) for each in fields(kind)})  # type: ignore[arg-type]
    arguments = get_args(kind)
    if get_origin(kind) in (Union, types.UnionType):
        return st.one_of([_instances(each) for each in arguments])
    origin: Any = kind.__origin__
    if origin is tuple:
        return st.lists(_instances(arguments[0]), max_size=2).map(tuple)
    if origin is frozenset:
        return st.frozensets(_instances(arguments[0]), max_size=3)
    return st.dictionaries(_instances(arguments[0]), _instances(arguments[1]), max_size=2)


@pytest.mark.parametrize("kind", get_args(events.Event), ids=lambda kind: kind.__name__)
def test_every_event_comes_back_equal(kind: type) -> None:
    """No event class loses anything on the way."""

    @settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])  # a plan is large
    @given(_instances(kind))
    def check(event: Any) -> None:
        assert decode_event(encode_event(event)) == event

    check()


@settings(max_examples=50)
@given(_instances(timers.TimerKey))
def test_every_timer_key_comes_back_equal(key: timers.TimerKey) -> None:
    """Keys with equal fields stay different keys."""
    assert decode_timer(encode_timer(key)) == key


def test_an_event_is_named_by_its_class() -> None:
    """The written form is the contract of the event log."""
    event = events.TimerFired(timers.RingLimit(WorkItemId("i-w1")))
    assert encode_event(event) == b'{"type":"TimerFired","key":{"type":"RingLimit","work_item":"i-w1"}}'


def test_a_record_comes_back_equal() -> None:
    """The journal's record is the record."""
    assert from_json(InteractionRecord, to_json(record())) == record()


def test_nested_state_comes_back_equal() -> None:
    """Sets, dataclass keys, optional and recursive fields have a written form."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    kept = _Kept(
        {"b", "a"},
        {timers.MaxWait(InteractionId("i")): at},
        CustomerCard("c", "n", "gold", 1.5, last_contacts=(PastContact(at, "in", "q", "a", "r", ""),)),  # type: ignore[arg-type]
        parent=_Kept(set(), {}),
    )
    assert from_json(_Kept, to_json(kept)) == kept


def test_equal_sets_give_equal_bytes() -> None:
    """The order of a set does not reach the file."""
    names = [f"n{i}" for i in range(50)]
    assert to_json(_Kept(set(names), {})) == to_json(_Kept(set(reversed(names)), {}))


def test_unknown_keys_are_skipped_and_missing_ones_take_defaults() -> None:
    """The file of a newer or older version can be read."""
    assert from_json(events.LegEnded, b'{"leg":"l","later":1}') == events.LegEnded("l")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"type":"Nothing"}',
        b'{"type":"SignInRequested"}',
        b'{"type":"SignInRequested","agent":1}',
        b'{"type":["SignInRequested"],"agent":"a"}',
        b'{"type":"LegArrived","leg":"l","node":"n","interaction":"i","ani":"","dnis":"","arrived_at":"2026-01-01T00:00:00"}',
        b'{"type":"LegEnded","leg":"l","cause":"tired"}',
        b"\xff",
    ],
)
def test_bytes_that_do_not_fit_are_refused(data: bytes) -> None:
    """Damaged or foreign bytes give one kind of error."""
    with pytest.raises(CodecError):
        decode_event(data)


def test_a_naive_instant_is_refused() -> None:
    """An instant without a zone means nothing tomorrow."""
    with pytest.raises(CodecError, match="naive"):
        to_json(record(started_at=datetime(2026, 1, 1)))


def test_half_a_surrogate_pair_does_not_stop_the_journal() -> None:
    """An outside string that is no text is written with a replacement."""
    event = events.LegArrived("l", "n", "i", "", "", caller_name="x\ud800")  # type: ignore[arg-type]
    read = decode_event(encode_event(event))
    assert isinstance(read, events.LegArrived)
    assert read.caller_name == "x?"


def test_an_object_of_another_union_is_refused() -> None:
    """Only events go into the event log."""
    with pytest.raises(CodecError):
        encode_event(timers.DesktopGrace(AgentId("ann")))  # type: ignore[arg-type]
