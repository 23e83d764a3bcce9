"""What `ccserver simulate` prints: a table by queue and tier for people, the same for programs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from ccserver.adapters.sim.score import Score, Tally, has_tiers, target_of
from ccserver.adapters.sim.simulation import Load, Span
from ccserver.cli.failing import say
from ccserver.cli.figures import UNKNOWN, console, rounded, share, wait
from ccserver.cli.picture_of_rows import Panel, Point, svg
from ccserver.config.schema.types import spoken
from ccserver.core.acd.estimate_accuracy import Accuracy
from ccserver.core.ids import AgentId, QueueId
from ccserver.core.skills import meets
from ccserver.core.tiers import Tier

TITLES = ("calls", "target", "in time", "abandoned", "mean\nwait", "worst\nwait", "occupancy")


def tell(score: Score, load: Load, span: Span, seed: int) -> None:
    """What was played, and what came of it."""
    rate = load.rate(len(load.agents))
    say(f"{_of_time(score, span)}, seed {seed}: {len(load.agents)} agents, {rate:.6g} calls an hour.")
    if load.tiers:
        shares = ", ".join(f"{share(part)} {tier}" for tier, part in load.tiers.items())
        say(f"Callers: {shares}, the rest unknown.")
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=0)
    table.add_column("queue, tier")
    for title in TITLES:
        table.add_column(title, justify="right", no_wrap=True)
    for queue in _queues(score):
        _add_queue(table, score, load, queue)
    console().print(table)
    busy = score.occupancy_ratio(frozenset(load.agents))
    results = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in score.results.most_common())
    say(f"All agents: {share(busy)} busy. {score.calls} calls: {results or 'none'}.")
    if score.estimates.contacts:
        say(_of_estimates(score.estimates))
    if score.unfinished:
        say(f"{score.unfinished} calls had no end and are not counted.")


def _of_estimates(found: Accuracy) -> str:
    off = f"{found.mean_percent_off:.0f} % off" if found.long else "all below 20 s"
    near, covered = share(found.share_near), share(found.coverage)
    return f"Estimated waits: {found.contacts}, {off}, {near} near, {covered} in the range."


def _of_time(score: Score, span: Span) -> str:
    hours = (score.closes_at - score.opens_at) / timedelta(hours=1)
    before = f" after {spoken(span.warm_up)} of warm-up" if span.warm_up else ""
    return f"{hours:.3g} h from {score.opens_at:%A, %Y-%m-%d %H:%M} UTC{before}"


def _queues(score: Score) -> list[QueueId]:
    """Those where anybody waited, as they stand in the plan."""
    called = {queue for queue, _ in score.tallies}
    return [queue for queue in score.plan.queues if queue in called]


def _tiers(score: Score, queue: QueueId) -> Iterator[tuple[Tier, Tally]]:
    """Its tiers where there are any, the highest first."""
    if has_tiers(score.plan):
        for tier in score.plan.tiers:
            if (queue, tier.id) in score.tallies:
                yield tier, score.tallies[queue, tier.id]


def _able(score: Score, load: Load, queue: QueueId) -> frozenset[AgentId]:
    """Who of those at work may take its calls."""
    needs, agents = score.plan.queues[queue].needs, score.plan.agents
    return frozenset(agent for agent in load.agents if meets(agents[agent].skills, needs))


def _add_queue(table: Table, score: Score, load: Load, queue: QueueId) -> None:
    target = UNKNOWN if has_tiers(score.plan) else spoken(target_of(score.plan, queue, ""))
    busy = share(score.occupancy_ratio(_able(score, load, queue)))
    table.add_row(queue, *_cells(score.of_queue(queue), target), busy, style="bold")
    for tier, tally in _tiers(score, queue):
        table.add_row(f"  {tier.id}", *_cells(tally, f"{100 * tier.goal:g} % in {spoken(tier.target)}"), "")
    table.add_section()


def _cells(tally: Tally, target: str) -> list[str]:
    return [
        str(tally.offered),
        target,
        share(tally.service_level_ratio),
        share(tally.abandoned_ratio),
        wait(tally.mean_wait_seconds),
        wait(tally.worst_wait.total_seconds()),
    ]


def in_json(score: Score, load: Load, span: Span, seed: int) -> dict[str, Any]:
    """All of it; shares are 0 to 1, waits seconds, what nobody had is null."""
    return {
        "from": score.opens_at.isoformat(),
        "hours": rounded((score.closes_at - score.opens_at) / timedelta(hours=1)),
        "is_complete": score.closes_at >= span.closes_at,
        "seed": seed,
        "agents": len(load.agents),
        "calls_per_hour": rounded(load.rate(len(load.agents))),
        "calls": score.calls,
        "unfinished": score.unfinished,
        "occupancy": rounded(score.occupancy_ratio(frozenset(load.agents))),
        "results": dict(score.results),
        "estimates": _estimates_in_json(score.estimates),
        "queues": [_queue_in_json(score, load, queue) for queue in _queues(score)],
    }


def _estimates_in_json(found: Accuracy) -> dict[str, Any]:
    return {
        "judged": found.contacts,
        "mean_error_percent": rounded(found.mean_percent_off) if found.long else None,
        "within_30_s_or_25_percent": rounded(found.share_near) if found.contacts else None,
        "in_range": rounded(found.coverage) if found.contacts else None,
    }


def _queue_in_json(score: Score, load: Load, queue: QueueId) -> dict[str, Any]:
    tiers = [
        {"tier": tier.id, "target_s": tier.target.total_seconds(), "goal": tier.goal, **_tally_in_json(tally)}
        for tier, tally in _tiers(score, queue)
    ]
    busy = rounded(score.occupancy_ratio(_able(score, load, queue)))
    return {"queue": queue, **_tally_in_json(score.of_queue(queue)), "occupancy": busy, "tiers": tiers}


def _tally_in_json(tally: Tally) -> dict[str, Any]:
    return {
        "offered": tally.offered,
        "answered": tally.answered,
        "abandoned": tally.abandoned,
        "sent_on": tally.sent_on,
        "service_level": rounded(tally.service_level_ratio),
        "mean_wait_s": rounded(tally.mean_wait_seconds),
        "worst_wait_s": rounded(tally.worst_wait.total_seconds()),
    }


def picture(score: Score, span: Span, seed: int) -> str:
    """By queue and tier: answered in time with the promise, and who gave up."""
    rows: list[tuple[str, bool]] = []
    in_time: list[Point] = []
    given_up: list[Point] = []
    for queue in _queues(score):
        tiers = [(tier.id, tally, tier.goal) for tier, tally in _tiers(score, queue)]
        for name, tally, goal in ((queue, score.of_queue(queue), None), *tiers):
            rows.append((name, goal is None))
            in_time.append(Point(tally.service_level_ratio, goal=goal))
            given_up.append(Point(tally.abandoned_ratio))
    panels = [Panel("Answered in time", in_time, _percent, most=1.0), Panel("Gave up", given_up, _percent)]
    return svg(f"{_of_time(score, span)}, seed {seed}", "gold: the goal of the tier", rows, panels)


def _percent(value: float) -> str:
    return f"{100 * value:.0f} %"
