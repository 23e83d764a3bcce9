"""Tiers of customers: what is promised to each, and what it costs to lose one of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Final

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from ccserver.config.schema.queues import MaxWait, MusicClass
from ccserver.config.schema.section import Section
from ccserver.config.schema.sounds import SoundList
from ccserver.config.schema.types import DURATION_PATTERN, Label, Language, Lasting, duration, refuse, spoken

MOST_TIERS: Final = 20
LONGEST_TARGET: Final = timedelta(hours=1)
_PROMISE = rf"([0-9]{{1,3}}(?:\.[0-9])?) ?% (?:with)?in ({DURATION_PATTERN})"
_ADVICE = "write a share and a length of time, such as 95 % within 15 s"


@dataclass(frozen=True, slots=True)
class Promise:
    """This share of the contacts, 0 to 1, is to be answered within this time."""

    goal: float
    target: timedelta


class _Promised:
    """`95 % within 15 s`, or shorter `95% in 15s`."""

    def check(self, value: object) -> Promise:
        found = re.fullmatch(_PROMISE, value) if isinstance(value, str) and len(value) <= 60 else None
        if found is None:
            refuse("is no answer target", _ADVICE)
        goal, target = float(found[1]) / 100, duration(found[2])
        if not 0.01 <= goal <= 0.999:
            refuse("promises too little or too much", "use 1 % to 99.9 %: nobody can answer every call in time")
        if not timedelta(seconds=1) <= target <= LONGEST_TARGET:
            refuse("has a time that is too short or too long", f"use 1 s to {spoken(LONGEST_TARGET)}")
        return Promise(goal, target)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^{_PROMISE}$", "examples": ["95 % within 15 s", "80 % within 1 min"]}


Worth = Annotated[float, Field(ge=0, le=1e15)]


class TierSection(Section):
    """One tier. The highest is written first, the last one is everybody else's."""

    name: Label | None = Field(None, description="the name that people see; else the name of the section")
    value: Annotated[float, Field(ge=0.001, le=1_000_000)] = Field(
        description="what the loss of one contact costs, measured against the other tiers, such as 10"
    )
    answer: Annotated[Promise, _Promised()] = Field(description="what is promised, such as 95 % within 15 s")
    wait_limit: Annotated[timedelta, Lasting(timedelta(seconds=1), timedelta(hours=12))] | None = Field(
        None, description="nobody waits longer while an agent who could answer is kept free; else 7 min"
    )
    max_wait: MaxWait | None = Field(None, description="in place of the queue's max_wait")
    music: MusicClass | None = Field(None, description="in place of the queue's music")
    language: Language | None = Field(None, description="in place of the entry point's language")
    greeting: SoundList = Field([], description="what is heard on joining a queue")
    from_value: Worth | None = Field(None, description="customers worth so much or more are of this tier at least")
