"""The history as a page needs it: names beside ids, lengths that mean something, the explanation as values, filters."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.adapters.web.centre_peer import NOON
from tests.adapters.web.house import House
from tests.adapters.web.test_interactions import ids, record

from ccserver.core.ids import AgentId, InteractionId, QueueId
from ccserver.core.records import Decision, Direction, Result
from ccserver.core.ways import Held, Way, WayCause
from ccserver.core.why import Ahead, Kept, Preferred, PreferredState, Why, WhyCode


async def test_names_stand_beside_ids(house: House) -> None:
    """Of the queue and the agent, in the list and in each part; what is not in the plan any more goes by its id."""
    house.history.records = [record(1), record(2, agent="gone")]
    gone, ann = (await house.answer("sue", "GET", "/interactions"))["items"]
    assert [(each["queue_name"], each["agent_name"]) for each in (ann, gone)] == [
        ("Support", "Ann"),
        ("Support", "gone"),
    ]
    detail = await house.answer("sue", "GET", "/interactions/i1")
    named = [(each["queue_name"], each["agent_name"]) for each in (*detail["segments"], *detail["decisions"])]
    assert named == [("Support", ""), ("Support", "Ann"), ("Support", "Ann")]


async def test_the_talk_is_told_apart_from_the_call(house: House) -> None:
    """Ten seconds in the queue, twenty with the agent."""
    house.history.records = [record(1)]
    (item,) = (await house.answer("sue", "GET", "/interactions"))["items"]
    assert (item["call_seconds"], item["talk_seconds"]) == (30.0, 20.0)


async def test_the_explanation_comes_as_values_with_names(house: House) -> None:
    """A page says it in its reader's language; the sentence stays for programs."""
    why = Why(
        *(WhyCode.MOST_URGENT, 2, NOON, (AgentId("bob"),), (AgentId("gone"),)),
        policy="targets", tier="gold", waited=12.5, level=7, urgency=0.8, price=0.25,
        ahead=(Ahead(InteractionId("i7"), 0.1),), kept=(Kept(AgentId("bob"), 1.5),),
        queue=QueueId("sales"), preferred=(Preferred(AgentId("bob"), "last_agent", PreferredState.AWAY),),
    )  # fmt: skip
    decision = Decision(NOON, AgentId("ann"), None, why.sentence(AgentId("ann")), "connected", why)
    house.history.records = [replace(record(1), decisions=(decision,))]
    detail = await house.answer("sue", "GET", "/interactions/i1")
    assert detail["decisions"][0]["why"] == {
        "code": "most_urgent", "qualified": 2, "idle_since": "2026-03-02T12:00:00Z", "without_skill": ["Bob"],
        "missed_before": ["gone"], "is_last_resort": False, "by": "", "without_page": [],
        "policy": "targets", "tier": "gold", "waited_seconds": 12.5, "level": 7, "urgency": 0.8, "price": 0.25,
        "ahead": [{"interaction": "i7", "urgency": 0.1}], "kept": [{"agent": "Bob", "price": 1.5}],
        "queue": "Sales", "preferred": [{"agent": "Bob", "preferred_as": "last_agent", "state": "away"}],
    }  # fmt: skip


async def test_an_old_decision_has_only_its_sentence(house: House) -> None:
    """Made before there were values."""
    house.history.records = [record(1)]
    (decision,) = (await house.answer("sue", "GET", "/interactions/i1"))["decisions"]
    assert (decision["why"], decision["explanation"]) == (None, "longest idle of 3")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?until=2026-03-02T12:02:00Z", ["i1"]),
        ("?direction=outbound", ["i2"]),
        ("?result=abandoned", ["i3"]),
        ("?search=grace", ["i3", "i2"]),
        ("?search=9460777", ["i1"]),
        ("?search=grace&direction=inbound", ["i3"]),
    ],
)
async def test_more_conditions(house: House, query: str, found: list[str]) -> None:
    """End of the time, direction, result, a part of name or number."""
    house.history.records = [
        replace(record(1), customer_name="Alan", customer_number="+442079460777"),
        replace(record(2), direction=Direction.OUTBOUND),
        replace(record(3), result=Result.ABANDONED),
    ]
    assert await ids(house, "sue", query) == found


@pytest.mark.parametrize("query", ["?result=happy", "?direction=up", "?until=yesterday", "?search=%00"])
async def test_conditions_that_are_none(house: House, query: str) -> None:
    """Are told, not ignored."""
    assert (await house.ask("sue", "GET", f"/interactions{query}")).status == 422


async def test_where_a_caller_was_sent_on_is_told_with_names(house: House) -> None:
    """As codes and values for the page, and as an English sentence."""
    held = (Held("waited", "", True, 60, 61), Held("ready", "support", False, 1, 0), Held("closed", "office"))
    way = Way(
        NOON, QueueId("support"), WayCause.RULE, "number", "+442079460999", timedelta(seconds=61), 2, held, "busy"
    )
    house.history.records = [replace(record(1), ways=(way,))]
    (told,) = (await house.answer("sue", "GET", "/interactions/i1"))["ways"]
    assert (told["queue_name"], told["rule"], told["target_name"], told["outcome"]) == (
        "Support",
        2,
        "+442079460999",
        "busy",
    )
    assert [(each["name"], each["value"]) for each in told["held"]] == [("", 61.0), ("Support", 0.0), ("office", 0.0)]
    assert told["explanation"] == (
        "rule 2 held, waited 61 (at least 60), ready support 0 (fewer than 1), office closed: number +442079460999 (busy)"
    )
