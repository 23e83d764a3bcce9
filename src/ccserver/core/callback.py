"""The callback: what was promised to a caller who hung up instead of waiting, and the machine that says how far it is.

It belongs to an interaction out, which stands in the line in the caller's place; whoever serves the line decides when its
turn has come. Terms are those under which the promise was given: a later plan does not change them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from ccserver.core.fsm import IGNORE, Row, Table
from ccserver.core.ids import InteractionId


class CallbackState(StrEnum):
    WAITING = "waiting"
    """In line; also while an agent's phone rings for it."""
    RESTING = "resting"
    """Not in line: outside the calling hours, or before the next attempt. The place is kept."""
    CALLING = "calling"
    """The number is being dialled; the agent hears it ring."""
    REACHED = "reached"
    EXPIRED = "expired"
    """Too old, or called often enough."""
    CANCELLED = "cancelled"
    CALLED_AGAIN = "called_again"
    """The customer rang in, and has the place now."""


class CallbackEvent(StrEnum):
    REST = "rest"
    DUE = "due"
    DIAL = "dial"
    MISS = "miss"
    REACH = "reach"
    EXPIRE = "expire"
    CANCEL = "cancel"
    CALL_AGAIN = "call_again"


_S, _E = CallbackState, CallbackEvent
_OVER: Row[CallbackState] = {_E.CANCEL: _S.CANCELLED, _E.CALL_AGAIN: _S.CALLED_AGAIN}
_LATE: Row[CallbackState] = {event: IGNORE for event in (_E.REST, _E.DUE, _E.MISS, _E.EXPIRE, _E.CANCEL)}

CALLBACK: Table[CallbackState] = {
    _S.WAITING: {_E.REST: _S.RESTING, _E.DUE: IGNORE, _E.DIAL: _S.CALLING, _E.EXPIRE: _S.EXPIRED, **_OVER},
    _S.RESTING: {_E.REST: IGNORE, _E.DUE: _S.WAITING, _E.EXPIRE: _S.EXPIRED, **_OVER},
    _S.CALLING: {
        _E.REST: IGNORE, _E.DUE: IGNORE, _E.MISS: _S.RESTING, _E.REACH: _S.REACHED, _E.EXPIRE: IGNORE, **_OVER},
    _S.REACHED: _LATE,
    _S.EXPIRED: _LATE,
    _S.CANCELLED: _LATE,
    _S.CALLED_AGAIN: _LATE,
}  # fmt: skip
OPEN: Final = frozenset({_S.WAITING, _S.RESTING, _S.CALLING})


@dataclass(slots=True)
class Callback:
    """The promise. `called` is the number that the customer had called, `promised_at` when it was given."""

    first: InteractionId
    """The interaction in which it was promised."""
    called: str
    promised_at: datetime
    due_at: datetime
    """Not before: the next attempt."""
    expires_at: datetime
    attempts_left: int
    retry_after: timedelta
    hours: str = ""
    """Name of the calendar in which may be called; empty: always."""
    state: CallbackState = CallbackState.WAITING
    attempts: int = 0
    """Dialled so far."""
    last_cause: str = ""
    """Why the last attempt reached nobody."""

    @property
    def is_open(self) -> bool:
        return self.state in OPEN
