"""The written form of the event log: a header with the whole state of the core, then a line for each event and what was decided.

A file stands for itself: whoever gives its events to a kernel that begins from its header gets the same decisions. Strict:
a line that holds what this version does not know is refused, for a replay that left something out would tell lies.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson

from ccserver import __version__
from ccserver.core.acd.learned import Learned
from ccserver.core.centre import Centre
from ccserver.core.commands import LookUpCustomer, TelephonyCommand
from ccserver.core.errors import CcserverError
from ccserver.core.events import Event
from ccserver.core.kernel import Kernel, Outcome
from ccserver.core.notices import OfferMade, OverflowTaken
from ccserver.services.codec import CodecError, from_json, to_json

FORMAT: Final = "ccserver events"
VERSION: Final = 1
Decided = TelephonyCommand | LookUpCustomer | OfferMade | OverflowTaken
"""What is compared: orders to the PBX and the directory, offers with their explanation, rules of overflow that held."""


class EventLogError(CcserverError):
    """The file is no event log that this version can replay; the text says where and why."""


@dataclass(frozen=True, slots=True)
class Header:
    """The core as it stood before the first event. `learned` is None where nothing was, at a start of the server."""

    log: str
    version: int
    program: str
    at: datetime
    centre: Centre
    learned: Learned | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One event with its instant, and what came of it. `refused` is the reason of a refusal, `bug` the name of an error of ours."""

    at: datetime
    event: Event
    did: tuple[Decided, ...] = ()
    refused: str = ""
    bug: str = ""


def decisions(outcome: Outcome) -> tuple[Decided, ...]:
    """The part of an outcome that is compared, in the order in which it was decided."""
    told = (notice for notice in outcome.notices if isinstance(notice, OfferMade | OverflowTaken))
    return (*outcome.telephony, *outcome.look_ups, *told)


def header_line(kernel: Kernel, now: datetime) -> bytes:
    """Of a kernel between two steps."""
    return to_json(Header(FORMAT, VERSION, __version__, now, kernel.centre, kernel.learned()))


def step_line(step: Step) -> bytes:
    return to_json(step)


def read_log(lines: Iterable[bytes]) -> tuple[Header, Iterator[Step]]:
    """The header, and the steps as they are asked for. A last line that a kill cut off is left out.

    Raises EventLogError, for the header at once and for a step when its turn comes.
    """
    rows = iter(lines)
    return _header(next(rows, b"")), _steps(rows)


def _header(line: bytes) -> Header:
    found = _parsed(line)
    if found is None or found.get("log") != FORMAT:
        raise EventLogError("this is no event log of ccserver: its first line is no header")
    version = found.get("version")
    if version != VERSION:
        raise EventLogError(f"the event log has version {version!r:.20}, this ccserver reads version {VERSION}")
    header: Header = _strict(Header, line, found, 1)
    return header


def _steps(rows: Iterator[bytes]) -> Iterator[Step]:
    for number, line in enumerate(rows, start=2):
        found = _parsed(line) if line.endswith(b"\n") else None
        if found is not None:
            yield _strict(Step, line, found, number)
        elif any(True for _ in rows):
            raise EventLogError(f"line {number} is damaged: it is no JSON object, and it is not the last line")


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        found = orjson.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _strict(kind: Any, line: bytes, found: Mapping[str, Any], number: int) -> Any:
    """What the line says, if that is all that it says."""
    try:
        result = from_json(kind, line)
    except CodecError as error:
        raise EventLogError(f"line {number} is not understood: {error}") from error
    unknown = _unknown(found, orjson.loads(to_json(result)))
    if unknown:
        raise EventLogError(
            f"line {number} has {unknown!r:.60}, which this version does not know: replay it with the ccserver that wrote it"
        )
    return result


def _unknown(written: Any, understood: Any) -> str:
    """The first key that was written and is not there any more when it is written again."""
    if isinstance(written, dict) and isinstance(understood, dict):
        for key, value in written.items():
            if key not in understood:
                return str(key)
            if inner := _unknown(value, understood[key]):
                return inner
    elif isinstance(written, list) and isinstance(understood, list) and len(written) == len(understood):
        return next((inner for pair in zip(written, understood, strict=True) if (inner := _unknown(*pair))), "")
    return ""
