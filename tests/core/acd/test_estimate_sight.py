"""What one contact sees of the floor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from ccserver.core.acd import estimate_sight
from ccserver.core.acd.estimate_sight import KEEP_ROW, Floor, Ints, Overlaps, Place, sight

SALES, SUPPORT = 0, 1


def floor(now: float = 100.0, **other: Any) -> Floor:
    """Two needs under two terms (0 ranks above 1), so four lines; 4 agents can take sales, 8 support."""
    figures: dict[str, Any] = {
        "need": np.array([0, 0, 1, 1]),
        "terms": np.array([0, 1, 0, 1]),
        "rank": np.array([1, 0, 1, 0]),
        "waiting": np.array([1.0, 3.0, 2.0, 8.0]),
        "rates": np.array([0.01, 0.02, 0.02, 0.04]),
        "handle": np.array([200.0, 300.0]),
        "online": np.array([4, 8]),
        "idle": np.array([0, 1]),
        "target": np.array([15.0, 60.0, 15.0, 60.0]),
        "patience": np.array([180.0, 240.0]),
    }
    return Floor(now, **{**figures, **other})


def profiles(need: int) -> Iterator[tuple[Ints, int]]:
    """Two agents can do both; the others one thing."""
    yield np.array([SALES, SUPPORT]), 2
    yield (np.array([SALES]), 2) if need == SALES else (np.array([SUPPORT]), 6)


def row(need: int = SALES) -> Any:
    return Overlaps(profiles).row(need, floor())


def test_needs_overlap_by_the_agents_in_common() -> None:
    """Two of support's eight can take sales, and two of sales' four can take support."""
    assert row(SALES).tolist() == [1.0, 0.25]
    assert row(SUPPORT).tolist() == [0.5, 1.0]


def test_a_need_that_nobody_can_take_overlaps_with_itself_alone() -> None:
    """No agents at all: nothing to divide by."""
    lonely = Overlaps(lambda need: ()).row(SALES, floor(online=np.array([0, 0])))
    assert lonely.tolist() == [1.0, 0.0]


def test_a_row_is_kept_for_a_while() -> None:
    """It is worked out again after KEEP_ROW, or when there are more needs."""
    asked: list[int] = []
    overlaps = Overlaps(lambda need: asked.append(need) or profiles(need))  # type: ignore[func-returns-value]
    overlaps.row(SALES, floor(now=0.0))
    overlaps.row(SALES, floor(now=KEEP_ROW - 1))
    assert len(asked) == 1
    overlaps.row(SALES, floor(now=KEEP_ROW))
    assert len(asked) == 2
    overlaps.row(SALES, floor(now=KEEP_ROW, online=np.array([4, 8, 0])))
    assert len(asked) == 3


def test_only_so_many_profiles_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first stands for all: as if all four of sales' agents could take support, four of support's eight."""
    monkeypatch.setattr(estimate_sight, "MOST_PROFILES", 1)
    assert row(SALES).tolist() == [1.0, 0.5]


def test_those_before_it_count_by_rank_and_by_shared_agents() -> None:
    """A basic caller for sales: one platinum of sales and a quarter of two of support, a quarter of eight equals."""
    found = sight(floor(), row(), 1, Place(3.0, 0.0))
    assert (found.ahead, found.higher, found.equal, found.lower) == (3.0, 1.5, 2.0, 0.0)


def test_its_own_line_counts_by_its_place_alone() -> None:
    """Whether it is among the waiting or not; for a platinum caller everybody else of its rank is of another need."""
    found = sight(floor(), row(), 0, Place(0.0, 0.0))
    assert (found.ahead, found.higher, found.equal, found.lower) == (0.0, 0.0, 0.5, 5.0)


def test_those_to_come_count_by_rank_and_by_shared_agents() -> None:
    """Sales' own 0.03 a second and a quarter of support's 0.06; of platinum 0.01 and a quarter of 0.02."""
    found = sight(floor(), row(), 1, Place(0.0, 0.0))
    assert found.arriving == pytest.approx(0.045)
    assert found.arriving_higher == pytest.approx(0.015)


def test_figures_of_need_and_terms_are_picked_out() -> None:
    """Agents, handle time, target, patience, and the contact's own."""
    found = sight(floor(), row(SUPPORT), 2, Place(1.0, 12.0))
    assert (found.need, found.terms, found.waited) == (SUPPORT, 0, 12.0)
    assert (found.online, found.idle, found.handle) == (8.0, 1.0, 300.0)
    assert (found.target, found.patience) == (15.0, 180.0)


def test_the_first_of_its_line_has_no_head_before_it() -> None:
    """The head's wait counts for those behind it only."""
    assert sight(floor(), row(), 1, Place(3.0, 0.0, 60.0)).head_waited == 60.0
    assert sight(floor(), row(), 1, Place(0.0, 60.0, 60.0)).head_waited == 0.0
