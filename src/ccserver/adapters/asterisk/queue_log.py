"""One line of Asterisk's queue_log in the centre's words: pure, one line in, at most one event out.

The form is `seconds|unique id|queue|member|EVENT|...` (ast_queue_log in main/logger.c, app_queue.c of Asterisk 22). Of Queue()'s own
events only those are taken that say something about the caller's way; COMPLETE*, ABANDON and EXIT* say what `CCLEFT` says too.
Ours are written by the dialplan (`dialplan/extensions.conf`, context black-box): `CCENTER|id|caller|DNIS|ms|name`, `CCCLOSED|ms`,
`CCLEFT|ms`. A member is called like its endpoint.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from ccserver.adapters.asterisk.dialect import caller_number, e164, interaction_id
from ccserver.adapters.asterisk.translate import Context
from ccserver.core.errors import CcserverError
from ccserver.core.events import Event
from ccserver.core.fallback_events import (
    FallbackAnswered,
    FallbackClosed,
    FallbackEntered,
    FallbackLeft,
    FallbackRang,
    FallbackRestarted,
)
from ccserver.core.ids import AgentId, LegId

LINE_LIMIT: Final = 1_000
"""Bytes; Asterisk writes at most 8 KB, what is meant for us is below 300."""
SKEW: Final = timedelta(seconds=5)
"""Our milliseconds and Asterisk's seconds are of one clock and one moment."""
LONGEST_RING: Final = timedelta(hours=1)

_SECONDS = re.compile(r"[0-9]{10}")
_MILLISECONDS = re.compile(r"[0-9]{13}")
_COUNT = re.compile(r"[0-9]{1,10}")
_LEG = re.compile(r"[A-Za-z0-9._-]{1,80}")
_NAME = re.compile(r"[A-Za-z0-9 ._-]{0,60}")


class LineRefused(CcserverError):
    """The line is not what Asterisk or our dialplan writes."""


@dataclass(frozen=True, slots=True)
class _Line:
    at: datetime
    leg: LegId
    agent: AgentId | None
    rest: Sequence[str]
    context: Context


def read_line(raw: bytes, context: Context) -> Event | None:
    """The event in our words; None for a line that is none of our business. Raises LineRefused."""
    if len(raw) > LINE_LIMIT:
        raise LineRefused(f"longer than {LINE_LIMIT} bytes")
    seconds, leg, _, member, kind, *rest = _fields(raw)
    if not _SECONDS.fullmatch(seconds):
        raise LineRefused("no instant")
    at = datetime.fromtimestamp(int(seconds), UTC)
    if kind == "QUEUESTART":
        return FallbackRestarted(context.node, at)
    reader = _READERS.get(kind)
    if reader is None:
        return None
    if not _LEG.fullmatch(leg):
        raise LineRefused("no unique id")
    return reader(_Line(at, LegId(leg), context.agent_of_endpoint.get(member), rest, context))


def _fields(raw: bytes) -> Sequence[str]:
    try:
        fields = raw.decode("utf-8").split("|")
    except UnicodeDecodeError:
        raise LineRefused("not UTF-8") from None
    if len(fields) < 5:
        raise LineRefused("too few fields")
    return fields


def _entered(line: _Line) -> FallbackEntered:
    if len(line.rest) != 5:
        raise LineRefused("CCENTER has five fields")
    identity, ani, dnis, milliseconds, name = line.rest
    interaction = interaction_id(identity)
    if interaction is None or (dnis and not e164(dnis)) or not _NAME.fullmatch(name):
        raise LineRefused("CCENTER says nothing that the dialplan could have said")
    caller = caller_number(ani, line.context.region)
    return FallbackEntered(
        line.leg, line.context.node, interaction, caller, dnis, _instant(line, milliseconds), name.strip()
    )


def _rang(line: _Line) -> FallbackRang:
    return FallbackRang(line.leg, line.agent, line.at, timedelta(milliseconds=_count(line, 0)))


def _answered(line: _Line) -> FallbackAnswered:
    """`CONNECT|hold seconds|unique id of the phone's leg|ring seconds`."""
    return FallbackAnswered(line.leg, line.agent, line.at, timedelta(seconds=_count(line, 2)))


def _closed(line: _Line) -> FallbackClosed:
    return FallbackClosed(line.leg, _instant(line, line.rest[0] if line.rest else ""))


def _left(line: _Line) -> FallbackLeft:
    return FallbackLeft(line.leg, _instant(line, line.rest[0] if line.rest else ""))


def _instant(line: _Line, milliseconds: str) -> datetime:
    if not _MILLISECONDS.fullmatch(milliseconds):
        raise LineRefused("no milliseconds")
    at = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=int(milliseconds))
    if abs(at - line.at) > SKEW:
        raise LineRefused("two instants in one line")
    return at


def _count(line: _Line, place: int) -> int:
    text = line.rest[place] if place < len(line.rest) else ""
    if not _COUNT.fullmatch(text) or timedelta(milliseconds=int(text)) > LONGEST_RING:
        raise LineRefused("no length of ringing")
    return int(text)


_READERS: Final[Mapping[str, Callable[[_Line], Event]]] = {
    "CCENTER": _entered,
    "RINGNOANSWER": _rang,
    "RINGCANCELED": _rang,
    "CONNECT": _answered,
    "CCCLOSED": _closed,
    "CCLEFT": _left,
}
