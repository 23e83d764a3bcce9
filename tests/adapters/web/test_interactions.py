"""The history over HTTP: what is found, who sees it, what one interaction shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.adapters.web.centre_peer import NOON
from tests.adapters.web.house import House

from ccserver.core.ids import AgentId, CustomerId, InteractionId, QueueId
from ccserver.core.records import Decision, Direction, InteractionRecord, Result, Segment, SegmentKind
from ccserver.services.recent import InteractionView


def record(
    serial: int, agent: str | None = "ann", customer: str | None = "c-1", queue: str = "support"
) -> InteractionRecord:
    """Started `serial` minutes after noon: 10 s in the queue, 20 s with the agent."""
    start = NOON + timedelta(minutes=serial)
    talk, end = start + timedelta(seconds=10), start + timedelta(seconds=30)
    who = AgentId(agent) if agent else None
    segments = (
        Segment(SegmentKind.QUEUE, start, talk, QueueId(queue)),
        Segment(SegmentKind.TALK, talk, end, QueueId(queue), who),
    )
    return InteractionRecord(
        InteractionId(f"i{serial}"), 1, Direction.INBOUND, "voice", start, end, end, "+442079460001",
        "+448081570102", CustomerId(customer) if customer else None, "Grace", "+442079460001", "gold", QueueId(queue), who,
        "billing", Result.ANSWERED, "normal", {"account": "42"}, "solved", "", "", (), (), segments, True,
        (Decision(start, AgentId("ann"), QueueId(queue), "longest idle of 3", "connected"),),
    )  # fmt: skip


async def ids(house: House, user: str, query: str = "") -> list[str]:
    page = await house.answer(user, "GET", f"/interactions{query}")
    return [item["id"] for item in page["items"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["i3", "i2", "i1"]),
        ("?agent=bob", ["i2"]),
        ("?customer=c-2", ["i2"]),
        ("?queue=sales", ["i3"]),
        ("?since=2026-03-02T12:02:00Z", ["i3", "i2"]),
        ("?since=2026-03-02T20:02:00%2B08:00", ["i3", "i2"]),
        ("?agent=ann&queue=support", ["i1"]),
    ],
)
async def test_conditions(house: House, query: str, found: list[str]) -> None:
    """All of them hold; the latest comes first."""
    house.history.records = [record(1), record(2, "bob", "c-2"), record(3, queue="sales")]
    assert await ids(house, "sue", query) == found


async def test_an_agent_sees_what_belongs_to_the_agent(house: House) -> None:
    """The own, and those of customers the agent has dealt with; neither in the list nor one by one anything else."""
    house.history.records = [record(1), record(2, "bob", "c-1"), record(3, "bob", "c-2"), record(4, "bob", None)]
    single = [(await house.ask("ann", "GET", f"/interactions/i{serial}")).status for serial in (1, 2, 3, 4)]
    assert (await ids(house, "ann"), single) == (["i2", "i1"], [200, 200, 404, 404])


async def test_the_past_of_the_customer_in_front_of_the_agent(house: House) -> None:
    """Is seen while the call lasts."""
    house.history.records = [record(1, "bob", "c-1")]
    before = await ids(house, "ann")
    house.centre.offer("ann", "i9")
    assert (before, await ids(house, "ann")) == ([], ["i1"])


async def test_a_user_who_is_no_agent_sees_nothing(house: House) -> None:
    """An agent's role without an agent has no history."""
    house.history.records = [record(1), record(2, None, None)]
    assert await ids(house, "idle") == []


async def test_one_interaction(house: House) -> None:
    """With segments in seconds that add up, and the decisions taken."""
    house.history.records = [record(1)]
    detail = await house.answer("sue", "GET", "/interactions/i1")
    assert [(each["kind"], each["length_seconds"], each["agent"]) for each in detail["segments"]] == [
        ("queue", 10.0, None), ("talk", 20.0, "ann"),
    ]  # fmt: skip
    assert (detail["length_seconds"], detail["decisions"][0]["explanation"]) == (30.0, "longest idle of 3")


