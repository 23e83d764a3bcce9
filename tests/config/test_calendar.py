"""Opening hours as questions about instants."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from ccserver.config.calendar import Calendar, HoursSyntaxError, parse_hours, read_calendar

LONDON = ZoneInfo("Europe/London")
SHANGHAI = ZoneInfo("Asia/Shanghai")


def office(text: str = "Mo-Fr 08:00-18:00; PH off", **more: object) -> Calendar:
    return Calendar(parse_hours(text), LONDON, "GB-ENG", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("2026-11-23T07:59:59Z", False),
        ("2026-11-23T08:00:00Z", True),
        ("2026-11-23T17:59:59Z", True),
        ("2026-11-23T18:00:00Z", False),
        ("2026-11-22T12:00:00Z", False),
    ],
)
def test_a_monday_and_a_sunday(at: str, is_open: bool) -> None:
    """The first minute belongs to the hours, the last does not."""
    assert office().is_open(datetime.fromisoformat(at)) is is_open


def test_local_time_counts_in_summer() -> None:
    """08:00 in London is 07:00 UTC in July."""
    assert office().is_open(datetime(2026, 7, 6, 7, 30, tzinfo=UTC))


def test_the_zone_of_the_instant_does_not_matter() -> None:
    """The same instant written in another zone is answered the same."""
    at = datetime(2026, 11, 23, 12, tzinfo=timezone(timedelta(hours=14)))
    assert office().is_open(at) is office().is_open(at.astimezone(UTC)) is False


def test_a_public_holiday() -> None:
    """Boxing Day 2026 is a Saturday; Monday 28 December is free instead."""
    assert not office().is_open(datetime(2026, 12, 28, 12, tzinfo=UTC))


def test_a_holiday_of_another_part_of_the_country() -> None:
    """St Patrick's Day is free in Northern Ireland only."""
    at = datetime(2026, 3, 17, 12, tzinfo=UTC)
    irish = Calendar(parse_hours("Mo-Fr 08:00-18:00; PH off"), LONDON, "GB-NIR")
    assert (office().is_open(at), irish.is_open(at)) == (True, False)


def test_hours_of_their_own_on_holidays() -> None:
    """PH may have hours instead of off."""
    short = office("Mo-Fr 08:00-18:00; PH 10:00-14:00")
    at = datetime(2026, 12, 25, 9, tzinfo=UTC)
    assert (short.is_open(at), short.is_open(at + timedelta(hours=2))) == (False, True)


def test_a_day_named_as_closed() -> None:
    """Whatever the rules say."""
    closed = office(exceptions={date(2026, 12, 24): None})
    assert not closed.is_open(datetime(2026, 12, 24, 12, tzinfo=UTC))


def test_a_day_with_hours_of_its_own() -> None:
    """It overrides the holiday too."""
    opened = office(exceptions={date(2026, 12, 25): parse_hours("10:00-14:00").ordinary})
    assert opened.is_open(datetime(2026, 12, 25, 12, tzinfo=UTC))


def test_weekends_that_china_works() -> None:
    """Sunday 20 September 2026 is worked for a day off in October; a plain calendar has it closed."""
    hours = parse_hours("Mo-Fr 09:00-18:00; PH off")
    at = datetime(2026, 9, 20, 12, tzinfo=SHANGHAI)
    works = Calendar(hours, SHANGHAI, "CN", working_weekends=True)
    assert (works.is_open(at), Calendar(hours, SHANGHAI, "CN").is_open(at)) == (True, False)


@pytest.mark.parametrize(("text", "is_open"), [("24/7", True), ("off", False), ("closed", False)])
def test_always_and_never(text: str, is_open: bool) -> None:
    """Words for both."""
    assert Calendar(parse_hours(text), LONDON).is_open(datetime(2026, 1, 1, tzinfo=UTC)) is is_open


def test_hours_past_midnight() -> None:
    """Friday night is open until Saturday at two."""
    night = Calendar(parse_hours("Fr 22:00-02:00"), LONDON)
    saturday = datetime(2026, 11, 28, tzinfo=UTC)
    assert (night.is_open(saturday + timedelta(hours=1)), night.is_open(saturday + timedelta(hours=2))) == (True, False)


def test_the_hour_that_comes_twice() -> None:
    """On 25 October 2026 01:30 comes twice in London; both are open by the clock on the wall."""
    early = Calendar(parse_hours("Su 01:00-02:00"), LONDON)
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert (early.is_open(first), early.is_open(first + timedelta(hours=1))) == (True, True)


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("", 1),
        ("   ", 1),
        ("Mo-Fr 8-18", 7),
        ("Mo-Fr 08:00-49:00", 13),
        ("Mo,PH 08:00-10:00", 4),
        ("PH off || open", 8),
    ],
)
def test_what_is_no_opening_hours(text: str, column: int) -> None:
    """The column is where it goes wrong."""
    with pytest.raises(HoursSyntaxError) as wrong:
        parse_hours(text)
    assert wrong.value.column == column


@pytest.mark.parametrize(
    ("text", "time", "column"),
    [("08:00-25:99", "25:99", 7), ("Mo-Fr 8:60-18:00", "8:60", 7), ('"99:99" 08:00-49:00', "49:00", 15)],
)
def test_a_time_that_cannot_be_is_named(text: str, time: str, column: int) -> None:
    """With its place and what can be."""
    with pytest.raises(HoursSyntaxError, match=rf"\b{time} is no time of the day") as wrong:
        parse_hours(text)
    assert (wrong.value.column, wrong.value.advice) == (column, "hours go from 00 to 24, minutes from 00 to 59")


def test_comments_are_no_rules() -> None:
    """What stands in quotes is neither a rule nor a holiday."""
    assert parse_hours('08:00-10:00 open "PH; by phone"').on_holidays is None


def test_a_calendar_written_and_read_again_is_the_same() -> None:
    """It answers the same on ordinary days, holidays, and days of its own."""
    days = {date(2026, 12, 24): None, date(2026, 12, 31): parse_hours("08:00-12:00").ordinary}
    before = office("Mo-Fr 08:00-18:00; PH 10:00-12:00", exceptions=days)
    after = read_calendar(before.written())
    hours = [datetime(2026, 12, 20, tzinfo=UTC) + timedelta(hours=n) for n in range(24 * 14)]
    assert [after.is_open(at) for at in hours] == [before.is_open(at) for at in hours]
    assert after.written() == before.written()
