"""What looks like a mistake and is none, and mistakes that must not cause others."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.config.marked import assert_marked, problems

RIGHT = {
    "wrong keys may lead back to the menu": """
        version: 1
        flows:
          f:
            start: choose
            nodes:
              choose: {do: menu, sounds: [beep], keys: {"1": bye}, on_timeout: bye, on_wrong: sorry}
              sorry: {do: play, sounds: [vm-sorry], next: choose}
              bye: {do: hang_up}
        """,
    "two ranges side by side": """
        version: 1
        agents:
          load1..load5: {name: "Load {number}", extension: "2001..2005"}
          load6..load9: {name: "Load {number}", extension: "2006..2009"}
        """,
    "unquoted keys of a menu": """
        version: 1
        flows:
          f:
            start: choose
            nodes:
              choose: {do: menu, sounds: beep, keys: {1: bye, "#": bye, 0: bye}, on_timeout: bye}
              bye: {do: hang_up}
        """,
    "a demo has passwords": """
        version: 1
        demo: true
        users:
          sue: {role: admin, password: secret-word}
        """,
}


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right_is_let_through(tmp_path: Path, name: str) -> None:
    """No false alarm."""
    assert_marked(tmp_path, RIGHT[name])


def test_a_recording_of_our_own(tmp_path: Path) -> None:
    """Files in the folder `sounds` are known by their names without ending."""
    (tmp_path / "sounds" / "custom").mkdir(parents=True)
    (tmp_path / "sounds" / "custom" / "welcome.wav").touch()
    assert problems(tmp_path, a="version: 1\nvoicemail: {greeting: custom/welcome}\n") == []


def test_a_refused_password_is_not_shown(tmp_path: Path) -> None:
    """Neither in the line nor in the value."""
    found = problems(tmp_path, a="version: 1\nusers:\n  sue: {role: admin, password: secret-word}\n")
    assert [("secret-word" in str(one), one.value) for one in found] == [(False, "")]


def test_a_skill_is_not_missed_while_agents_have_mistakes(tmp_path: Path) -> None:
    """Perhaps the agent with the mistake has it."""
    text = """
    version: 1
    agents:
      ann: {name: Ann, extension: §1001, skills: {sales: 5}}
    queues:
      sales: {max_wait: 5 min, on_max_wait: voicemail, skills: {sales: 1}}
    """
    assert_marked(tmp_path, text, "put it in quotes")


def test_a_queue_is_not_missed_while_the_section_is_misspelt(tmp_path: Path) -> None:
    """One mistake, one problem."""
    text = """
    version: 1
    entry_points:
      main: {dnis: "+448081570100", queue: support}
    §queus:
      support: {max_wait: 5 min, on_max_wait: voicemail}
    """
    assert_marked(tmp_path, text, "did you mean 'queues'?")
