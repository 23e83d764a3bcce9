"""However many mistakes are made at once, one run tells each of them where it is."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.config.marked import assert_marked, problems, take_marks
from tests.house.files import TOP

from ccserver.config import check

DEMO = {path.name: path.read_text(encoding="utf-8") for path in sorted((TOP / "examples/demo").glob("*.yaml"))}

MISTAKES = (
    # wrong types
    (r"^(\s+name:) .*", r"\1 §5"),
    (r"^(\s+)(open|reason|flow|queue): .*", r"\1§\2: [a]"),
    (r"^(\s+(?:sounds|greeting|skills|keys):) \S.*", r"\1 §5"),
    (r"^(  (?:break|lunch|paperwork|meeting|training):) .*", r"\1 §5"),
    (r"^(\s+values: .*reason:) \w+", r"\1 §5"),
    (r"^(\s+record_calls|demo): true", r"\1: §maybe"),
    # bad values
    (r"\b(sales|support): [0-9]\b", r"\1: §99"),
    (r'^(\s+extension:) "([0-9]+)"', r'\1 §"x\2"'),
    (r"^(\s+dnis|caller_number): .*", r'\1: §"0808"'),
    (r"^(\s+priority:) .*", r"\1 §5000"),
    (r"^(\s+tries:) .*", r"\1 §77"),
    (r"^(\s+min_digits|\s+max_length): .*", r"\1: §0"),
    (r"^(\s+(?:limit|max_wait|ring_limit|wrap_up_limit|answer_target|longest_message):) .*", r"\1 §4 parsecs"),
    (r"\b(first_after|every): [0-9]+ s", r"\1: §1 s"),
    (r"^(\s+store:) .*", r"\1 §9lives"),
    (r"^(\s+time_zone:) .*", r"\1 §Europe/Londn"),
    (r"^(\s+holidays:) .*", r"\1 §GB-ENX"),
    (r"^(\s+closed_on:) .*", r"\1 [§2026-13-24]"),
    (r"^(\s+on_max_wait:) voicemail", r"\1 §mailbox"),
    (r"^(\s+dispositions:) \[\w+", r"\1 [§Sold"),
    (r"\b(role): \w+", r"\1: §boss"),
    (r"^(\s+answer:) .*", r"\1 §soon"),
    (r"^(\s+value:) .*", r"\1 §much"),
    (r"^(\s+wait_limit:) .*", r"\1 §4 parsecs"),
    (r"^(version): .*", r"\1: §2"),
    (r"^(default_region|default_language): .*", r"\1: §Klingon"),
    (r"^(\s+match:) .*", r"\1 [§here]"),
    (r"^(\s+target:) .*", r"\1 §nowhere"),
    (r"^(\s+codecs:) \[\w+", r"\1 [§ulow"),
    # references and recordings
    (r"^(\s+team:) .*", r"\1 §flor"),
    (r"^(\s+flow:) .*", r"\1 §welcom"),
    (r"^(\s+hours:) .+", r"\1 §nver"),
    (r"\b(queue): (sales|support)\b", r"\1: §\2x"),
    (r"^(\s+(?:start|next|on_timeout|on_wrong|on_failed|\"[1-4]\"):) (\w+)", r"\1 §\2x"),
    (r"^(\s+music:) .*", r"\1 §jazz"),
    (r"^(\s+(?:sounds|wrong|message):) \[[\w-]+", r"\1 [§no-such-sound"),
    (r"^(\s+-) (letters|vm)([-/]\w+)", r"\1 §\2\3x"),
    # keys: not known, misspelt, without value, twice; and what YAML has and we do not
    (r"^(\s+)(limit|max_length|time_zone|team|codecs|reason): (.*)", r"\1§zzz: 1\n\1\2: \3"),
    (r"^(\s+)(skills|password|on_wrong|hours|priority|on_full|dispositions):", r"\1§\2_x:"),
    (
        r"^(\s*)(queues|flows|nodes|keys|hours|agents|teams|entry_points|voicemail|trunks|tiers|demo|version):",
        r"\1§\2x:",
    ),
    (r"^(\s+)(store|flow|music|time_zone|dnis|extension): .*", r"\1§\2:"),
    (r"^(\s+)(limit|tries|dnis|max_wait): (.*)", r"\1\2: \3\n\1§\2: \3"),
    (r"^(\s+)(name|team|next): (.*)", r"\1\2: §*\2"),
    (r"^(\s+)(password|reason): (.*)", r"\1\2: §!!str \3"),
)


class Mistake(NamedTuple):
    """One line of one file, with a mark before what is wrong."""

    file: str
    line: int
    instead: str


def _all_mistakes() -> list[Mistake]:
    found = []
    for file, text in DEMO.items():
        for number, line in enumerate(text.splitlines()):
            bare = line.partition(" #")[0]
            for pattern, wrong in MISTAKES:
                instead, count = re.subn(pattern, wrong, bare, count=1)
                found += [Mistake(file, number, instead)] * count
    return found


EVERY_MISTAKE = _all_mistakes()


def told_and_made(mistakes: list[Mistake]) -> tuple[list[tuple[str, int, int]], list[tuple[str, int, int]], str]:
    """Where `check` finds mistakes, where they were made, and what is said."""
    lines = {file: text.splitlines() for file, text in DEMO.items()}
    for one in mistakes:
        lines[one.file][one.line] = one.instead
    made = []
    with tempfile.TemporaryDirectory() as folder:
        for file, text in lines.items():
            clean, places = take_marks("\n".join(text))
            Path(folder, file).write_text(clean + "\n", encoding="utf-8")
            made += [(file, *place) for place in places]
        found = check(Path(folder))
    return [(one.path.name, one.line, one.column) for one in found], sorted(made), "\n".join(map(str, found))


def test_there_are_many_ways_to_be_wrong() -> None:
    """The patterns still fit the demo: each finds a line."""
    unused = [pattern for pattern, _ in MISTAKES if not any(re.search(pattern, text, re.M) for text in DEMO.values())]
    assert unused == []
    assert len(EVERY_MISTAKE) > 250


@pytest.mark.slow
def test_each_mistake_alone_is_one_problem() -> None:
    """No mistake is told twice, and none causes another."""
    wrong = []
    for one in EVERY_MISTAKE:
        told, made, said = told_and_made([one])
        if told != made:
            wrong.append(f"{one}\n{said}")
    assert not wrong, "\n\n".join(wrong)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(EVERY_MISTAKE), min_size=2, max_size=25, unique_by=lambda one: (one.file, one.line)))
def test_any_mistakes_together_are_all_told(mistakes: list[Mistake]) -> None:
    """In one run, each in its place, and nothing else."""
    told, made, said = told_and_made(mistakes)
    assert told == made, said


def test_an_entry_with_a_wrong_value_is_checked_like_any_other(tmp_path: Path) -> None:
    """Its own references, its numbers, and what is said twice."""
    text = """
    version: 1
    entry_points:
      main: {dnis: "+448081570100", queue: §suport, priority: §high}
      other: {dnis: §"+448081570100", hours: §nver, queue: support, language: §English}
    queues:
      support: {max_wait: §soon, on_max_wait: {queue: §sales}}
    """
    assert_marked(tmp_path, text, "did you mean 'support'?", "priority", "main", "nver", "tag", "time", "'sales'")


def test_what_stands_below_a_misspelt_key_is_checked(tmp_path: Path) -> None:
    """As if the key were right; and nothing is said to be missing."""
    text = """
    version: 1
    entry_points:
      main: {dnis: "+448081570100", queue: §suport}
    §queus:
      support: {§max_wiat: §soon, on_max_wait: voicemail}
    """
    found = problems(tmp_path, centre=text)
    assert [one.advice for one in found] == [
        "did you mean 'support'?",
        "did you mean 'queues'?",
        "did you mean 'max_wait'?",
        "write 15 s, 3 min, 1 h, or a whole number of seconds",
    ]


def test_every_loop_of_queues_is_told(tmp_path: Path) -> None:
    """Not only the first."""
    text = """
    version: 1
    queues:
      a: {max_wait: 5 min, on_max_wait: {queue: §b}}
      b: {max_wait: 5 min, on_max_wait: {queue: a}}
      c: {max_wait: 5 min, on_max_wait: {queue: §d}}
      d: {max_wait: 5 min, on_max_wait: {queue: c}}
    """
    assert_marked(tmp_path, text, "a -> b -> a", "c -> d -> c")


def test_a_misspelt_way_does_not_hide_a_node_that_is_never_reached(tmp_path: Path) -> None:
    """It leads to the node that is nearest; so the others are known."""
    text = """
    version: 1
    flows:
      f:
        start: greet
        nodes:
          greet: {do: play, sounds: hello, next: §goodby}
          goodbye: {do: hang_up}
          §lost: {do: voicemail}
    """
    assert_marked(tmp_path, text, "did you mean 'goodbye'?", "never reached")


def test_a_way_that_may_mean_any_node_leaves_none_unreached(tmp_path: Path) -> None:
    """One mistake, one problem."""
    text = """
    version: 1
    flows:
      f:
        start: greet
        nodes:
          greet: {do: play, sounds: hello, next: §5}
          goodbye: {do: hang_up}
    """
    assert_marked(tmp_path, text, "next must be text")


def test_what_stands_before_a_break_of_the_yaml_is_checked(tmp_path: Path) -> None:
    """Whole entries only: of the one that it broke in nothing is said to be missing."""
    text = """
    version: 1
    name: §5
    queues:
      support: {max_wait: §soon, on_max_wait: voicemail}
      sales:
        max_wait: 5 min
    §\ton_max_wait: voicemail
    """
    assert_marked(tmp_path, text, "name must be text", "is no length of time", "never tabs")


def test_what_stands_behind_a_break_is_not_missed(tmp_path: Path) -> None:
    """It may be there."""
    text = """
    version: 1
    entry_points:
      main: {dnis: "+448081570100", queue: support}
    agents:
      ann: {name: Ann, extension: §1001}
    flows: [
    queues:
      support: {max_wait: 5 min, on_max_wait: voicemail}
    """
    first, second = problems(tmp_path, centre=text)
    assert first.what == "extension must be text, but is a number"
    assert second.what.startswith("this is not YAML")


def test_a_name_that_cannot_be_printed_is_escaped_in_advice_too(tmp_path: Path) -> None:
    """What the file holds must not reach a terminal as it is."""
    text = """
    version: 1
    teams: {"flo\ud7fcor": {name: Floor}}
    agents:
      ann: {name: Ann, extension: "1001", team: fl}
    """
    found = problems(tmp_path, centre=text)
    assert any("\ud7fc" in each.advice for each in found)
    assert all(str(each).isprintable() for each in found)
