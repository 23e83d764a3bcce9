"""One caller in several queues at once, and agents who are preferred for a caller."""

from __future__ import annotations

from tests.scenarios.stage import CUSTOMER_LINE, DUET_LINE, ENCORE_LINE, KNOWN_CALLER, SUPPORT_LINE, Stage

WAITS_FOR = 4.0
"""Seconds for a preferred agent, as in the configuration of the scenarios."""


async def test_a_caller_in_two_queues_is_taken_in_the_one_whose_agent_is_free(stage: Stage) -> None:
    """With one place and one clock, in whichever queue the agent is found."""
    caller, bob = stage.caller(), stage.agent("bob")
    await caller.dials(DUET_LINE)
    await caller.waits_in("duet")
    await bob.starts_work()
    await bob.alerted()
    await bob.answers()
    await bob.talks_with(caller)
    await caller.hangs_up()
    row = await caller.final_row()
    assert (row.result, row.queue, row.agent) == ("answered", "support", "bob")
    assert [each.queue for each in row.segments if each.kind in ("queue", "talk")] == ["duet", "support"]


async def test_a_rule_adds_a_queue_and_the_caller_stays(stage: Stage) -> None:
    """The agent of the other queue is idle all the time, and rung when the time has come."""
    caller, bob = stage.caller(), stage.agent("bob")
    await bob.starts_work()
    await caller.dials(ENCORE_LINE)
    await caller.waits_in("encore")
    await stage.passes(1)
    assert await stage.waiting("encore") == [caller.number]
    await bob.alerted()
    await bob.answers()
    await bob.talks_with(caller)
    await caller.hangs_up()
    row = await caller.final_row()
    assert (row.result, row.queue, row.agent, row.ways) == ("answered", "support", "bob", ["rule 1 add"])


async def test_the_account_manager_is_asked_first(stage: Stage) -> None:
    """Ann has been idle for longer."""
    caller, ann, bob = stage.caller(KNOWN_CALLER), stage.agent("ann"), stage.agent("bob")
    await ann.starts_work()
    await bob.starts_work()
    await caller.dials(CUSTOMER_LINE)
    await bob.alerted()
    await bob.answers()
    await bob.talks_with(caller)
    await caller.hangs_up()
    assert (await caller.final_row()).agent == "bob"


async def test_nobody_waits_for_an_account_manager_who_is_away(stage: Stage) -> None:
    """Whoever is there takes the call at once."""
    caller, ann = stage.caller(KNOWN_CALLER), stage.agent("ann")
    await ann.starts_work()
    await caller.dials(CUSTOMER_LINE)
    await ann.alerted(WAITS_FOR - 1)
    await ann.answers()
    await ann.talks_with(caller)
    await caller.hangs_up()
    assert (await caller.final_row()).agent == "ann"


async def test_an_account_manager_at_work_is_waited_for_till_the_limit(stage: Stage) -> None:
    """Then another agent takes the call, who was idle meanwhile."""
    other, caller = stage.caller(), stage.caller(KNOWN_CALLER)
    ann, bob = stage.agent("ann"), stage.agent("bob")
    await bob.starts_work()
    await other.dials(SUPPORT_LINE)
    await bob.alerted()
    await bob.answers()
    await bob.talks_with(other)
    await ann.starts_work()
    await caller.dials(CUSTOMER_LINE)
    await caller.waits_in("private")
    await stage.passes(WAITS_FOR / 2)
    assert await stage.waiting("private") == [caller.number]
    await ann.alerted(WAITS_FOR)
    await ann.answers()
    await ann.talks_with(caller)
    await caller.hangs_up()
    await other.hangs_up()
    assert (await caller.final_row()).agent == "ann"
