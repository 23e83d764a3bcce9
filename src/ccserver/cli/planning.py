"""`ccserver plan`: the same calls under the present and the proposed rules, and the difference before anything is applied."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from ccserver.adapters.event_files import files_of, lines_of
from ccserver.adapters.sim.comparison import Row, Values, compare, figures
from ccserver.adapters.sim.recorded import play
from ccserver.adapters.sim.score import Score, has_tiers
from ccserver.adapters.sim.simulation import Load, simulate
from ccserver.app.house import know_written_forms
from ccserver.app.server import EVENTS_FOLDER
from ccserver.cli.configuring import configuration_of
from ccserver.cli.failing import fail
from ccserver.cli.planned_table import Planned, in_json, picture, tell
from ccserver.cli.progress import shown
from ccserver.cli.simulating import Asked, write_picture
from ccserver.cli.staffing_words import seconds
from ccserver.config.changes import changes
from ccserver.core.events import PlanChanged
from ccserver.core.ids import AgentId
from ccserver.core.plan import Plan
from ccserver.services.event_log import EventLogError, read_log
from ccserver.services.traffic import Traffic, read_traffic

Watch = Callable[[float], bool]
Play = Callable[[Plan, int, Watch], tuple[Score, Sequence[AgentId]]]


@dataclass(frozen=True)
class Wanted:
    """What was typed. `day` is what `simulate` is asked with, for a day that is generated."""

    proposed: Path
    present: Path | None
    data: Path
    recorded: Sequence[Path]
    seeds: int
    day: Asked
    picture: Path | None
    as_json: bool

    @cached_property
    def proposed_plan(self) -> Plan:
        return configuration_of(self.proposed).plan

    @cached_property
    def traffic(self) -> list[Traffic]:
        """Of each recorded file."""
        return [_traffic(file) for file in self.recorded]

    @cached_property
    def present_plan(self) -> Plan:
        """Of a folder; else of the recorded traffic; else of the newest event log of the data folder."""
        if self.present is not None:
            return configuration_of(self.present).plan
        if self.traffic:
            return self.traffic[-1].plan
        files = files_of(self.data / EVENTS_FOLDER)
        if not files:
            fail(
                f"which rules are the present ones? There is no event log in {self.data / EVENTS_FOLDER}",
                "give --present with the configuration folder in force, or --data as the server has it",
            )
        return _plan_in_force(files[-1])

    def day_of(self, present: Plan) -> Asked:
        """The generated day: its callers are those of the present rules."""
        return replace(self.day, given=present)


def planning(wanted: Wanted) -> None:
    """Play both, compare, print; write the picture if one is wanted."""
    know_written_forms()
    present, proposed = wanted.present_plan, wanted.proposed_plan
    samples = _samples(wanted, present)
    before, after, is_complete = _played(wanted, samples, present, proposed)
    planned = Planned(
        rows=compare(before, after),
        changes=changes(present, proposed),
        warnings=[*_warnings(wanted, present, proposed), *_cut_short(is_complete, len(before), wanted)],
        traffic=_told_traffic(wanted, present),
        samples=len(before),
        plans=(present, proposed),
    )
    if wanted.picture is not None:
        write_picture(wanted.picture, picture(planned))
    if wanted.as_json:
        print(json.dumps(in_json(planned), indent=2))
    else:
        tell(planned)


# -- what is played -------------------------------------------------------------------------------------------------------


def _samples(wanted: Wanted, present: Plan) -> list[tuple[int, Play]]:
    """Seeds with what is played by them: a generated day, or each recorded one."""
    if not wanted.traffic:
        load = wanted.day_of(present).load
        fixed = replace(load, calls_per_hour=load.rate(len(present.agents)))
        return [(seed, _generated(wanted, fixed)) for seed in range(1, wanted.seeds + 1)]
    return [(seed, _recorded(traffic)) for traffic in wanted.traffic for seed in range(1, wanted.seeds + 1)]


def _generated(wanted: Wanted, load: Load) -> Play:
    def run(plan: Plan, seed: int, watch: Watch) -> tuple[Score, Sequence[AgentId]]:
        agents = tuple(plan.agents)
        return simulate(plan, wanted.day.span, seed, replace(load, agents=agents), watch), agents

    return run


def _recorded(traffic: Traffic) -> Play:
    def run(plan: Plan, seed: int, watch: Watch) -> tuple[Score, Sequence[AgentId]]:
        agents = tuple(agent for agent in plan.agents if agent in traffic.agents)
        return play(plan, traffic, seed, watch), agents

    return run


def _played(
    wanted: Wanted, samples: Sequence[tuple[int, Play]], present: Plan, proposed: Plan
) -> tuple[list[Mapping[Row, Values]], list[Mapping[Row, Values]], bool]:
    """Pairs that were played to their end within the time limit; at least one is needed."""
    ends_at = time.monotonic() + seconds(wanted.day.time_limit, "--time-limit")
    before: list[Mapping[Row, Values]] = []
    after: list[Mapping[Row, Values]] = []
    with shown() as progress:
        progress.step(f"playing {len(samples)} times under both")
        for number, (seed, run) in enumerate(samples):
            found: list[Mapping[Row, Values]] = []
            for half, plan in enumerate((present, proposed)):
                done = (2 * number + half) / (2 * len(samples))

                def watch(share: float, done: float = done) -> bool:
                    progress.at(done + share / (2 * len(samples)))
                    return time.monotonic() < ends_at

                found.append(figures(*run(plan, seed, watch)))
            if time.monotonic() >= ends_at:
                break
            before.append(found[0])
            after.append(found[1])
    if not before:
        fail(f"not one day was played within {wanted.day.time_limit}", "give a longer --time-limit or fewer --hours", 1)
    return before, after, len(before) == len(samples)


# -- what is read ---------------------------------------------------------------------------------------------------------


def _traffic(file: Path) -> Traffic:
    know_written_forms()
    try:
        found = read_traffic(lines_of(file))
    except (OSError, EOFError) as error:
        fail(
            f"--recorded: {file} cannot be read: {getattr(error, 'strerror', None) or error}",
            "name a file of data/events",
        )
    except EventLogError as error:
        fail(f"--recorded: {file}: {error}")
    except ValueError:
        fail(f"--recorded: {file} has no event", "name one of a day with calls")
    if not found.calls:
        fail(f"--recorded: nobody called in {file}", "name one of a day with calls")
    return found


def _plan_in_force(file: Path) -> Plan:
    """By the header, and by the latest change behind it."""
    know_written_forms()
    try:
        lines = lines_of(file)
        first = next(lines, b"")
        header, steps = read_log(_with(first, (line for line in lines if b'"PlanChanged"' in line)))
        plans = [step.event.plan for step in steps if isinstance(step.event, PlanChanged) and not step.refused]
    except (OSError, EOFError, EventLogError) as error:
        fail(f"the rules in force cannot be read from {file}: {error}", "give --present with their folder")
    return max([header.centre.plan, *plans], key=lambda plan: plan.epoch)


def _with(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


# -- what is told beside the figures --------------------------------------------------------------------------------------


def _told_traffic(wanted: Wanted, present: Plan) -> str:
    if not wanted.traffic:
        load, span = wanted.day_of(present).load, wanted.day.span
        rate = load.rate(len(present.agents))
        return f"a generated day: {span.hours:g} h of {rate:.6g} calls an hour from {span.opens_at:%Y-%m-%d %H:%M} UTC"
    told = [
        f"{len(one.calls)} calls and {len(one.agents)} agents from {one.begins_at:%Y-%m-%d %H:%M} to {one.ends_at:%H:%M} UTC"
        for one in wanted.traffic
    ]
    return f"recorded: {'; '.join(told)}"


def _warnings(wanted: Wanted, present: Plan, proposed: Plan) -> list[str]:
    """What this comparison cannot know."""
    told = []
    called = _called(wanted, present)
    gone = sorted(called - set(proposed.entry_points))
    if gone:
        told.append(f"the proposed rules have no number {', '.join(gone[:5])}: its callers meet the last resort")
    if _targets(present) != _targets(proposed):
        told.append(
            "answer targets differ, so each plan is measured by its own: compare the waits, not the shares in time"
        )
    if present.flows != proposed.flows:
        told.append("flows are changed, and callers press what they pressed (or drew) for the present ones")
    if wanted.traffic:
        there = set[AgentId]().union(*(one.agents for one in wanted.traffic))
        absent = [agent for agent in proposed.agents if agent not in there]
        if absent:
            told.append(f"{len(absent)} agents of the proposed rules did not work then and do not here")
        unfinished = sum(one.unfinished for one in wanted.traffic)
        if unfinished:
            told.append(f"{unfinished} calls had no end in the recording: their talk is drawn from the others")
        told.append("how long callers who were answered would have waited is drawn from those who gave up")
    else:
        told.append("the day is drawn: no rush, no lull, nobody on a break; lengths are exponential")
    told.append("nobody calls again, and nobody talks, waits or works otherwise because the rules are others")
    return told


def _targets(plan: Plan) -> tuple[object, ...]:
    if has_tiers(plan):
        return tuple((tier.id, tier.target) for tier in plan.tiers)
    return tuple(sorted((queue.id, queue.answer_target) for queue in plan.queues.values()))


def _called(wanted: Wanted, present: Plan) -> set[str]:
    """The numbers that are called."""
    if wanted.traffic:
        return {call.dnis for one in wanted.traffic for call in one.calls}
    return set(wanted.day_of(present).load.dnis)


def _cut_short(is_complete: bool, done: int, wanted: Wanted) -> list[str]:
    return [] if is_complete else [f"the time limit of {wanted.day.time_limit} was over after {done} plays"]
