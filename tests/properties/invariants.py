"""The invariants, as questions to the live state after every single step. The oracle shares no code with the router.

I1  an agent has at most one work item
I2  every interaction that arrived is in exactly one place; arrivals = live + ended
I3  each interaction gets exactly one final record, with one final cause, whatever crashes
I5  every transient state has a deadline, and is left at most 2 s after it
I6  a caller's queue entry time and priority never get worse
I7  a caller who waits and an agent who could take the call never coexist, unless the agent is kept free for others: then
    there is a queue of theirs whose policy keeps agents, they are looked at again, and no caller waits beyond the limit of
    the tier, unless somebody of a higher priority waits for the same agent. And unless the customer is being looked up who
    may turn out to be of a higher tier: that has a limit of its own
I8  a call is offered only to an agent who is ready, has a reachable phone and the skill in the plan in force; and who, if
    there was a page of theirs since they signed in, has one now or lost it less than the grace time ago: the lease of
    the desktop. An agent who never had one works with the phone alone and is served (docs/adr/0008-desktop-lease.md).
Lengths: the segments of a record add up to its length, which is the time on the wall; none is negative.

I18 a promise to call back is in one place and has an end; each number has one in a queue, and is dialled once at a time, by an
    agent who is there

I16 what the dispatch holds is what one would hold that knew nothing but the centre
I17 the same holds for what is counted for overflow; nobody waits for whom an overflow rule holds

I18 no caller is told a worse step of the estimated wait than before in the same wait

I4, that a server which dies hangs up nobody, is about processes: see tests/scenarios/test_crashes.py.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta

from ccserver.adapters.sim.centre import SimCentre
from ccserver.core import timers
from ccserver.core.acd.dispatch import Dispatch
from ccserver.core.acd.overflow_rules import rule_for
from ccserver.core.acd.overflow_sight import OverflowSight
from ccserver.core.agent import Agent, Desktop, Presence, SystemReason
from ccserver.core.callback import CallbackState
from ccserver.core.events import DesktopAttached, DesktopDetached, Event
from ccserver.core.forecast import Step
from ccserver.core.ids import AgentId, InteractionId
from ccserver.core.interaction import Interaction, InteractionState
from ccserver.core.kernel import Outcome
from ccserver.core.notices import InteractionStarted, OfferMade, PresenceChanged, RecordMade
from ccserver.core.records import Direction, InteractionRecord
from ccserver.core.skills import meets
from ccserver.core.tiers import PolicyKind
from ccserver.core.work_item import WorkState

Place = tuple[str, datetime, int]
S = InteractionState
_PROMISE = {
    S.QUEUED: (CallbackState.WAITING, CallbackState.RESTING),
    S.OFFERED: (CallbackState.WAITING,),
    S.CALLING: (CallbackState.CALLING,),
}
LATE = timedelta(seconds=2)
LOOKED_AT = timedelta(seconds=1.1)
"""So soon an agent who is kept free is looked at again."""


class Watch:
    """Remembers what it needs for the questions that look back."""

    def __init__(self, sim: SimCentre) -> None:
        self.sim = sim
        self.started: set[InteractionId] = set()
        self.pages: set[AgentId] = set()
        self.leases: set[AgentId] = set()
        """Agents of whom a page was seen since they signed in."""
        self.places: dict[InteractionId, Place] = {}
        self.told: dict[InteractionId, Step] = {}

    def after_step(self, event: Event, outcome: Outcome) -> None:
        """All of them."""
        if isinstance(event, DesktopAttached):
            self.pages.add(event.agent)
            self.leases.add(event.agent)
        elif isinstance(event, DesktopDetached):
            self.pages.discard(event.agent)
        for notice in outcome.notices:
            if isinstance(notice, InteractionStarted):
                self.started.add(notice.interaction)
            elif isinstance(notice, RecordMade):
                lengths_add_up(notice.record)
            elif isinstance(notice, OfferMade):
                self.i8_offer_is_allowed(notice)
            elif isinstance(notice, PresenceChanged) and notice.reason == SystemReason.SIGNED_IN.value:
                self.leases &= self.pages | self._in_grace()
        self.i1_one_work_item_for_each_agent()
        self.i2_every_interaction_is_in_one_place()
        self.i5_every_transient_state_has_a_deadline()
        self.i6_places_never_get_worse()
        self.i7_nobody_waits_for_an_idle_agent()
        self.i16_the_dispatch_has_not_drifted()
        self.i18_promises_are_kept()
        self.i17_overflow_has_not_drifted_and_is_done()
        self.i18_the_wait_told_never_gets_worse()

    def after_crash(self) -> None:
        """What was not on the disk yet was promised to nobody; no page is there."""
        self.pages.clear()
        self.leases = {agent for agent in self.leases if self._is_leased_on_disk(agent)}
        live = {name.partition("/")[2] for name in self.sim.journal.rows if name.startswith("interaction/")}
        kept = {key for key in self.started if key in live or key in self.sim.journal.records}
        self.started = kept
        self.places = {key: place for key, place in self.places.items() if key in kept}
        self.told.clear()

    def i1_one_work_item_for_each_agent(self) -> None:
        centre = self.sim.centre
        several = [agent for agent, n in Counter(w.agent for w in centre.work_items.values()).items() if n > 1]
        assert not several, f"I1: more than one work item: {several}"
        for item in centre.work_items.values():
            assert centre.agents[item.agent].work_item == item.id, f"I1: {item.agent} does not know of {item.id}"
        for agent in centre.agents.values():
            assert agent.work_item is None or agent.work_item in centre.work_items, f"I1: {agent.id} holds a ghost"

    def i2_every_interaction_is_in_one_place(self) -> None:
        centre = self.sim.centre
        for interaction in centre.interactions.values():
            problem = _misplaced(self.sim, interaction)
            assert problem is None, f"I2: {interaction.id} is {interaction.state.value} but {problem}"
        ended = {key for key, records in self.sim.journal.everything_recorded().items() if records}
        live = {key for key, i in centre.interactions.items() if i.state is not S.ENDED}
        assert not ended & live, f"I2: ended and live at once: {ended & live}"
        missing = self.started - live - ended
        assert not missing, f"I2: neither live nor ended: {missing}"

    def i5_every_transient_state_has_a_deadline(self) -> None:
        centre, now = self.sim.centre, self.sim.agenda.now()
        for interaction in centre.interactions.values():
            assert _has_deadline(self.sim, interaction), f"I5: no deadline for {interaction}"
        for item in centre.work_items.values():
            if item.state is WorkState.WRAP_UP:
                assert timers.WrapUpLimit(item.id) in centre.timers, f"I5: endless wrap-up {item}"
        for agent in centre.agents.values():
            assert agent.presence is not Presence.LEAVING or agent.work_item, f"I5: {agent.id} is leaving for ever"
            has_page = agent.id in self.pages or timers.DesktopGrace(agent.id) in centre.timers
            assert agent.desktop is not Desktop.ATTACHED or has_page, f"I5: {agent.id} has a page that is not there"
        since = self.sim.started_at
        overdue = [key for key, due_at in centre.timers.items() if now - max(due_at, since) > LATE]
        assert not overdue, f"I5: overdue {overdue}"

    def i6_places_never_get_worse(self) -> None:
        centre = self.sim.centre
        for interaction in centre.interactions.values():
            place = interaction.place
            if place is None:
                self.places.pop(interaction.id, None)
                continue
            before = self.places.get(interaction.id)
            now: Place = (place.queue, place.since, place.priority)
            if before is not None:
                assert place.since <= before[1], f"I6: {interaction.id} waits since {before}, now {now}"
                assert place.queue != before[0] or place.priority >= before[2], f"I6: priority {before} to {now}"
            self.places[interaction.id] = now

    def i7_nobody_waits_for_an_idle_agent(self) -> None:
        centre = self.sim.centre
        idle = [agent for agent in centre.agents.values() if self._can_work(agent)]
        for interaction in centre.interactions.values():
            in_line = interaction.place_in_line
            if interaction.state is not S.QUEUED or interaction.node not in centre.nodes_up or in_line is None:
                continue
            if self._is_looked_up(interaction):
                continue
            plan = centre.plan.queues.get(in_line.queue)
            able = [agent.id for agent in idle if plan and self._has_skills(agent, plan.id)]
            kept = [agent for agent in able if self._may_be_kept(agent)]
            assert able == kept, f"I7: {interaction.id} waits although {able} could take it"
            assert not kept or timers.AgentsKept() in centre.timers, f"I7: {kept} are kept for ever"
            limit = next((tier.wait_limit for tier in centre.plan.tiers if tier.id == interaction.tier), timedelta())
            waited = self.sim.agenda.now() - in_line.since
            wanted = [agent for agent in kept if not self._is_wanted_before(agent, interaction)]
            # Back from a phone that rang in vain: agents who are kept free are looked at again in time.
            since_back = self.sim.agenda.now() - (interaction.changed_at or in_line.since)
            assert not wanted or min(waited - limit, since_back) <= LOOKED_AT, (
                f"I7: {interaction.id} waits {waited} although {kept} are free"
            )

    def _is_wanted_before(self, agent: AgentId, interaction: Interaction) -> bool:
        """By a caller of a higher priority who waits: no limit of a lower one goes before it, and it waits no longer than its own."""
        centre, state = self.sim.centre, self.sim.centre.agents[agent]
        others = [centre.interactions[key].place_in_line for key in centre.waiting]
        mine = interaction.place.priority if interaction.place else 0
        return any(
            place.priority > mine and place.queue in centre.plan.queues and self._has_skills(state, place.queue)
            for place in others
            if place is not None
        )

    def _may_be_kept(self, agent: AgentId) -> bool:
        plan = self.sim.centre.plan
        keeping = [queue for queue in plan.queues.values() if queue.policy.kind is PolicyKind.TARGETS]
        return any(meets(plan.agents[agent].skills, queue.needs) for queue in keeping)

    def _is_looked_up(self, interaction: Interaction) -> bool:
        centre = self.sim.centre
        plan = centre.plan.queues.get(interaction.place.queue) if interaction.place else None
        may_rise = interaction.tier != centre.plan.tiers[0].id and plan and plan.policy.kind is not PolicyKind.EQUAL
        return bool(may_rise) and timers.LookUpLimit(interaction.id) in centre.timers

    def i18_the_wait_told_never_gets_worse(self) -> None:
        for interaction in self.sim.centre.interactions.values():
            place = interaction.place
            if place is None:
                self.told.pop(interaction.id, None)
                continue
            before = self.told.get(interaction.id)
            if place.told is not None:
                assert before is None or place.told.step <= before, f"I18: {interaction.id} was told {before}"
                self.told[interaction.id] = place.told.step
            else:
                assert before is None, f"I18: what {interaction.id} was told is forgotten"

    def i16_the_dispatch_has_not_drifted(self) -> None:
        dispatch, fresh = self.sim.kernel.dispatch, Dispatch()
        fresh.follow(self.sim.centre, self.sim.agenda.now())
        assert dispatch is not None, "I16: a bug was met"
        assert dispatch.holds() == fresh.holds(), f"I16: {dispatch.holds()} is not {fresh.holds()}"

    def i17_overflow_has_not_drifted_and_is_done(self) -> None:
        centre, watch, now = self.sim.centre, self.sim.kernel.overflow, self.sim.agenda.now()
        assert watch is not None, "I17: a bug was met"
        assert watch.sight is not None, "I17: nobody looked"
        on = set(centre.switches)
        assert watch.sight.holds() == OverflowSight(centre).holds(), "I17: the figures have drifted"
        assert on == centre.switches, f"I17: {on ^ centre.switches} have drifted"
        for key in centre.waiting:
            interaction = centre.interactions[key]
            place = interaction.place
            if place is None or place.is_overdue or interaction.node not in centre.nodes_up:
                continue
            if self._is_looked_up(interaction):
                continue
            found = rule_for(centre.plan, interaction, on, watch.sight.count, now)
            due_at = centre.timers.get(timers.OverflowDue(key))
            # A timer that is due at this very instant, and has not fired yet.
            assert found is None or (due_at is not None and due_at <= now), f"I17: {key} waits in spite of {found}"

    def i18_promises_are_kept(self) -> None:
        centre = self.sim.centre
        promised = {
            key: call
            for key, call in centre.interactions.items()
            if call.callback is not None and call.callback.is_open and call.state is not S.ENDED
        }
        assert promised.keys() == centre.callbacks.keys(), f"I18: {promised.keys() ^ centre.callbacks.keys()}"
        targets = Counter((call.dnis, call.place.queue if call.place else None) for call in promised.values())
        assert all(times == 1 for times in targets.values()), f"I18: promised twice: {targets}"
        for key, call in promised.items():
            state = call.callback.state if call.callback else None
            fits = _PROMISE.get(call.state, ())
            assert state in fits, f"I18: {key} is {call.state.value}, its promise {state}"
            assert timers.CallbackExpires(key) in centre.timers, f"I18: {key} never expires"
            is_dialled = call.state is S.CALLING
            item = centre.work_items.get(call.work_item) if call.work_item else None
            assert not is_dialled or (item is not None and item.connected_at is not None), (
                f"I18: nobody is there for {key}"
            )

    def i8_offer_is_allowed(self, offer: OfferMade) -> None:
        agent = self.sim.centre.agents[offer.agent]
        if offer.explanation.startswith(f"{offer.agent} calls"):
            assert agent.is_phone_reachable, f"I8: {agent.id} has no phone"
            return
        item = self.sim.centre.work_items.get(offer.work_item)
        assert agent.presence is Presence.READY or item is None, f"I8: {agent.id} is not ready"
        assert agent.is_phone_reachable, f"I8: {agent.id} has no phone"
        has_lease = agent.id in self.pages | self._in_grace()
        assert has_lease or agent.id not in self.leases, f"I8: the page of {agent.id} is gone for longer than the grace"
        assert not agent.is_phone_busy, f"I8: {agent.id} is on the phone"
        # A colleague's transfer, and its return, name their agent, also where a reload took the queue away meanwhile.
        if offer.queue and not offer.explanation.startswith(("transferred to", "back to")):
            assert self._has_skills(agent, offer.queue), f"I8: {agent.id} has not the skill for {offer.queue}"

    def at_rest(self) -> None:
        """I3, when all is over."""
        recorded = self.sim.journal.records
        assert self.started <= set(recorded), f"I3: no record of {self.started - set(recorded)}"
        for key, records in recorded.items():
            assert [r.is_final for r in records].count(True) == 1, f"I3: final records of {key}: {records}"
            assert len({r.end_cause for r in records}) == 1, f"I3: causes of {key}: {records}"

    def _in_grace(self) -> set[AgentId]:
        return {key.agent for key in self.sim.centre.timers if isinstance(key, timers.DesktopGrace)}

    def _is_leased_on_disk(self, agent: AgentId) -> bool:
        row = self.sim.journal.rows.get(f"agent/{agent}")
        return row is not None and json.loads(row)["desktop"] != Desktop.ABSENT.value

    def _can_work(self, agent: Agent) -> bool:
        return (
            agent.presence is Presence.READY
            and agent.work_item is None
            and agent.is_phone_reachable
            and not agent.is_phone_busy
            and agent.desktop is not Desktop.LOST
        )

    def _has_skills(self, agent: Agent, queue: str) -> bool:
        plan = self.sim.centre.plan
        profile = plan.agents.get(agent.id)
        plan_of = plan.queues[queue]  # type: ignore[index]
        return profile is not None and meets(profile.skills, plan_of.needs)


def lengths_add_up(record: InteractionRecord) -> None:
    """Exactly, whoever wrapped up beside whom."""
    parts = [part for segment in record.segments for part in (segment.length, segment.beside)]
    assert min([*parts, record.call, record.length]) >= timedelta(), f"lengths: a negative length in {record}"
    summed = sum((segment.length for segment in record.segments), timedelta())
    assert summed == record.ended_at - record.started_at == record.length, (
        f"lengths: the lengths of {record} do not add up"
    )
    assert record.call <= record.length, f"lengths: the call is longer than all of it: {record}"


def _misplaced(sim: SimCentre, interaction: Interaction) -> str | None:
    """What contradicts the state; None when all fits."""
    centre, state = sim.centre, interaction.state
    item = centre.work_items.get(interaction.work_item) if interaction.work_item else None
    ringing = item is not None and item.state in (WorkState.OFFERED, WorkState.ALERTING)
    talking = item is not None and item.state in (WorkState.CONNECTED, WorkState.HELD)
    is_promised = interaction.callback is not None and interaction.callback.is_open
    is_giving_up = state is S.CLOSING and interaction.direction is Direction.OUTBOUND
    facts = {
        "the waiting line disagrees": (interaction.id in centre.waiting) == (state is S.QUEUED),
        "it has no place": state is not S.QUEUED or interaction.place is not None,
        "it has a place": interaction.place is None
        or state in (S.QUEUED, S.OFFERED, S.FALLBACK)
        or (state is S.CALLING and (interaction.is_on_its_way or is_promised)),
        "the flow disagrees": (interaction.flow is not None) == (state is S.IN_FLOW),
        "no phone is rung for it": state is not S.OFFERED or ringing,
        "a phone is rung for it": not ringing or state in (S.OFFERED, S.CALLING),
        "nobody talks": state is not S.CONNECTED or talking or interaction.forwarded_leg is not None,
        "somebody talks": not talking or state in (S.CONNECTED, S.CALLING) or is_giving_up,
        "it holds a ghost": interaction.work_item is None or item is not None,
        "work is open that is not known": all(key in centre.work_items for key in interaction.open_work),
        "it never left": state is not S.ENDED or bool(interaction.open_work),
        "it never moved": state is not S.ARRIVED,
        "an outbound call is queued without a customer": interaction.direction is Direction.INBOUND
        or interaction.customer_leg is not None
        or is_promised
        or state in (S.CALLING, S.CLOSING, S.ENDED),
    }
    return next((what for what, holds in facts.items() if not holds), None)


def _has_deadline(sim: SimCentre, interaction: Interaction) -> bool:
    started, key = sim.centre.timers, interaction.id
    has_prompt = interaction.prompt is not None and timers.PromptLimit(key, interaction.prompt) in started
    match interaction.state:
        case S.IN_FLOW:
            serial = interaction.flow.serial if interaction.flow else 0
            return has_prompt or timers.DigitLimit(key, serial) in started
        case S.QUEUED:
            return timers.MaxWait(key) in started or timers.CallbackExpires(key) in started
        case S.OFFERED:
            return interaction.work_item is not None and timers.RingLimit(interaction.work_item) in started
        case S.CALLING:
            is_ringing = interaction.work_item is not None and timers.RingLimit(interaction.work_item) in started
            return is_ringing or timers.DialLimit(key) in started
        case S.RECORDING:
            return has_prompt or timers.MessageLimit(key) in started
        case S.CLOSING:
            return has_prompt or timers.CloseLimit(key) in started
        case S.ARRIVED:
            return False
        case _:
            return True
