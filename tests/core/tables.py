"""Questions about state machines as tables: what can be reached, what has no way out, what each pair does."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import TypeVar

import pytest

from ccserver.core.errors import IllegalTransition
from ccserver.core.fsm import IGNORE, Table, step

State = TypeVar("State", bound=StrEnum)


def targets(table: Table[State], state: State) -> set[State]:
    """Where one event leads from the state."""
    return {target for target in table[state].values() if isinstance(target, type(state))}


def reached(table: Table[State], start: State) -> set[State]:
    """Every state that some order of events leads to."""
    found, open_ends = {start}, [start]
    while open_ends:
        fresh = targets(table, open_ends.pop()) - found
        found |= fresh
        open_ends += fresh
    return found


def without_way_out(table: Table[State]) -> set[State]:
    """States that no event leads away from."""
    return {state for state in table if not targets(table, state) - {state}}


def every_pair(table: Table[State], events: type[StrEnum]) -> Iterator[tuple[State, StrEnum]]:
    return ((state, event) for state in table for event in events)


def check_every_pair(table: Table[State], events: type[StrEnum]) -> None:
    """Each pair of state and event is a row of the table, or raises."""
    for state, event in every_pair(table, events):
        row = table[state]
        if event not in row:
            with pytest.raises(IllegalTransition):
                step(table, state, event)
        else:
            assert step(table, state, event) == (state if row[event] is IGNORE else row[event])
