"""`ccserver simulate`: a configuration as it is, played with simulated callers and agents in virtual time."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Final

from ccserver.adapters.sim.clock import START
from ccserver.adapters.sim.people import Habits
from ccserver.adapters.sim.score import Score, has_tiers
from ccserver.adapters.sim.simulation import Load, Span, simulate
from ccserver.cli.configuring import configuration_of
from ccserver.cli.failing import fail, note
from ccserver.cli.progress import shown
from ccserver.cli.simulated_table import in_json, picture, tell
from ccserver.cli.staffing_words import number, seconds, share
from ccserver.config.problems import did_you_mean, listed
from ccserver.core.ids import AgentId
from ccserver.core.plan import Plan

MOST_CALLS_PER_HOUR: Final = 50_000
_DIALLED: Final = re.compile("[0-9*#-]{1,100}")


@dataclass(frozen=True)
class Asked:
    """What was typed; empty: not."""

    config: Path
    calls_per_hour: str
    agents: str
    hours: float
    seed: int
    tiers: Sequence[str]
    numbers: Sequence[str]
    as_json: bool
    talk: str
    wrap_up: str
    patience: str
    keys: str
    warm_up: str
    start: str
    time_limit: str
    given: Plan | None = None
    """Played instead of the folder's."""
    picture: Path | None = None

    @cached_property
    def plan(self) -> Plan:
        return configuration_of(self.config).plan if self.given is None else self.given

    @cached_property
    def span(self) -> Span:
        return Span(self.hours, _length(self.warm_up, "--warm-up", least=0.0), self._start())

    @cached_property
    def load(self) -> Load:
        rate = number(self.calls_per_hour, "--calls-per-hour") if self.calls_per_hour else None
        if rate is not None and not 0 < rate <= MOST_CALLS_PER_HOUR:
            fail(f"--calls-per-hour: {self.calls_per_hour} cannot be played", f"use up to {MOST_CALLS_PER_HOUR}")
        return Load(rate, self._lines(), self._workers(), self._tier_shares(), self._habits())

    def _start(self) -> datetime:
        if not self.start:
            return START
        try:
            found = datetime.fromisoformat(self.start)
        except ValueError:
            fail(f"--start: {self.start[:40]!r} is no instant", "write it in UTC, such as '2026-03-02 09:00'")
        return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)

    def _habits(self) -> Habits:
        if self.keys and not _DIALLED.fullmatch(self.keys):
            fail(
                f"--keys: {self.keys[:40]!r} are no keys of a telephone",
                "give keys such as --keys 12- (0 to 9, *, # and - for none)",
            )
        return Habits(
            patience=_length(self.patience, "--patience") if self.patience else timedelta(days=365),
            talk=_length(self.talk, "--talk"),
            wrap_up=_length(self.wrap_up, "--wrap-up", least=0.0),
            keys=self.keys,
        )

    def _workers(self) -> Sequence[AgentId]:
        """By name; or so many, taken evenly from the whole list, so that teams and skills stay mixed as they are."""
        everybody = list(self.plan.agents)
        if not everybody:
            fail(f"{self.config} has no agents", "add some to the configuration")
        if not self.agents:
            return everybody
        if self.agents.isdigit():
            wanted = int(self.agents[:9])
            if not 0 < wanted <= len(everybody):
                fail(
                    f"--agents: {wanted} cannot work",
                    f"the configuration has {len(everybody)}; add more to it, or take fewer",
                )
            return [everybody[place * len(everybody) // wanted] for place in range(wanted)]
        names = [AgentId(name.strip()) for name in self.agents.split(",")]
        for name in names:
            if name not in self.plan.agents:
                advice = did_you_mean(name, everybody, "give a number, or names such as --agents ann,bob")
                fail(f"--agents: there is no agent {name[:40]!r}", advice)
        return list(dict.fromkeys(names))

    def _lines(self) -> dict[str, float]:
        """The numbers called: those named, by number or entry point; else all that are open at the start, each as often."""
        plan = self.plan
        if self.numbers:
            return dict(self._line(text) for text in self.numbers)
        opened = [
            dnis
            for dnis, entry in plan.entry_points.items()
            if not entry.hours or plan.hours[entry.hours].is_open(self.span.opens_at)
        ]
        if not opened:
            fail(f"no number is open at {self.span.opens_at:%Y-%m-%d %H:%M} UTC", "choose --start, or name a --number")
        return dict.fromkeys(opened, 1.0)

    def _line(self, text: str) -> tuple[str, float]:
        known = {name: dnis for dnis, entry in self.plan.entry_points.items() for name in (dnis, entry.id)}
        name, is_shared, much = text.partition("=")
        if name not in known:
            advice = did_you_mean(name, known, f"there are {listed(known)}")
            fail(f"--number: {name[:40]!r} is no entry point", advice)
        return known[name], share(much.strip(), f"--number {name}", 0.0001, 1) if is_shared else 1.0

    def _tier_shares(self) -> dict[str, float]:
        """As said; else each tier has twice the callers of the one above, and the lowest the rest."""
        tiers = [tier.id for tier in self.plan.tiers]
        if not self.tiers:
            return {tier: 2.0**rank / (2.0 ** len(tiers) - 1) for rank, tier in enumerate(tiers[:-1])}
        found = {}
        for text in self.tiers:
            name, _, much = text.partition("=")
            if name not in tiers or not has_tiers(self.plan):
                fail(
                    f"--tier: there is no tier {name[:40]!r}",
                    f"there are {listed(tiers) or 'none'}; such as --tier gold=10%",
                )
            found[name] = share(much.strip(), f"--tier {name}", 0, 1)
        if sum(found.values()) > 1:
            fail("--tier: the shares are more than 100 %", "what they leave are callers of the lowest tier")
        return found


def simulating(asked: Asked) -> None:
    """Play and print. What takes longer than the time limit is ended, and what was played until then is told."""
    load, span, limit = asked.load, asked.span, seconds(asked.time_limit, "--time-limit")
    ends_at = time.monotonic() + limit
    with shown() as progress:
        progress.step(f"simulating {span.hours:g} h")

        def watch(done: float) -> bool:
            progress.at(done)
            return time.monotonic() < ends_at

        score = simulate(asked.plan, span, asked.seed, load, watch)
    if asked.picture is not None:
        write_picture(asked.picture, picture(score, span, asked.seed))
    if asked.as_json:
        print(json.dumps(in_json(score, load, span, asked.seed), indent=2))
    else:
        _tell(asked, score)


def write_picture(file: Path, text: str) -> None:
    """Ends the command when it cannot be written."""
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        fail(f"--picture: {file} cannot be written: {error.strerror}")
    note(f"the picture is in {file}")


def _tell(asked: Asked, score: Score) -> None:
    tell(score, asked.load, asked.span, asked.seed)
    if score.closes_at < asked.span.closes_at:
        played = (score.closes_at - score.opens_at) / timedelta(hours=1)
        print(f"ended after {asked.time_limit} of computing: these are the first {played:.1f} of {asked.hours:g} h")


def _length(text: str, name: str, least: float = 1.0) -> timedelta:
    return timedelta(seconds=seconds(text, name, least))
