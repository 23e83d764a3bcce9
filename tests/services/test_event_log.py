"""The written form of the event log: strict, and whole lines only."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
import pytest
from tests.properties.plan import make_plan

from ccserver.app.house import know_written_forms
from ccserver.core.centre import Centre
from ccserver.core.events import PhoneReachable
from ccserver.core.ids import AgentId
from ccserver.core.kernel import Kernel
from ccserver.services.event_log import EventLogError, Step, header_line, read_log, step_line

know_written_forms()
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
STEP = Step(NOW, PhoneReachable(AgentId("ann")))
LINE = step_line(STEP) + b"\n"


def header(**changed: object) -> bytes:
    line = header_line(Kernel(Centre(make_plan())), NOW)
    return orjson.dumps({**orjson.loads(line), **changed}) + b"\n"


def steps_of(*lines: bytes) -> list[Step]:
    return list(read_log([header(), *lines])[1])


def test_what_was_written_is_read() -> None:
    """To the microsecond, and with the plan."""
    found, steps = read_log([header(), LINE])
    assert list(steps) == [STEP]
    assert (found.at, set(found.centre.plan.queues)) == (NOW, set(make_plan().queues))


@pytest.mark.parametrize("torn", [LINE[:-1], LINE[:20], b"\xff\n", b"[1]\n"])
def test_a_last_line_that_a_kill_cut_off_is_left_out(torn: bytes) -> None:
    """Wherever it was cut."""
    assert steps_of(LINE, torn) == [STEP]


def test_a_damaged_line_in_the_midst_is_refused() -> None:
    """What came before it is read."""
    with pytest.raises(EventLogError, match="line 2 is damaged"):
        steps_of(LINE[:20] + b"\n", LINE)


@pytest.mark.parametrize("line", [b"", b"no json\n", b'{"version": 1}\n', b"[]\n"])
def test_a_file_without_a_header_is_no_event_log(line: bytes) -> None:
    """Empty, text, JSON of something else."""
    with pytest.raises(EventLogError, match="no event log of ccserver"):
        read_log([line])


def test_another_version_is_refused_by_its_number() -> None:
    """Beside the one that is read."""
    with pytest.raises(EventLogError, match="has version 2, this ccserver reads version 1"):
        read_log([header(version=2)])


def test_what_is_not_known_is_refused_by_its_name() -> None:
    """A field, a class of events, a missing field: a replay that left it out would tell lies."""
    found = orjson.loads(LINE)
    for changed, said in (
        (
            {**found, "event": {**found["event"], "colour": "red"}},
            "line 2 has 'colour', which this version does not know",
        ),
        ({**found, "event": {"type": "MoonRisen"}}, "unknown type 'MoonRisen'"),
        ({**found, "event": {"type": "PhoneReachable"}}, "PhoneReachable without agent"),
    ):
        with pytest.raises(EventLogError, match=said):
            steps_of(orjson.dumps(changed) + b"\n")


def test_an_unknown_field_of_the_state_is_refused_too() -> None:
    """By its name."""
    state = orjson.loads(header())["centre"]
    with pytest.raises(EventLogError, match="line 1 has 'moods'"):
        read_log([header(centre={**state, "moods": []})])
