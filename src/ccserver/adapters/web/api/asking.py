"""Requests handed to the desk, and the line in the audit log that goes with each thing a person does."""

from __future__ import annotations

import asyncio

import structlog

from ccserver.adapters.web.ports import WebPorts
from ccserver.adapters.web.problems import Problem
from ccserver.adapters.web.routes import Call
from ccserver.core.errors import PortUnavailable
from ccserver.core.events import Event
from ccserver.core.ids import AgentId
from ccserver.services.office import AuditEntry
from ccserver.services.views import AgentView

_log = structlog.get_logger("ccserver.web.audit")
_ANSWER_LIMIT_SECONDS = 7.0
"""Longer than the desk's own limit, whose refusal says whether something was changed."""


async def ask(call: Call, event: Event) -> None:
    """Hand in the request and wait for the decision. Raises Refused, or the problem unavailable after 7 s."""
    try:
        async with asyncio.timeout(_ANSWER_LIMIT_SECONDS):
            await call.ports.desk.ask(event)
    except TimeoutError:
        raise Problem(
            "unavailable", "No answer in time; look whether it was done before you repeat it.", retry_after=1
        ) from None


def agent_view(call: Call, agent: str) -> AgentView:
    """The agent's picture as it is now. Raises not-found."""
    view = call.ports.desk.agent(AgentId(agent))
    if view is None:
        raise Problem("not-found", "There is no such agent.")
    return view


async def note(call: Call, action: str, about: str, actor: str | None = None, **detail: str) -> None:
    """Write down who did it (`actor` empty: nobody known); values in `detail` must be no secrets."""
    name = call.identity.user.name if actor is None else actor
    await write_down(call.ports, AuditEntry(call.ports.clock.now(), name, action, about, call.address, detail))


async def write_down(ports: WebPorts, entry: AuditEntry) -> None:
    """Add to the audit trail.

    It is done already, so an audit log that is away must not make it look undone: then the line is in the server's log.
    """
    try:
        await ports.audit.write(entry)
    except PortUnavailable:
        parts = {name: getattr(entry, name) for name in ("actor", "action", "about", "address", "detail")}
        _log.error("audit.not_written", **parts)


async def note_for_other(call: Call, agent: str, action: str, **detail: str) -> None:
    """Write down what was done in the name of somebody else; agents' own clicks are in the history of their work."""
    if call.identity.user.agent != agent:
        await note(call, action, f"agent/{agent}", **detail)
