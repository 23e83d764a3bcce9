"""The pictures of routing.md, drawn from its tables:  .venv/bin/python -m bench.routing_pictures

docs/images/knob-protect.svg: what is bought and paid as `protect` keeps more agents free, from the table "One knob".
docs/images/policy-KIND.svg: answered in time by tier against load, and what it costs, from the table "Each kind of policy".
docs/images/routing-speed.svg: operations per second and p99 against the size of the centre, from routing-speed.json, which
`python -m bench.routing_speed --to bench/routing-speed.json` writes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bench.chart import COLOURS, Axis, Panel, Series, chart
from bench.routing_speed import REGIMES, SIZES

TOP = Path(__file__).parents[1]
SPEEDS, SPEED = TOP / "bench/routing-speed.json", TOP / "docs/images/routing-speed.svg"
PAGE, KNOB = TOP / "bench/routing.md", TOP / "docs/images/knob-protect.svg"
TIERS = ("platinum", "gold", "silver", "basic")
_HEADING = "### One knob"
_KINDS = "### Each kind of policy"
_TITLES = {
    "targets": "targets: the promise of each tier, with agents kept free",
    "equal": "equal: whoever has waited longest",
    "strict": "strict: the higher tier first",
    "ageing": "ageing: a tier is worth two minutes of waiting",
}


def table(page: str, heading: str) -> list[list[str]]:
    """The cells of the first table under a heading, without its head."""
    lines = iter(page[page.index(heading) :].splitlines())
    rows: list[list[str]] = []
    for line in lines:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
        elif rows:
            break
    return rows[2:]


def knob(rows: list[list[str]]) -> str:
    """Columns: load, `protect`, in time by tier, shortfall, value lost, abandoned, worst wait, kept free, spread."""
    free = [float(row[7]) for row in rows]
    times = [[float(each) for each in row[2].split("/")] for row in rows]
    abandoned = [float(row[5]) for row in rows]
    kept = Axis("agents kept free, of 120 (mean)", [(each / 2, f"{each / 2:g}") for each in range(5)])
    series = [
        Series(tier, list(zip(free, (each[number] for each in times), strict=True)), COLOURS[number])
        for number, tier in enumerate(TIERS)
    ]
    settings = ", ".join(f"{row[7]} for {row[1].removesuffix(' (default)')}" for row in rows)
    return chart(
        "One knob: agents kept free for those who are worth most (protect)",
        [
            Panel("Answered in time, %", kept, Axis("", [(each, str(each)) for each in range(80, 101, 5)]), series),
            Panel(
                "Abandoned, % of all contacts",
                kept,
                Axis("", [(each, str(each)) for each in range(0, 13, 2)]),
                [Series("all tiers together", list(zip(free, abandoned, strict=True)), COLOURS[4])],
            ),
        ],
        f"120 agents, load {rows[0][0]}, 12 seeds. Agents kept free for a setting of protect: {settings}.",
    )


def kind(rows: list[list[str]], name: str) -> str:
    """The same columns, with the name of the policy second: the picture of one."""
    rows = [row for row in rows if row[1].strip("`") == name]
    loads = [float(row[0]) for row in rows]
    times = [[float(each) for each in row[2].split("/")] for row in rows]
    load = Axis(
        "load (1 is as much work as the agents can do)", [(each, f"{each:g}") for each in (0.8, 0.95, 1.05, 1.2)]
    )
    tiers = [
        Series(tier, list(zip(loads, (each[number] for each in times), strict=True)), COLOURS[number])
        for number, tier in enumerate(TIERS)
    ]
    costs = [
        Series(label, list(zip(loads, (float(row[column]) for row in rows), strict=True)), COLOURS[colour])
        for label, column, colour in (("contacts abandoned", 5, 4), ("value lost", 4, 5))
    ]
    return chart(
        _TITLES[name],
        [
            Panel("Answered in time, %", load, Axis("", [(each, str(each)) for each in range(30, 101, 10)]), tiers),
            Panel("Lost, %", load, Axis("", [(each, str(each)) for each in range(0, 21, 5)]), costs),
        ],
        "120 agents, 4 kinds of contacts in 3 languages, 12 seeds. Promised: 95 % in 15 s, 90 % in 20 s, 80 % in 30 s, 80 % in 60 s.",
    )


def speed(regimes: list[dict[str, Any]]) -> str:
    """Both figures of each regime over the agents, with what must be reached."""
    sizes = Axis("agents", [(100, "100"), (1_000, "1,000"), (10_000, "10,000")], is_log=True)
    ticks = [(1_000, "1,000"), (3_000, "3,000"), (10_000, "10,000"), (30_000, "30,000"), (100_000, "100,000")]
    times = [(0.03, "0.03"), (0.1, "0.1"), (0.3, "0.3"), (1, "1"), (3, "3")]
    loops = sorted(one["loop_ns"] for one in regimes)
    return chart(
        "The router on one core: speed against the size of the centre",
        [
            Panel("Operations per second", sizes, Axis("", ticks, is_log=True), _by_regime(regimes, "per_second", 1)),
            Panel("p99 of one operation, ms", sizes, Axis("", times, is_log=True), _by_regime(regimes, "p99_us", 1e-3)),
        ],
        "100, 10,000 and 100,000 wait (busy, held) or nobody (idle); 20, 50 and 200 skills. "
        f"An addition in a loop took {loops[0]:g} to {loops[-1]:g} ns.",
    )


def _by_regime(regimes: list[dict[str, Any]], figure: str, unit: float) -> list[Series]:
    asked = [(size.agents, getattr(size, figure) * unit) for size in SIZES]
    found = [
        Series(name, [(one["agents"], one[figure] * unit) for one in regimes if one["regime"] == name], COLOURS[number])
        for number, name in enumerate(REGIMES)
    ]
    return [*found, Series("asked for", asked, COLOURS[4], is_dashed=True)]


def main() -> None:
    for name in _TITLES:
        picture = TOP / f"docs/images/policy-{name}.svg"
        picture.write_text(kind(table(PAGE.read_text(), _KINDS), name))
        print(picture.relative_to(TOP))
    KNOB.write_text(knob(table(PAGE.read_text(), _HEADING)))
    SPEED.write_text(speed(json.loads(SPEEDS.read_text())["regimes"]))
    print(KNOB.relative_to(TOP), SPEED.relative_to(TOP))


if __name__ == "__main__":
    main()
