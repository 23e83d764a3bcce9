"""Promises held against the agents that are named, where a workload is stated."""

from __future__ import annotations

from pathlib import Path

from tests.config.marked import assert_marked

CENTRE = """
version: 1
queues:
  french:
    skills: {french: 1}
    max_wait: 9 min
    on_max_wait: voicemail
    answer_target: 15 s
    §workload: {calls_per_hour: 120, handle_time: 5 min, patience: 2 min}
  tech: {skills: {tech: 1}, max_wait: 9 min, on_max_wait: voicemail}
agents:
  fay01..fay09: {name: "Fay {number}", extension: "2001..2009", skills: {french: 3}}
  tom01..tom09: {name: "Tom {number}", extension: "3001..3009", skills: {tech: 3}}
"""
SAYS = (
    "even if all 9 agents who can take calls of 'french' did nothing else, about 53 % would be answered within 15 s; "
    "promised are 80 %; it takes 12: add agents, a step of relax before 15 s, or promise less"
)


def test_a_promise_that_the_agents_cannot_keep_is_told(tmp_path: Path) -> None:
    """With the figures of Erlang A: `ccserver staffing` says the same of 120 calls, 300 s, 9 agents."""
    assert_marked(tmp_path, CENTRE, SAYS.replace(" %", "%"))


def test_who_will_do_in_time_counts(tmp_path: Path) -> None:
    """And not who will do only later."""
    relaxed = CENTRE.replace("§", "").replace("    answer", "    relax: [{after: 10 s}]\n    answer")
    assert_marked(tmp_path, relaxed)
    assert_marked(tmp_path, CENTRE.replace("§", "").replace("skills: {tech: 3", "skills: {french: 1, tech: 3"))
    late = CENTRE.replace("    answer", "    relax: [{after: 15 s}]\n    answer")
    assert_marked(tmp_path, late, "all 9 agents")


def test_the_promise_of_the_last_tier_counts(tmp_path: Path) -> None:
    """The others go before it."""
    tiers = "tiers:\n  gold: {value: 9, answer: 95 % within 2 s}\n  basic: {value: 1, answer: 30 % within 30 s}\n"
    assert_marked(tmp_path, CENTRE.replace("§", "") + tiers)
    assert_marked(tmp_path, CENTRE + tiers.replace("30 %", "90 %"), "within 30 s; promised are 90%")


def test_enough_agents_are_no_news(tmp_path: Path) -> None:
    """Nor is a queue without a workload."""
    assert_marked(tmp_path, CENTRE.replace("§", "").replace("120", "60"))
    assert_marked(
        tmp_path, CENTRE.replace("    §workload: {calls_per_hour: 120, handle_time: 5 min, patience: 2 min}\n", "")
    )
