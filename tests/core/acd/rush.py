"""A rush of one tier, for whom an agent is then kept free."""

from __future__ import annotations

from dataclasses import replace

from tests.core.playbook import (
    ANN,
    BOB,
    SALES,
    SALES_DNIS,
    SUPPORT,
    Play,
    plan,
    profile,
    queue,
    seconds,
)

from ccserver.core.ids import TierId
from ccserver.core.tiers import RoutingPolicy, Tier
from ccserver.core.timers import AgentsKept

GOLD = Tier(TierId("gold"), "Gold", 50.0, seconds(10), 0.95, seconds(60))
BASIC = Tier(TierId("basic"), "Basic", 1.0, seconds(60), 0.8, seconds(90))
KEY = AgentsKept()


PROTECTING = RoutingPolicy(protect=5.0)


def gold_rush(policy: RoutingPolicy = PROTECTING) -> Play:
    """Ann alone serves both queues; many of gold called sales in the last minute, and one of basic waits for support."""
    queues = {SALES: queue(SALES, "sales"), SUPPORT: queue(SUPPORT, "support", policy=policy)}
    the_plan = plan(
        tiers=(GOLD, BASIC),
        queues={key: replace(each, policy=policy) for key, each in queues.items()},
        agents={ANN: profile(ANN, support=5, sales=5), BOB: profile(BOB, support=5)},
    )
    sales = replace(the_plan.entry_points[SALES_DNIS], tier=TierId("gold"))
    play = Play(replace(the_plan, entry_points={**the_plan.entry_points, SALES_DNIS: sales}))
    for number in range(30):
        play.calls(SALES_DNIS, f"g{number}")
        play.passes(2)
        play.leaves(f"g{number}")
    play.calls(name="cheap")
    play.is_ready(ANN)
    return play
