"""Lines: first come first served, and places that are kept."""

from __future__ import annotations

import pytest
from tests.core.acd.routing.world import BASIC, VIP

from ccserver.core.acd.routing.lines import Line, Lines


def lines() -> tuple[Lines, Line]:
    """And the one of need 0 and the basic terms."""
    made = Lines()
    made.add_need()
    made.add_need()
    return made, made.line(0, 1, BASIC)


def test_a_contact_waits_once() -> None:
    """The second time is refused."""
    waiting, line = lines()
    waiting.join("c1", line, 0.0)
    with pytest.raises(ValueError, match="waits already"):
        waiting.join("c1", line, 0.0)


def test_a_line_is_opened_once() -> None:
    """The same need and terms mean the same line."""
    waiting, line = lines()
    assert waiting.line(0, 1, BASIC) is line
    assert waiting.line(1, 1, BASIC) is not line


def test_heads_and_counts_follow() -> None:
    """Whoever leaves gives the head to the next."""
    waiting, line = lines()
    waiting.join("c1", line, 3.0)
    waiting.join("c2", line, 5.0)
    waiting.leave("c1")
    assert (line.since, waiting.since[line.number], line.count, len(waiting)) == (5.0, 5.0, 1, 1)
    waiting.leave("c2")
    assert line.head() is None
    assert [entry.id for entry in waiting] == []


def test_who_stands_in_lines_above_is_counted() -> None:
    """Of the same need only, whichever line was opened first."""
    waiting, basic = lines()
    waiting.join("b1", basic, 0.0)
    vip, other = waiting.line(0, 0, VIP), waiting.line(1, 0, VIP)
    for number in range(3):
        waiting.join(f"v{number}", vip, 1.0)
    waiting.join("o1", other, 1.0)
    waiting.leave("v1")
    lowest = waiting.line(0, 2, BASIC)
    assert [line.ahead for line in (vip, basic, other, lowest)] == [0, 2, 0, 3]
    assert list(waiting.stretch) == [line.stretch for line in waiting.all]


def test_needs_for_which_nobody_waits_have_no_open_lines() -> None:
    """Whoever looks for work sees only lines with somebody in them."""
    waiting, basic = lines()
    vip = waiting.line(0, 0, VIP)
    waiting.join("v1", vip, 0.0)
    waiting.join("b1", basic, 0.0)
    waiting.leave("v1")
    assert (waiting.open, waiting.many) == ({0: [basic]}, [1, 0])
    waiting.leave("b1")
    assert (waiting.open, waiting.many, waiting.by_need) == ({}, [0, 0], [[], []])


def test_leaving_and_coming_back_keeps_the_order() -> None:
    """Equal instants are served in the order in which they came first."""
    waiting, line = lines()
    first = waiting.join("c1", line, 3.0)
    waiting.join("c2", line, 3.0)
    for _ in range(3):
        waiting.leave("c1")
        waiting.rejoin(first)
    assert [entry.id for entry in line.in_order()] == ["c1", "c2"]


def test_the_dead_do_not_pile_up() -> None:
    """A thousand who hung up behind a patient head leave no thousand entries."""
    waiting, line = lines()
    waiting.join("head", line, 0.0)
    for number in range(1000):
        waiting.join(f"c{number}", line, 1.0 + number)
        waiting.leave(f"c{number}")
    assert len(line.heap) < 100
    assert line.since == 0.0


def test_a_change_of_the_front_is_told_and_one_at_the_end_is_not() -> None:
    """Whoever joins behind others changes nothing for those who ask who goes first."""
    waiting, line = lines()
    first = waiting.join("c1", line, 0.0)
    told = waiting.changed_in[0]
    waiting.join("c2", line, 1.0)
    assert waiting.changed_in[0] == told
    waiting.refuse(first, frozenset({"ann"}))
    assert waiting.changed_in[0] > told
    waiting.leave("c1")
    assert waiting.changed_in == [waiting.changes, 0]
