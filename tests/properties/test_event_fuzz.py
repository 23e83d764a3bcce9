"""Arbitrary events, with ids that are known and ids that are not: nothing but Refused is raised, and the invariants hold.

Here no PBX keeps the order: ends come before beginnings, answers without a ring, snapshots out of nowhere.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.properties.invariants import Watch
from tests.properties.plan import CORNER_LINE, RELAY_LINE, make_plan
from tests.scenarios import stage as words

from ccserver.adapters.sim.centre import NODE, SimCentre
from ccserver.adapters.sim.clock import START
from ccserver.core import events, timers
from ccserver.core import fallback_events as black_box
from ccserver.core.customer import CustomerCard
from ccserver.core.errors import Refused
from ccserver.core.events import Cause, Event, PbxSnapshot, SnapshotLeg, TransferKind, TransferTarget
from ccserver.core.ids import (
    AgentId,
    ConnectionId,
    CustomerId,
    InteractionId,
    LegId,
    PromptId,
    WorkItemId,
    connection_id,
    leg_id,
    prompt_id,
    work_item_id,
)
from ccserver.core.plan import Plan

IS_LARGE = os.environ.get("CCSERVER_PROPERTIES") == "large"
interactions = st.sampled_from([InteractionId(key) for key in ("i1", "i2", "i3")])
callers = st.sampled_from([LegId("c1"), LegId("c2"), LegId("c3")])
ours = st.builds(leg_id, st.just(NODE), interactions, st.integers(1, 3))
strange = st.sampled_from([LegId(""), LegId("cc-"), LegId("cc-x-y-l1"), LegId("\x00")])
legs = st.one_of(callers, ours, strange)
connections = st.one_of(
    st.builds(connection_id, st.just(NODE), interactions, st.integers(1, 2)), st.just(ConnectionId("?"))
)
prompts = st.one_of(st.builds(prompt_id, interactions, st.integers(1, 6)), st.just(PromptId("?")))
work = st.one_of(st.builds(work_item_id, interactions, st.integers(1, 3)), st.just(WorkItemId("?")))
agents = st.sampled_from([AgentId(name) for name in ("ann", "bob", "cem", "nobody")])
numbers = st.sampled_from(["", words.KNOWN_CALLER, "+442079460300", "anonymous"])
lines = st.sampled_from(
    [
        words.SUPPORT_LINE,
        words.IVR_LINE,
        words.PRIVATE_LINE,
        words.CLOSED_LINE,
        words.TINY_LINE,
        RELAY_LINE,
        CORNER_LINE,
        words.NO_LINE,
        "",
    ]
)
causes = st.sampled_from(list(Cause))
targets = st.builds(
    TransferTarget, st.sampled_from(list(TransferKind)), st.sampled_from(["support", "bob", words.OUTSIDE, "", "?"])
)
cards = st.sampled_from([None, CustomerCard(CustomerId("c7"), "Grace", "gold", 1.0)])
snapshot_legs = st.builds(
    SnapshotLeg,
    legs,
    st.booleans(),
    st.one_of(st.none(), interactions),
    st.booleans(),
    numbers,
    lines,
)
snapshots = st.builds(
    PbxSnapshot,
    st.just(NODE),
    st.lists(snapshot_legs, max_size=4, unique_by=lambda leg: leg.leg).map(tuple),
    st.dictionaries(connections, st.lists(legs, max_size=2).map(tuple), max_size=2),
    st.frozensets(legs, max_size=2),
    st.sampled_from(["boot1", "boot2"]),
)
keys = st.one_of(
    st.builds(timers.RingLimit, work),
    st.builds(timers.WrapUpLimit, work),
    st.builds(timers.AnnouncementDue, interactions),
    st.builds(timers.MaxWait, interactions),
    st.builds(timers.DigitLimit, interactions, st.integers(0, 5)),
    st.builds(timers.PromptLimit, interactions, prompts),
    st.builds(timers.LookUpLimit, interactions),
    st.builds(timers.MessageLimit, interactions),
    st.builds(timers.CloseLimit, interactions),
    st.builds(timers.DialLimit, interactions),
    st.builds(timers.DesktopGrace, agents),
    st.just(timers.AgentsKept()),
    st.builds(timers.OverflowDue, interactions),
)
telephone = st.one_of(
    st.builds(events.LegRang, legs),
    st.builds(events.LegAnswered, legs),
    st.builds(events.LegEnded, legs, causes),
    st.builds(events.DigitReceived, legs, st.sampled_from("0123456789*#")),
    st.builds(events.PromptFinished, legs, prompts),
    st.builds(events.MessageRecorded, legs, interactions.map(lambda key: f"vm-{key}"), st.floats(0, 60)),
    st.builds(events.ConnectFailed, connections, st.tuples(legs, legs)),
)
arrivals = st.one_of(
    st.builds(events.LegArrived, callers, st.just(NODE), interactions, numbers, lines),
    st.builds(
        events.PhoneDialled, callers, st.just(NODE), interactions, agents, st.sampled_from(["999", words.OUTSIDE])
    ),
    st.builds(events.CallRequested, agents, st.sampled_from(["?", words.OUTSIDE]), interactions, st.just(NODE)),
)
people = st.one_of(
    st.builds(events.SignInRequested, agents),
    st.builds(events.ReadyRequested, agents),
    st.builds(events.SignOutRequested, agents),
    st.builds(events.NotReadyRequested, agents, st.sampled_from(["", "break", "?"])),
    st.builds(events.PhoneReachable, agents),
    st.builds(events.PhoneUnreachable, agents),
    st.builds(events.DesktopAttached, agents),
    st.builds(events.DesktopDetached, agents),
    st.builds(events.HoldRequested, agents),
    st.builds(events.RetrieveRequested, agents),
    st.builds(events.HangUpRequested, agents),
    st.builds(events.BlindTransferRequested, agents, targets),
    st.builds(events.WrapUpSaved, agents, work, st.sampled_from(["", "solved", "?"]), st.just(""), st.booleans()),
)


instants = st.floats(-30, 200).map(lambda seconds: START + timedelta(seconds=seconds))
rings = st.floats(0, 40).map(lambda seconds: timedelta(seconds=seconds))
somebody = st.one_of(st.none(), agents)
fallback = st.one_of(
    st.builds(black_box.FallbackEntered, callers, st.just(NODE), interactions, numbers, lines, instants),
    st.builds(black_box.FallbackEntered, legs, st.just(NODE), interactions, numbers, lines, instants),
    st.builds(black_box.FallbackRang, callers, somebody, instants, rings),
    st.builds(black_box.FallbackAnswered, callers, somebody, instants, rings),
    st.builds(black_box.FallbackClosed, legs, instants),
    st.builds(black_box.FallbackLeft, legs, instants),
    st.builds(black_box.FallbackRestarted, st.just(NODE), instants),
    st.builds(black_box.FallbackRead, st.just(NODE), st.just("0"), st.integers(0, 1)),
    st.builds(black_box.PhoneBusy, agents),
    st.builds(black_box.PhoneFree, agents),
)


def _some_plan(epoch: int, is_whole: bool) -> Plan:
    """The plan of the scenarios under another number, or one that has lost a queue and an agent."""
    whole = replace(make_plan(), epoch=epoch)
    if is_whole:
        return whole
    queues = {key: queue for key, queue in whole.queues.items() if key != words.SUPPORT}
    return replace(whole, queues=queues, agents={key: one for key, one in whole.agents.items() if key != "bob"})


machines = st.one_of(
    st.builds(events.TelephonyLost, st.just(NODE)),
    st.builds(events.TelephonyRestored, snapshots),
    st.builds(events.PbxAudited, snapshots),
    st.builds(events.CustomerFound, interactions, cards),
    st.builds(events.TimerFired, keys),
    st.builds(events.PlanChanged, st.builds(_some_plan, st.integers(0, 3), st.booleans())),
)
anything: st.SearchStrategy[Event] = st.one_of(arrivals, telephone, telephone, people, people, machines, fallback)
histories = st.lists(st.tuples(anything, st.sampled_from([0.0, 0.0, 0.1, 3.0, 7.0])), min_size=10, max_size=60)


@pytest.mark.slow
@pytest.mark.timeout(3600 if IS_LARGE else 120)
@settings(
    max_examples=20_000 if IS_LARGE else 250,
    deadline=None,
    derandomize=not IS_LARGE,
    suppress_health_check=list(HealthCheck),
)
@given(histories)
def test_nothing_but_refused_is_raised(history: list[tuple[Event, float]]) -> None:
    """I1, I2, I5, I6, I7 and I8 hold after every event, in whatever order they come."""
    sim = SimCentre(make_plan())
    watch = Watch(sim)
    sim.on_step = watch.after_step
    for agent in (AgentId("ann"), AgentId("bob")):
        sim.tell(events.PhoneReachable(agent))
        sim.tell(events.SignInRequested(agent))
        sim.tell(events.ReadyRequested(agent))
    for event, seconds in history:
        try:
            sim.ask(event)
        except Refused:
            continue
        finally:
            sim.run_for(timedelta(seconds=seconds))
