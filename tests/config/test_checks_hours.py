"""Opening hours that say something else than is meant, queues that nobody answers, and skills with a slip of the hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.config.marked import assert_marked


def hours(text: str) -> str:
    """A configuration with these hours."""
    return f'version: 1\nhours:\n  h: {{open: "{text}", time_zone: UTC}}\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Mo-Fr §08:00-08:00", "08:00-08:00 ends when it begins; write 00:00-24:00"),
        ("Mo-Fr 08:00-12:00,§11:30-18:00", "11:30-18:00 overlaps the times before it"),
        ("Mo-Fr 20:00-04:00, §23:00-23:30", "overlaps"),
        ("§Mo-Fr 08:00-12:00 off", 'these hours are never open; write "off"'),
    ],
)
def test_hours_that_mean_something_else(tmp_path: Path, text: str, says: str) -> None:
    """To the column."""
    assert_marked(tmp_path, hours(text), says)


@pytest.mark.parametrize(
    "text",
    [
        "off",
        "closed",
        "24/7",
        "Mo-Fr",
        "Mo-Fr 08:00-12:00,12:00-18:00",
        "Mo-Fr 08:00-18:00; Mo 10:00-12:00",
        "Mo-Fr 18:00-08:00",
        "Mo-Su 00:00-24:00",
        "Sa 22:00-26:00",
        "Mo 08:00-12:00, Tu 11:00-14:00",
        'Mo-Fr 08:00-18:00 "08:00-08:00"',
    ],
)
def test_usual_hours_are_let_through(tmp_path: Path, text: str) -> None:
    """No false alarm."""
    assert_marked(tmp_path, hours(text.replace('"', '\\"')))


def test_a_queue_without_any_agents(tmp_path: Path) -> None:
    """Told once, at the first queue."""
    text = """
    version: 1
    agents: {}
    queues:
      §a: {max_wait: 5 min, on_max_wait: voicemail}
      b: {max_wait: 5 min, on_max_wait: voicemail}
    """
    assert_marked(tmp_path, text, "nobody answers the queue 'a': there are no agents")


AGENTS = """
version: 1
agents:
  ann: {{name: Ann, extension: "1001", skills: {{support: 5, {skill}: 5}}}}
queues:
  support: {{max_wait: 5 min, on_max_wait: voicemail, skills: {{support: 1}}}}
"""


@pytest.mark.parametrize("skill", ["suport", "supportt", "suppotr"])
def test_a_slip_in_a_skill_of_an_agent(tmp_path: Path, skill: str) -> None:
    """The agent would get none of the calls that are meant."""
    assert_marked(
        tmp_path, AGENTS.format(skill=f"§{skill}"), f"no queue needs the skill '{skill}'; did you mean 'support'?"
    )


@pytest.mark.parametrize("skill", ["spanish", "support2", "report", "supporting"])
def test_a_skill_that_no_queue_needs_yet(tmp_path: Path, skill: str) -> None:
    """A queue for it may come later."""
    assert_marked(tmp_path, AGENTS.format(skill=skill))
