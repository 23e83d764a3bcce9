"""An idea for the router, tried on centres that nobody tuned it to:  .venv/bin/python -m bench.other_traces SIMULATOR --idea JSON

Draws centres from a seed: other tiers, shares, targets, goals, values and patiences, other skills, languages, sizes, loads
and rushes than those of the tables in routing.md. Each is run twice on the same trace in the routing simulator (kept outside
this repository; SIMULATOR is its folder): with the default policy, and with the idea, a JSON object as in ROUTING_POLICY.
An idea is worth taking when the mean is better and no centre is worse beyond noise. Prints a table and a JSON line; judges nothing.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import random
import sys
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from bench.adapters import make_router
from bench.table import rows

FIGURES = ("shortfall", "value_loss", "aband", "first_in_time", "last_in_time", "worst", "held")
_HUNDREDTHS = {"value_loss", "aband", "first_in_time", "last_in_time"}


def centre(model: Any, seed: int) -> Any:
    """A scenario of the simulator's."""
    chance = random.Random(seed)
    load = chance.choice((0.85, 0.95, 1.05, 1.15))
    rush = chance.random() < 0.4
    start = chance.uniform(2400, 4800)
    return model.Scenario(
        name=f"drawn {seed}",
        seed=5000 + seed,
        n_agents=round(16 * 2 ** chance.uniform(0, 3.6)),
        load=load * (0.85 if rush else 1.0),
        horizon=3 * 3600.0,
        tiers=_tiers(model, chance),
        types=_types(model, chance),
        langs=_languages(chance),
        profile=((0.0, 1.0), (start, chance.uniform(1.3, 2.0)), (start + chance.uniform(900, 2400), 1.0)) if rush else None,
    )  # fmt: skip


def _tiers(model: Any, chance: random.Random) -> tuple[Any, ...]:
    """Two to four, the best first: rarer, dearer and promised sooner."""
    many, target, value, found = chance.randint(2, 4), chance.uniform(40, 90), 1.0, []
    shares = sorted(chance.uniform(0.02, 1.0) ** 2 for _ in range(many))
    for number in reversed(range(many)):
        goal = chance.choice((0.8, 0.85, 0.9, 0.95) if number == 0 else (0.7, 0.8, 0.9))
        share, patience = shares[number] / sum(shares), chance.uniform(120, 360)
        found.append(model.Tier(f"t{number}", share, target, goal, value, patience))
        target, value = target * chance.uniform(0.4, 0.8), value * chance.uniform(1.5, 6)
    return tuple(reversed(found))


def _types(model: Any, chance: random.Random) -> tuple[Any, ...]:
    weights = [chance.uniform(0.2, 1.0) for _ in range(chance.randint(2, 6))]
    return tuple(
        model.CallType(f"s{number}", weight / sum(weights), chance.uniform(150, 500), chance.uniform(0.6, 1.1))
        for number, weight in enumerate(weights)
    )


def _languages(chance: random.Random) -> tuple[tuple[str, float], ...]:
    second, third = chance.uniform(0.05, 0.3), chance.uniform(0.02, 0.12)
    return (("l0", 1 - second - third), ("l1", second), ("l2", third))


def run(model: Any, scenario: Any, policy: str) -> dict[str, float]:
    """The figures of one day; the policy goes to the adapter as it does elsewhere."""
    os.environ["ROUTING_POLICY"] = policy
    found = model.metrics(model.Simulation(scenario, make_router).run())
    tiers = [found["tiers"][tier.name]["sl_excl_short"] for tier in scenario.tiers]
    shortfall = model.shortfall(scenario, dict(zip((tier.name for tier in scenario.tiers), tiers, strict=True)))
    found |= {"shortfall": shortfall, "first_in_time": tiers[0], "last_in_time": tiers[-1]}
    return {name: found[name] * (100 if name in _HUNDREDTHS else 1) for name in FIGURES}


def compare(model: Any, seeds: range, idea: str) -> list[dict[str, Any]]:
    """Of each centre the figures of the default policy and what the idea adds."""
    found = []
    for seed in seeds:
        scenario = centre(model, seed)
        usual, other = run(model, scenario, "{}"), run(model, scenario, idea)
        change = {name: other[name] - usual[name] for name in FIGURES}
        found.append({"centre": seed, "agents": scenario.n_agents, "load": round(scenario.load, 2)} | {
            "tiers": len(scenario.tiers), "usual": usual, "change": change,
        })  # fmt: skip
    return found


def table(found: list[dict[str, Any]]) -> list[str]:
    """A row for each centre, and the mean change with its standard error."""
    body: list[list[object]] = [
        [one["centre"], one["agents"], one["load"], one["tiers"]]
        + [f"{one['usual'][name]:.1f} {one['change'][name]:+.1f}" for name in FIGURES]
        for one in found
    ]
    changes = {name: [one["change"][name] for one in found] for name in FIGURES}
    errors = {name: stdev(each) / len(each) ** 0.5 if len(each) > 1 else 0.0 for name, each in changes.items()}
    body.append(["mean", "", "", "", *(f"{fmean(changes[name]):+.2f} ± {errors[name]:.2f}" for name in FIGURES)])
    return rows(("centre", "agents", "load", "tiers", *FIGURES), body)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("simulator", type=Path)
    parser.add_argument("--idea", default="{}", help='such as {"late": 0.1}')
    parser.add_argument("--centres", type=int, default=12)
    parser.add_argument("--first", type=int, default=1, help="the number of the first centre")
    options = parser.parse_args()
    sys.path.insert(0, str(options.simulator))
    model = importlib.import_module("contact_sim")
    found = compare(model, range(options.first, options.first + options.centres), options.idea)
    print("\n".join(table(found)))
    print(json.dumps({"idea": json.loads(options.idea), "centres": found}))


if __name__ == "__main__":
    main()
