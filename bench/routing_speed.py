"""Speed of the pure router on one core, explanation included:  .venv/bin/python -m bench.routing_speed [SIZE ...]

One operation is one fact (a contact comes, an agent becomes free) with the decision it leads to. *busy*: so many wait and
nobody is idle; an agent becomes free and takes one (who is kept free is busy otherwise at once), another comes. *held*: the
same, but who is kept free stays so and is looked at again each second. *idle*: nobody waits and all agents are free but a
hundredth; a contact comes and is given away, an agent becomes free. Every agent has a profile of his own, and one in ten has
half of all skills; needs are the skills and three times as many pairs of them; there are four tiers. The clock runs as it
does in a centre of that size. Times are CPU time of this process. As neighbours of a shared machine slow that down too, the
figures are those of the quickest of five slices, and `slowest` is that of the slowest; `loop_ns` tells how fast the machine
is just now (one addition in a loop, 25 to 30 ns on a quiet core of 3 GHz), and `additions_per_op` how many of those an
operation takes: the figure to compare between runs. Every regime takes `--seconds` and the time to
build the centre, all together three minutes. Prints tables and one JSON line; exits 1 when a figure is not what it must be.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import sys
import time
import tracemalloc
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from bench.table import routing_speed
from ccserver.core.acd.routing.match import Match
from ccserver.core.acd.routing.router import Router
from ccserver.core.acd.routing.terms import Policy, Terms

TIERS = (
    Terms("platinum", 50.0, 15.0, 0.95, 105.0),
    Terms("gold", 8.0, 20.0, 0.90, 140.0),
    Terms("silver", 2.0, 30.0, 0.80, 210.0),
    Terms("basic", 1.0, 60.0, 0.80, 420.0),
)
SHARES = (0.01, 0.06, 0.23, 0.70)
SLICES = 5
SIGN_IN_MS, CONFIGURATION_MS, CONTACT_BYTES = 5.0, 5.0, 1000


class Size(NamedTuple):
    """`needs` are the skills and pairs of them; `per_second` and `p99_us` what must be reached."""

    name: str
    agents: int
    waiting: int
    skills: int
    per_agent: int
    per_second: int
    p99_us: int

    @property
    def needs(self) -> int:
        return 4 * self.skills


SIZES = (
    Size("small", 100, 100, 20, 6, 30_000, 300),
    Size("middle", 1_000, 10_000, 50, 8, 15_000, 300),
    Size("large", 10_000, 100_000, 200, 12, 10_000, 1_000),
)
Profile = dict[int, int]


class World:
    """A centre with everybody signed in and busy; its clock runs as fast as that many agents make it."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self.chance = random.Random(7)
        self.now = 0.0
        self.times: list[int] = []
        skills = range(size.skills)
        pairs = (tuple(self.chance.sample(skills, 2)) for _ in range(size.needs - size.skills))
        self.needs: list[tuple[int, ...]] = [*((skill,) for skill in skills), *pairs]
        self.profiles = [self._profile() for _ in range(size.agents)]
        self.router = Router(self.fit)
        for number in range(len(self.needs)):
            self.router.need(number, Policy())
        for terms in TIERS:
            self.router.terms(terms)
        for agent in range(size.agents):
            self.router.sign_in(agent, agent)
        self.contacts = count()
        self.asked = [need for need in range(size.needs) if any(self.fit(need, agent) for agent in range(size.agents))]

    def _profile(self) -> Profile:
        size = self.size
        many = size.skills // 2 if self.chance.random() < 0.1 else size.per_agent
        return {skill: self.chance.randint(1, 10) for skill in self.chance.sample(range(size.skills), many)}

    def fit(self, need: Any, profile: Any) -> int:
        """The least level of the skills that the need names."""
        has = self.profiles[profile]
        least: int = min(has.get(skill, 0) for skill in self.needs[need])
        return least

    def contact(self) -> tuple[int, int, int]:
        """Its number, a need that somebody has, and its tier."""
        (tier,) = self.chance.choices(range(len(TIERS)), SHARES)
        return next(self.contacts), self.chance.choice(self.asked), tier

    def come(self) -> list[Match]:
        """One contact comes; measured."""
        self._pass()
        contact, need, tier = self.contact()
        began = time.thread_time_ns()
        self.router.enqueue(contact, need, tier, self.now, self.now)
        matches = self.router.decide(self.now)
        self.times.append(time.thread_time_ns() - began)
        return matches

    def free(self, agent: Any) -> list[Match]:
        """One agent becomes free; measured."""
        self._pass()
        began = time.thread_time_ns()
        self.router.agent_free(agent, self.now)
        matches = self.router.decide(self.now)
        self.times.append(time.thread_time_ns() - began)
        return matches

    def _pass(self) -> None:
        self.now += self.chance.expovariate(0.015 * self.size.agents)

    def open_lines(self) -> None:
        """Every need has been asked for by every tier before."""
        for need in range(len(self.needs)):
            for tier in range(len(TIERS)):
                self.router.enqueue("early", need, tier, 0.0, 0.0)
                self.router.abandoned("early", 0.0)
        self.router.decide(0.0)


