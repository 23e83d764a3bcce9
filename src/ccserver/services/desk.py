"""The desk: requests go in to the runtime, pictures of the centre come out. Reads the live state; changes nothing itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from ccserver.core.acd.alternatives import further_queues
from ccserver.core.acd.keeping import callbacks_of
from ccserver.core.acd.line import line, rank
from ccserver.core.agent import Agent, Presence
from ccserver.core.centre import Centre
from ccserver.core.events import Cause, Event
from ccserver.core.ids import AgentId, InteractionId, QueueId
from ccserver.core.interaction import Interaction, InteractionState
from ccserver.core.notices import Notice
from ccserver.core.plan import AgentProfile, QueuePlan
from ccserver.core.records import Direction, Result, SegmentKind
from ccserver.core.skills import meets
from ccserver.core.work_item import WorkItem, WorkState
from ccserver.services.callbacks import CallbackView, callback_views
from ccserver.services.ports import Clock
from ccserver.services.recent import InteractionView, RecentRecords
from ccserver.services.runtime import Runtime
from ccserver.services.today import Today
from ccserver.services.views import (
    AgentView,
    ColleagueResultView,
    ExpectedView,
    Names,
    QueueView,
    TierView,
    WaitingView,
    WorkItemView,
    expected_view,
    step_name,
    why_view,
)

DIALLING = "dialling"
"""Shown instead of the work item's state while a call out is being made."""


