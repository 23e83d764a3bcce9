"""When a requirement is loosened next."""

from __future__ import annotations

from ccserver.core.acd.relaxing import StepsDue
from ccserver.core.ids import InteractionId

A, B = InteractionId("a"), InteractionId("b")


def test_nothing_is_due_where_nobody_waits() -> None:
    """And nothing wakes anybody."""
    due = StepsDue()
    assert (due.next_at(), due.take(1e9)) == (None, [])


def test_the_first_step_still_to_come_is_expected() -> None:
    """Then the next one, if there is one."""
    due = StepsDue()
    due.expect(A, 120, now=105)
    assert (due.next_at(), due.take(119.9)) == (120, [])
    assert due.take(120) == [A]
    due.expect(A, 160, now=120)
    assert due.next_at() == 160
    due.expect(A, None, now=160)
    assert (due.next_at(), due.take(1e9)) == (None, [])


def test_they_come_in_the_order_of_time() -> None:
    """Whoever was told of first."""
    due = StepsDue()
    due.expect(A, 130, now=110)
    due.expect(B, 120, now=110)
    assert due.next_at() == 120
    assert due.take(200) == [B, A]


def test_a_place_that_moves_takes_its_step_along() -> None:
    """The instant of before counts no more."""
    due = StepsDue()
    due.expect(A, 120, now=100)
    due.expect(A, 125, now=105)
    assert (due.take(124), due.next_at(), due.take(125)) == ([], 125, [A])


def test_a_step_that_is_overdue_is_taken_at_the_next_look() -> None:
    """As after a restart: in the future, or a timer for it would never fire."""
    due = StepsDue()
    due.expect(A, 20, now=100)
    assert due.take(100) == []
    assert due.take(100.001) == [A]


def test_who_waits_no_more_has_no_step() -> None:
    """Nor a second time."""
    due = StepsDue()
    due.expect(A, 20, now=0)
    due.forget(A)
    due.forget(A)
    assert (due.take(1e9), due.next_at()) == ([], None)


def test_forgotten_steps_do_not_gather() -> None:
    """However many callers give up before theirs."""
    due = StepsDue()
    for number in range(1000):
        due.expect(InteractionId(f"c{number}"), number + 20, now=number)
        due.forget(InteractionId(f"c{number}"))
    assert len(due._order) <= 101
    due.expect(A, 2020, now=2000)
    assert due.next_at() == 2020
