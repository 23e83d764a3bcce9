"""The simulator's view of the router: what `bench/adapters.py` makes of a scenario, its agents and its items."""

from __future__ import annotations

from dataclasses import dataclass, field

from bench.adapters import make_router


@dataclass
class Tier:
    name: str
    value: float
    target: float
    goal: float


@dataclass
class Scenario:
    tiers: tuple[Tier, ...] = (Tier("gold", 8.0, 20.0, 0.9), Tier("basic", 1.0, 60.0, 0.8))
    types: tuple[str, ...] = ("billing", "tech")
    langs: tuple[str, ...] = ("en",)


@dataclass(eq=False)
class Agent:
    id: int
    lvl: dict[int, int]
    profile: int
    state: str = "idle"


@dataclass(eq=False)
class Item:
    id: int
    cls: int
    tier: int = 1
    enq: float = 0.0
    offers: int = 0
    state: str = "wait"
    marks: list[str] = field(default_factory=list)


def test_a_contact_is_answered_missed_and_answered_again() -> None:
    """One life through all the calls of the simulator."""
    ann, bob = Agent(0, {0: 9}, 0), Agent(1, {0: 5, 1: 9}, 1)
    router = make_router(Scenario(), [ann, bob])
    router.agent_available(ann, 0.0)
    item = Item(7, 0)
    router.enqueue(item, 1.0)
    assert router.tick(1.0) == [(item, ann)]
    ann.state = "away"
    router.enqueue(item, 13.0)
    assert router.tick(13.0) == []
    router.agent_available(bob, 14.0)
    assert router.tick(14.0) == [(item, bob)]
    router.agent_available(bob, 300.0)
    assert router.tick(300.0) == []


def test_who_leaves_is_not_offered() -> None:
    """Abandoned while waiting, and while ringing."""
    ann = Agent(0, {0: 9}, 0)
    router = make_router(Scenario(), [ann])
    first, second = Item(1, 0), Item(2, 0)
    router.enqueue(first, 0.0)
    router.abandon(first, 5.0)
    router.agent_available(ann, 6.0)
    router.enqueue(second, 7.0)
    assert router.tick(7.0) == [(second, ann)]
    second.state = "lost"
    router.agent_available(ann, 9.0)
    assert router.tick(9.0) == []
    assert router.next_wakeup(9.0) is None


def test_a_break_from_the_call_is_noticed() -> None:
    """The simulator does not tell; the adapter looks."""
    ann = Agent(0, {0: 9}, 0)
    router = make_router(Scenario(), [ann])
    router.agent_available(ann, 0.0)
    ann.state = "away"
    router.tick(20.0)
    assert len(router.router.staff) == 0
