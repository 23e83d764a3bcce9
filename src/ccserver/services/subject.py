"""Which interaction an event, a command or a notice is about: the id under which its log lines are found.

It decides nothing else. What is about several or about none (a snapshot, a link, a person without work) has no subject.
"""

from __future__ import annotations

from typing import Any

from ccserver.core.centre import Centre
from ccserver.core.events import TimerFired
from ccserver.core.ids import AgentId, InteractionId, LegId, WorkItemId, interaction_of, interaction_of_work


def subject_of(thing: object, centre: Centre) -> InteractionId | None:
    """By its interaction, work item or leg; for a person's request, by the work in front of the person."""
    about: Any = thing.key if isinstance(thing, TimerFired) else thing
    direct: InteractionId | None = getattr(about, "interaction", None)
    if direct:
        return direct
    work: WorkItemId | None = getattr(about, "work_item", None)
    return (work and interaction_of_work(work)) or _by_leg(about, centre) or _by_agent(about, centre)


def _by_leg(about: Any, centre: Centre) -> InteractionId | None:
    """A caller's leg is known while the call goes on; ids of ours say it themselves."""
    for name in ("leg", "connection", "prompt", "about"):
        identity: str = getattr(about, name, "")
        found = centre.legs.get(LegId(identity)) or interaction_of(identity)
        if found is not None:
            return found
    return None


def _by_agent(about: Any, centre: Centre) -> InteractionId | None:
    state = centre.agents.get(AgentId(getattr(about, "agent", "")))
    return interaction_of_work(state.work_item) if state is not None and state.work_item is not None else None
