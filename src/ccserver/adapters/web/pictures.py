"""How much of the live pictures a user sees: seniors everything, agents no other agent's caller and no waiting line."""

from __future__ import annotations

from dataclasses import replace

from ccserver.adapters.web.identity import Identity
from ccserver.services.views import AgentView, QueueView


def agent_for(identity: Identity, view: AgentView) -> AgentView:
    """A colleague's picture for an agent is without the work: whom others talk to is not theirs to see."""
    if identity.is_senior or view.id == identity.user.agent:
        return view
    return replace(view, work=None)


def queue_for(identity: Identity, view: QueueView) -> QueueView:
    return view if identity.is_senior else without_line(view)


def without_line(view: QueueView) -> QueueView:
    """The queue without the names and numbers of those who wait."""
    return replace(view, line=())
