"""The pictures of routing.md, drawn from its tables:  .venv/bin/python -m bench.routing_pictures

docs/images/knob-protect.svg: what is bought and paid as `protect` keeps more agents free, from the table "One knob".
"""

from __future__ import annotations

from pathlib import Path

from bench.chart import COLOURS, Axis, Panel, Series, chart

TOP = Path(__file__).parents[1]
PAGE, KNOB = TOP / "bench/routing.md", TOP / "docs/images/knob-protect.svg"
TIERS = ("platinum", "gold", "silver", "basic")
_HEADING = "### One knob"


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


def main() -> None:
    KNOB.write_text(knob(table(PAGE.read_text(), _HEADING)))
    print(KNOB.relative_to(TOP))


if __name__ == "__main__":
    main()
