"""Overflow rules, from the YAML to the plan, and their mistakes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.config.marked import assert_marked
from tests.config.test_build import load

from ccserver.core.ids import QueueId
from ccserver.core.plan import Exit, ExitKind, Figure, OverflowRule, Switch
from ccserver.core.sounds import recorded

A, B = QueueId("a"), QueueId("b")
REST = """
  b: {max_wait: 9 min, on_max_wait: voicemail, skills: {sales: 1}, max_length: 40}
agents:
  ann: {name: Ann, extension: "1001", skills: {sales: 2}}
  bob: {name: Bob, extension: "1002", skills: {tech: 2}}
  tom01..tom03: {name: "Tom {number}", extension: "2001..2003", skills: {sales: 1}}
entry_points: {main: {dnis: "+448081570100", queue: a}}
trunks: {carrier: {match: ["127.0.0.2"], target: "127.0.0.2:5070"}}
hours:
  office: {open: "Mo-Fr 08:00-18:00", time_zone: Europe/London}
"""


def centre(*rules: str, rest: str = REST) -> str:
    """A queue `a` with these rules, one beside it, five agents and opening hours."""
    lines = "".join(f"\n      - {rule}" for rule in rules)
    return f"version: 1\nqueues:\n  a:\n    max_wait: 9 min\n    on_max_wait: voicemail\n    overflow:{lines}{rest}"


def rule(tmp_path: Path, text: str) -> OverflowRule:
    return load(tmp_path, centre(text)).plan.queues[A].overflow[0]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("{waited: 60 s}", OverflowRule(Exit(ExitKind.VOICEMAIL), timedelta(seconds=60))),
        ("{open: office}", OverflowRule(Exit(ExitKind.VOICEMAIL), open="office")),
        ("{closed: office}", OverflowRule(Exit(ExitKind.VOICEMAIL), closed="office")),
        (
            "{length: {at_least: 30}, in_wrap_up: {fewer_than: 2, until_at_least: 3}}",
            OverflowRule(
                Exit(ExitKind.VOICEMAIL),
                switches=(Switch(A, Figure.LENGTH, True, 30, 30), Switch(A, Figure.IN_WRAP_UP, False, 2, 3)),
            ),
        ),
        (
            "{signed_in: {fewer_than: 1}, queues: {b: {ready: {at_least: 2, until_fewer_than: 1}}}}",
            OverflowRule(
                Exit(ExitKind.VOICEMAIL),
                switches=(Switch(A, Figure.SIGNED_IN, False, 1, 1), Switch(B, Figure.READY, True, 2, 1)),
            ),
        ),
    ],
)
def test_what_must_hold(tmp_path: Path, written: str, meant: OverflowRule) -> None:
    """Waits, figures of this and other queues, calendars."""
    assert rule(tmp_path, f"{{when: {written}, then: voicemail}}") == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("{queue: b}", Exit(ExitKind.QUEUE, "b")),
        ('{number: "+442079460999"}', Exit(ExitKind.NUMBER, "+442079460999")),
        ("{message: vm-goodbye}", Exit(ExitKind.MESSAGE, sounds=recorded("vm-goodbye"))),
    ],
)
def test_where_callers_go(tmp_path: Path, written: str, meant: Exit) -> None:
    """Into a queue, or a way out."""
    assert rule(tmp_path, f"{{when: {{waited: 60}}, then: {written}}}").then == meant


def test_a_queue_has_no_rules_by_itself(tmp_path: Path) -> None:
    """Its last resort is enough."""
    assert load(tmp_path, centre("{when: {waited: 60}, then: voicemail}")).plan.queues[B].overflow == ()


WAIT = "{when: {waited: 60}, then: voicemail}"
MISTAKES: dict[str, tuple[Any, ...]] = {
    "no condition": (["{§when: {}, then: voicemail}"], "when asks for nothing; use waited"),
    "no way": (["§{when: {waited: 60}}"], "has no then"),
    "two ways": (
        ["{when: {waited: 60}, §then: {queue: b, voicemail: []}}"],
        "must name exactly one way; use one of voicemail, message, queue, flow, number, callback, add, widen",
    ),
    "a wait that is none": (["{when: {waited: §long}, then: voicemail}"], "is no length of time"),
    "no figure of a queue": (["{when: {queues: {§b: {}}}, then: voicemail}"], "asks for nothing; use one of length"),
    "no bound": (["{when: {§ready: {}}, then: voicemail}"], "must have one bound; use one of at_least, fewer_than"),
    "two bounds": (["{when: {§ready: {at_least: 1, fewer_than: 2}}, then: voicemail}"], "must have one bound"),
    "the wrong end of at_least": (
        ["{when: {§length: {at_least: 2, until_at_least: 1}}, then: voicemail}"],
        "until_at_least, which belongs to fewer_than; use until_fewer_than",
    ),
    "the wrong end of fewer_than": (
        ["{when: {§ready: {fewer_than: 2, until_fewer_than: 1}}, then: voicemail}"],
        "until_fewer_than, which belongs to at_least; use until_at_least",
    ),
    "an end before the beginning": (
        ["{when: {§length: {at_least: 2, until_fewer_than: 3}}, then: voicemail}"],
        "ends before it begins; use 2 or fewer",
    ),
    "an end before the other beginning": (
        ["{when: {§ready: {fewer_than: 3, until_at_least: 2}}, then: voicemail}"],
        "ends before it begins; use 3 or more",
    ),
    "a queue that is none": (["{when: {waited: 60}, then: {queue: §bb}}"], "there is no queue 'bb'"),
    "a flow that is none": (["{when: {waited: 60}, then: {flow: §main}}"], "there is no flow 'main'"),
    "figures of a queue that is none": (
        ["{when: {queues: {§salse: {ready: {at_least: 1}}}}, then: voicemail}"],
        "there is no queue 'salse'; known are a, b",
    ),
    "hours that are none": (
        ["{when: {closed: §offce}, then: voicemail}"],
        "there are no opening hours 'offce'; did you mean 'office'?",
    ),
    "a recording that is none": (["{when: {waited: 60}, then: {message: [§nope]}}"], "there is no recording 'nope'"),
    "a number of the centre": (
        ['{when: {waited: 60}, then: {number: §"+448081570100"}}'],
        "+448081570100 is a number of this centre: the entry point 'main'; use queue: or flow:",
    ),
    "a number that is none": (['{when: {waited: 60}, then: {number: §"0808 157"}}'], "is not an E.164 number"),
    "the queue itself": (["{when: {waited: 60}, then: {queue: §a}}"], "this is the queue that the caller is in"),
    "mistakes in all of it": (
        ["§7", "{when: §soon, §then: [voicemail]}", "{§wen: {waited: 60}, then: {queue: §x}}"],
        "must be a mapping",
        "when must be a mapping",
        "then must be a mapping",
        "did you mean 'when'?",
        "there is no queue 'x'",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_a_rule(tmp_path: Path, name: str) -> None:
    """The place is exact to the column, and the advice says what would be right."""
    rules, *words = MISTAKES[name]
    assert_marked(tmp_path, centre(*rules), *words)


DOUBTS = {
    "a wait after the last resort": (
        ["{when: {waited: §9 min}, then: voicemail}"],
        "this rule never holds: callers of 'a' leave before; use less than 9 min",
    ),
    "open and closed at once": (
        ["{when: {open: office, closed: §office}, then: voicemail}"],
        "'office' cannot be open and closed",
    ),
    "longer than full": (["{when: {length: {at_least: §201}}, then: voicemail}"], "'a' is full with 200"),
    "longer than full elsewhere": (
        ["{when: {queues: {b: {length: {at_least: §41}}}}, then: voicemail}"],
        "'b' is full with 40; ask for fewer",
    ),
    "more agents than there are": (
        ["{when: {signed_in: {at_least: 5}, queues: {b: {ready: {at_least: §5}}}}, then: voicemail}"],
        "only 4 agents of 'b' can be ready; ask for fewer",
    ),
    "an empty line in which somebody waits": (
        ["{when: {length: {fewer_than: §1}}, then: voicemail}"],
        "the caller who waits is one of them; ask for fewer than 2, or more",
    ),
    "more ready than signed in": (
        ["{when: {signed_in: {fewer_than: 3}, ready: {at_least: §3}}, then: voicemail}"],
        "fewer than 3 signed in and for 3 ready of them; ask for fewer",
    ),
    "behind a rule that holds before": (
        [WAIT, "{§when: {waited: 90}, then: {queue: b}}"],
        "never reached: whenever it holds, rule 1 holds and is taken; write it before rule 1",
    ),
    "behind a rule on a smaller figure": (
        [
            "{when: {length: {at_least: 5}, ready: {fewer_than: 3}}, then: voicemail}",
            "{§when: {waited: 90, length: {at_least: 7}, ready: {fewer_than: 2}}, then: {queue: b}}",
        ],
        "rule 1 holds",
    ),
    "behind a rule on the same hours": (
        ["{when: {closed: office}, then: voicemail}", "{§when: {closed: office, waited: 5}, then: {queue: b}}"],
        "rule 1 holds",
    ),
}


@pytest.mark.parametrize("name", DOUBTS)
def test_a_rule_that_changes_nothing(tmp_path: Path, name: str) -> None:
    """It is warned of."""
    rules, words = DOUBTS[name]
    assert_marked(tmp_path, centre(*rules), words)


@pytest.mark.parametrize(
    "rules",
    [
        ["{when: {waited: 60}, then: {queue: b}}", "{when: {waited: 90}, then: voicemail}"],
        [WAIT, "{when: {waited: 30}, then: {queue: b}}"],
        ["{when: {open: office, waited: 5}, then: voicemail}", "{when: {waited: 60}, then: voicemail}"],
        ["{when: {length: {at_least: 9}}, then: voicemail}", "{when: {length: {at_least: 8}}, then: voicemail}"],
        ["{when: {ready: {fewer_than: 1}}, then: voicemail}", "{when: {length: {at_least: 8}}, then: voicemail}"],
        [
            "{when: {length: {at_least: 9}}, then: voicemail}",
            "{when: {length: {at_least: 9, until_fewer_than: 4}}, then: voicemail}",
        ],
        ["{when: {ready: {fewer_than: 200}}, then: voicemail}"],
        ["{when: {signed_in: {fewer_than: 3}, ready: {at_least: 2}}, then: voicemail}"],
        ["{when: {length: {fewer_than: 1, until_at_least: 3}}, then: voicemail}"],
        ["{when: {queues: {b: {length: {fewer_than: 1}}}}, then: voicemail}"],
        ['{when: {waited: 60}, then: {number: "+442079460999"}}', "{when: {waited: 60}, then: voicemail}"],
    ],
)
def test_rules_that_make_sense_together(tmp_path: Path, rules: list[str]) -> None:
    """A later one may hold when the first does not, or the queue where that leads is full."""
    assert_marked(tmp_path, centre(*rules))


def test_a_wait_may_be_longer_where_callers_come_who_have_waited(tmp_path: Path) -> None:
    """The wait before counts."""
    rest = REST.replace("on_max_wait: voicemail, skills", "on_max_wait: {queue: a}, skills")
    assert_marked(tmp_path, centre("{when: {waited: 15 min}, then: {message: vm-goodbye}}", rest=rest))


def test_moves_in_a_circle(tmp_path: Path) -> None:
    """Unless one asks what is there."""
    back = REST.replace("max_length: 40", "overflow: [{when: {waited: 99}, then: {queue: a}}]")
    words = "callers are moved in a circle: a -> b -> a; ask for a figure under queues: {b: ...}"
    assert_marked(tmp_path, centre("{when: {waited: 60}, then: {queue: §b}}", rest=back), words)
    asks = "{when: {waited: 60, queues: {b: {ready: {at_least: 1}}}}, then: {queue: b}}"
    assert_marked(tmp_path, centre(asks, rest=back))


def test_a_number_needs_a_trunk(tmp_path: Path) -> None:
    """There is no other way out of the house."""
    rest = REST.replace('trunks: {carrier: {match: ["127.0.0.2"], target: "127.0.0.2:5070"}}\n', "")
    written = '{when: {waited: 60}, then: {number: §"+442079460999"}}'
    assert_marked(
        tmp_path, centre(written, rest=rest), "there is no trunk to call a number over; add one under trunks:"
    )
