"""Which overflow rule holds, and when it is worth looking again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.core.playbook import NODE, SALES, SORRY, START, SUPPORT, SUPPORT_DNIS, Closed, plan, queue, seconds

from ccserver.core.acd.overflow_rules import (
    calendars_of,
    held_by,
    is_on,
    next_look,
    next_turn,
    room_in,
    rule_for,
    surplus,
    switches_of,
)
from ccserver.core.forecast import Predicted, WaitBound
from ccserver.core.ids import InteractionId, QueueId
from ccserver.core.interaction import Interaction, QueuePlace
from ccserver.core.plan import Exit, ExitKind, Figure, OverflowRule, Plan, Switch
from ccserver.core.records import Direction
from ccserver.core.ways import Held

LONG = Switch(SUPPORT, Figure.LENGTH, True, 10, 5)
FEW = Switch(SUPPORT, Figure.READY, False, 2, 4)
TO_SALES = Exit(ExitKind.QUEUE, SALES)
ROOM_IN_SALES = room_in(queue(SALES, "sales"))


def no_figures(_: QueueId, figure: Figure) -> int:
    raise AssertionError(f"{figure} is not asked for")


class Daily:
    """Open from 8 to 18 o'clock."""

    def is_open(self, at: datetime) -> bool:
        return 8 <= at.hour < 18


def with_rules(*rules: OverflowRule) -> Plan:
    support, sales = queue(SUPPORT, "support", overflow=rules), queue(SALES, "sales")
    return plan(queues={SUPPORT: support, SALES: sales}, hours={"never": Closed(), "daily": Daily()})


def found(rule: OverflowRule, *on: Switch, waited: float = 60, **place: Any) -> bool:
    """Whether the rule holds for a place in support."""
    at = QueuePlace(SUPPORT, START - seconds(waited), 0, **place)
    return rule_for(with_rules(rule), waiting(at), set(on), no_figures, START) is not None


def waiting(place: QueuePlace, **changes: Any) -> Interaction:
    leg = Interaction(InteractionId("c1"), Direction.INBOUND, NODE, "+442079460007", SUPPORT_DNIS, START, **changes)
    leg.place = place
    return leg


@pytest.mark.parametrize(
    ("switch", "values", "states"),
    [(LONG, (9, 10, 6, 5, 4, 9), (0, 1, 1, 1, 0, 0)), (FEW, (2, 1, 3, 4, 2), (0, 1, 1, 0, 0))],
)
def test_a_condition_goes_on_at_one_value_and_off_at_another(
    switch: Switch, values: tuple[int, ...], states: tuple[int, ...]
) -> None:
    """Hysteresis: in between it stays as it was."""
    on, seen = False, []
    for value in values:
        on = is_on(switch, value, on)
        seen.append(int(on))
    assert tuple(seen) == states


def test_a_wait_is_long_enough_from_its_instant_on() -> None:
    """Not a moment before."""
    rule = OverflowRule(SORRY, waited=seconds(60))
    assert [found(rule, waited=waited) for waited in (59.9, 60)] == [False, True]


def test_all_conditions_on_figures_must_be_on() -> None:
    """One is not enough."""
    rule = OverflowRule(SORRY, switches=(LONG, FEW))
    assert [found(rule), found(rule, LONG), found(rule, LONG, FEW)] == [False, False, True]


@pytest.mark.parametrize(
    ("hours", "holds"),
    [
        ({"open": "daily"}, True),
        ({"closed": "daily"}, False),
        ({"open": "never"}, False),
        ({"closed": "never"}, True),
        ({"open": "gone"}, True),
        ({"closed": "gone"}, False),
    ],
)
def test_calendars_must_be_open_or_closed(hours: dict[str, str], holds: bool) -> None:
    """Nine in the morning; one that the plan does not have is open."""
    assert found(OverflowRule(SORRY, **hours)) is holds  # type: ignore[arg-type]


def test_the_first_rule_that_holds_is_found_with_its_number() -> None:
    """Rules are in order."""
    late, soon = OverflowRule(SORRY, waited=seconds(90)), OverflowRule(TO_SALES, waited=seconds(30))
    the_plan = with_rules(late, soon, OverflowRule(SORRY))
    place = QueuePlace(SUPPORT, START - seconds(60), 0)
    assert rule_for(the_plan, waiting(place), {ROOM_IN_SALES}, no_figures, START) == (2, soon)
    assert rule_for(the_plan, waiting(place), (), no_figures, START) == (3, OverflowRule(SORRY))


def test_a_queue_without_rules_or_that_is_gone_has_none() -> None:
    """Its last resort is the maximum wait."""
    for name in (SALES, QueueId("gone")):
        caller = waiting(QueuePlace(name, START, 0))
        assert rule_for(with_rules(OverflowRule(SORRY)), caller, (), no_figures, START) is None


@pytest.mark.parametrize("target", [SUPPORT, "gone"])
def test_nobody_is_moved_nowhere(target: str) -> None:
    """The queue they are in, or one that is gone."""
    assert not found(OverflowRule(Exit(ExitKind.QUEUE, target)), ROOM_IN_SALES)


