"""`ccserver replay`: a recorded event log, given to the core again, and the story of one call in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any, Final

import orjson
import typer

from ccserver.adapters.event_files import lines_of
from ccserver.app.house import know_written_forms
from ccserver.cli.failing import fail, say
from ccserver.cli.figures import wait
from ccserver.core.commands import StopPrompt
from ccserver.core.ids import InteractionId
from ccserver.core.kernel import Kernel, Outcome
from ccserver.core.notices import OfferMade
from ccserver.services.codec import to_json
from ccserver.services.event_log import EventLogError, Step
from ccserver.services.replay import Difference, Replayed, replay
from ccserver.services.subject import subject_of

_DIFFERS: Final = 1
_CAPITAL: Final = re.compile("(?<=[a-z])(?=[A-Z])")
_QUIET: Final = frozenset(
    {"interaction", "work_item", "leg", "node", "prompt", "connection", "why", "plan", "snapshot"}
)
"""Fields that are of no use to a reader."""
_SHORTENED: Final = 160


@dataclass
class Story:
    """What happened to one call, in order."""

    interaction: InteractionId
    lines: list[tuple[datetime, str]] = field(default_factory=list)

    def watch(self, step: Step, _outcome: Outcome | None, subject: InteractionId | None, kernel: Kernel) -> None:
        """Keep what is about the call: the event, and what was decided."""
        about = subject or subject_of(step.event, kernel.centre)
        told = [
            f"  {words(one)}"
            for one in step.did
            if self.interaction in {about, subject_of(one, kernel.centre)} and not isinstance(one, StopPrompt)
        ]
        if step.refused and about == self.interaction:
            told.append(f"  refused: {step.refused.replace('_', ' ')}")
        if told or about == self.interaction:
            self.lines += [(step.at, line) for line in (words(step.event), *told)]


def replaying(file: Path, interaction: str, as_json: bool) -> None:
    """Replay, compare, print. Exits with 1 when a decision differs, with 2 when the file cannot be replayed."""
    know_written_forms()
    story = Story(InteractionId(interaction)) if interaction else None
    try:
        found = replay(lines_of(file), story.watch) if story else replay(lines_of(file))
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror or error}", "name a file of data/events")
    except EOFError:
        fail(f"{file} is cut off: its compressed end is missing", "use a whole copy of it")
    except EventLogError as error:
        fail(f"{file}: {error}")
    if story is not None and not story.lines:
        fail(
            f"{file} has nothing about the interaction {interaction[:60]!r}",
            "its id is in the history; look at the hour too",
        )
    print(json.dumps(_in_json(found, story), indent=2)) if as_json else _tell(found, story)
    if found.difference is not None:
        raise typer.Exit(_DIFFERS)


def _tell(found: Replayed, story: Story | None) -> None:
    for at, line in story.lines if story else ():
        say(f"{at:%H:%M:%S}.{at.microsecond // 1000:03}  {line}")
    begun, ended = found.header.at, found.until or found.header.at
    span = f"{begun:%Y-%m-%d %H:%M:%S} to {ended:%H:%M:%S} UTC, recorded by ccserver {found.header.program}"
    if found.difference is None:
        say(f"{found.events} events, {found.offers} offers, all the same ({span})")
    else:
        say(f"{found.events} events replayed ({span})")
        _tell_difference(found.difference)


def _tell_difference(one: Difference) -> None:
    say(f"event {one.number} at {one.recorded.at:%H:%M:%S.%f} is decided otherwise now: {words(one.recorded.event)}")
    for title, step in (("then", one.recorded), ("now", one.replayed)):
        say(f"{title}:")
        told = [words(decided) for decided in step.did]
        told += [f"refused: {step.refused}"] if step.refused else []
        told += [f"an error of ccserver: {step.bug}"] if step.bug else []
        for line in told or ["nothing"]:
            say(f"  {line}")


def _in_json(found: Replayed, story: Story | None) -> dict[str, Any]:
    difference = found.difference
    answer: dict[str, Any] = {
        "from": found.header.at.isoformat(),
        "until": found.until.isoformat() if found.until else None,
        "program": found.header.program,
        "events": found.events,
        "offers": found.offers,
        "is_same": difference is None,
        "difference": None
        if difference is None
        else {
            "event": difference.number,
            "recorded": orjson.loads(to_json(difference.recorded)),
            "replayed": orjson.loads(to_json(difference.replayed)),
        },
    }
    if story is not None:
        answer["story"] = [{"at": at.isoformat(), "what": line.strip()} for at, line in story.lines]
    return answer


def words(thing: object) -> str:
    """An event or a decision as a person reads it: what it is called, and what it says."""
    if isinstance(thing, OfferMade):
        of = f" of {thing.queue}" if thing.queue else ""
        return f"offer to {thing.agent}{of} after {wait(thing.waited.total_seconds())}: {thing.explanation}"
    name = _CAPITAL.sub(" ", type(thing).__name__).lower()
    said = [(each.name, _said(getattr(thing, each.name))) for each in fields(thing) if each.name not in _QUIET]  # type: ignore[arg-type]
    text = ", ".join(f"{field_name.replace('_', ' ')} {value}" for field_name, value in said if value)
    return f"{name}: {text}"[:_SHORTENED] if text else name


def _said(value: object) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, timedelta):
        return wait(value.total_seconds())
    if isinstance(value, datetime):
        return f"{value:%H:%M:%S}"
    if value is None or value is False or value in ((), ""):
        return ""
    if is_dataclass(value):
        return words(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_said(one)}" for key, one in value.items())
    if isinstance(value, Iterable) and not isinstance(value, str):
        return " ".join(_said(one) for one in value)
    return str(value)
