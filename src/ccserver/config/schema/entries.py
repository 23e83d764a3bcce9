"""Entry points and opening hours."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ccserver.config.schema.flows import MOST_ALSO, Priority, StoredText
from ccserver.config.schema.section import Section
from ccserver.config.schema.sounds import Exit
from ccserver.config.schema.types import Day, Id, Label, Language, Matching, Phone, TimeZone

HoursText = Annotated[
    str,
    Matching(
        r"[^\x00-\x1f\x7f]{0,400}",
        "is too long or has line breaks",
        'use OpenStreetMap opening hours, such as "Mo-Fr 08:00-18:00; PH off"',
    ),
]
HolidayCalendar = Annotated[
    str,
    Matching(
        r"[A-Z]{2}(-[A-Z0-9]{1,3})?", "is no country", "use a country such as GB, or a part of one such as GB-ENG"
    ),
]


class EntryPointSection(Section):
    """One number that is called. It leads to a flow or to a queue."""

    name: Label | None = Field(None, description="the name that people see; else the name of the section")
    dnis: Phone = Field(description='the number called, in quotes, such as "+448081570100"')
    flow: Id | None = Field(None, description="the flow that callers go through")
    queue: Id | None = Field(None, description="the queue that callers wait in")
    also: list[Id] = Field(
        [], max_length=MOST_ALSO, description="queues that callers wait in at the same time, at one place in line"
    )
    hours: Id | None = Field(None, description="the opening hours; if left out, always open")
    on_closed: Exit | None = Field(None, description="what happens outside the hours; else default_exit")
    priority: Priority = Field(0, description="added to the priority of the queue")
    tier: Id | None = Field(None, description="whoever calls this number is of this tier at least")
    language: Language | None = Field(None, description="the language of the sounds; else default_language")
    reason: StoredText = Field("", description="the reason of contact that goes with every call")
    record_calls: bool | None = Field(None, description="true records every call; else as the whole centre does")


class HoursSection(Section):
    """When it is open. `PH` in the text are the days of `holidays`; `closed_on` and `open_on` override everything."""

    open: HoursText = Field(description='OpenStreetMap opening hours, such as "Mo-Fr 08:00-18:00; PH off", or "off"')
    time_zone: TimeZone = Field(description="the time zone, such as Europe/London")
    holidays: HolidayCalendar | None = Field(
        None, description="public holidays of a country (GB) or a part of it (GB-ENG)"
    )
    working_weekends: bool = Field(
        False, description="weekends that the country works instead of a holiday are Fridays"
    )
    closed_on: list[Day] = Field([], max_length=1000, description="days on which it is closed, such as 2026-12-24")
    open_on: dict[Day, HoursText] = Field(
        {}, description='days with hours of their own, such as 2026-12-27: "10:00-14:00"'
    )
