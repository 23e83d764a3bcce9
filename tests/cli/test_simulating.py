"""`ccserver simulate`: a small centre for an hour, and what cannot be played."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any

import pytest
from tests.cli.shell import Done, Shell
from tests.house.files import TOP

CENTRE = """\
agents:
  ben: {name: Ben, extension: "1002", password: demo-ben}
  cat: {name: Cat, extension: "1003", password: demo-cat}
entry_points:
  night: {name: Night, dnis: "+448081570103", queue: support, hours: nights, on_closed: {message: [vm-goodbye]}}
hours:
  nights: {open: "22:00-23:00", time_zone: Europe/London}
"""
TIERS = """\
tiers:
  gold: {name: Gold, value: 5, answer: 90 % within 5 min}
  basic: {name: Basic, value: 1, answer: 80 % within 5 min}
"""
FLOW = """\
entry_points:
  menu: {name: Menu, dnis: "+448081570104", flow: ask}
flows:
  ask:
    start: choose
    nodes:
      choose:
        {do: menu, sounds: [hello], keys: {"9": message}, limit: 6 s, tries: 1, on_timeout: wait, on_wrong: wait}
      message: {do: voicemail}
      wait: {do: queue, queue: support}
"""
SHORT = ("--hours", "0.5", "--warm-up", "0 s")


@pytest.fixture
def centre(shell: Shell) -> Shell:
    """Three agents, one queue, a number that is closed by day."""
    (shell.config / "more.yaml").write_text(CENTRE)
    return shell


def figures(done: Done) -> dict[str, Any]:
    assert done.code == 0, done.err
    answer = json.loads(done.out)
    assert isinstance(answer, dict)
    return answer


def test_a_queue_has_its_figures(centre: Shell) -> None:
    """In a table of at most 80 letters, with what was played above and the results below."""
    done = centre.run("simulate", centre.config, *SHORT, "--calls-per-hour", 40, "--seed", 7)
    assert done.code == 0
    assert "0.5 h from Monday, 2026-03-02 09:00 UTC, seed 7: 3 agents, 40 calls an hour." in done.out
    assert re.search(r"^ support +\d+ +20 s +\d+\.\d % +\d+\.\d % +\d+\.\d s .*\d+\.\d % *$", done.out, re.MULTILINE)
    assert re.search(r"^All agents: \d+\.\d % busy\. \d+ calls: \d+ answered", done.out, re.MULTILINE)
    assert max(map(len, done.out.splitlines())) <= 80
    assert "simulating 0.5 h" in done.err


def test_programs_get_the_same_for_the_same_seed(centre: Shell) -> None:
    """And something else for another."""
    first, again, other = (centre.run("simulate", centre.config, *SHORT, "--json", "--seed", n).out for n in (1, 1, 2))
    assert first == again != other
    found = json.loads(first)
    (queue,) = found["queues"]
    assert (found["is_complete"], found["unfinished"], queue["queue"], queue["tiers"]) == (True, 0, "support", [])
    assert queue["offered"] == queue["answered"] + queue["abandoned"] + queue["sent_on"] > 0


def test_callers_of_tiers_have_their_lines(centre: Shell) -> None:
    """Without a word about shares every tier has twice the callers of the one above."""
    (centre.config / "tiers.yaml").write_text(TIERS)
    done = centre.run("simulate", centre.config, *SHORT, "--calls-per-hour", 60)
    assert "Callers: 33.3 % gold, the rest unknown." in done.out
    assert re.search(r"^   gold +\d+ +90 % in 5 min +", done.out, re.MULTILINE)
    said = figures(
        centre.run("simulate", centre.config, *SHORT, "--calls-per-hour", 60, "--tier", "gold=100%", "--json")
    )
    assert [tier["tier"] for tier in said["queues"][0]["tiers"]] == ["gold"]


def test_agents_are_taken_by_number_or_name(centre: Shell) -> None:
    """A number takes them evenly from the whole list."""
    for agents, count in (("2", 2), ("cat, ann", 2), ("ben", 1), ("ann,ann", 1), ("", 3)):
        assert figures(centre.run("simulate", centre.config, *SHORT, "--json", "--agents", agents))["agents"] == count


def test_a_number_that_is_closed_is_not_called_unless_it_is_named(centre: Shell) -> None:
    """By its entry point or in digits."""
    by_day = figures(centre.run("simulate", centre.config, *SHORT, "--json"))
    assert "closed" not in by_day["results"]
    named = figures(centre.run("simulate", centre.config, *SHORT, "--json", "--number", "night"))
    assert set(named["results"]) == {"closed"}
    late = centre.run(
        "simulate", centre.config, *SHORT, "--json", "--start", "2026-03-02 22:00", "--number", "+448081570103"
    )
    assert "closed" not in figures(late)["results"]


def test_numbers_are_called_in_their_shares(centre: Shell) -> None:
    """One call in ten goes to the number that is closed."""
    words = (*SHORT, "--calls-per-hour", 400, "--json", "--number", "line=90%", "--number", "night=10%")
    found = figures(centre.run("simulate", centre.config, *words))
    assert 0.05 < found["results"]["closed"] / found["calls"] < 0.2


def test_the_warm_up_is_told(centre: Shell) -> None:
    """What is counted begins after it."""
    assert (
        "from Monday, 2026-03-02 09:15 UTC after 15 min of warm-up"
        in centre.run("simulate", centre.config, "--hours", 1).out
    )


def test_callers_press_keys_or_none(centre: Shell) -> None:
    """In a menu where the key leaves a message and none leads to the queue."""
    (centre.config / "flow.yaml").write_text(FLOW)
    words = ("simulate", centre.config, *SHORT, "--json", "--number", "menu", "--keys")
    assert set(figures(centre.run(*words, "9"))["results"]) == {"voicemail"}
    assert "voicemail" not in figures(centre.run(*words, "-", "--calls-per-hour", 10))["results"]


def test_patient_callers_never_give_up(centre: Shell) -> None:
    """One agent, far too many calls, no patience given: they wait until the queue sends them on."""
    words = (*SHORT, "--agents", "ann", "--calls-per-hour", 100, "--patience", "", "--json")
    (queue,) = figures(centre.run("simulate", centre.config, *words))["queues"]
    assert (queue["abandoned"], queue["sent_on"] > 0) == (0, True)


@pytest.mark.slow
def test_what_takes_too_long_is_ended_and_told(centre: Shell) -> None:
    """With the figures until there, which are none if it is ended in the warm-up."""
    words = ("--hours", 200, "--calls-per-hour", 3000, "--time-limit", "1 s", "--warm-up")
    for warm_up, played in (("0 s", r"\d+\.\d"), ("100 h", r"0\.0")):
        done = centre.run("simulate", centre.config, *words, warm_up)
        assert done.code == 0
        assert re.search(
            rf"^ended after 1 s of computing: these are the first {played} of 200 h$", done.out, re.MULTILINE
        )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--calls-per-hour", "many"), "--calls-per-hour: 'many' is no number of calls"),
        (("--calls-per-hour", "0"), "--calls-per-hour: 0 cannot be played"),
        (("--calls-per-hour", "50001"), "--calls-per-hour: 50001 cannot be played"),
        (("--agents", "0"), "--agents: 0 cannot work"),
        (("--agents", "4"), "--agents: 4 cannot work"),
        (("--agents", "bne"), "--agents: there is no agent 'bne'"),
        (("--talk", "long"), "--talk: 'long' is no length of time"),
        (("--start", "tomorrow"), "--start: 'tomorrow' is no instant"),
        (("--keys", "x"), "--keys: 'x' are no keys of a telephone"),
        (("--number", "lime"), "--number: 'lime' is no entry point"),
        (("--number", "line=much"), "--number line: 'much' is no share"),
        (("--tier", "gold=10%"), "--tier: there is no tier 'gold'"),
        (("--time-limit", "0 s"), "--time-limit: '0 s' is too short"),
    ],
)
def test_what_cannot_be_played_is_told(centre: Shell, words: tuple[str, ...], told: str) -> None:
    """Exit code 2, one line and one of advice, nothing on standard output."""
    done = centre.run("simulate", centre.config, *words)
    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 2)
    assert done.err.startswith(f"ccserver: {told}")


def examples() -> list[str]:
    """The commands of the documentation."""
    text = (TOP / "docs/simulating.md").read_text(encoding="utf-8")
    return re.findall(r"^\$ ccserver (simulate .*)$", text, re.MULTILINE)


@pytest.mark.slow
@pytest.mark.parametrize("command", examples())
def test_the_commands_of_the_documentation_work(shell: Shell, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    """Their figures change with the router; here some minutes are played."""
    monkeypatch.chdir(TOP)
    done = shell.run(*shlex.split(command), "--hours", 0.2, "--warm-up", "0 s")
    assert (done.code, "All agents:" in done.out) == (0, True)


def test_a_misspelt_name_is_answered_with_the_right_one(centre: Shell) -> None:
    """Of agents and entry points."""
    assert "did you mean 'ben'?" in centre.run("simulate", centre.config, "--agents", "bne").err
    assert "did you mean 'line'?" in centre.run("simulate", centre.config, "--number", "lime").err


@pytest.mark.parametrize(
    ("shares", "told"), [(("gold=60%", "basic=60%"), "more than 100 %"), (("gold=x",), "no share")]
)
def test_shares_of_tiers_must_be_shares(centre: Shell, shares: tuple[str, ...], told: str) -> None:
    """And leave something or nothing."""
    (centre.config / "tiers.yaml").write_text(TIERS)
    done = centre.run("simulate", centre.config, *(word for each in shares for word in ("--tier", each)))
    assert (done.code, told in done.err) == (2, True)


def test_a_day_on_which_nothing_is_open_is_told(centre: Shell) -> None:
    """With what to do."""
    file = centre.config / "ccserver.yaml"
    file.write_text(
        file.read_text().replace("queue: support}}", "queue: support, hours: nights, on_closed: voicemail}}")
    )
    done = centre.run("simulate", centre.config)
    assert (done.code, "no number is open at 2026-03-02 09:15 UTC" in done.err) == (2, True)


def test_a_wrong_configuration_is_told_as_by_check(centre: Shell) -> None:
    """With its places."""
    (centre.config / "wrong.yaml").write_text("queues: {support: {colour: red}}\n")
    done = centre.run("simulate", centre.config)
    assert (done.code, "wrong.yaml:1:" in done.err) == (2, True)
