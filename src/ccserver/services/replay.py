"""A recorded event log, given to the core again: do the same decisions come out?

It decides nothing: it feeds, and compares. The first step that differs ends the comparison, for everything after it may
differ as its consequence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from ccserver.core.errors import Refused
from ccserver.core.ids import InteractionId
from ccserver.core.kernel import Kernel, Outcome
from ccserver.core.notices import OfferMade
from ccserver.services.event_log import Header, Step, decisions, read_log
from ccserver.services.mending import mend
from ccserver.services.subject import subject_of


@dataclass(frozen=True, slots=True)
class Difference:
    """The event number `number` (from 1) was decided as `recorded` then, as `replayed` now."""

    number: int
    recorded: Step
    replayed: Step


@dataclass(slots=True)
class Replayed:
    """What came of it. `difference` is the first; None: all the same."""

    header: Header
    events: int = 0
    offers: int = 0
    until: datetime | None = None
    difference: Difference | None = None


Watch = Callable[[Step, Outcome | None, InteractionId | None, Kernel], None]
"""Told every step after it was decided: as it came out now, with what follows (None: refused) and whom it is about."""


def replay(lines: Iterable[bytes], watch: Watch = lambda *_: None, *, is_compared: bool = True) -> Replayed:
    """Feed the whole log, up to the first difference if it is compared. Raises EventLogError."""
    header, steps = read_log(lines)
    kernel = Kernel(header.centre)
    kernel.begin_anew(header.learned)
    found = Replayed(header)
    for recorded in steps:
        subject = subject_of(recorded.event, kernel.centre)
        again, outcome = decide(kernel, recorded, subject)
        found.events += 1
        found.offers += sum(isinstance(one, OfferMade) for one in again.did)
        found.until = recorded.at
        watch(again, outcome, subject, kernel)
        if is_compared and again != recorded:
            found.difference = Difference(found.events, recorded, again)
            break
    return found


def decide(kernel: Kernel, recorded: Step, subject: InteractionId | None) -> tuple[Step, Outcome | None]:
    """The step as the kernel decides it now, and everything that follows."""
    step = Step(recorded.at, recorded.event)
    try:
        outcome = kernel.handle(step.event, step.at)
    except Refused as refusal:
        kernel.centre.touched.clear()
        return replace(step, refused=refusal.reason), None
    except Exception as bug:
        outcome = mend(kernel, step.event, bug, step.at, subject, lambda *_: None)
        return replace(step, did=decisions(outcome), bug=type(bug).__name__), outcome
    return replace(step, did=decisions(outcome)), outcome
