"""The database is away: callers and agents do not notice, and no record is lost or doubled.

For five minutes of simulated time; on the real PBX for 20 s, which is more than twice the longest pause between two tries to
deliver (`services.relay.LONGEST_PAUSE`, 8 s): longer absences only repeat that pause.
"""

from __future__ import annotations

from tests.scenarios.stage import SUPPORT_LINE, Agent, Caller, Stage


async def talk(stage: Stage, agent: Agent) -> Caller:
    """A call from the first ring to the end of the wrap-up."""
    caller = stage.caller()
    await caller.dials(SUPPORT_LINE)
    await agent.alerted()
    await agent.answers()
    await agent.talks_with(caller)
    await caller.hangs_up()
    await agent.sees("wrap_up")
    await agent.wraps_up("solved")
    await agent.has_presence("ready")
    return caller


async def test_calls_go_on_without_the_database(stage: Stage) -> None:
    """Before, in the middle, over its return: each call is in the history exactly once."""
    ann = stage.agent("ann")
    await ann.starts_work()
    callers = [await talk(stage, ann)]
    await callers[0].row()
    await stage.loses_database()
    callers.append(await talk(stage, ann))
    await stage.passes(stage.long_while)
    callers.append(await talk(stage, ann))
    across = stage.caller()
    await across.dials(SUPPORT_LINE)
    await ann.alerted()
    await ann.answers()
    await ann.talks_with(across)
    await stage.regains_database()
    await across.hangs_up()
    callers.append(across)
    rows = [await caller.final_row(15) for caller in callers]
    assert [(row.result, row.agent) for row in rows] == [("answered", "ann")] * 4
    assert len(await stage.rows()) == len({row.id for row in rows}) == 4


async def test_records_outlive_a_crash_without_the_database(stage: Stage) -> None:
    """The server dies with records that the database has not got: the next one delivers them."""
    ann = stage.agent("ann")
    await ann.starts_work()
    await stage.loses_database()
    caller = await talk(stage, ann)
    await stage.server_dies()
    await stage.regains_database()
    await stage.server_returns()
    assert (await caller.final_row(15)).result == "answered"
    assert len(await stage.rows()) == 1
