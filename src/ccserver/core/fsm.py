"""State machines as tables: look the transition up, or raise; nothing else.

A machine is a `StrEnum` of states and one table. Every state has a row (an empty one is a decision: no way out). An event
that can arrive late is written `IGNORE`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeVar

from ccserver.core.errors import IllegalTransition


class _Ignore:
    def __repr__(self) -> str:
        return "IGNORE"


State = TypeVar("State", bound=StrEnum)
IGNORE: Final = _Ignore()
Row = Mapping[StrEnum, State | _Ignore]
Table = Mapping[State, Row[State]]


def step(table: Table[State], state: State, event: StrEnum) -> State:
    """The state after `event`; the same state where the row says IGNORE.

    Raises IllegalTransition when the table has no such row.
    """
    target = table[state].get(event)
    if target is None:
        raise IllegalTransition(type(state).__name__, state.value, event.value)
    return state if isinstance(target, _Ignore) else target


def allows(table: Table[State], state: State, event: StrEnum) -> bool:
    """Whether `event` would move the machine (an ignored event does not)."""
    target = table[state].get(event)
    return target is not None and not isinstance(target, _Ignore)
