"""Tiers of customers, from the YAML to the plan."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.config.marked import assert_marked
from tests.config.test_build import load
from tests.house.files import TOP

from ccserver.config import load_configuration
from ccserver.core.ids import TierId
from ccserver.core.sounds import recorded
from ccserver.core.tiers import DEFAULT_TIER, Tier, best_tier


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def test_a_tier(tmp_path: Path) -> None:
    """Everything that can be said of a tier, and what it is without."""
    (tmp_path / "music" / "harp").mkdir(parents=True)
    (tmp_path / "music" / "harp" / "slow.wav").touch()
    text = """
    version: 1
    tiers:
      platinum:
        name: The best
        value: 50
        answer: 95 % within 15 s
        wait_limit: 1 min
        max_wait: 20 min
        music: harp
        language: fr
        greeting: [hello, beep]
        from_value: 100000
      basic: {value: 0.5, answer: 99.5% in 10min}
    """
    best = Tier(
        id=TierId("platinum"),
        name="The best",
        value=50.0,
        target=seconds(15),
        goal=0.95,
        wait_limit=seconds(60),
        max_wait=seconds(1200),
        music="harp",
        language="fr",
        greeting=recorded("hello", "beep"),
        from_value=100_000.0,
    )
    basic = Tier(TierId("basic"), "basic", 0.5, seconds(600), 0.995, wait_limit=seconds(600))
    assert load(tmp_path, text).plan.tiers == (best, basic)


def test_the_tiers_stand_in_the_order_written(tmp_path: Path) -> None:
    """Not in that of the alphabet: the last is everybody else's."""
    text = "version: 1\ntiers: {z: {value: 2, answer: 80 % in 9 s}, a: {value: 1, answer: 80 % in 9 s}}\n"
    tiers = load(tmp_path, text).plan.tiers
    assert ([tier.id for tier in tiers], best_tier(tiers).id) == (["z", "a"], "a")


def test_without_tiers_all_are_alike(tmp_path: Path) -> None:
    """Nothing needs to be written."""
    assert load(tmp_path, "version: 1\ntiers: {}\n").plan.tiers == (DEFAULT_TIER,)


def test_the_number_called_may_give_a_tier(tmp_path: Path) -> None:
    """A private line."""
    text = """
    version: 1
    tiers: {gold: {value: 2, answer: 80 % in 9 s}, basic: {value: 1, answer: 80 % in 9 s}}
    entry_points:
      private: {dnis: "+448081570100", queue: a, tier: gold}
      main: {dnis: "+448081570102", queue: a}
    queues: {a: {max_wait: 1 min, on_max_wait: voicemail}}
    """
    entries = load(tmp_path, text).plan.entry_points
    assert {one.id: one.tier for one in entries.values()} == {"private": "gold", "main": None}


def test_the_demo_has_the_tiers_of_its_customers() -> None:
    """In the order of their values."""
    tiers = load_configuration(TOP / "examples/demo").plan.tiers
    assert [tier.id for tier in tiers] == ["platinum", "gold", "silver", "basic"]
    assert [tier.target for tier in tiers] == [seconds(15), seconds(20), seconds(30), seconds(60)]


