"""The in-queue menu and callbacks of a queue."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final

from pydantic import Field

from ccserver.config.schema.section import Section
from ccserver.config.schema.sounds import SoundList
from ccserver.config.schema.types import Id, Lasting, Region

Often = Annotated[timedelta, Lasting(timedelta(seconds=5), timedelta(hours=1))]
OfferedAfter = Annotated[timedelta, Lasting(timedelta(seconds=1), timedelta(hours=2))]
RetryAfter = Annotated[timedelta, Lasting(timedelta(seconds=5), timedelta(hours=24))]
ExpiresAfter = Annotated[timedelta, Lasting(timedelta(minutes=1), timedelta(days=14))]
MOST_REGIONS: Final = 50


class InvitationSection(Section):
    """What a waiting caller is told of the keys, and when."""

    sounds: SoundList = Field(min_length=1, description="what is played, such as say: To be called back press 1.")
    first_after: Often = Field(timedelta(seconds=20), description="the first time after so long a wait")
    every: Often | None = Field(None, description="again every so often; if left out, only once")


class CallbackSection(Section):
    """What is promised to callers who want to be called back, and to whom."""

    offered_after: OfferedAfter | None = Field(None, description="only to whom has waited so long, such as 60 s")
    offered_from: int | None = Field(
        None, ge=2, le=10_000, description="also, or only, to whom stands at this position or behind it"
    )
    offered_wait: OfferedAfter | None = Field(
        None, description="also, or only, to whom has to expect such a wait, by the estimate"
    )
    attempts: int = Field(3, ge=1, le=20, description="so often the number is dialled")
    retry_after: RetryAfter = Field(timedelta(minutes=10), description="after an attempt that reached nobody")
    expires_after: ExpiresAfter = Field(timedelta(hours=8), description="so long after the promise it is given up")
    hours: Id | None = Field(None, description="the opening hours in which is called back; if left out, always")
    most: int = Field(100, ge=1, le=5000, description="promises open at once; who comes then is asked to wait")
    countries: list[Region] = Field(
        [], max_length=MOST_REGIONS, description="countries that are called; if left out, only default_region"
    )
