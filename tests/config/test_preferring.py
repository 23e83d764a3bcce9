"""Preferred agents: from the YAML to the plan, and the mistakes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.config.marked import assert_marked
from tests.config.test_build import load

from ccserver.core.ids import QueueId
from ccserver.core.plan import PreferredAgent, PreferredAs, WaitsWhile

A = QueueId("a")


def centre(rule: str = "", agent: str = "") -> str:
    """A queue with this rule, and a flow that keeps this agent with the call."""
    values = f"{{reason: Help{f', agent: {agent}' if agent else ''}}}"
    return f"""
version: 1
flows:
  f:
    start: keep
    nodes:
      keep: {{do: set, values: {values}, next: go}}
      go: {{do: queue, queue: a}}
queues:
  a: {{max_wait: 9 min, on_max_wait: voicemail{f", preferred_agent: {rule}" if rule else ""}}}
agents:
  ann: {{name: Ann, extension: "1001"}}
  tom01..tom03: {{name: "Tom {{number}}", extension: "2001..2003"}}
"""


@pytest.mark.parametrize(
    ("written", "agent", "meant"),
    [
        ("", "", None),
        ("{who: [last_agent]}", "", PreferredAgent((PreferredAs.LAST_AGENT,))),
        (
            "{who: [named, account_manager, last_agent], within: 30 min, wait_for: 20 s, wait_while: at_work, past_target: true}",
            "ann",
            PreferredAgent(
                (PreferredAs.NAMED, PreferredAs.ACCOUNT_MANAGER, PreferredAs.LAST_AGENT),
                timedelta(minutes=30),
                timedelta(seconds=20),
                WaitsWhile.AT_WORK,
                keeps_target=False,
            ),
        ),
        ("{who: [named]}", "tom02", PreferredAgent((PreferredAs.NAMED,))),
        ("{who: [named]}", '"2003"', PreferredAgent((PreferredAs.NAMED,))),
    ],
)
def test_it_is_read_as_it_is_written(written: str, agent: str, meant: PreferredAgent | None, tmp_path: Path) -> None:
    """What is left out is as measured best."""
    assert load(tmp_path, centre(written, agent)).plan.queues[A].preferred_agent == meant


MISTAKES = {
    "nobody": (centre("{§who: []}"), "who has too few entries; use at least 1"),
    "nothing": (
        centre("{wait_for: 20 s}").replace("preferred", "§preferred"),
        "has no who; add who: the first choice first",
    ),
    "a word that is none": (centre("{who: [last_agent, §boss]}"), "who, entry 2, is 'boss'"),
    "a time that is too long": (centre("{who: [last_agent], wait_for: §11 min}"), "use 0 s to 10 min"),
    "twice": (centre("{who: [last_agent, §last_agent]}"), "'last_agent' is named twice; remove one of them"),
    "longer than they stay": (
        centre("{who: [last_agent], wait_for: §9 min}"),
        "callers of 'a' leave before they have waited so long for an agent; use less than 9 min",
    ),
    "nobody waits": (
        centre("{who: [last_agent], §wait_while: at_work}"),
        "nobody waits for a preferred agent who is at work, so this changes nothing; add wait_for:",
    ),
    "no last agent": (
        centre("{who: [account_manager], §within: 3 h}"),
        "the last agent is not preferred, so this changes nothing; add last_agent to who:, or remove it",
    ),
    "nobody names one": (centre("{who: [§named]}"), "no flow names an agent; keep one under the name agent in a flow"),
    "one who is none": (centre("{who: [named]}", "§amn"), "there is no agent 'amn'; did you mean 'ann'?"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_its_place_and_advice(name: str, tmp_path: Path) -> None:
    """And nothing else is."""
    text, said = MISTAKES[name]
    assert_marked(tmp_path, text, said)


def test_where_no_queue_asks_the_name_may_be_anything(tmp_path: Path) -> None:
    """Flows kept values before queues looked at them."""
    assert_marked(tmp_path, centre("{who: [last_agent]}", "smith"))
