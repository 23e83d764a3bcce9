"""What `ccserver plan` shows: the changes in words, a table of present, proposed and change, the same as JSON and as a picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rich.box import SIMPLE_HEAD
from rich.table import Table

from ccserver.adapters.sim.comparison import FIGURES, Change, Row
from ccserver.adapters.sim.score import has_tiers
from ccserver.cli.failing import say
from ccserver.cli.figures import UNKNOWN, console, rounded
from ccserver.cli.picture_of_rows import Panel, Point, svg
from ccserver.core.plan import Plan

_SHARES: Final = frozenset({"in_time", "abandoned", "overflowed", "occupancy"})
_TITLES: Final = ("calls", "in time\n%", "gave up\n%", "sent on\n%", "mean\nwait s", "p95\nwait s", "busy\n%")
_FEW: Final = 30.0
WIDTH: Final = 100
"""Letters that the table takes; margins cut off would be none."""


@dataclass(frozen=True, slots=True)
class Planned:
    """The whole answer. `plans` are the present and the proposed one, `samples` how often both were played."""

    rows: Mapping[Row, Mapping[str, Change]]
    changes: Sequence[str]
    warnings: Sequence[str]
    traffic: str
    samples: int
    plans: tuple[Plan, Plan]


def tell(planned: Planned) -> None:
    """For people."""
    say(f"Played {planned.samples} times under both: {planned.traffic}.")
    say("What is proposed:" if planned.changes else "The proposed rules say what the present ones say.")
    for line in planned.changes:
        say(f"  {line}")
    console(WIDTH).print(_table(planned))
    say("(in brackets: within the noise; else with half of the 95 % interval; * fewer than 30 calls)")
    say(verdict(planned))
    for line in planned.warnings:
        say(f"not known: {line}")


def verdict(planned: Planned) -> str:
    """Whether anything could be told from chance at all."""
    told = sum(not change.is_noise for row, each in planned.rows.items() if row[0] for change in each.values())
    if planned.samples < 2:
        return "One play tells nothing of noise: give --seeds 5 or more."
    if not told:
        return "Every difference is within the noise."
    return "One figure differs by more than noise." if told == 1 else f"{told} figures differ by more than noise."


def _table(planned: Planned) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 0, 0, 1))
    table.add_column("queue, tier", overflow="ellipsis", no_wrap=True, max_width=13)
    table.add_column("", no_wrap=True, min_width=8)
    for title in _TITLES:
        table.add_column(title, justify="right", no_wrap=True)
    for row, each in planned.rows.items():
        style = "bold" if row[1] is None else ""
        table.add_row(_name(row, each), "present", *(_cell(name, each[name].present) for name in FIGURES), style=style)
        table.add_row("", "proposed", *(_cell(name, each[name].proposed) for name in FIGURES), style=style)
        table.add_row("", "change", *(_difference(name, each[name]) for name in FIGURES))
        table.add_section()
    return table


def _name(row: Row, each: Mapping[str, Change]) -> str:
    queue, tier = row
    few = "*" if max(each["offered"].present or 0.0, each["offered"].proposed or 0.0) < _FEW else ""
    return f"{few}{'all' if queue is None else queue}" if tier is None else f"  {few}{tier}"


def _factor(name: str) -> float:
    return 100.0 if name in _SHARES else 1.0


def _cell(name: str, value: float | None) -> str:
    if value is None:
        return UNKNOWN
    return f"{_factor(name) * value:.{_digits(name)}f}"


def _digits(name: str) -> int:
    return 0 if name == "offered" else 1


def _difference(name: str, change: Change) -> str:
    if change.difference is None:
        return ""
    difference = round(_factor(name) * change.difference, _digits(name))
    margin = round(_factor(name) * (change.margin or 0.0), _digits(name))
    if not difference and not margin:
        return "="
    text = f"{difference or 0.0:+.{_digits(name)}f}"
    if change.is_noise:
        return f"({text})"
    return f"{text}±{margin:.{_digits(name)}f}"


def in_json(planned: Planned) -> dict[str, Any]:
    """Shares 0 to 1, waits in seconds; what nobody had is null."""
    return {
        "traffic": planned.traffic,
        "samples": planned.samples,
        "changes": list(planned.changes),
        "rows": [
            {"queue": queue, "tier": tier, **{name: _change_in_json(each[name]) for name in FIGURES}}
            for (queue, tier), each in planned.rows.items()
        ],
        "verdict": verdict(planned),
        "not_known": list(planned.warnings),
    }


def _change_in_json(change: Change) -> dict[str, Any]:
    return {
        "present": rounded(change.present),
        "proposed": rounded(change.proposed),
        "difference": rounded(change.difference),
        "margin": rounded(change.margin),
        "is_noise": change.is_noise,
    }


def picture(planned: Planned) -> str:
    """Three panels: answered in time with the promise, gave up, and the wait that one of twenty is beyond."""
    rows = list(planned.rows)

    def panel(title: str, name: str, said: Callable[[float], str], more_is_better: bool, most: float | None) -> Panel:
        points = [_as_point(planned, row, name) for row in rows]
        return Panel(title, points, said, more_is_better, most=most)

    def percent(value: float) -> str:
        return f"{100 * value:.0f} %"

    panels = [
        panel("Answered in time", "in_time", percent, True, 1.0),
        panel("Gave up", "abandoned", percent, False, None),
        panel("Wait of 19 in 20 is below", "p95_wait_s", lambda value: f"{value:.0f} s", False, None),
    ]
    names = [("all" if queue is None else str(tier or queue), tier is None) for queue, tier in rows]
    note = "hollow: present, filled: proposed, band: 95 % interval of the difference, grey: within the noise, gold: the goal"
    return svg(f"Present and proposed rules, {planned.traffic}", note, names, panels)


def _as_point(planned: Planned, row: Row, name: str) -> Point:
    change = planned.rows[row][name]
    proposed = planned.plans[1]
    goals = {tier.id: tier.goal for tier in proposed.tiers} if has_tiers(proposed) else {}
    goal = goals.get(row[1]) if row[1] is not None and name == "in_time" else None
    if change.proposed is None:
        return Point(change.present, goal=goal)
    return Point(change.present, change.proposed, change.margin, change.is_noise, goal)
