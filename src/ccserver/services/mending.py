"""After a bug: what the kernel makes of an event that it could not decide. The running server and the replay do the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from ccserver.core.events import Event
from ccserver.core.ids import InteractionId
from ccserver.core.kernel import Kernel, Outcome
from ccserver.services.subject import subject_of

Tell = Callable[[Exception, Event], None]


def mend(
    kernel: Kernel, event: Event, bug: Exception, now: datetime, subject: InteractionId | None, tell: Tell
) -> Outcome:
    """End what the bug hit; what was decided before it, and what the event means for others, is carried out.

    `subject` is what the event was about before it was tried.
    """
    while True:
        at_fault = kernel.at_fault or event
        tell(bug, at_fault)
        hit = subject_of(at_fault, kernel.centre) or (subject if at_fault is event else None)
        try:
            return kernel.recover(hit, now)
        except Exception as another:
            bug = another