MISTAKES = {
    "no value": ("{§gold: {answer: 80 % in 9 s}}", "gold has no value; add value: what the loss"),
    "no answer target": ("{§gold: {value: 1}}", "add answer: what is promised, such as 95 % within 15 s"),
    "worth nothing": ("{gold: {value: §0, answer: 80 % in 9 s}}", "use at least 0.001"),
    "value in quotes": ('{gold: {value: §"5", answer: 80 % in 9 s}}', "write it without quotes: 5"),
    "answer without time": ("{gold: {value: 1, answer: §95 %}}", "such as 95 % within 15 s"),
    "answer of another kind": ("{gold: {value: 1, answer: §15}}", "such as 95 % within 15 s"),
    "every call in time": ("{gold: {value: 1, answer: §100 % within 15 s}}", "nobody can answer every call"),
    "no time at all": ("{gold: {value: 1, answer: §90 % within 0 s}}", "use 1 s to 1 h"),
    "days": ("{gold: {value: 1, answer: §90 % within 25 h}}", "use 1 s to 1 h"),
    "limit below the promise": (
        "{gold: {value: 1, answer: 90 % within 15 s, wait_limit: §10 s}}",
        "wait_limit 10 s is shorter than the 15 s within which 'gold' is to be answered; use 15 s or more",
    ),
    "wait below the promise": (
        "{gold: {value: 1, answer: 90 % within 15 s, max_wait: §10 s}}",
        "max_wait 10 s is shorter than the 15 s",
    ),
    "unknown music": ("{gold: {value: 1, answer: 90 % in 9 s, music: §harp}}", "there is no music 'harp'"),
    "unknown recording": ("{gold: {value: 1, answer: 90 % in 9 s, greeting: §helo}}", "did you mean"),
    "values that rise": (
        "{gold: {value: 1, answer: 90 % in 9 s}, basic: {value: §2, answer: 90 % in 9 s}}",
        "to lose one of 'basic' costs more than to lose one of 'gold', which stands before it; let the values fall",
    ),
    "answer targets that fall": (
        "{gold: {value: 1, answer: 90 % in 9 s}, basic: {value: 1, answer: §90 % in 8 s}}",
        "'basic' is to be answered sooner than 'gold', which stands before it; promise 9 s or more",
    ),
    "worth that gives nobody a tier": (
        "{a: {value: 3, answer: 90 % in 9 s, from_value: 500}, b: {value: 2, answer: 90 % in 9 s, from_value: §500},"
        " c: {value: 1, answer: 90 % in 9 s, from_value: §1}}",
        "nobody gets the tier 'b' by worth: from 500 on it is a higher one; use less than 500",
        "'c' is everybody else's tier",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_a_tier(tmp_path: Path, name: str) -> None:
    """The place is exact to the column, and the advice says what would be right."""
    tiers, *words = MISTAKES[name]
    assert_marked(tmp_path, f"version: 1\ntiers: {tiers}\n", *words)


def test_a_tier_that_is_named_and_not_written(tmp_path: Path) -> None:
    """By an entry point, and by a flow."""
    text = """
    version: 1
    tiers: {gold: {value: 2, answer: 80 % in 9 s}, basic: {value: 1, answer: 80 % in 9 s}}
    entry_points:
      main: {dnis: "+448081570100", flow: f, tier: §glod}
    flows:
      f:
        start: a
        nodes:
          a: {do: set, values: {tier: §golden, reason: golden}, next: b}
          b: {do: set, values: {tier: basic}, next: c}
          c: {do: voicemail}
    """
    assert_marked(tmp_path, text, "there is no tier 'glod'; did you mean 'gold'?", "did you mean 'gold'?")


def test_a_tier_that_is_given_in_vain(tmp_path: Path) -> None:
    """The highest that anybody gives counts, so the last one changes nothing."""
    text = """
    version: 1
    tiers: {gold: {value: 2, answer: 80 % in 9 s}, basic: {value: 1, answer: 80 % in 9 s}}
    entry_points:
      main: {dnis: "+448081570100", flow: f, tier: §basic}
      other: {dnis: "+448081570102", flow: f, tier: gold}
    flows:
      f: {start: a, nodes: {a: {do: set, values: {tier: §basic}, next: b}, b: {do: voicemail}}}
    """
    assert_marked(tmp_path, text, "'basic' is the tier of everybody who is given no other", "remove it")


def test_tiers_in_two_files(tmp_path: Path) -> None:
    """Nobody could say which are higher."""
    (tmp_path / "a.yaml").write_text("tiers: {gold: {value: 2, answer: 80 % in 9 s}}\n")
    assert_marked(tmp_path, "version: 1\n§tiers: {basic: {value: 1, answer: 80 % in 9 s}}\n", "is here and in a.yaml:1")


def test_too_many_tiers(tmp_path: Path) -> None:
    """Twenty are more than anybody can tell apart."""
    names = "".join(f"  t{number}: {{value: 1, answer: 80 % in 9 s}}\n" for number in range(21))
    assert_marked(tmp_path, f"version: 1\n§tiers:\n{names}", "use at most 20")


def test_a_queue_that_callers_leave_before_their_time(tmp_path: Path) -> None:
    """Unless the tier has a maximum wait of its own."""
    text = """
    version: 1
    tiers:
      gold: {value: 2, answer: 80 % in 30 s, max_wait: 5 min}
      basic: {value: 1, answer: 80 % in 20 s}
    queues:
      a: {max_wait: §19, on_max_wait: voicemail}
      b: {max_wait: 20, on_max_wait: voicemail}
    """
    text = text.replace("80 % in 20 s", "§80 % in 20 s")
    assert_marked(tmp_path, text, "'basic' is to be answered sooner", "leave before the 20 s")
