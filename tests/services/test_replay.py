"""What is recorded on the simulated PBX is decided again alike, wherever a file begins; and what differs is shown."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from tests.properties.plan import make_plan
from tests.properties.test_event_fuzz import histories
from tests.scenarios import plan as plan_of_scenarios
from tests.scenarios.stage import IVR_LINE, PRIVATE_LINE, SUPPORT_LINE

from ccserver.adapters.sim.centre import SimCentre
from ccserver.adapters.sim.people import Crowd, Habits, Shift
from ccserver.app.house import know_written_forms
from ccserver.core import events
from ccserver.core.errors import Refused
from ccserver.core.events import Event
from ccserver.core.ids import AgentId
from ccserver.core.notices import OfferMade
from ccserver.services.event_log import Step, read_log
from ccserver.services.recorder import Recorder
from ccserver.services.replay import replay

know_written_forms()


def an_hour(recorder: Recorder, cut_after: int = -1) -> SimCentre:
    """With more callers than three agents can take, and a new plan in the midst."""
    sim = SimCentre(plan_of_scenarios.make_plan(), plan_of_scenarios.CUSTOMERS, Random(1), recorder=recorder)
    chance = Random(2)
    sim.run_for(timedelta(seconds=1))
    Shift(sim, list(sim.plan.agents)[:3], Habits(), Random(3)).start_work()
    crowd = Crowd(sim, Habits())
    for number in range(80):
        crowd.ring_in(f"+44207946{number:04}", chance.choice([SUPPORT_LINE, PRIVATE_LINE, IVR_LINE]), Random(number))
        sim.run_for(timedelta(seconds=chance.uniform(1, 80)))
        if number == cut_after:
            recorder.begin(sim.kernel, sim.agenda.now())
        if number == 30:
            sim.tell(events.PlanChanged(replace(sim.plan, epoch=7)))
    sim.run_for(timedelta(minutes=10))
    return sim


def written(recorder: Recorder) -> list[bytes]:
    return [line for _, line in recorder.drain()]


@pytest.fixture(scope="module")
def recorded() -> list[bytes]:
    recorder = Recorder()
    an_hour(recorder)
    return written(recorder)


def test_what_was_recorded_is_decided_again_alike(recorded: list[bytes]) -> None:
    """An hour of it, every order and every offer."""
    found = replay(recorded)
    assert found.difference is None
    assert (found.events, found.offers > 30) == (len(recorded) - 1, True)


def test_another_process_decides_alike_too(recorded: list[bytes], tmp_path: Path) -> None:
    """No decision hangs on the order of a set, which is another one in every process."""
    file = tmp_path / "hour.jsonl"
    file.write_bytes(b"".join(recorded))
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-m", "ccserver", "replay", str(file)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert (done.returncode, "all the same" in done.stdout) == (0, True), done.stdout + done.stderr


def test_a_file_that_begins_in_the_midst_stands_for_itself() -> None:
    """What the router had learned by then is in its header."""
    recorder = Recorder()
    an_hour(recorder, cut_after=40)
    lines = written(recorder)
    (cut,) = [number for number, line in enumerate(lines) if number and line.startswith(b'{"log"')]
    for part in (lines[:cut], lines[cut:]):
        found = replay(part)
        assert found.difference is None
        assert found.offers > 10


def test_a_new_file_changes_no_decision() -> None:
    """The live kernel offers whom it would have offered without the cut. Only prices and forecasts are refreshed a little
    earlier: what a caller is told of the wait, a step of minutes, may be another one."""
    decided = []
    for cut_after in (-1, 40):
        recorder = Recorder()
        an_hour(recorder, cut_after)
        did = [one for line in written(recorder) for one in orjson.loads(line).get("did", [])]
        decided.append([(one["interaction"], one["agent"]) for one in did if one["type"] == "OfferMade"])
    assert (decided[0], len(decided[0]) > 30) == (decided[1], True)


def test_the_first_decision_that_differs_is_shown_with_both_sides(recorded: list[bytes]) -> None:
    """Here somebody has changed the record: another agent was rung."""
    lines = list(recorded)
    number, line = next((n, line) for n, line in enumerate(lines) if b'"RingAgent"' in line)
    step = orjson.loads(line)
    ring = next(one for one in step["did"] if one["type"] == "RingAgent")
    ring["agent"] = "zoe"
    lines[number] = orjson.dumps(step) + b"\n"
    found = replay(lines)
    assert found.difference is not None
    assert (found.difference.number, found.events) == (number, number)
    then, now = (next(one.agent for one in side.did if isinstance(one, OfferMade)) for side in sides(found.difference))
    assert then == now
    rung = [{one.agent for one in side.did if type(one).__name__ == "RingAgent"} for side in sides(found.difference)]  # type: ignore[union-attr]
    assert rung == [{"zoe"}, {now}]


def sides(difference: object) -> tuple[Step, Step]:
    return difference.recorded, difference.replayed  # type: ignore[attr-defined]


def test_what_was_refused_is_refused_again() -> None:
    """With the same reason; nothing else of it is kept."""
    recorder = Recorder()
    sim = SimCentre(make_plan(), recorder=recorder)
    with pytest.raises(Refused):
        sim.ask(events.ReadyRequested(AgentId("nobody")))
    lines = written(recorder)
    assert list(read_log(lines)[1])[-1].refused
    assert replay(lines).difference is None


def test_a_crash_and_the_return_are_two_files_that_stand_for_themselves() -> None:
    """The second begins with what the journal kept."""
    recorder = Recorder()
    sim = SimCentre(make_plan(), recorder=recorder)
    sim.run_for(timedelta(seconds=1))
    sim.crash()
    before = written(recorder)
    sim.start()
    sim.run_for(timedelta(seconds=1))
    assert [replay(lines).difference for lines in (before, written(recorder))] == [None, None]


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(histories)
def test_arbitrary_events_are_decided_again_alike(history: list[tuple[Event, float]]) -> None:
    """Ends before beginnings, answers without a ring, snapshots out of nowhere; half of them behind a cut."""
    recorder = Recorder()
    sim = SimCentre(make_plan(), recorder=recorder)
    for agent in (AgentId("ann"), AgentId("bob")):
        sim.tell(events.PhoneReachable(agent))
        sim.tell(events.SignInRequested(agent))
        sim.tell(events.ReadyRequested(agent))
    for number, (event, seconds) in enumerate(history):
        if number == len(history) // 2:
            recorder.begin(sim.kernel, sim.agenda.now())
        with suppress(Refused):
            sim.ask(event)
        sim.run_for(timedelta(seconds=seconds))
    lines = written(recorder)
    (cut,) = [number for number, line in enumerate(lines) if number and line.startswith(b'{"log"')]
    assert [replay(part).difference for part in (lines[:cut], lines[cut:])] == [None, None]
