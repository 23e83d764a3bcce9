"""The last resort after a bug of ours: the interaction that it hit ends at once, in whatever state it was left.

It asks no table and takes nothing for granted, because a handler stopped half-way. What it decides is only how to let go:
legs are hung up, agents are free, no timer is left, the record is written. Not which bug it was; the others go on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from ccserver.core.agent import Agent, Presence
from ccserver.core.centre import Centre
from ccserver.core.commands import CancelTimer, Command, DropConnection, HangUpLeg, ReturnLeg
from ccserver.core.events import Cause, Event, LegArrived
from ccserver.core.ids import InteractionId, WorkItemId, interaction_of_work
from ccserver.core.interaction import Interaction, InteractionState
from ccserver.core.moves import leave_queue
from ccserver.core.notices import Notice, OfferEnded, RecordMade, TalkEnded, WorkItemChanged
from ccserver.core.presence import settle_leaving
from ccserver.core.records import Result
from ccserver.core.reporting import timeline
from ccserver.core.reporting.record import make_record
from ccserver.core.timers import TimerKey
from ccserver.core.work_item import WorkItem, WorkState

Effects = Iterator[Command | Notice | Event]
REASON = "an error of ccserver"


def hit_by(centre: Centre, event: Event, subject: InteractionId | None, now: datetime) -> list[Interaction]:
    """The interactions that the failed event left half-way: its subject; else the one whose leg it was; else those that it
    moved from state to state."""
    if subject is not None:
        return [centre.interactions[subject]] if subject in centre.interactions else []
    leg = getattr(event, "leg", None)
    if leg is not None:
        return [i for i in centre.interactions.values() if leg in (i.customer_leg, i.forwarded_leg)]
    touched = [
        centre.interactions.get(InteractionId(key)) for kind, key in sorted(centre.touched) if kind == "interaction"
    ]
    return [i for i in touched if i is not None and i.changed_at == now and i.state is not InteractionState.ENDED]


def turn_away(centre: Centre, event: Event) -> Effects:
    """A caller for whom not even an interaction could be opened goes to the PBX's own queue."""
    if isinstance(event, LegArrived) and not centre.is_known(event.interaction):
        yield ReturnLeg(event.leg)


def end_at_once(centre: Centre, interaction: Interaction, now: datetime) -> Effects:
    """Let everything and everybody go, and write the record. A caller of the fallback stays with the PBX."""
    items = [item for item in centre.work_items.values() if item.interaction == interaction.id]
    yield from _hang_up(centre, interaction, items)
    for key in [key for key in centre.timers if is_of(key, interaction.id)]:
        yield CancelTimer(key)
    for item in items:
        yield from _close(centre, item, now)
    agents = _without_work(centre, interaction, now)
    yield from leave_queue(interaction, now, "ended")
    timeline.close(interaction, now)
    _mark(centre, interaction, now)
    yield RecordMade(make_record(interaction, now))
    centre.forget(interaction)
    for agent in agents:
        if agent.presence is Presence.LEAVING:
            yield from settle_leaving(centre, agent, now)


def _hang_up(centre: Centre, interaction: Interaction, items: Sequence[WorkItem]) -> Effects:
    legs = [interaction.forwarded_leg, *(item.leg for item in items if item.talk_ended_at is None)]
    if interaction.state not in (InteractionState.FALLBACK, InteractionState.ENDED):
        legs.insert(0, interaction.customer_leg)
    for leg in legs:
        if leg is not None:
            centre.legs.pop(leg, None)
            yield HangUpLeg(leg, REASON)
    if interaction.connection is not None:
        yield DropConnection(interaction.connection)


def is_of(thing: TimerKey | Event, interaction: InteractionId) -> bool:
    """Whether a timer or an event is about the interaction by name."""
    work: WorkItemId | None = getattr(thing, "work_item", None)
    found = interaction_of_work(work) if work is not None else getattr(thing, "interaction", None)
    return found == interaction


def _close(centre: Centre, item: WorkItem, now: datetime) -> Effects:
    if item.connected_at is None:
        yield OfferEnded(item.interaction, item.id, item.agent, "given_up")
    elif item.talk_ended_at is None:
        yield TalkEnded(item.interaction, item.id, item.agent, item.queue, now - item.connected_at)
    item.state = WorkState.CLOSED
    centre.work_items.pop(item.id, None)
    centre.touched.add(("work_item", item.id))
    yield WorkItemChanged(item.id, item.agent, item.state.value)


def _without_work(centre: Centre, interaction: Interaction, now: datetime) -> list[Agent]:
    """Those who had work of this interaction, also one whose work item was not there yet, or not any more."""
    works = ((state.id, state.work_item) for state in centre.agents.values())
    held = [key for key, work in works if work is not None and interaction_of_work(work) == interaction.id]
    agents = [centre.agent(key) for key in held]
    for agent in agents:
        agent.work_item, agent.idle_since = None, now
    return agents


def _mark(centre: Centre, interaction: Interaction, now: datetime) -> None:
    """Over, without asking the table whether that is allowed."""
    was_talking = interaction.state is InteractionState.CONNECTED
    interaction.result = interaction.result or (Result.ANSWERED if was_talking else Result.LOST)
    interaction.end_cause = interaction.end_cause or Cause.UNKNOWN.value
    interaction.left_at = interaction.left_at or now
    interaction.state, interaction.changed_at = InteractionState.ENDED, now
    interaction.work_item, interaction.open_work = None, []
    interaction.revision += 1
    centre.waiting.pop(interaction.id, None)
