"""`ccserver replay`: the same decisions, the first that differs, the story of one call, and files that are none."""

from __future__ import annotations

import json
from pathlib import Path

import orjson
import pytest
from tests.cli.shell import Shell
from tests.services.test_replay import an_hour, written

from ccserver.services.event_log import read_log
from ccserver.services.recorder import Recorder


@pytest.fixture(scope="module")
def hour() -> list[bytes]:
    recorder = Recorder()
    an_hour(recorder)
    return written(recorder)


def put(folder: Path, lines: list[bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "20260302T090000Z.jsonl"
    file.write_bytes(b"".join(lines))
    return file


def offered(lines: list[bytes]) -> str:
    """A call that was offered to somebody."""
    did = (one for line in lines[1:] for one in orjson.loads(line)["did"])
    return str(next(one["interaction"] for one in did if one["type"] == "OfferMade"))


def test_the_same_decisions_are_told_in_one_line(shell: Shell, hour: list[bytes]) -> None:
    """With how many, and of when."""
    done = shell.run("replay", put(shell.data, hour))
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"{len(hour) - 1} events, ")
    assert " offers, all the same (2026-03-02 09:00:00 to " in done.out


def test_a_torn_last_line_is_passed_over(shell: Shell, hour: list[bytes]) -> None:
    """As a kill leaves it."""
    done = shell.run("replay", put(shell.data, [*hour, hour[-1][:50]]))
    assert (done.code, done.out.startswith(f"{len(hour) - 1} events")) == (0, True)


def test_another_decision_is_shown_with_both_sides_and_exit_code_1(shell: Shell, hour: list[bytes]) -> None:
    """In words, and as JSON."""
    lines = [line.replace(b'"agent":"bob"', b'"agent":"zoe"') if b"RingAgent" in line else line for line in hour]
    file = put(shell.data, lines)
    done = shell.run("replay", file)
    assert done.code == 1
    assert "is decided otherwise now" in done.out
    then, now = done.out.split("\nnow:\n")
    assert ("ring agent: agent zoe" in then, "ring agent: agent bob" in now) == (True, True)
    answer = json.loads(shell.run("replay", file, "--json").out)
    assert (answer["is_same"], answer["difference"]["event"]) == (False, answer["events"])


def test_the_story_of_one_call_has_the_reason_of_each_offer(shell: Shell, hour: list[bytes]) -> None:
    """From the arrival on; the same as JSON."""
    call = offered(hour)
    done = shell.run("replay", put(shell.data, hour), "--interaction", call)
    assert done.code == 0
    lines = done.out.splitlines()
    assert "leg arrived: ani +44207946" in lines[0]
    (offer,) = [line for line in lines if "offer to " in line]
    reason = next(
        one.explanation  # type: ignore[union-attr]
        for step in read_log(hour)[1]
        for one in step.did
        if type(one).__name__ == "OfferMade" and one.interaction == call  # type: ignore[union-attr]
    )
    assert offer.endswith(reason)
    story = json.loads(shell.run("replay", put(shell.data, hour), "--interaction", call, "--json").out)["story"]
    assert [one["what"] for one in story] == [line[14:].strip() for line in lines[:-1]]


def test_a_call_that_is_not_in_it_ends_with_2(shell: Shell, hour: list[bytes]) -> None:
    """It says what was looked for."""
    done = shell.run("replay", put(shell.data, hour), "--interaction", "nobody")
    assert (done.code, "nothing about the interaction 'nobody'" in done.err) == (2, True)


def test_what_is_no_event_log_ends_with_2(shell: Shell, hour: list[bytes]) -> None:
    """With what it is, and no stack."""
    missing = shell.run("replay", shell.data / "nothing.jsonl")
    other = shell.run("replay", shell.config / "ccserver.yaml")
    cut = put(shell.data, hour)
    cut.write_bytes(b"\x1f\x8b" + b"\x00" * 20)
    broken = shell.run("replay", cut)
    assert [done.code for done in (missing, other, broken)] == [2, 2, 2]
    assert "cannot be read: No such file" in missing.err
    assert "is no event log of ccserver" in other.err
    assert "Traceback" not in broken.err
