"""Opening hours: OpenStreetMap expressions, public holidays, and days with hours of their own.

The rule `PH` is ours to apply: the library's own calendars know neither parts of countries nor China's working
weekends, so `PH` rules are taken out of the text and used on the days that `holidays` names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import opening_hours
from opening_hours import ParserError  # type: ignore[attr-defined]  # missing in the library's stubs only

_RULE = re.compile(r'(?:[^;"]|"[^"]*"?)+')
_HOLIDAY_RULE = re.compile(r"\s*PH\s+(?=\S)")
_SPAN = re.compile(r"([0-9]{1,2}):([0-9]{2})\s*-\s*([0-9]{1,2}):([0-9]{2})(?=(\s*,\s*[0-9])?)")
_TIME = re.compile(r"(?<![0-9:])([0-9]{1,2}):([0-9]{2})(?![0-9:])")
_DAY = 24 * 60  # minutes
_SAID_TO_BE_CLOSED = ("off", "closed")
_CLOSED_RULE = re.compile(r"\b(off|closed)\s*$|^\s*$")
_COMMENT = re.compile(r'"[^"]*"?')
_FRIDAY = 4
_ANY_LOCAL_TIME = datetime.fromisoformat("2028-02-29T12:00")


class HoursSyntaxError(Exception):
    """The text means no opening hours. `column` counts characters of the text from 1."""

    def __init__(self, column: int, what: str, advice: str) -> None:
        super().__init__(what)
        self.column = column
        self.what = what
        self.advice = advice


@dataclass(frozen=True, slots=True)
class HoursText:
    """One text, split: what holds on ordinary days, and what holds on public holidays (None: the same)."""

    ordinary: opening_hours.OpeningHours
    on_holidays: opening_hours.OpeningHours | None


class Calendar:
    """Opening hours of one place; a pure function of the instant.

    A public holiday begins and ends at local midnight: hours that reach into it from the day before end there.
    """

    def __init__(
        self,
        hours: HoursText,
        zone: ZoneInfo,
        holidays: str = "",
        working_weekends: bool = False,
        exceptions: Mapping[date, opening_hours.OpeningHours | None] | None = None,
    ) -> None:
        """`holidays` is a country or a part of one ("GB-ENG"). In `exceptions` None is a closed day."""
        self._hours = hours
        self._zone = zone
        self._holidays = holidays
        self._working_weekends = working_weekends
        self._exceptions = dict(exceptions or {})

    def is_open(self, at: datetime) -> bool:
        """Whether it is open at this aware instant."""
        local = at.astimezone(self._zone).replace(tzinfo=None)
        day = local.date()
        if day in self._exceptions:
            hours = self._exceptions[day]
            return hours is not None and hours.is_open(local)
        if self._holidays:
            free, worked = holidays_of(self._holidays, day.year)
            if day in free and self._hours.on_holidays is not None:
                return self._hours.on_holidays.is_open(local)
            if self._working_weekends and day in worked:
                local -= timedelta(days=day.weekday() - _FRIDAY)
        return self._hours.ordinary.is_open(local)

    def written(self) -> str:
        """As text, for the event log; `read_calendar` makes it again."""
        days = {day.isoformat(): hours and str(hours) for day, hours in self._exceptions.items()}
        rules = {
            "ordinary": str(self._hours.ordinary),
            "on_holidays": self._hours.on_holidays and str(self._hours.on_holidays),
        }
        place = {"zone": self._zone.key, "holidays": self._holidays, "working_weekends": self._working_weekends}
        return json.dumps({**rules, **place, "exceptions": days}, ensure_ascii=False)


def read_calendar(text: str) -> Calendar:
    """The calendar that `written` gave the text for. Raises ValueError, KeyError or HoursSyntaxError for any other text."""
    found = json.loads(text)
    on_holidays = found["on_holidays"]
    hours = HoursText(_parse_rules(found["ordinary"]), _parse_rules(on_holidays) if on_holidays is not None else None)
    days = {
        date.fromisoformat(day): _parse_rules(rules) if rules is not None else None
        for day, rules in found["exceptions"].items()
    }
    return Calendar(hours, ZoneInfo(found["zone"]), found["holidays"], found["working_weekends"], days)


@lru_cache(maxsize=256)
def holidays_of(country: str, year: int) -> tuple[frozenset[date], frozenset[date]]:
    """Public holidays of the year, and weekends that are worked in exchange. Raises ValueError for an unknown country."""
    import holidays as calendars

    code, _, part = country.partition("-")
    try:
        calendar = calendars.country_holidays(code, subdiv=part or None, years=year)
    except (NotImplementedError, KeyError) as error:
        raise ValueError(f"no holidays are known for {country}") from error
    return frozenset(calendar), frozenset(calendar.weekend_workdays)


def parse_hours(text: str) -> HoursText:
    """The text as opening hours; raises HoursSyntaxError."""
    _parse_rules(text)
    bare = _COMMENT.sub(lambda comment: " " * len(comment.group()), text)
    _check_spans(bare)
    if school := re.search(r"\bSH\b", bare):
        raise HoursSyntaxError(school.start() + 1, "SH (school holidays) is not known", "name the days under closed_on")
    if "PH" in bare and "||" in bare:
        raise HoursSyntaxError(bare.index("||") + 1, "|| cannot stand beside PH", "use ; between the rules")
    ordinary, on_holidays = [], None
    for rule in _RULE.finditer(text):
        if _HOLIDAY_RULE.match(rule.group()):
            on_holidays = _HOLIDAY_RULE.sub("", rule.group(), count=1)
        elif mixed := re.search(r"\bPH\b", bare[rule.start() : rule.end()]):
            column = rule.start() + mixed.start() + 1
            raise HoursSyntaxError(column, "PH must be a rule of its own", 'write it at the end, such as "; PH off"')
        else:
            ordinary.append(rule.group())
    rest = ";".join(ordinary).strip()
    if text.strip() not in _SAID_TO_BE_CLOSED and all(_CLOSED_RULE.search(rule) for rule in bare.split(";")):
        raise HoursSyntaxError(1, "these hours are never open", 'write "off" if that is meant')
    return HoursText(_parse_rules(rest or "off"), _parse_rules(on_holidays) if on_holidays is not None else None)


def _check_spans(bare: str) -> None:
    """Times of one list that end where they begin, or that overlap: the library takes the first for a whole day."""
    before: list[tuple[int, int]] = []
    for span in _SPAN.finditer(bare):
        first, last = int(span[1]) * 60 + int(span[2]), int(span[3]) * 60 + int(span[4])
        column = span.start() + 1
        if first == last:
            raise HoursSyntaxError(column, f"{span[0]} ends when it begins", "write 00:00-24:00 for the whole day")
        last += _DAY if last < first else 0
        if any(first < end and start < last for start, end in before):
            raise HoursSyntaxError(column, f"{span[0]} overlaps the times before it", "write each time once")
        before = [*before, (first, last)] if span[5] else []


def _parse_rules(text: str) -> opening_hours.OpeningHours:
    if not text.strip():
        raise HoursSyntaxError(1, "there are no hours", 'write "24/7", "off", or hours such as "Mo-Fr 08:00-18:00"')
    try:
        rules = opening_hours.OpeningHours(text, auto_country=False, auto_timezone=False)
        rules.is_open(_ANY_LOCAL_TIME)
    except ParserError as error:
        _refuse_impossible_times(text)
        raise HoursSyntaxError(_column(str(error)), "these are no opening hours", _advice(str(error))) from None
    return rules


def _refuse_impossible_times(text: str) -> None:
    """Named by themselves, for the parser says only where it stopped. It takes hours to 48:00, of the day after."""
    for time in _TIME.finditer(_COMMENT.sub(lambda comment: " " * len(comment.group()), text)):
        hour, minute = int(time[1]), int(time[2])
        if minute > 59 or hour * 60 + minute > 2 * _DAY:
            what = f"{time[0]} is no time of the day"
            raise HoursSyntaxError(time.start() + 1, what, "hours go from 00 to 24, minutes from 00 to 59")


def _column(message: str) -> int:
    found = re.search(r"--> 1:([0-9]+)", message)
    return int(found.group(1)) if found else 1


def _advice(message: str) -> str:
    _, _, expected = message.partition("= expected ")
    example = 'write OpenStreetMap opening hours, such as "Mo-Fr 08:00-18:00; Sa 09:00-12:00; PH off"'
    if "time" in expected:
        return f"times are hh:mm-hh:mm; {example}"
    return example
