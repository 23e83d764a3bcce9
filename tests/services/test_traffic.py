"""Who called and who worked, read from an event log."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from tests.properties.plan import make_plan
from tests.services.test_replay import an_hour, written

from ccserver.adapters.sim.clock import START
from ccserver.core.events import ReadyRequested, SignInRequested
from ccserver.services.recorder import Recorder
from ccserver.services.traffic import PATIENT, RecordedCall, Traffic, read_traffic


@pytest.fixture(scope="module")
def traffic() -> Traffic:
    recorder = Recorder()
    an_hour(recorder)
    return read_traffic(written(recorder))


def test_every_call_is_there_with_what_the_caller_did(traffic: Traffic) -> None:
    """Those who talked have a talk, those who gave up a wait, those of the flow their keys."""
    assert len(traffic.calls) == 80
    answered = [call for call in traffic.calls if call.talk is not None]
    left = [call for call in traffic.calls if call.has_given_up]
    assert len(answered) > 20
    assert len(left) > 10
    assert all(call.talk is None and call.waited is not None for call in left)
    assert any(call.keys for call in traffic.calls)
    assert [call.at for call in traffic.calls] == sorted(call.at for call in traffic.calls)


def test_agents_come_as_they_came(traffic: Traffic) -> None:
    """Signed in, then ready."""
    asked = [type(event) for _, _, event in traffic.presence]
    assert (asked.count(SignInRequested), asked[:2]) == (3, [SignInRequested, ReadyRequested])
    assert timedelta(seconds=1) < traffic.ring < timedelta(seconds=8)


def test_a_file_that_begins_in_the_midst_knows_who_is_at_work() -> None:
    """From its header: nobody signs in in it."""
    recorder = Recorder()
    an_hour(recorder, cut_after=40)
    lines = written(recorder)
    (cut,) = [number for number, line in enumerate(lines) if number and line.startswith(b'{"log"')]
    found = read_traffic(lines[cut:])
    assert len(found.agents) == 3
    assert len(found.calls) == 39


def test_patience_is_learned_from_all_who_waited() -> None:
    """Two waited 60 s and one of them gave up: 120 s in the mean. Nobody gave up: they are patient."""
    now = START
    left = RecordedCall(now, "+1", waited=timedelta(minutes=1), has_given_up=True)
    stayed = RecordedCall(now, "+1", waited=timedelta(minutes=1), talk=timedelta(minutes=1))
    both = Traffic(now, now, make_plan(), [left, stayed])
    assert both.mean_patience == timedelta(minutes=2)
    assert Traffic(now, now, make_plan(), [stayed]).mean_patience == PATIENT
    assert both.patience_of(left, PATIENT, Random(1)) == timedelta(minutes=1)
    assert both.patience_of(stayed, PATIENT, Random(1)) > timedelta(minutes=1)


def test_a_log_without_an_event_has_no_traffic() -> None:
    """It says so."""
    recorder = Recorder()
    an_hour(recorder)
    with pytest.raises(ValueError, match="no event"):
        read_traffic(written(recorder)[:1])
