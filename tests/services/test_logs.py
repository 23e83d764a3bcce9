"""Log lines: one shape, one id through everything, no secret, no whole number, never in the way."""

from __future__ import annotations

import io
import json
import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import structlog

from ccserver.core.ids import InteractionId, QueueId
from ccserver.core.notices import LeftQueue, OddityNoticed
from ccserver.services.logs import LineWriter, LogSettings, about, log_notice, mask_number, set_up_logs

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)


class Journalist:
    """Writes through the whole chain into memory and reads it back."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    def start(self, **settings: Any) -> Any:
        self.writer = set_up_logs(LogSettings(**{"form": "json", **settings}), self.stream)
        return structlog.get_logger()

    def text(self) -> str:
        self.writer.close()
        return self.stream.getvalue()

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text().splitlines()]


@pytest.fixture
def log() -> Iterator[Journalist]:
    root = logging.getLogger()
    before = root.handlers, root.level
    yield Journalist()
    structlog.reset_defaults()
    root.handlers, root.level = before


def test_a_line_is_one_json_object(log: Journalist) -> None:
    """With instant, level and event first, and the fields given."""
    log.start().info("leg_arrived", waited=1.5)
    (line,) = log.lines()
    assert list(line) == ["ts", "level", "event", "waited"]
    assert (line["level"], line["event"], line["waited"]) == ("info", "leg_arrived", 1.5)
    assert datetime.fromisoformat(line["ts"]).tzinfo


def test_the_interaction_of_the_context_is_in_every_line(log: Journalist) -> None:
    """Also in lines of libraries, and no longer after the block."""
    logger = log.start()
    with about("i-1"):
        logger.info("a")
        logging.getLogger("aiohttp").warning("b")
    logger.info("c")
    assert [line.get("interaction") for line in log.lines()] == ["i-1", "i-1", None]


def test_a_librarys_line_keeps_its_name_and_level(log: Journalist) -> None:
    """Formatted, and with the name of its logger."""
    log.start()
    logging.getLogger("aiohttp.access").error("got %s", "that")
    (line,) = log.lines()
    assert (line["logger"], line["level"], line["event"]) == ("aiohttp.access", "error", "got that")


def test_a_librarys_broken_format_does_no_harm(log: Journalist) -> None:
    """The raw text is told instead."""
    log.start()
    logging.getLogger("x").error("%d calls", "many")
    assert log.lines()[0]["event"] == "%d calls"


def test_the_level_filters(log: Journalist) -> None:
    """Below the level nothing is written."""
    logger = log.start(level="warning")
    logger.info("a")
    logger.warning("b")
    assert [line["event"] for line in log.lines()] == ["b"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ani", "+442079460123"),
        ("caller_number", "02079460123"),
        ("event", "dialling PJSIP/+442079460123@trunk"),
        ("url", "/channels?callerId=%2B442079460123"),
        ("uri", "sip:442079460123@127.0.0.2"),
        ("fields", {"inner": ["+442079460123"]}),
    ],
)
def test_numbers_keep_their_last_three_digits(log: Journalist, name: str, value: Any) -> None:
    """Wherever they stand."""
    logger = log.start()
    fields = {name: value}
    logger.info(fields.pop("event", "x"), **fields)
    text = log.text()
    assert "079460" not in text
    assert "*123" in text


def test_numbers_are_whole_when_the_owner_says_so(log: Journalist) -> None:
    """For a fault that needs it."""
    log.start(full_numbers=True).info("x", ani="+442079460123")
    assert log.lines()[0]["ani"] == "+442079460123"


@pytest.mark.parametrize("identity", ["ast01-1732000000.12", "cc-ast01-i1-l1", "0197a2c4-7e1a-7c3d-9f10-442079460123"])
def test_our_ids_stay_whole(log: Journalist, identity: str) -> None:
    """They are what a search looks for."""
    log.start().info("x", interaction=identity)
    assert log.lines()[0]["interaction"] == identity


@pytest.mark.parametrize(
    "fields",
    [
        {"password": "s3cr3t"},
        {"ami_secret": "s3cr3t"},
        {"headers": {"Authorization": "Bearer s3cr3t"}},
        {"url": "postgresql+asyncpg://cc:s3cr3t@127.0.0.1/crm"},
        {"text": "login with password=s3cr3t&user=x"},
        {"thing": ("token: s3cr3t",)},
    ],
)
def test_no_secret_is_written(log: Journalist, fields: dict[str, Any]) -> None:
    """By its name, in a text, in a URL, in a nested value."""
    log.start().info("x", **fields)
    assert "s3cr3t" not in log.text()


def test_a_traceback_is_masked_too(log: Journalist) -> None:
    """An exception's text is an outside string."""
    logger = log.start()
    try:
        raise ValueError("no route to +442079460123")
    except ValueError:
        logger.exception("bug")
    assert "079460" not in log.text()


