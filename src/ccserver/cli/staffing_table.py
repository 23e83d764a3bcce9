"""What `ccserver staffing` prints: a table for people, with a picture of the day, and figures for programs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from ccserver.cli.figures import UNKNOWN, console, rounded, share, wait
from ccserver.cli.picture import bars
from ccserver.core.staffing.day import DayTotal, StaffedInterval
from ccserver.core.staffing.workload import Figures


def figures_in_cells(figures: Figures | DayTotal, has_patience: bool) -> list[str]:
    """Answered in time, mean wait, abandoned, occupancy."""
    gave_up = share(figures.abandonment) if has_patience else UNKNOWN
    in_time = math.floor(1000 * figures.service_level + 1e-6) / 1000  # what is promised is never rounded up to
    return [share(in_time), wait(figures.speed_of_answer), gave_up, share(figures.occupancy)]


class Printed:
    """A table in the making, whose first columns have these titles; those of the figures follow."""

    def __init__(self, titles: Sequence[str], within: str, has_patience: bool) -> None:
        self._has_patience = has_patience
        self._table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 0, 0, 1))
        for title in (*titles, f"within\n{within}", "mean\nwait", "abandoned", "occupancy"):
            self._table.add_column(title, justify="right", no_wrap=True)

    def row(self, cells: Sequence[str], figures: Figures | DayTotal, is_chosen: bool = False) -> None:
        """One line; that of the answer stands out."""
        self._table.add_row(*cells, *figures_in_cells(figures, self._has_patience), style="bold" if is_chosen else None)

    def quiet_row(self, cells: Sequence[str]) -> None:
        """A line about an interval without calls: of nobody there are no shares."""
        self._table.add_row(*cells, *[UNKNOWN] * 4)

    def end_section(self) -> None:
        self._table.add_section()

    def show(self) -> None:
        console().print(self._table)


def picture(values: Sequence[float], day: Sequence[StaffedInterval]) -> str:
    """A value of each interval as a bar."""
    shown = console()
    return "\n".join(bars(values, [each.interval.name for each in day], shown.width, shown.options.ascii_only))


def in_json(each: StaffedInterval) -> dict[str, Any]:
    """An interval for programs; what has no end is null."""
    return {
        "time": each.interval.name,
        "calls": rounded(each.interval.calls),
        "erlangs": rounded(each.interval.workload.load),
        "agents": each.figures.agents,
        "rota": each.rota,
        **_shares(each.figures),
        "delayed": rounded(each.figures.delayed),
    }


def total_in_json(day: DayTotal) -> dict[str, Any]:
    hours = {"agent_hours": rounded(day.agent_hours), "rota_hours": rounded(day.rota_hours)}
    return {"calls": rounded(day.calls), **_shares(day), **hours}


def _shares(figures: Figures | DayTotal) -> dict[str, float | None]:
    return {
        "service_level": rounded(figures.service_level),
        "speed_of_answer_s": rounded(figures.speed_of_answer),
        "abandonment": rounded(figures.abandonment),
        "occupancy": rounded(figures.occupancy),
    }