def test_nobody_is_moved_back() -> None:
    """A queue that the place was in already."""
    assert found(OverflowRule(TO_SALES), ROOM_IN_SALES)
    assert not found(OverflowRule(TO_SALES), ROOM_IN_SALES, visited=[SALES])


def test_room_where_it_leads_is_one_more_condition() -> None:
    """Of moves only; a queue that is gone has none."""
    the_plan = with_rules()
    assert list(switches_of(the_plan, OverflowRule(TO_SALES, switches=(FEW,)))) == [FEW, ROOM_IN_SALES]
    assert list(switches_of(the_plan, OverflowRule(SORRY, switches=(FEW,)))) == [FEW]
    assert list(switches_of(the_plan, OverflowRule(Exit(ExitKind.QUEUE, "gone")))) == []
    assert [is_on(ROOM_IN_SALES, length, was) for length in (2, 3) for was in (False, True)] == [
        True,
        True,
        False,
        False,
    ]


def test_so_many_must_go_as_the_line_is_too_long() -> None:
    """One at least; those of another line, and agents, do not count."""
    rule = OverflowRule(SORRY, switches=(FEW, LONG, Switch(SUPPORT, Figure.LENGTH, False, 99, 99)))
    assert [surplus(rule, SUPPORT, length) for length in (12, 5, 4)] == [8, 1, 1]
    assert surplus(rule, SALES, 12) is None


def test_the_next_look_is_at_the_next_instant_of_a_wait_or_calendar() -> None:
    """What lies behind is no reason to look."""
    rules = [OverflowRule(SORRY, waited=seconds(30)), OverflowRule(SORRY, waited=seconds(90), closed="daily")]
    turns = [START + seconds(100)]
    assert [next_look(rules, START, turns, START + seconds(at)) for at in (0, 30, 90, 100)] == [
        START + seconds(30),
        START + seconds(90),
        START + seconds(100),
        None,
    ]


def test_without_a_wait_or_calendar_time_alone_changes_nothing() -> None:
    """No timer for a rule on figures, nor for a calendar that nobody knows; but for the hours of a queue that it leads to."""
    assert next_look([OverflowRule(SORRY, switches=(FEW,))], START, (), START) is None
    sales = queue(SALES, "sales", hours="daily")
    the_plan = plan(queues={SALES: sales}, hours={"never": Closed(), "daily": Daily()})
    asked = [OverflowRule(SORRY, open="gone", closed="never"), OverflowRule(SORRY), OverflowRule(TO_SALES)]
    assert list(calendars_of(the_plan, asked)) == ["never", "daily"]


@pytest.mark.parametrize(
    ("now", "turn"),
    [("17:20:30", "18:00"), ("17:00", "18:00"), ("18:00", "19:00"), ("07:59:59", "08:00"), ("12:00:20", "13:00")],
)
def test_a_calendar_is_asked_again_when_it_turns_or_after_an_hour(now: str, turn: str) -> None:
    """Not each minute anew."""
    at = datetime.fromisoformat(f"2026-03-02T{now}").replace(tzinfo=UTC)
    assert next_turn(Daily(), at) == datetime.fromisoformat(f"2026-03-02T{turn}").replace(tzinfo=UTC)
    assert next_turn(Daily(), at) - at <= timedelta(hours=1)


def test_an_outside_number_is_dialled_once_for_a_caller() -> None:
    """The next rule is asked then, also in another queue."""
    number, other = Exit(ExitKind.NUMBER, "+442079460999"), Exit(ExitKind.NUMBER, "+442079460998")
    the_plan = with_rules(OverflowRule(number), OverflowRule(other))
    place = QueuePlace(SUPPORT, START, 0)
    tried: tuple[list[str], ...] = ([], [number.target], [number.target, other.target])
    found = [rule_for(the_plan, waiting(place, numbers_tried=each), (), no_figures, START) for each in tried]
    assert found == [(1, OverflowRule(number)), (2, OverflowRule(other)), None]


def test_what_held_is_told_with_its_figures() -> None:
    """In the order in which conditions are documented; the room in a queue that a rule leads to is none of them."""
    soon = WaitBound(SUPPORT, True, seconds(180), seconds(120))
    rule = OverflowRule(TO_SALES, seconds(30), (LONG, FEW), "daily", "never", predicted=(soon,))
    place = QueuePlace(SUPPORT, START, 0, predicted=[Predicted(soon, 200.0)])
    assert held_by(rule, place, lambda _, figure: 12 if figure is Figure.LENGTH else 1, START + seconds(45)) == (
        Held("waited", "", True, 30, 45),
        Held("length", SUPPORT, True, 10, 12),
        Held("ready", SUPPORT, False, 2, 1),
        Held("predicted_wait", SUPPORT, True, 180, 200),
        Held("open", "daily"),
        Held("closed", "never"),
    )