class CentreDesk:
    """Implements `views.Desk` over the running centre."""

    def __init__(self, runtime: Runtime, clock: Clock, today: Today) -> None:
        self._runtime, self._clock, self._today = runtime, clock, today
        self._recent = RecentRecords()
        runtime.subscribe(self._recent.take)

    @property
    def _centre(self) -> Centre:
        return self._runtime.kernel.centre

    async def ask(self, event: Event) -> None:
        await self._runtime.ask(event)

    def subscribe(self, listener: Callable[[Notice], None]) -> Callable[[], None]:
        return self._runtime.subscribe(listener)

    def agents(self) -> Sequence[AgentView]:
        return [self._agent(profile) for profile in self._centre.plan.agents.values()]

    def presences(self) -> Mapping[str, float]:
        """How many agents of the plan there are in each presence."""
        states = (self._centre.agents.get(agent) for agent in self._centre.plan.agents)
        return Counter((state.presence if state else Presence.LOGGED_OUT).value for state in states)

    def agent(self, agent: AgentId) -> AgentView | None:
        profile = self._centre.plan.agents.get(agent)
        return self._agent(profile) if profile else None

    def queues(self) -> Sequence[QueueView]:
        now = self._clock.now()
        return [self._queue(plan, now) for plan in self._centre.plan.queues.values()]

    def not_ready_reasons(self) -> Mapping[str, str]:
        return self._centre.plan.not_ready_reasons

    def callbacks(self) -> Sequence[CallbackView]:
        return callback_views(self._centre)

    def names(self) -> Names:
        plan = self._centre.plan
        return Names(
            {each.id: each.name for each in plan.agents.values()}, {each.id: each.name for each in plan.queues.values()}
        )

    def interaction(self, interaction: InteractionId) -> InteractionView | None:
        return self._recent.view(self._centre, interaction, self._clock)

    # -- pictures -------------------------------------------------------------------------------------------------------

    def _agent(self, profile: AgentProfile) -> AgentView:
        state = self._centre.agents.get(profile.id) or Agent(profile.id)
        item = self._centre.work_items.get(state.work_item) if state.work_item else None
        return AgentView(
            id=profile.id,
            name=profile.name,
            extension=profile.extension,
            team=profile.team,
            skills=profile.skills,
            presence=state.presence.value,
            reason=state.reason,
            since=_since(state) or self._clock.now(),
            is_phone_reachable=state.is_phone_reachable,
            is_available=state.is_available,
            work=self._work(item) if item else None,
            team_name=profile.team_name or profile.team,
            lacks_page=state.lacks_page,
        )

    def _work(self, item: WorkItem) -> WorkItemView | None:
        interaction = self._centre.interactions.get(item.interaction)
        if interaction is None:
            return None
        plan = self._centre.plan.queues.get(item.queue) if item.queue else None
        promise = interaction.callback
        return WorkItemView(
            id=item.id,
            interaction=item.interaction,
            state=DIALLING if _is_dialling(item, interaction) else item.state.value,
            direction=interaction.direction.value,
            queue=item.queue or "",
            queue_name=plan.name if plan else "",
            entry_point=self._entry_point(interaction),
            ani=interaction.ani,
            dnis=interaction.dnis,
            caller_name=interaction.caller_name,
            customer=interaction.customer,
            reason=interaction.reason,
            answers=dict(interaction.answers),
            waited_seconds=_waited_for(item, interaction, self._clock.now()),
            offered_at=item.offered_at,
            connected_at=_talk_began(item, interaction),
            wrap_up_ends_at=item.wrap_up_ends_at,
            dispositions=plan.dispositions if plan else (),
            disposition=item.disposition,
            notes=item.notes,
            explanation=item.explanation,
            held_at=interaction.segment_since if item.state is WorkState.HELD else None,
            outcome=_outcome(interaction),
            documents=item.documents,
            why=why_view(item.why, self.names()),
            transferred_by=self.names().agent(item.transferred_by),
            earlier_results=_earlier_results(item, interaction, self.names()),
            script=item.script,
            callback_of=promise.first if promise else None,
            promised_at=promise.promised_at if promise else None,
        )

    def _entry_point(self, interaction: Interaction) -> str:
        entry = self._centre.plan.entry_points.get(interaction.dnis)
        return entry.name if entry else ""

    def _queue(self, plan: QueuePlan, now: datetime) -> QueueView:
        in_line = self._in_queue(plan.id)
        waiting = [i for i in in_line if not i.is_called_back]
        counts = self._today.queues[plan.id]
        able = [a for a in self._centre.plan.agents.values() if meets(a.skills, plan.needs)]
        states = [state for a in able if (state := self._centre.agents.get(a.id)) is not None]
        return QueueView(
            id=plan.id,
            name=plan.name,
            waiting=len(waiting),
            longest_wait_seconds=max((_waited(i, now) for i in waiting), default=0.0),
            talking=self._talking(plan.id),
            agents_ready=sum(1 for s in states if s.is_available),
            agents_signed_in=sum(1 for s in states if s.presence is not Presence.LOGGED_OUT),
            answer_target_seconds=plan.answer_target.total_seconds(),
            offered_today=counts.offered,
            answered_today=counts.answered,
            abandoned_today=counts.abandoned,
            service_level_ratio=counts.service_level_ratio,
            tiers=self._tiers(plan.id, waiting, now),
            line=[self._waiting(place, i) for place, i in enumerate(in_line[:100], 1)],
            callbacks=len(callbacks_of(self._centre, plan.id)),
            expected=self._expected(plan.id, "", now),
            waiting_here_too=self._waiting_here_too(plan.id),
        )

    def _waiting_here_too(self, queue: QueueId) -> int:
        centre = self._centre
        places = (i.place for i in centre.interactions.values() if i.place is not None)
        return sum(1 for place in places if queue in further_queues(centre.plan, place))

    def _in_queue(self, queue: QueueId) -> list[Interaction]:
        """Those who wait and those whose offer rings, in the order of service."""
        offered = [
            i
            for i in self._centre.interactions.values()
            if i.state is InteractionState.OFFERED and i.place and i.place.queue == queue
        ]
        return sorted([*line(self._centre, queue), *offered], key=rank)

    def _talking(self, queue: QueueId) -> int:
        talking = (i for i in self._centre.interactions.values() if i.state is InteractionState.CONNECTED)
        return sum(1 for i in talking if i.last_queue == queue)

    def _expected(self, queue: QueueId, tier: str, now: datetime) -> ExpectedView | None:
        forecast = self._runtime.kernel.forecast
        return expected_view(forecast.of_newcomer(queue, tier, now)) if forecast is not None else None

    def _tiers(self, queue: QueueId, waiting: Sequence[Interaction], now: datetime) -> list[TierView]:
        names = {tier for q, tier in self._today.tiers if q == queue} | {i.tier for i in waiting}
        return [
            TierView(
                tier=name,
                waiting=sum(1 for i in waiting if i.tier == name),
                offered_today=(counts := self._today.tier(queue, name)).offered,
                answered_today=counts.answered,
                within_target_today=counts.within_target,
                service_level_ratio=counts.service_level_ratio,
                expected=self._expected(queue, name, now),
            )
            for name in sorted(names)
        ]

    def _waiting(self, place: int, interaction: Interaction) -> WaitingView:
        item = self._centre.work_items.get(interaction.work_item) if interaction.work_item else None
        since = interaction.place.since if interaction.place else interaction.started_at
        further = further_queues(self._centre.plan, interaction.place) if interaction.place else ()
        return WaitingView(
            interaction=interaction.id,
            position=place,
            ani=interaction.customer_number,
            customer_name=interaction.customer.name if interaction.customer else interaction.caller_name,
            tier=interaction.tier,
            priority=interaction.place.priority if interaction.place else 0,
            waiting_since=since,
            offered_to=item.agent if item else "",
            is_callback=interaction.is_called_back,
            expected=expected_view(interaction.place.expected if interaction.place else None),
            told=step_name(interaction.place.told if interaction.place else None),
            also=[self._centre.plan.queues[queue].name for queue in further],
        )


