"""The waiting line: its order, its length, positions."""

from __future__ import annotations

from tests.core.playbook import (
    ANN,
    IVR_DNIS,
    PRIVATE_DNIS,
    SALES,
    SALES_DNIS,
    START,
    SUPPORT,
    SUPPORT_DNIS,
    Play,
)

from ccserver.core.acd.line import length, line, position, rank
from ccserver.core.ids import QueueId


def waiting(*callers: tuple[str, str]) -> Play:
    """Callers by name and number, one second apart; nobody works."""
    play = Play()
    for name, dnis in callers:
        play.calls(dnis, name)
        play.passes(1)
    return play


def names(play: Play, queue: QueueId | None = None) -> list[str]:
    return [interaction.id for interaction in line(play.centre, queue)]


def test_the_longest_waiting_goes_first() -> None:
    """Within a priority."""
    assert names(waiting(("c2", SUPPORT_DNIS), ("c1", SUPPORT_DNIS))) == ["c2", "c1"]


def test_priority_goes_before_waiting() -> None:
    """The private line overtakes."""
    assert names(waiting(("c1", SUPPORT_DNIS), ("vip", PRIVATE_DNIS))) == ["vip", "c1"]


def test_the_id_settles_ties() -> None:
    """Two callers of the same instant have an order all the same."""
    play = Play()
    play.calls(name="c2")
    play.calls(name="c1")
    assert names(play) == ["c1", "c2"]


def test_the_order_is_one_the_view_may_be_narrower() -> None:
    """All queues together, or one of them."""
    play = waiting(("c1", SUPPORT_DNIS), ("c2", SALES_DNIS))
    assert names(play) == ["c1", "c2"]
    assert names(play, SALES) == ["c2"]


def test_who_is_being_offered_waits_for_no_further_agent() -> None:
    """But keeps the place."""
    play = waiting(("c1", SUPPORT_DNIS), ("c2", SUPPORT_DNIS))
    play.is_ready(ANN)
    assert names(play) == ["c2"]
    assert length(play.centre, SUPPORT) == 2


def test_who_left_holds_no_place() -> None:
    """The line is shorter at once."""
    play = waiting(("c1", SUPPORT_DNIS), ("c2", SUPPORT_DNIS))
    play.leaves("c1")
    assert length(play.centre, SUPPORT) == 1


def test_the_length_is_that_of_one_queue() -> None:
    """Others do not count."""
    play = waiting(("c1", SUPPORT_DNIS), ("c2", SALES_DNIS))
    assert length(play.centre, SUPPORT) == 1


def test_positions_count_within_the_queue() -> None:
    """From one, those being offered included."""
    play = waiting(("c0", SALES_DNIS), ("c1", SUPPORT_DNIS), ("c2", SUPPORT_DNIS), ("vip", PRIVATE_DNIS))
    play.is_ready(ANN)
    assert [position(play.centre, play.interaction(name)) for name in ("c0", "vip", "c1", "c2")] == [1, 1, 2, 3]


def test_who_does_not_wait_has_no_position() -> None:
    """Zero, and a rank by the start of the call."""
    play = waiting(("c1", IVR_DNIS))
    assert position(play.centre, play.interaction()) == 0
    assert rank(play.interaction()) == (0, START, "c1")
