"""`ccserver plan`: what is proposed in words, the difference beside the noise, a picture, recorded and drawn days."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any
from xml.etree import ElementTree

import pytest
from tests.cli.shell import CONFIGURATION, NUMBER, Done, Shell

from ccserver.adapters.sim.centre import SimCentre
from ccserver.adapters.sim.people import Crowd, Habits, Shift
from ccserver.app.house import know_written_forms
from ccserver.cli.configuring import configuration_of
from ccserver.services.recorder import Recorder

MORE = """\
agents:
  ben: {name: Ben, extension: "1002", password: demo-ben}
  cat: {name: Cat, extension: "1003", password: demo-cat}
"""
DRAWN = ("--hours", "1", "--warm-up", "0 s", "--seeds", "3", "--calls-per-hour", "30", "--keys", "-")


@pytest.fixture
def proposed(shell: Shell, tmp_path: Path) -> Path:
    """Three agents instead of one, and a longer wait."""
    folder = tmp_path / "proposed"
    folder.mkdir()
    (folder / "ccserver.yaml").write_text(CONFIGURATION.replace("max_wait: 1 min", "max_wait: 2 min"))
    (folder / "more.yaml").write_text(MORE)
    return folder


def answer(done: Done) -> dict[str, Any]:
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert isinstance(found, dict)
    return found


def row(found: dict[str, Any], queue: str | None = "support") -> dict[str, Any]:
    return next(one for one in found["rows"] if (one["queue"], one["tier"]) == (queue, None))


def record(shell: Shell) -> Path:
    """Half an hour of the present configuration, in the data folder as the server leaves it."""
    know_written_forms()
    recorder = Recorder()
    plan = configuration_of(shell.config, False).plan
    sim = SimCentre(plan, recorder=recorder)
    sim.run_for(timedelta(seconds=1))
    Shift(sim, list(plan.agents), Habits(missed_ratio=0.0), Random(1)).start_work()
    crowd = Crowd(sim, Habits())
    for number in range(20):
        crowd.ring_in(f"+44207946{number:04}", NUMBER, Random(number))
        sim.run_for(timedelta(seconds=90))
    sim.run_for(timedelta(minutes=10))
    file = shell.data / "events" / "20260302T090000Z.jsonl"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"".join(line for _, line in recorder.drain()))
    return file


def test_more_agents_are_seen_beyond_the_noise(shell: Shell, proposed: Path) -> None:
    """In words, in the table and in the verdict; the same calls come under both."""
    done = shell.run("plan", proposed, "--present", shell.config, *DRAWN)
    assert done.code == 0, done.err
    assert "agents added: ben, cat" in done.out
    assert "queue support: max wait 1 min -> 2 min" in done.out
    assert max(map(len, done.out.splitlines()[:20])) <= 160
    found = answer(shell.run("plan", proposed, "--present", shell.config, *DRAWN, "--json"))
    figures = row(found)
    assert figures["offered"]["difference"] == 0
    assert (figures["abandoned"]["difference"] < 0, figures["abandoned"]["is_noise"]) == (True, False)
    assert figures["occupancy"]["proposed"] < figures["occupancy"]["present"]
    assert "differ by more than noise" in found["verdict"]


def test_the_same_rules_differ_in_nothing(shell: Shell) -> None:
    """Not by a hair: chance is the same for both."""
    found = answer(shell.run("plan", shell.config, "--present", shell.config, *DRAWN, "--json"))
    assert found["changes"] == []
    assert {one[name]["difference"] for one in found["rows"] for name in ("in_time", "mean_wait_s", "abandoned")} == {0}
    assert found["verdict"] == "Every difference is within the noise."


def test_the_present_rules_are_those_of_the_newest_event_log(shell: Shell, proposed: Path) -> None:
    """Where none are named; without a log it says what to give."""
    without = shell.run("plan", proposed, *DRAWN, "--data", shell.data)
    assert (without.code, "give --present" in without.err) == (2, True)
    record(shell)
    found = answer(shell.run("plan", proposed, *DRAWN, "--data", shell.data, "--json"))
    assert "agents added: ben, cat" in found["changes"]


def test_a_recorded_day_is_played_as_it_was(shell: Shell, proposed: Path) -> None:
    """Under the rules of the day the calls are the recorded ones; who did not work then does not here, and that is told."""
    file = record(shell)
    found = answer(shell.run("plan", proposed, "--recorded", file, "--seeds", "2", "--json"))
    assert found["traffic"].startswith("recorded: 20 calls and 1 agents from 2026-03-02 09:00")
    assert row(found, None)["offered"] == {
        "present": 20.0, "proposed": 20.0, "difference": 0.0, "margin": 0.0, "is_noise": True,
    }  # fmt: skip
    assert any("2 agents of the proposed rules did not work then" in line for line in found["not_known"])
    assert any("would have waited is drawn" in line for line in found["not_known"])


def test_the_picture_is_one_file_that_needs_no_other(shell: Shell, proposed: Path, tmp_path: Path) -> None:
    """An SVG with a title, a point for each plan, and every queue by name."""
    file = tmp_path / "plan.svg"
    assert shell.run("plan", proposed, "--present", shell.config, *DRAWN, "--picture", file).code == 0
    text = file.read_text()
    root = ElementTree.fromstring(text)
    words = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"support", "all", "Answered in time", "Gave up"} <= set(words)
    assert len(list(root.iter("{http://www.w3.org/2000/svg}circle"))) == 12
    assert ("href" in text, "<script" in text) == (False, False)
    bad = shell.run("plan", proposed, "--present", shell.config, *DRAWN, "--picture", tmp_path / "no/such.svg")
    assert (bad.code, "cannot be written" in bad.err) == (2, True)


def test_what_cannot_be_played_ends_with_2(shell: Shell, proposed: Path, tmp_path: Path) -> None:
    """A folder that is none, a recording that is none, one in which nobody called."""
    text = tmp_path / "text.jsonl"
    text.write_text("hello\n")
    quiet = record(shell)
    quiet.write_bytes(b"".join(quiet.read_bytes().splitlines(keepends=True)[:2]))
    for arguments, said in (
        ((tmp_path / "nothing", "--present", shell.config), "nothing"),
        ((proposed, "--recorded", tmp_path / "none"), "cannot be read"),
        ((proposed, "--recorded", text), "is no event log"),
        ((proposed, "--recorded", quiet), "nobody called"),
    ):
        done = shell.run("plan", *arguments)
        assert (done.code, said in done.err) == (2, True), done.err
