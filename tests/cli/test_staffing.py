"""`ccserver staffing`: the answer, the table, the day, and what cannot be read."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from tests.cli.shell import Done, Shell
from tests.house.files import TOP

DAY = "time,calls,handle_time\n09:00,100,\n09:30,10,5 min\n10:00,0,\n"


@pytest.fixture
def day(tmp_path: Path) -> Path:
    file = tmp_path / "day.csv"
    file.write_text(DAY)
    return file


def rows(done: Done) -> list[list[str]]:
    """The lines of the table that begin with a figure, in words."""
    return [line.split() for line in done.out.splitlines() if re.match(r" *[0-9:]+ .*% *$", line)]


def figures(done: Done) -> dict[str, Any]:
    assert (done.code, done.err) == (0, "")
    answer = json.loads(done.out)
    assert isinstance(answer, dict)
    return answer


def test_the_answer_is_a_number(shell: Shell) -> None:
    """Ten erlangs and 80 % within 20 s: 14 agents, 20 on the rota."""
    done = shell.run("staffing", 100, "--handle-time", "3 min", "--shrinkage", "30 %")
    assert (done.code, done.err) == (0, "")
    assert "80 % within 20 s: takes 14 agents, 20 on the rota at 30 % shrinkage." in done.out
    assert ["14", "20", "88.8", "%", "7.8", "s", "-", "71.4", "%"] in rows(done)


def test_beside_the_answer_stands_what_others_would_give(shell: Shell) -> None:
    """Two fewer, two more; never fewer than one."""
    assert [row[0] for row in rows(shell.run("staffing", 100, "--handle-time", "3 min"))] == [
        "12",
        "13",
        "14",
        "15",
        "16",
    ]
    assert [row[0] for row in rows(shell.run("staffing", 1, "--handle-time", "3 s"))] == ["1", "2", "3"]


def test_one_agent_is_one(shell: Shell) -> None:
    """No plural."""
    assert "takes 1 agent." in shell.run("staffing", 1, "--handle-time", "3 s").out


@pytest.mark.parametrize("target", ["99.9 % within 20 s", "1% in 0 s", "80% in 1 min 30 s"])
def test_targets_may_be_bold_or_modest(shell: Shell, target: str) -> None:
    """From 1 % to 99.9 %, and written shorter."""
    assert shell.run("staffing", 100, "--handle-time", "3 min", "--target", target).code == 0


def test_patience_makes_it_erlang_a(shell: Shell) -> None:
    """Fewer agents, and some callers lost."""
    answer = figures(shell.run("staffing", 100, "--handle-time", "3 min", "--patience", "2 min", "--json"))
    (interval,) = answer["intervals"]
    assert (answer["model"], interval["agents"]) == ("erlang_a", 12)
    assert 0.05 < interval["abandonment"] < 0.07


def test_every_goal_counts(shell: Shell) -> None:
    """At most 2 % abandoned, at most 70 % occupancy; said in words too."""
    words = ("--handle-time", "3 min", "--patience", "2 min", "--most-abandoned", "2 %", "--most-occupancy", "70 %")
    (interval,) = figures(shell.run("staffing", 100, *words, "--json"))["intervals"]
    assert interval["abandonment"] <= 0.02
    assert interval["occupancy"] <= 0.7
    assert (
        "80 % within 20 s, at most 2 % abandoned, at most 70 % occupancy: takes"
        in shell.run("staffing", 100, *words).out
    )


def test_given_agents_are_judged(shell: Shell) -> None:
    """What would 13 do, and 14?"""
    words = ("staffing", 100, "--handle-time", "3 min", "--agents")
    assert "not kept by 13 agents." in shell.run(*words, 13).out
    assert "80 % within 20 s: kept by 14 agents." in shell.run(*words, 14).out


def test_a_line_without_end_is_told(shell: Shell) -> None:
    """As null to programs, which know no infinity."""
    words = ("staffing", 100, "--handle-time", "3 min", "--agents", 9)
    assert "no end" in shell.run(*words).out
    assert figures(shell.run(*words, "--json"))["intervals"][0]["speed_of_answer_s"] is None


@pytest.mark.parametrize(("agents", "told"), [(11, "2:03 min"), (1000, "0.0 s")])
def test_waits_are_told_as_people_say_them(shell: Shell, agents: int, told: str) -> None:
    """Minutes from a hundred seconds on."""
    assert told in shell.run("staffing", 100, "--handle-time", "3 min", "--agents", agents).out


def test_a_wait_of_hours(shell: Shell) -> None:
    """All but full."""
    assert "h   " in shell.run("staffing", "99.99", "--handle-time", "3 min", "--agents", 10).out


def test_a_day_has_a_row_for_each_interval(shell: Shell, day: Path) -> None:
    """Nobody where nobody calls; the handle time of the row goes before that of the command line."""
    answer = figures(shell.run("staffing", day, "--handle-time", "3 min", "--json"))
    found = [(each["time"], each["erlangs"], each["agents"]) for each in answer["intervals"]]
    assert found == [("09:00", 10.0, 14), ("09:30", 1.666667, 4), ("10:00", 0.0, 0)]
    assert answer["total"]["calls"] == 110
    assert answer["total"]["agent_hours"] == 9.0


def test_a_day_is_told_with_its_whole_and_its_picture(shell: Shell, day: Path) -> None:
    """In at most 80 letters where the terminal says nothing."""
    done = shell.run("staffing", day, "--handle-time", "3 min", "--patience", "2 min", "--shrinkage", "30 %")
    assert "takes up to 12 agents, 18 on the rota" in done.out
    assert re.search(r"^ +all +110 +", done.out, re.MULTILINE)
    assert done.out.endswith("09:00   10:00\n")
    assert max(map(len, done.out.splitlines())) <= 80


def test_given_agents_through_a_day(shell: Shell, day: Path) -> None:
    """In how many intervals they keep what was promised; the picture is the load then."""
    done = shell.run("staffing", day, "--handle-time", "3 min", "--agents", 13)
    assert "kept in 2 of 3 intervals by 13 agents." in done.out
    assert "load in erlangs, beside 13 agents:" in done.out


def test_intervals_are_as_long_as_the_times_are_apart(shell: Shell, tmp_path: Path) -> None:
    """25 calls in a quarter of an hour are 100 in an hour; a pause at noon is no interval."""
    file = tmp_path / "quarters.csv"
    file.write_text("time;calls\n11:30;25\n11:45;25\n13:00;25\n")
    answer = figures(shell.run("staffing", file, "--handle-time", "6 min", "--json"))
    assert [each["erlangs"] for each in answer["intervals"]] == [10.0] * 3


def test_times_may_be_words(shell: Shell, tmp_path: Path) -> None:
    """Then an interval is half an hour, unless something else is said."""
    file = tmp_path / "days.csv"
    file.write_text("time,calls\nMonday,200\nTuesday,100\n")
    answer = figures(shell.run("staffing", file, "--handle-time", "3 min", "--interval", "1 h", "--json"))
    assert [each["erlangs"] for each in answer["intervals"]] == [10.0, 5.0]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("ten",), "ten: no such file or directory"),
        (("100",), "how long does a call take?"),
        (("1e3", "--handle-time", "3 min"), "1e3: no such file"),
        (("9999999999", "--handle-time", "3 min"), "CALLS: '9999999999' is no number of calls"),
        (("100000000", "--handle-time", "3 min"), "more than 100000 agents"),
        (("100", "--handle-time", "soon"), "--handle-time: 'soon' is no length of time"),
        (("100", "--handle-time", "0 s"), "--handle-time: '0 s' is too short"),
        (("100", "--handle-time", "900 h"), "--handle-time: '900 h' is too long"),
        (("100", "--handle-time", "3 min", "--target", "80/20"), "--target: '80/20' is no answer target"),
        (("100", "--handle-time", "3 min", "--target", "100 % within 20 s"), "--target: '100 %' is too much"),
        (("100", "--handle-time", "3 min", "--target", "80 % within a minute"), "--target: 'a minute' is no length"),
        (("100", "--handle-time", "3 min", "--shrinkage", "0.3"), "--shrinkage: '0.3' is no share"),
        (("100", "--handle-time", "3 min", "--shrinkage", "100 %"), "--shrinkage: '100 %' is too much"),
        (("100", "--handle-time", "3 min", "--most-occupancy", "0 %"), "--most-occupancy: '0 %' is too little"),
        (("100", "--handle-time", "3 min", "--most-abandoned", "5 %"), "--most-abandoned: without a patience"),
        (("100", "--handle-time", "3 min", "--patience", "-1"), "--patience: '-1' is no length of time"),
        (("100", "--handle-time", "3 min", "--agents", "100001"), "--agents: 100001 are too many"),
        (("100", "--handle-time", "3 min", "--interval", "x" * 99), "--interval: 'xxx"),
    ],
)
def test_what_cannot_be_read_is_told(shell: Shell, words: tuple[str, ...], told: str) -> None:
    """Exit code 2, one line and perhaps one of advice, nothing on standard output."""
    done = shell.run("staffing", *words)
    assert (done.code, done.out, len(done.err.splitlines()) <= 2) == (2, "", True)
    assert done.err.startswith(f"ccserver: {told}") or told in done.err.splitlines()[0]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "1: one column time is needed"),
        ("time\n09:00\n", "1: one column calls is needed"),
        ("time,calls,handel_time\n", "1: 'handel_time' is no column of it"),
        ("time,time,calls\n", "1: one column time is needed"),
        ("time,calls\n", "has 0 intervals"),
        ("time,calls\n" + "a,1\n" * 3001, "has 3001 intervals"),
        ("time,calls\n" + "a" * 1_000_000, "has more than 1000000 bytes"),
        ("time,calls\n09:00,many\n", "2: calls: 'many' is no number of calls"),
        ("time,calls\n09:00,1\n09:30,-1\n", "3: calls: '-1' is no number of calls"),
        ("time,calls\n09:00\n", "2: has not as many cells as there are columns"),
        ("time,calls\n09:00,1,2\n", "2: has not as many cells as there are columns"),
        ("time,calls\n,1\n", "2: time: '' cannot be shown"),
        ("time,calls\n\x1b[2J,1\n", "2: time: '\\x1b[2J' cannot be shown"),
        ("time,calls,handle_time\n09:00,1,long\n", "2: handle_time: 'long' is no length of time"),
        ("time,calls\n09:00,1\n09:00,2\n", "09:00 stands there twice in a row"),
        ("time,calls\n09:00,1\n09:15,2\n", "--interval: 30 min, but the times of"),
        ('time,calls\n"09:00" x,1\n', "2: "),
    ],
)
def test_a_wrong_file_is_told_with_its_line(shell: Shell, tmp_path: Path, text: str, told: str) -> None:
    """The first thing that is wrong."""
    file = tmp_path / "day.csv"
    file.write_text(text)
    done = shell.run("staffing", file, "--handle-time", "3 min", "--interval", "30 min")
    assert (done.code, done.out, told in done.err.splitlines()[0], str(file) in done.err) == (2, "", True, True)


def test_a_file_of_other_letters_is_told(shell: Shell, tmp_path: Path) -> None:
    """As a table of letters of another age."""
    file = tmp_path / "day.csv"
    file.write_bytes("time,calls\nfrüh,1\n".encode("latin-1"))
    assert "is not written in UTF-8" in shell.run("staffing", file, "--handle-time", "3 min").err


@pytest.mark.parametrize(
    ("file", "told"), [("/dev/zero", "more than 1000000 bytes"), (".", "is a directory"), ("", "is a directory")]
)
def test_what_is_no_file_of_intervals_is_told(shell: Shell, file: str, told: str) -> None:
    """However long it is."""
    done = shell.run("staffing", file, "--handle-time", "3 min")
    assert (done.code, told in done.err) == (2, True)


def examples() -> list[tuple[str, str]]:
    """(command, output) of the documentation's blocks."""
    text = (TOP / "docs/staffing.md").read_text(encoding="utf-8")
    return re.findall(r"^```\n\$ ccserver (staffing .*)\n((?:.*\n)*?)```$", text, re.MULTILINE)


@pytest.mark.parametrize(("command", "told"), examples())
def test_the_documentation_shows_what_the_command_prints(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, command: str, told: str
) -> None:
    """Every figure in docs/staffing.md; blank lines and ends of lines aside."""
    monkeypatch.chdir(TOP / "docs")
    monkeypatch.setenv("COLUMNS", "80")
    printed = [line.rstrip() for line in shell.run(*shlex.split(command)).out.splitlines()]
    assert [line for line in printed if line] == [line for line in told.splitlines() if line]