async def test_the_call_is_shown_without_wrap_up(house: House) -> None:
    """And what of a wrap-up ran beside the customer's line is told apart."""
    end = record(1).ended_at
    wrap_up = Segment(
        SegmentKind.WRAP_UP, end - timedelta(seconds=5), end + timedelta(seconds=7), None, None, timedelta(seconds=5)
    )
    house.history.records = [replace(record(1), ended_at=wrap_up.ended_at, segments=(*record(1).segments, wrap_up))]
    detail = await house.answer("sue", "GET", "/interactions/i1")
    last = detail["segments"][-1]
    assert (detail["call_seconds"], detail["length_seconds"]) == (30.0, 37.0)
    assert (last["length_seconds"], last["beside_seconds"]) == (7.0, 5.0)


def goes_on(house: House, serial: int, *agents: str, is_live: bool = True, **changes: Any) -> InteractionRecord:
    """The centre has it, with these agents."""
    known = replace(record(serial), revision=0, **changes)
    view = InteractionView(known, is_live, frozenset(AgentId(each) for each in agents))
    house.centre.views[known.id] = view
    return known


async def test_an_interaction_that_goes_on(house: House) -> None:
    """Is shown as far as it is known: no end, no result, no lengths."""
    goes_on(house, 1, "ann")
    detail = await house.answer("sue", "GET", "/interactions/i1")
    assert (detail["is_live"], detail["is_final"], detail["agent_name"], detail["customer_name"]) == (
        True, False, "Ann", "Grace",
    )  # fmt: skip
    empty = ("result", "ended_at", "customer_left_at", "length_seconds", "call_seconds", "talk_seconds")
    assert [detail[name] for name in empty] == [None] * len(empty)
    assert detail["decisions"][0]["explanation"] == "longest idle of 3"


async def test_an_agent_sees_only_the_own_call_live(house: House) -> None:
    """Others' callers and those who wait are not there."""
    goes_on(house, 1, "ann")
    goes_on(house, 2, "bob")
    goes_on(house, 3)
    statuses = [(await house.ask("ann", "GET", f"/interactions/{name}")).status for name in ("i1", "i2", "i3")]
    assert statuses == [200, 404, 404]


async def test_what_goes_on_needs_no_database(house: House) -> None:
    """The centre has it."""
    goes_on(house, 1, "ann")
    house.history.is_away = True
    assert (await house.ask("sue", "GET", "/interactions/i1")).status == 200
    assert (await house.ask("sue", "GET", "/interactions/i2")).status == 503


@pytest.mark.parametrize("is_away", [False, True])
async def test_a_call_that_is_just_over(house: House, is_away: bool) -> None:
    """Is there before the history has it, also while the history is away."""
    goes_on(house, 1, "ann", is_live=False)
    house.history.is_away = is_away
    detail = await house.answer("ann", "GET", "/interactions/i1")
    assert (detail["is_live"], detail["result"], detail["call_seconds"]) == (False, "answered", 30.0)


async def test_the_later_revision_is_shown(house: House) -> None:
    """The history has the first one only, or has something newer."""
    known = goes_on(house, 1, "ann", is_live=False)
    house.history.records = [replace(known, revision=1, notes="newer")]
    first = await house.answer("ann", "GET", "/interactions/i1")
    house.centre.views[known.id] = InteractionView(replace(known, revision=2, notes="newest"), False, frozenset())
    second = await house.answer("sue", "GET", "/interactions/i1")
    assert (first["notes"], second["notes"]) == ("newer", "newest")


async def test_pages_stay_right_while_calls_come_in(house: House) -> None:
    """A new record in front shifts nothing; equal starts are told apart."""
    house.history.records = [record(serial) for serial in range(1, 6)]
    page = await house.answer("sue", "GET", "/interactions?limit=2")
    house.history.records.append(record(9))
    rest = await ids(house, "sue", f"?after={page['next']}")
    assert ([item["id"] for item in page["items"]], rest) == (["i5", "i4"], ["i3", "i2", "i1"])
