"""What is told and keeps no configuration from being used."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.config.marked import assert_marked, problems, take_marks

from ccserver.config import load_configuration

CASES = {
    "hours without an exit": (
        """
        version: 1
        entry_points:
          main: {dnis: "+448081570100", queue: a, §hours: office}
          other: {dnis: "+448081570102", queue: a, hours: office, on_closed: voicemail}
        hours:
          office: {open: "Mo-Fr 08:00-18:00", time_zone: UTC}
        queues:
          a: {max_wait: 5 min, on_max_wait: voicemail}
        """,
        "callers of 'main' outside the hours hear that the number is not in service",
    ),
    "message without a sound": (
        """
        version: 1
        queues:
          a: {max_wait: 5 min, on_max_wait: {§message: []}}
        """,
        "the call ends without a word",
    ),
    "language without words": (
        """
        version: 1
        default_language: zh-CN
        entry_points:
          main: {dnis: "+448081570100", queue: a, language: §it}
          other: {dnis: "+448081570103", queue: a, language: en-GB}
        queues:
          a: {max_wait: 5 min, on_max_wait: voicemail}
        """,
        "no words in 'it': position, numbers and greetings are heard in English; put recordings into sounds/it/",
    ),
    "announcement after the wait": (
        """
        version: 1
        queues:
          a: {max_wait: 1 min, on_max_wait: voicemail, announce_position: {first_after: §1 min}}
          b: {max_wait: 61, on_max_wait: voicemail, announce_position: {first_after: 1 min}}
        """,
        "leave before they are told their position",
    ),
    "agent for no queue": (
        """
        version: 1
        queues:
          a: {max_wait: 1 min, on_max_wait: voicemail, skills: {sales: 3}}
        agents:
          ann: {name: Ann, extension: "1001", skills: {sales: 3}}
          §bob: {name: Bob, extension: "1002", skills: {sales: 2}}
        """,
        "no queue gives calls to 'bob'",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_rarely_meant_is_told(tmp_path: Path, name: str) -> None:
    """The place is exact to the column, and the advice says what would be right."""
    text, words = CASES[name]
    assert_marked(tmp_path, text, words)


@pytest.mark.parametrize("name", CASES)
def test_a_warning_keeps_nothing_from_being_used(tmp_path: Path, name: str) -> None:
    """It says of itself that it is one."""
    found = problems(tmp_path, centre=CASES[name][0])
    assert all(one.is_warning and f":{one.column}: warning: " in str(one) for one in found)
    assert load_configuration(tmp_path).plan.queues


@pytest.mark.parametrize("folder", ["pt-BR", "pt_BR", "pt"])
def test_a_language_with_recordings_of_our_own_is_not_warned_of(tmp_path: Path, folder: str) -> None:
    """Whichever are there."""
    (tmp_path / "sounds" / folder).mkdir(parents=True)
    (tmp_path / "sounds" / folder / "hello.wav").touch()
    assert problems(tmp_path, centre="version: 1\ndefault_language: pt-BR\n") == []


def test_where_there_is_a_mistake_nothing_is_warned_of(tmp_path: Path) -> None:
    """The mistake may be the cause."""
    text = """
    version: 1
    name: §5
    queues:
      a: {max_wait: 5 min, on_max_wait: {message: []}}
    """
    assert_marked(tmp_path, text, "name must be text")


def test_marks_are_taken_out() -> None:
    """Every case has one: a warning that is never given would not be missed otherwise."""
    assert all(len(take_marks(text)[1]) == 1 for text, _ in CASES.values())
