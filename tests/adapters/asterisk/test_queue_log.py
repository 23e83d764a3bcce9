"""Lines of the black box, as a real Asterisk 22.10.1 wrote them, in the centre's words; everything else is refused."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.adapters.asterisk.queue_log import LineRefused, read_line
from ccserver.adapters.asterisk.translate import Context
from ccserver.core.events import Event
from ccserver.core.fallback_events import (
    FallbackAnswered,
    FallbackClosed,
    FallbackEntered,
    FallbackLeft,
    FallbackRang,
    FallbackRestarted,
)
from ccserver.core.ids import AgentId, InteractionId, LegId, NodeName

NODE = NodeName("ast01")
ANN = AgentId("ann")
CONTEXT = Context(NODE, {"ann": ANN, "ann-web": ANN}, "GB")
CALLS = (Path(__file__).parents[2] / "transcripts" / "queue_log" / "calls.log").read_bytes().splitlines()
TALKER, SORRY = LegId("ast01-1795313845.0"), LegId("ast01-1795313852.3")
HEAD = "1795313847|ast01-1795313845.0|fallback|"


def instant(seconds: float) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)


def read(line: str) -> Event | None:
    return read_line(line.encode(), CONTEXT)


def test_the_calls_of_a_real_asterisk() -> None:
    """A talk with Ann, a caller who heard the closed message, a start and a reload."""
    told = [event for line in CALLS if (event := read_line(line, CONTEXT)) is not None]
    talk, sorry = (
        InteractionId("602ba840-a939-4910-8771-0f07c9412e25"),
        InteractionId("0369b170-f929-4556-a511-75f0ad0f2362"),
    )
    call = ("+442079460201", "+448081570100")
    assert told == [
        FallbackRestarted(NODE, instant(1795313844)),
        FallbackEntered(TALKER, NODE, talk, *call, instant(1795313845.167), "Joex"),
        FallbackEntered(TALKER, NODE, talk, *call, instant(1795313847.169), "Joex"),
        FallbackAnswered(TALKER, ANN, instant(1795313847), timedelta()),
        FallbackLeft(TALKER, instant(1795313849.176)),
        FallbackEntered(SORRY, NODE, sorry, *call, instant(1795313852.416)),
        FallbackEntered(SORRY, NODE, sorry, *call, instant(1795313854.417)),
        FallbackClosed(SORRY, instant(1795313854.417)),
        FallbackLeft(SORRY, instant(1795313861.254)),
    ]


@pytest.mark.parametrize("kind", ["RINGNOANSWER", "RINGCANCELED"])
def test_ringing_in_vain_is_told_in_milliseconds(kind: str) -> None:
    """app_queue.c: rna() takes milliseconds, CONNECT seconds."""
    assert read(f"{HEAD}ann-web|{kind}|20000") == FallbackRang(TALKER, ANN, instant(1795313847), timedelta(seconds=20))
    answered = FallbackAnswered(TALKER, ANN, instant(1795313847), timedelta(seconds=7))
    assert read(f"{HEAD}ann|CONNECT|12|ast01-1.1|7") == answered


def test_a_member_of_no_plan_is_nobody() -> None:
    """The phone of somebody who left."""
    assert read(f"{HEAD}zoe|CONNECT|0|ast01-1.1|0") == FallbackAnswered(TALKER, None, instant(1795313847), timedelta())


def test_a_withheld_number_is_empty() -> None:
    """The dialplan leaves nothing else of it."""
    entered = read(f"{HEAD}NONE|CCENTER|c1||+448081570100|1795313847000|")
    assert isinstance(entered, FallbackEntered)
    assert (entered.ani, entered.caller_name) == ("", "")


def test_a_national_number_is_read_in_the_region() -> None:
    """As for a caller who arrives with us."""
    entered = read(f"{HEAD}NONE|CCENTER|c1|02079460201|+448081570100|1795313847000|")
    assert isinstance(entered, FallbackEntered)
    assert entered.ani == "+442079460201"


@pytest.mark.parametrize("kind", ["ENTERQUEUE", "ABANDON", "EXITWITHTIMEOUT", "COMPLETECALLER", "CONFIGRELOAD", "NEW"])
def test_other_lines_are_none_of_our_business(kind: str) -> None:
    """Also those of versions to come."""
    assert read(f"{HEAD}ann|{kind}|1|2|3") is None


HOSTILE = {
    "empty": "",
    "few fields": "1795313847|x|y",
    "no instant": "yesterday|ast01-1.0|fallback|NONE|CCLEFT|1795313847000",
    "another leg": "1795313847|ast01 1.0|fallback|NONE|CCLEFT|1795313847000",
    "no milliseconds": f"{HEAD}NONE|CCLEFT",
    "closed without instant": f"{HEAD}NONE|CCCLOSED|soon",
    "two instants": f"{HEAD}NONE|CCLEFT|1795319999000",
    "id with a space": f"{HEAD}NONE|CCENTER|c 1||+448081570100|1795313847000|",
    "a number that is none": f"{HEAD}NONE|CCENTER|c1||sales|1795313847000|",
    "a field too many": f"{HEAD}NONE|CCENTER|c1||+448081570100|1795313847000|Joe|x",
    "a name with markup": f"{HEAD}NONE|CCENTER|c1||+448081570100|1795313847000|<b>",
    "ring for ever": f"{HEAD}ann|RINGNOANSWER|9999999999",
    "ring without length": f"{HEAD}ann|CONNECT|0",
    "too long": f"{HEAD}NONE|CCENTER|{'c' * 2000}",
}


@pytest.mark.parametrize("line", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_asterisk_does_not_write_is_refused(line: str) -> None:
    """Field by field."""
    with pytest.raises(LineRefused):
        read(line)


def test_bytes_that_are_no_text_are_refused() -> None:
    """Asterisk writes UTF-8."""
    with pytest.raises(LineRefused):
        read_line(b"1795313847|\xff|fallback|NONE|CCLEFT|1795313847000", CONTEXT)


@given(st.one_of(st.binary(max_size=200), st.text(alphabet="0123456789|abc.-+CENTRLF", max_size=200).map(str.encode)))
def test_whatever_stands_there_is_an_event_or_refused(raw: bytes) -> None:
    """Nothing else is raised."""
    with contextlib.suppress(LineRefused):
        read_line(raw, CONTEXT)
