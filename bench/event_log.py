"""What the event log costs: seconds of the loop per event and bytes per call, on an hour of the simulated PBX.

python -m bench.event_log
"""

from __future__ import annotations

import gzip
import time
from datetime import timedelta
from random import Random

from tests.scenarios import plan as plan_of_scenarios
from tests.scenarios.stage import IVR_LINE, PRIVATE_LINE, SUPPORT_LINE

from ccserver.adapters.sim.centre import SimCentre
from ccserver.adapters.sim.people import Crowd, Habits, Shift
from ccserver.app.house import know_written_forms
from ccserver.services.event_log import header_line
from ccserver.services.recorder import Recorder
from ccserver.services.replay import replay

CALLS = 400


class Timed(Recorder):
    """Counts the seconds that the kernel's loop spends in it."""

    spent = 0.0

    def taken(self, *arguments: object) -> None:
        began = time.perf_counter()
        super().taken(*arguments)  # type: ignore[arg-type]
        self.spent += time.perf_counter() - began

    def decided(self, *arguments: object) -> None:
        began = time.perf_counter()
        super().decided(*arguments)  # type: ignore[arg-type]
        self.spent += time.perf_counter() - began


def main() -> None:
    """Print the figures."""
    know_written_forms()
    recorder, chance = Timed(), Random(2)
    sim = SimCentre(plan_of_scenarios.make_plan(), plan_of_scenarios.CUSTOMERS, Random(1), recorder=recorder)
    Shift(sim, list(sim.plan.agents), Habits(), Random(3)).start_work()
    crowd = Crowd(sim, Habits())
    for number in range(CALLS):
        crowd.ring_in(f"+44207{number:07}", chance.choice([SUPPORT_LINE, PRIVATE_LINE, IVR_LINE]), Random(number))
        sim.run_for(timedelta(seconds=chance.uniform(1, 60)))
    began = time.perf_counter()
    lines = [line for _, line in recorder.drain()]
    worded = time.perf_counter() - began
    began = time.perf_counter()
    header = header_line(sim.kernel, sim.agenda.now())
    snapshot = time.perf_counter() - began
    whole = b"".join(lines)
    began = time.perf_counter()
    found = replay(lines)
    played = time.perf_counter() - began
    steps = len(lines) - 1
    print(f"{steps} events, {CALLS} calls: {steps / CALLS:.0f} events a call")
    print(f"before and after the decision: {recorder.spent / steps * 1e6:.1f} us an event")
    print(f"put into words, off the hot path: {worded / steps * 1e6:.1f} us an event")
    print(f"snapshot at a new file: {snapshot * 1e3:.1f} ms, {len(header)} bytes")
    print(f"{len(whole) / steps:.0f} bytes an event, {len(gzip.compress(whole, 6)) / steps:.0f} compressed")
    print(f"replay: {played / steps * 1e6:.0f} us an event, difference: {found.difference}")


if __name__ == "__main__":
    main()