def busy(centre: World) -> Iterator[None]:
    """Nobody is idle: who is kept free goes to other work at once, and is free again later."""
    return _crowded(centre, stays=False)


def held(centre: World) -> Iterator[None]:
    """The same, but who is kept free stays so, and is looked at again each second."""
    return _crowded(centre, stays=True)


def _crowded(centre: World, *, stays: bool) -> Iterator[None]:
    waiting, occupied = centre.size.waiting, list[Any](range(centre.size.agents))
    for _ in range(waiting):
        contact, need, tier = centre.contact()
        centre.router.enqueue(contact, need, tier, -centre.chance.uniform(0.0, 100.0), 0.0)
    while True:
        place = centre.chance.randrange(len(occupied))
        occupied[place], occupied[-1] = occupied[-1], occupied[place]
        agent = occupied.pop()
        matches = centre.free(agent)
        yield
        if not matches and not stays:
            centre.router.agent_busy(agent)
            centre.router.decide(centre.now)
            occupied.append(agent)
        while len(centre.router.lines) < waiting or not occupied:
            matches += centre.come()
            yield
        occupied += [match.agent for match in matches]


def idle(centre: World) -> Iterator[None]:
    """All are free but a hundredth; contacts come and are given away, and those who were longest busy become free."""
    occupied: deque[Any] = deque(range(centre.size.agents))
    busy_ones = max(1, centre.size.agents // 100)
    while len(occupied) > busy_ones:
        centre.router.agent_free(occupied.popleft(), 0.0)
    while True:
        matches = centre.come()
        yield
        occupied.extend(match.agent for match in matches)
        while len(occupied) > busy_ones:
            occupied.extend(match.agent for match in centre.free(occupied.popleft()))
            yield


REGIMES = {"busy": busy, "held": held, "idle": idle}


def measure(size: Size, regime: str, seconds: float) -> dict[str, Any]:
    """One regime, once most profiles were looked at."""
    centre = World(size)
    centre.open_lines()
    work = REGIMES[regime](centre)
    for _ in range(2 * size.agents):
        next(work)
    slices = []
    gc.freeze()
    for _ in range(SLICES):
        centre.times.clear()
        until = time.thread_time() + seconds / SLICES
        while time.thread_time() < until:
            next(work)
        slices.append((_per_second(centre.times), sorted(centre.times)))
    gc.unfreeze()
    (per_second, times), loop = max(slices), loop_ns()
    return {
        "size": size.name,
        "regime": regime,
        "agents": size.agents,
        "waiting": len(centre.router.lines),
        "skills": size.skills,
        "needs": size.needs,
        "per_second": per_second,
        "slowest": min(slices)[0],
        "additions_per_op": round(1e9 / per_second / loop),
        **{f"p{p}_us": round(times[int(len(times) * p / 100)] / 1000, 1) for p in (50, 99)},
        "max_us": round(times[-1] / 1000),
        "loop_ns": loop,
    }


def _per_second(times: list[int]) -> int:
    return round(len(times) / sum(times) * 1e9)


def rarely(size: Size) -> dict[str, Any]:
    """What happens now and then, and what a waiting contact takes of memory."""
    centre = World(size)
    centre.open_lines()
    router, signs = centre.router, []
    for agent in range(size.agents, size.agents + 21):
        centre.profiles.append(centre._profile())
        signs.append(took(partial(router.sign_in, agent, agent)))
    policies = [Policy(str(number), protect=1.0 + number / 10) for number in range(20)]
    changed = took(lambda: _change(router, policies, size.needs))
    centre.needs.append((0, 1))
    asked = took(lambda: router.need(size.needs))
    tracemalloc.start()
    for _ in range(1000):
        contact, need, tier = centre.contact()
        router.enqueue(contact, need, tier, 0.0, 0.0)
    held = tracemalloc.get_traced_memory()[0] / 1000
    tracemalloc.stop()
    return {
        "size": size.name,
        "sign_in_ms": round(median(signs), 2),
        "configuration_ms": round(changed, 2),
        "new_need_ms": round(asked, 2),
        "contact_bytes": round(held),
    }


def _change(router: Router, policies: list[Policy], needs: int) -> None:
    """Every queue gets another policy, and the next decision learns of it."""
    for number in range(needs):
        router.need(number, policies[number % len(policies)])
    router.decide(0.0)


def took(action: Callable[[], object]) -> float:
    """Milliseconds of CPU."""
    began = time.thread_time_ns()
    action()
    return (time.thread_time_ns() - began) / 1e6


def loop_ns() -> float:
    """How long this machine takes for an addition in a loop: the least of three."""
    return round(min(took(_loop) for _ in range(3)), 1)


def _loop() -> None:
    total = 0
    for number in range(1_000_000):
        total += number


def misses(regimes: list[dict[str, Any]], rare: list[dict[str, Any]]) -> list[str]:
    """What is not as it must be, in words."""
    wanted = {size.name: size for size in SIZES}
    found = []
    for one in regimes:
        name, size = f"{one['size']} {one['regime']}", wanted[one["size"]]
        if one["per_second"] < size.per_second:
            found.append(f"{name}: {size.per_second} operations per second")
        if one["p99_us"] > size.p99_us:
            found.append(f"{name}: p99 {size.p99_us} us")
    for one in rare:
        limits = {
            "sign_in_ms": SIGN_IN_MS,
            "configuration_ms": CONFIGURATION_MS,
            "new_need_ms": CONFIGURATION_MS,
            "contact_bytes": CONTACT_BYTES,
        }
        found += [f"{one['size']}: {key} at most {most:g}" for key, most in limits.items() if one[key] > most]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", nargs="*", metavar="SIZE", help=", ".join(size.name for size in SIZES))
    parser.add_argument("--seconds", type=float, default=4.0, help="of each regime, at most 60")
    parser.add_argument(
        "--to", type=Path, help="a file for the JSON line, from which bench.routing_pictures draws the curve"
    )
    options = parser.parse_args()
    sizes = [size for size in SIZES if not options.sizes or size.name in options.sizes]
    seconds = min(options.seconds, 60.0)
    regimes = [measure(size, regime, seconds) for size in sizes for regime in REGIMES]
    rare = [rarely(size) for size in sizes]
    print("\n".join(routing_speed([{"regimes": regimes, "rare": rare}])))
    missed = misses(regimes, rare)
    line = json.dumps({"regimes": regimes, "rare": rare, "misses": missed})
    print(line)
    if options.to:
        options.to.write_text(line + "\n")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
