"""What can go wrong, and whose fault it is.

CcserverError
├── Refused              the asker wanted something that is not allowed now; told to the asker, nothing changed
├── IllegalTransition    our bug, or a PBX that said something impossible; the machine's state is unchanged
├── PortUnavailable      the environment: a link or a store is away; retried by the service that owns it
└── CascadeTooLong       our bug: handlers kept answering one another

Expected results (busy, no answer, a leg that is gone) are events with a cause, never exceptions.
"""

from __future__ import annotations

from datetime import datetime


class CcserverError(Exception):
    """Root of all errors raised on purpose."""


class Refused(CcserverError):
    """A request that is not allowed in the present state. `reason` is a stable code, `advice` says what to do."""

    def __init__(self, reason: str, advice: str = "") -> None:
        super().__init__(f"{reason}: {advice}" if advice else reason)
        self.reason = reason
        self.advice = advice


class IllegalTransition(CcserverError):
    """`machine` in `state` has no row for `event`. Raised before anything is changed."""

    def __init__(self, machine: str, state: str, event: str) -> None:
        super().__init__(f"{machine}: no transition from {state} on {event}")
        self.machine = machine
        self.state = state
        self.event = event


class PortUnavailable(CcserverError):
    """The port named is away since `since` (None: it never was there)."""

    def __init__(self, port: str, since: datetime | None = None, why: str = "") -> None:
        super().__init__(
            f"{port} is not available{f' since {since:%H:%M:%S}' if since else ''}{f': {why}' if why else ''}"
        )
        self.port = port
        self.since = since
        self.why = why


class CascadeTooLong(CcserverError):
    """One event caused more internal events than the kernel allows."""
