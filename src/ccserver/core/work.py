"""Closing work: withdrawn offers, the end of talk, wrap-up and its limit, the agent's result."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from ccserver.core.agent import Presence
from ccserver.core.centre import Centre
from ccserver.core.commands import CancelTimer, Command, StartTimer
from ccserver.core.errors import Refused
from ccserver.core.events import Event, WrapUpSaved
from ccserver.core.fsm import step
from ccserver.core.ids import AgentId
from ccserver.core.interaction import Interaction, InteractionState
from ccserver.core.notices import Notice, RecordMade, TalkEnded, WorkItemChanged
from ccserver.core.presence import settle_leaving
from ccserver.core.records import MOST_DOCUMENTS, AgentResult, Document
from ccserver.core.reporting.record import make_record
from ccserver.core.reporting.timeline import add_wrap_up
from ccserver.core.timers import RingLimit, WrapUpLimit
from ccserver.core.work_item import WORK, WorkEvent, WorkItem, WorkState

Effects = Iterator[Command | Notice | Event]


def close_offer(centre: Centre, item: WorkItem, now: datetime) -> Effects:
    """The offer is over without an answer: the agent is free again (whether ready is another question)."""
    item.state = step(WORK, item.state, WorkEvent.WITHDRAWN)
    yield CancelTimer(RingLimit(item.id))
    centre.legs.pop(item.leg, None)
    interaction = centre.interaction(item.interaction)
    interaction.work_item = None
    yield from _release(centre, item, interaction, now)


def end_talk(centre: Centre, item: WorkItem, now: datetime) -> Effects:
    """The agent's part of the talk is over: wrap-up begins, or the work closes at once where there is none."""
    item.state = step(WORK, item.state, WorkEvent.TALK_ENDED)
    item.talk_ended_at = now
    centre.legs.pop(item.leg, None)
    interaction = centre.interaction(item.interaction)
    interaction.work_item = None
    yield TalkEnded(interaction.id, item.id, item.agent, item.queue, now - (item.connected_at or now))
    limit = wrap_up_limit(centre, item)
    if limit <= timedelta():
        yield from finish(centre, item, now)
        return
    item.wrap_up_ends_at = now + limit
    yield StartTimer(WrapUpLimit(item.id), item.wrap_up_ends_at)
    yield WorkItemChanged(item.id, item.agent, item.state.value)


def wrap_up_limit(centre: Centre, item: WorkItem) -> timedelta:
    """The agent's own limit, else the queue's, else that of the centre."""
    profile = centre.plan.agents.get(item.agent)
    if profile is not None and profile.wrap_up_limit is not None:
        return profile.wrap_up_limit
    plan = centre.plan.queues.get(item.queue) if item.queue else None
    return plan.wrap_up_limit if plan else centre.plan.default_wrap_up_limit


def on_wrap_up_limit(centre: Centre, key: WrapUpLimit, now: datetime) -> Effects:
    """The time for wrap-up is used up."""
    item = centre.work_items.get(key.work_item)
    if item is not None and item.state is WorkState.WRAP_UP:
        yield from finish(centre, centre.work_item(item.id), now)


def on_wrap_up_saved(centre: Centre, event: WrapUpSaved, now: datetime) -> Effects:
    """Keep the agent's result; `done` ends the wrap-up.

    Raises Refused for somebody else's or closed work, an unknown disposition, `done` while still talking, or more documents
    than an interaction may have.
    """
    item = centre.work_items.get(event.work_item)
    if item is None or item.agent != event.agent:
        raise Refused("no_such_work", "this call is closed already, or it is not yours")
    plan = centre.plan.queues.get(item.queue) if item.queue else None
    if event.disposition and plan and plan.dispositions and event.disposition not in plan.dispositions:
        raise Refused("unknown_disposition", f"one of: {', '.join(plan.dispositions)}")
    if event.done and item.state is not WorkState.WRAP_UP:
        raise Refused("still_talking", "end the call first")
    documents = _documents(centre, item, event.documents)
    item = centre.work_item(item.id)
    item.disposition, item.notes = event.disposition or item.disposition, event.notes
    interaction = centre.interaction(item.interaction)
    _keep_result(centre, item, interaction)
    if event.documents is not None:
        item.documents, interaction.documents = event.documents, documents
    if event.done:
        yield from finish(centre, item, now)
    else:
        yield WorkItemChanged(item.id, item.agent, item.state.value)
    for colleague in (centre.work_items[other] for other in interaction.open_work if other != item.id):
        yield WorkItemChanged(colleague.id, colleague.agent, colleague.state.value)


def _keep_result(centre: Centre, item: WorkItem, interaction: Interaction) -> None:
    """Each agent's own, side by side. The disposition of the interaction is the one that was chosen last."""
    interaction.results[item.id] = AgentResult(item.agent, item.disposition, item.notes)
    interaction.disposition = item.disposition or interaction.disposition
    written = [(each.agent, each.notes) for each in interaction.results.values() if each.notes]
    authors = {agent for agent, _ in written}
    if len(authors) <= 1:
        interaction.notes = "\n\n".join(notes for _, notes in written)
    else:
        interaction.notes = "\n\n".join(f"{_name(centre, agent)}: {notes}" for agent, notes in written)


def _name(centre: Centre, agent: AgentId) -> str:
    profile = centre.plan.agents.get(agent)
    return profile.name if profile else agent


def _documents(centre: Centre, item: WorkItem, attached: tuple[Document, ...] | None) -> list[Document]:
    """All of the interaction: what others attached stays, the agent's own are these; each is there once."""
    before = centre.interactions[item.interaction].documents
    others = [document for document in before if document not in item.documents]
    found = list(dict.fromkeys((*others, *(attached or ()))))
    if attached is not None and len(found) > MOST_DOCUMENTS:
        raise Refused("too_many_documents", f"a call has room for {MOST_DOCUMENTS}")
    return found


def finish(centre: Centre, item: WorkItem, now: datetime) -> Effects:
    """End of wrap-up."""
    item.state = step(WORK, item.state, WorkEvent.FINISHED)
    yield CancelTimer(WrapUpLimit(item.id))
    interaction = centre.interaction(item.interaction)
    add_wrap_up(interaction, item.talk_ended_at or now, now, item.queue, item.agent)
    yield from _release(centre, item, interaction, now)
    if interaction.state is InteractionState.ENDED:
        yield from write_record(centre, interaction, now)


def write_record(centre: Centre, interaction: Interaction, now: datetime) -> Effects:
    """Write the next revision of the record; the interaction is forgotten when no work is open any more."""
    interaction.revision += 1
    yield RecordMade(make_record(interaction, now))
    if not interaction.open_work:
        centre.forget(interaction)


def _release(centre: Centre, item: WorkItem, interaction: Interaction, now: datetime) -> Effects:
    centre.work_items.pop(item.id, None)
    centre.touched.add(("work_item", item.id))
    interaction.open_work.remove(item.id)
    agent = centre.agent(item.agent)
    agent.work_item, agent.idle_since = None, now
    yield WorkItemChanged(item.id, item.agent, item.state.value)
    if agent.presence is Presence.LEAVING:
        yield from settle_leaving(centre, agent, now)