def _is_dialling(item: WorkItem, interaction: Interaction) -> bool:
    """The agent took the own phone, and the number called has not answered yet."""
    return interaction.state is InteractionState.CALLING and item.state is WorkState.CONNECTED


def _since(state: Agent) -> datetime | None:
    """Idle time counts from the last work, whatever else the presence may be."""
    if state.presence is Presence.READY and state.work_item is None and state.since and state.idle_since:
        return max(state.since, state.idle_since)
    return state.since


def _talk_began(item: WorkItem, interaction: Interaction) -> datetime | None:
    """When the two could speak. On a call out that is later than the agent's taking the own phone."""
    if interaction.direction is Direction.INBOUND:
        return item.connected_at
    talks = [each.started_at for each in interaction.segments if each.kind is SegmentKind.TALK]
    if interaction.segment_kind is SegmentKind.TALK and interaction.segment_since:
        talks.append(interaction.segment_since)
    return max(talks[0], item.connected_at) if talks and item.connected_at else None


def _earlier_results(item: WorkItem, interaction: Interaction, names: Names) -> list[ColleagueResultView]:
    """What was written in other pieces of work of the call: what the customer told one agent, no other has to ask."""
    return [
        ColleagueResultView(each.agent, names.agent(each.agent), each.disposition, each.notes)
        for key, each in interaction.results.items()
        if key != item.id and (each.notes or each.disposition)
    ]


def _outcome(interaction: Interaction) -> str:
    """Why a call out reached nobody."""
    if interaction.result is not Result.NOT_REACHED:
        return ""
    return "cancelled" if interaction.end_cause in ("", Cause.NORMAL.value) else interaction.end_cause


def _waited_for(item: WorkItem, interaction: Interaction, now: datetime) -> float:
    """How long the customer waits, or waited, for this agent: in line and ringing, without flows and earlier talks."""
    if item.connected_at is None:
        since = interaction.place.since if interaction.place else item.offered_at
        return (now - since).total_seconds()
    begun = item.connected_at
    for segment in reversed(interaction.segments):
        if segment.kind in (SegmentKind.QUEUE, SegmentKind.RING) and segment.ended_at == begun:
            begun = segment.started_at
    return (item.connected_at - begun).total_seconds()


def _waited(interaction: Interaction, now: datetime) -> float:
    since = interaction.place.since if interaction.place else now
    return (now - since).total_seconds()