def test_a_long_value_is_cut(log: Journalist) -> None:
    """A line is never a megabyte."""
    log.start().info("x", body="a" * 1_000_000)
    assert len(log.text()) < 5_000


def test_a_line_end_in_a_value_forges_no_line(log: Journalist) -> None:
    """Neither as JSON nor on a terminal."""
    log.start(form="text").info("x", name="Ada\n2025 error forged\x1b[31m")
    text = log.text()
    assert text.count("\n") == 1
    assert "\x1b[31mforged" not in text


def test_instants_and_lengths_are_plain(log: Journalist) -> None:
    """ISO 8601 and seconds."""
    log.start().info("x", since=NOON, every=timedelta(seconds=2.5))
    (line,) = log.lines()
    assert (line["since"], line["every"]) == ("2025-06-01T12:00:00+00:00", 2.5)


def test_a_notice_becomes_a_line(log: Journalist) -> None:
    """Its name is the event, its fields are the line's, lengths are seconds."""
    log.start(level="debug")
    log_notice(LeftQueue(InteractionId("i1"), QueueId("support"), "gold", timedelta(seconds=2.5), "connected"))
    (line,) = log.lines()
    assert (line["event"], line["interaction"], line["queue"], line["waited"]) == ("left_queue", "i1", "support", 2.5)


def test_an_oddity_is_a_warning(log: Journalist) -> None:
    """So that it is seen."""
    log.start()
    log_notice(OddityNoticed("unknown_leg", "x"))
    assert log.lines()[0]["level"] == "warning"


def test_settings_come_from_the_environment() -> None:
    """Names known are taken, others are the default."""
    taken = LogSettings.of({"CCSERVER_LOG_LEVEL": "DEBUG", "CCSERVER_LOG_FORMAT": "x", "CCSERVER_LOG_NUMBERS": "full"})
    assert taken == LogSettings("debug", "auto", True)


def test_a_short_number_stays(log: Journalist) -> None:
    """Extensions are not personal."""
    log.start().info("x", number="1001")
    assert log.lines()[0]["number"] == "1001"


def test_a_mask_keeps_the_length() -> None:
    """Three digits tell two callers apart."""
    assert mask_number("+442079460123") == "+*********123"


class StuckStream(io.StringIO):
    """A reader that takes nothing until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.is_taken, self.may_go = threading.Event(), threading.Event()

    def write(self, text: str) -> int:
        self.is_taken.set()
        self.may_go.wait(10)
        return super().write(text)


def test_a_stuck_reader_holds_nobody_up_and_losses_are_told() -> None:
    """Lines beyond the queue are dropped, counted, and the count is written when the reader is back."""
    stream = StuckStream()
    writer = LineWriter(stream, length=2)
    writer.write("first")
    assert stream.is_taken.wait(5)
    for line in ("second", "third", "lost", "lost"):
        writer.write(line)
    assert writer.dropped == 2
    stream.may_go.set()
    writer.close()
    told = stream.getvalue().splitlines()
    assert [told[0], json.loads(told[1])["count"], told[2:]] == ["first", 2, ["second", "third"]]


def test_a_reader_that_is_gone_does_no_harm() -> None:
    """A closed stream counts as a loss."""
    stream = io.StringIO()
    writer = LineWriter(stream)
    stream.close()
    writer.write("x")
    writer.close()
    assert writer.dropped >= 1


def test_what_the_record_tells_anyway_is_told_at_debug_only(log: Journalist) -> None:
    """A busy hour does not fill the disk with the same fact twice."""
    log.start()
    log_notice(LeftQueue(InteractionId("i1"), QueueId("support"), "gold", timedelta(seconds=2.5), "connected"))
    assert log.lines() == []
