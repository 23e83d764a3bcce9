"""The plan of the scenarios with more ways out: queues that lead to queues and to flows, when the wait is over or they are full.

Overflow rules lead on, too. There are two tiers with short limits, and each policy in some queue; some of them keep agents free.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache
from zoneinfo import ZoneInfo

from tests.scenarios import plan as plan_of_scenarios
from tests.scenarios import stage as words

from ccserver.config.calendar import Calendar, parse_hours
from ccserver.config.expressions import read_expression
from ccserver.core.forecast import WaitBound
from ccserver.core.ids import EntryPointId, QueueId, TierId
from ccserver.core.plan import (
    Announcement,
    Comfort,
    EntryPoint,
    Exit,
    ExitKind,
    Figure,
    OverflowRule,
    Plan,
    QueuePlan,
    Switch,
)
from ccserver.core.sounds import recorded
from ccserver.core.tiers import PolicyKind, RoutingPolicy, Tier

RELAY, LOBBY, CORNER = QueueId("relay"), QueueId("lobby"), QueueId("corner")
RELAY_LINE, CORNER_LINE = "+448081570108", "+448081570109"
GOLD = Tier(
    TierId("gold"), "Gold", 20.0, timedelta(seconds=3), 0.95, timedelta(seconds=4), timedelta(seconds=200), "gold",
    greeting=recorded("hello"),
)  # fmt: skip
BASIC = Tier(TierId("basic"), "Basic", 1.0, timedelta(seconds=5), 0.8, timedelta(seconds=7))
TIERS = (GOLD, BASIC)
KEEPING = RoutingPolicy("keeping", PolicyKind.TARGETS, protect=5.0)
POLICIES = {
    words.SALES: KEEPING,
    words.SUPPORT: KEEPING,
    words.TINY: RoutingPolicy("equal", PolicyKind.EQUAL),
    RELAY: RoutingPolicy("strict", PolicyKind.STRICT),
    LOBBY: RoutingPolicy("ageing", PolicyKind.AGEING, ageing=timedelta(seconds=3)),
}
TO_FLOW = Exit(ExitKind.FLOW, target="main")
TO_LOBBY, TO_CORNER = Exit(ExitKind.QUEUE, target=LOBBY), Exit(ExitKind.QUEUE, target=CORNER)
TELLING = Announcement(timedelta(seconds=2), timedelta(seconds=3), wait=True)
COMFORT = Comfort(timedelta(seconds=3), timedelta(seconds=4), (recorded("hello"), recorded("sorry")))
BUSY_FOR_GOLD = read_expression("queue.ready < queue.signed_in && interaction.tier == 'gold' && queue.waiting > 0")
OVERFLOW = {
    RELAY: (
        OverflowRule(TO_CORNER, switches=(Switch(RELAY, Figure.LENGTH, True, 3, 2),)),
        OverflowRule(TO_LOBBY, timedelta(seconds=2), (Switch(LOBBY, Figure.READY, True, 1, 1),)),
        OverflowRule(TO_CORNER, predicted=(WaitBound(RELAY, True, timedelta(seconds=70), timedelta(seconds=50)),)),
    ),
    LOBBY: (
        OverflowRule(TO_FLOW, timedelta(seconds=1), expression=BUSY_FOR_GOLD),
        OverflowRule(Exit(ExitKind.QUEUE, target=RELAY), timedelta(seconds=3)),
    ),
    CORNER: (
        OverflowRule(Exit(ExitKind.NUMBER, target=words.OUTSIDE), timedelta(seconds=2)),
        OverflowRule(TO_FLOW, switches=(Switch(CORNER, Figure.SIGNED_IN, False, 1, 2),), closed="never"),
    ),
}
"""In a circle, to an outside number, where somebody is ready, where nobody is signed in; with hysteresis; by an expression."""


def even_minutes() -> Calendar:
    """Opening hours that begin and end as often as the morning of a property needs."""
    minutes = range(9 * 60, 12 * 60, 2)
    return Calendar(parse_hours(",".join(f"{_clock(at)}-{_clock(at + 1)}" for at in minutes)), ZoneInfo("UTC"))


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


EVEN = even_minutes()


@cache
def make_plan(keeps: bool = True) -> Plan:
    """`relay` hands on to `lobby` after 4 s, `lobby` to the flow after 5 s more; `corner` is full with one and hands on to `relay`.

    Without `keeps` no queue has a policy by which agents are kept free: nobody may wait while one who can take it is idle.
    """
    base = plan_of_scenarios.make_plan()
    sales, support = base.queues[QueueId(words.SALES)], base.queues[QueueId(words.SUPPORT)]
    more = [
        _after(sales, RELAY, 4, Exit(ExitKind.QUEUE, target=LOBBY)),
        replace(_after(support, LOBBY, 5, TO_FLOW), max_length=2, on_full=TO_FLOW, priority=5),
        replace(_after(support, CORNER, 6, TO_FLOW), max_length=1, on_full=Exit(ExitKind.QUEUE, target=RELAY)),
    ]
    lines = {dnis: _line(dnis, queue) for dnis, queue in ((RELAY_LINE, RELAY), (CORNER_LINE, CORNER))}
    queues = {**base.queues, **{queue.id: queue for queue in more}}
    for name, policy in POLICIES.items():
        queues[QueueId(name)] = replace(queues[QueueId(name)], policy=policy)
    for key, rules in OVERFLOW.items():
        queues[key] = replace(queues[key], overflow=rules)
    queues[RELAY] = replace(queues[RELAY], hours="even", on_closed=TO_LOBBY, on_closing=TO_CORNER)
    if not keeps:
        queues = {
            key: replace(queue, policy=POLICIES[words.TINY]) if queue.policy.kind is PolicyKind.TARGETS else queue
            for key, queue in queues.items()
        }
    queues = {key: replace(queue, announcement=TELLING, comfort=COMFORT) for key, queue in queues.items()}
    hours = {**base.hours, "even": EVEN}
    return replace(base, queues=queues, entry_points={**base.entry_points, **lines}, tiers=TIERS, hours=hours)


def _after(like: QueuePlan, key: QueueId, seconds: float, way_out: Exit) -> QueuePlan:
    return replace(like, id=key, name=key, max_wait=timedelta(seconds=seconds), on_max_wait=way_out)


def _line(dnis: str, queue: QueueId) -> EntryPoint:
    point, closed = EntryPointId(queue), Exit(ExitKind.MESSAGE)
    return EntryPoint(point, dnis, queue, "en", 0, "", None, queue, closed, tier=GOLD.id if queue == CORNER else None)
