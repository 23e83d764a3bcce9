"""The words of the YAML: ids, durations, telephone numbers, sounds' names. Each says what is wrong and what would be right."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, partial
from typing import Annotated, Any, NoReturn
from zoneinfo import available_timezones

import phonenumbers
from pydantic import AfterValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from ccserver.config.expressions import LONGEST
from ccserver.config.problems import did_you_mean


def refuse(what: str, advice: str | Callable[[], str]) -> NoReturn:
    """Raise from a validator: `what` follows the name of the place, such as "is too short".

    Advice that takes time to find is given as a function: it is asked only for the problems that are shown.
    """
    raise PydanticCustomError("advice", "{what}", {"what": what, "advice": advice})


@dataclass(frozen=True)
class Matching:
    """Text that matches `pattern` as a whole."""

    pattern: str
    what: str
    advice: str

    def check(self, text: str) -> str:
        if not re.fullmatch(self.pattern, text):
            refuse(self.what, self.advice)
        return text

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), "pattern": f"^(?:{self.pattern})$"}


_UNITS = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
}
DURATION_PATTERN = r"(?:[0-9]{1,6} ?(?:ms|s|min|h))(?: [0-9]{1,6} ?(?:ms|s|min|h))*"
_DURATION_PART = re.compile(r"([0-9]{1,6}) ?(ms|s|min|h)")


@dataclass(frozen=True)
class Lasting:
    """A length of time within bounds, written `15 s`, `3 min`, `1 h`, `1 min 30 s`, `300 ms`, or a whole number of seconds."""

    at_least: timedelta
    at_most: timedelta

    def check(self, value: object) -> timedelta:
        length = duration(value)
        if not self.at_least <= length <= self.at_most:
            bounds = f"use {spoken(self.at_least)} to {spoken(self.at_most)}"
            refuse(f"is too {'short' if length < self.at_least else 'long'}", bounds)
        return length

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        text = {"type": "string", "pattern": f"^{DURATION_PATTERN}$"}
        return {"anyOf": [text, {"type": "integer", "minimum": 0}], "examples": ["15 s", "3 min", "1 h"]}


def duration(value: object) -> timedelta:
    """What a duration in the YAML means; refuses with advice."""
    advice = "write 15 s, 3 min, 1 h, or a whole number of seconds"
    if isinstance(value, bool) or not isinstance(value, int | str):
        refuse("must be a length of time", advice)
    if isinstance(value, int):
        if not 0 <= value < 10**6:
            refuse("is no length of time", advice)
        return timedelta(seconds=value)
    if len(value) > 40 or not re.fullmatch(DURATION_PATTERN, value):
        refuse("is no length of time", advice)
    return sum((int(count) * _UNITS[unit] for count, unit in _DURATION_PART.findall(value)), timedelta())


def spoken(length: timedelta) -> str:
    """A length of time as it is written in the YAML."""
    if length % _UNITS["s"]:
        return f"{length // _UNITS['ms']} ms"
    for unit in ("h", "min"):
        if length and not length % _UNITS[unit]:
            return f"{length // _UNITS[unit]} {unit}"
    return f"{length // _UNITS['s']} s"


E164_PATTERN = r"\+[1-9][0-9]{6,14}"


class _E164:
    """A number as the whole world writes it. The default region only serves the advice."""

    def check(self, text: str, info: ValidationInfo) -> str:
        if not re.fullmatch(E164_PATTERN, text):
            refuse("is not an E.164 number", partial(_e164_advice, text, (info.context or {}).get("region")))
        if not phonenumbers.is_possible_number(phonenumbers.parse(text)):
            refuse("is too short or too long for its country", "check the digits")
        return text

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), "pattern": f"^{E164_PATTERN}$", "examples": ["+448081570100"]}


def _e164_advice(text: str, region: object) -> str:
    usual = 'write plus, country code and number in quotes, such as "+448081570100"'
    if len(text) > 40:
        return usual
    try:
        number = phonenumbers.parse(text, region if isinstance(region, str) else None)
    except phonenumbers.NumberParseException:
        return usual
    if not phonenumbers.is_possible_number(number):
        return usual
    return f'did you mean "{phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)}"?'


def _checked_date(text: str) -> date:
    try:
        return date.fromisoformat(text if len(text) == len("2026-12-25") else "")
    except ValueError:
        refuse("is no date", "write year-month-day, such as 2026-12-25")


class _Date:
    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(_checked_date, core_schema.str_schema(strict=True))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "format": "date"}


ID_PATTERN = r"[a-z][a-z0-9_-]{0,39}"
Id = Annotated[
    str,
    Matching(ID_PATTERN, "is no name", "use a small letter, then at most 39 small letters, digits, _ or -"),
]


def _readable(text: str) -> str:
    if not text.strip() or len(text) > 80 or not text.isprintable():
        refuse("is empty, too long or has invisible characters", "use 1 to 80 characters")
    return text


def _short(text: str) -> str:
    if not text.strip() or len(text) > LONGEST:
        refuse("is empty or too long", f"use at most {LONGEST} characters, or several rules")
    return text


Expression = Annotated[str, AfterValidator(_short), Field(max_length=LONGEST)]
"""Text in CEL; whether it is an expression is checked where its place is known."""
Label = Annotated[str, AfterValidator(_readable)]
Phone = Annotated[str, _E164()]
Day = Annotated[date, _Date()]
Language = Annotated[
    str,
    Matching(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}", "is no language tag", "use a tag such as en, en-GB or zh-CN"),
]


def _known_region(text: str) -> str:
    if text not in phonenumbers.SUPPORTED_REGIONS:
        meant = {"UK": "GB"}.get(text.upper(), text.upper())
        usual = "use two capital letters, such as GB"
        refuse("is no country code", f"did you mean {meant!r}?" if meant in phonenumbers.SUPPORTED_REGIONS else usual)
    return text


def _known_zone(text: str) -> str:
    if text not in _time_zones():
        usual = "use a name such as Europe/London or Asia/Shanghai"
        refuse("is no time zone", lambda: did_you_mean(text, _time_zones(), usual))
    return text


@cache
def _time_zones() -> dict[str, None]:
    return dict.fromkeys(sorted(available_timezones()))


Region = Annotated[str, AfterValidator(_known_region)]
TimeZone = Annotated[str, AfterValidator(_known_zone)]
