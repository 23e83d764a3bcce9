"""`ccserver staffing`: how many agents a target takes, for one queue whose agents all take the same calls."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path

from ccserver.cli.failing import fail, say
from ccserver.cli.staffing_file import Row, rows_of, spacing
from ccserver.cli.staffing_table import Printed, in_json, picture, total_in_json
from ccserver.cli.staffing_words import is_number, number, promise, seconds, share
from ccserver.config.schema.types import spoken
from ccserver.core.staffing.day import Interval, StaffedInterval, given, needed, total
from ccserver.core.staffing.least import MOST_AGENTS, Goals, figures_for, on_rota
from ccserver.core.staffing.workload import Workload

USUAL_INTERVAL = 1800.0
BESIDE = 2
"""Numbers of agents shown on either side of the answer."""


@dataclass(frozen=True)
class Asked:
    """What was typed; empty: not."""

    calls: str
    handle_time: str
    interval: str
    target: str
    most_abandoned: str
    most_occupancy: str
    patience: str
    shrinkage: str
    agents: int | None
    as_json: bool

    @cached_property
    def goals(self) -> Goals:
        if self.most_abandoned and not self.patience:
            fail("--most-abandoned: without a patience nobody gives up", "give --patience, such as --patience '2 min'")
        level, target = promise(self.target)
        return Goals(
            target=target,
            service_level=level,
            abandonment=share(self.most_abandoned, "--most-abandoned", 0.001, 1) if self.most_abandoned else 1.0,
            occupancy=share(self.most_occupancy, "--most-occupancy", 0.01, 1) if self.most_occupancy else 1.0,
        )

    @cached_property
    def away(self) -> float:
        """The shrinkage."""
        return share(self.shrinkage, "--shrinkage", 0, 0.95)

    @cached_property
    def usual_workload(self) -> tuple[float | None, float | None]:
        """Handle time, where one was given for all intervals, and patience."""
        handled = seconds(self.handle_time, "--handle-time") if self.handle_time else None
        return handled, seconds(self.patience, "--patience") if self.patience else None

    @cached_property
    def intervals(self) -> list[Interval]:
        """One, or those of the file."""
        length = seconds(self.interval, "--interval") if self.interval else None
        if is_number(self.calls):
            return [self._interval(Row("", number(self.calls, "CALLS"), None), length or USUAL_INTERVAL)]
        rows = rows_of(Path(self.calls))
        apart = spacing(Path(self.calls), rows)
        if apart and length and apart != length:
            said, found = spoken(timedelta(seconds=length)), spoken(timedelta(seconds=apart))
            fail(f"--interval: {said}, but the times of {self.calls} are {found} apart", "leave it out, or correct it")
        return [self._interval(row, length or apart or USUAL_INTERVAL) for row in rows]

    def _interval(self, row: Row, length: float) -> Interval:
        usual, patience = self.usual_workload
        handle_time = row.handle_time or usual
        if handle_time is None:
            fail(
                f"how long does a call {row.time and f'at {row.time} '}take?",
                "give --handle-time, such as --handle-time '4 min'",
            )
        return Interval(row.time, length, Workload(row.calls / length, handle_time, patience))

    @cached_property
    def staffed(self) -> list[StaffedInterval]:
        """The answer, or what the agents given would do."""
        if self.agents is None:
            return needed(self.intervals, self.goals, self.away)
        if self.agents > MOST_AGENTS:
            fail(f"--agents: {self.agents} are too many", f"give at most {MOST_AGENTS}")
        return given(self.intervals, self.agents, self.goals.target, self.away)


def staffing(asked: Asked) -> None:
    """Print the answer. Raises Refused where no number of agents that can be told is enough."""
    is_one = is_number(asked.calls)
    if asked.as_json:
        print(json.dumps(_in_json(asked), indent=2))
    elif is_one:
        _tell_one(asked, asked.staffed[0])
    else:
        _tell_day(asked, asked.staffed)


def _in_json(asked: Asked) -> dict[str, object]:
    goals = asked.goals
    return {
        "model": "erlang_a" if asked.patience else "erlang_c",
        "target": {"service_level": goals.service_level, "within_s": goals.target},
        "most": {"abandonment": goals.abandonment, "occupancy": goals.occupancy},
        "intervals": [{**in_json(each), "goals_met": goals.are_met_by(each.figures)} for each in asked.staffed],
        "total": total_in_json(total(asked.staffed)),
    }


def _tell_one(asked: Asked, found: StaffedInterval) -> None:
    """The answer, and what some more or fewer agents would give."""
    interval, agents = found.interval, found.figures.agents
    handled = spoken(timedelta(seconds=interval.workload.handle_time))
    length = spoken(timedelta(seconds=interval.length))
    say(
        f"{interval.calls:.6g} calls in {length} of {handled} each: {interval.workload.load:.1f} erlangs. {_model(asked)}"
    )
    say(_verdict(asked, [found]))
    table = _table(asked, "agents")
    for count in range(max(1, agents - BESIDE), agents + BESIDE + 1):
        cells = [str(count), *_rota(asked, on_rota(count, asked.away))]
        table.row(cells, figures_for(interval.workload, count, asked.goals.target), is_chosen=count == agents)
    table.show()


def _tell_day(asked: Asked, day: Sequence[StaffedInterval]) -> None:
    """Every interval, the day as a whole, and its picture."""
    length = spoken(timedelta(seconds=day[0].interval.length))
    say(f"{len(day)} intervals of {length}. {_model(asked)}")
    say(_verdict(asked, day))
    table = _table(asked, "time", "calls", "load", "agents")
    for each in day:
        load, calls = each.interval.workload.load, each.interval.calls
        cells = [each.interval.name, f"{calls:.6g}", f"{load:.1f}", str(each.figures.agents), *_rota(asked, each.rota)]
        table.row(cells, each.figures) if load else table.quiet_row(cells)
    table.end_section()
    whole = total(day)
    cells = ["all", f"{whole.calls:.6g}", "", f"{whole.agent_hours:.1f} h", *_rota(asked, f"{whole.rota_hours:.1f} h")]
    table.row(cells, whole, is_chosen=True)
    table.show()
    if asked.agents is None:
        say("agents:")
        print(picture([each.figures.agents for each in day], day))
    else:
        say(f"load in erlangs, beside {_people(asked.agents)}:")
        print(picture([each.interval.workload.load for each in day], day))


def _table(asked: Asked, *titles: str) -> Printed:
    return Printed([*titles, *_rota(asked, "rota")], _within(asked), bool(asked.patience))


def _rota(asked: Asked, cell: object) -> list[str]:
    """The column of the rota; without shrinkage it would say nothing."""
    return [str(cell)] if asked.away else []


def _model(asked: Asked) -> str:
    if asked.patience:
        mean = spoken(timedelta(seconds=asked.usual_workload[1] or 0))
        return f"Erlang A: callers give up after {mean} in the mean."
    return "Erlang C: callers wait as long as it takes."


def _within(asked: Asked) -> str:
    return spoken(timedelta(seconds=asked.goals.target))


def _verdict(asked: Asked, staffed: Sequence[StaffedInterval]) -> str:
    goals = asked.goals
    said = [f"{100 * goals.service_level:g} % within {_within(asked)}"]
    said += [f"at most {100 * goals.abandonment:g} % abandoned"] * (goals.abandonment < 1)
    said += [f"at most {100 * goals.occupancy:g} % occupancy"] * (goals.occupancy < 1)
    if asked.agents is not None:
        kept = sum(goals.are_met_by(each.figures) for each in staffed)
        of = f" in {kept} of {len(staffed)} intervals" if len(staffed) > 1 else ""
        return f"{', '.join(said)}: {'kept' if kept else 'not kept'}{of} by {_people(asked.agents)}."
    most, rota = max(each.figures.agents for each in staffed), max(each.rota for each in staffed)
    people = f"{'up to ' if len(staffed) > 1 else ''}{_people(most)}"
    paid = f", {rota} on the rota at {100 * asked.away:g} % shrinkage" if asked.away else ""
    return f"{', '.join(said)}: takes {people}{paid}."


def _people(agents: int) -> str:
    return f"{agents} agent{'s' if agents != 1 else ''}"
