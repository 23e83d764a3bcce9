"""The kinds of values a request may hold. Everything that comes in is one of these; nothing is a bare string."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
)

from ccserver.services.numbers import NotANumber, to_e164

# Characters that reorder or hide text: bidi overrides and isolates, zero-width space and no-break space, line separators.
_INVISIBLE = re.compile("[\u200b\u2028-\u202e\u2060\u2066-\u2069\ufeff]")


def _number(text: str, info: ValidationInfo) -> str:
    region = info.context.get("region") if isinstance(info.context, dict) else None
    try:
        return to_e164(text, region)
    except NotANumber as error:  # its message repeats the number, which may be a card's; a problem document must not
        raise ValueError(f"this {error.why}") from None


def _without_invisible(text: str) -> str:
    return _INVISIBLE.sub("", text)


def _written_out(value: object) -> object:
    """pydantic takes numbers for seconds since 1970; an instant here is a date with a time."""
    if isinstance(value, str) and "T" not in value.upper():
        raise ValueError("write the instant like 2026-11-21T10:00:00Z")
    return value


def _to_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("this instant is outside of all calendars") from None


Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:+-]{0,127}$")]
"""An id of ours: of an agent, a queue, an interaction, a customer."""

Line = Annotated[
    str,
    StringConstraints(max_length=200, pattern=r"^[^\x00-\x1F\x7F-\x9F]*$", strip_whitespace=True),
    AfterValidator(_without_invisible),
]
"""One line of text without control characters."""

Text = Annotated[
    str,
    StringConstraints(max_length=10_000, pattern=r"^[^\x00-\x08\x0B\x0C\x0E-\x1F\x7F]*$"),
    AfterValidator(_without_invisible),
]
"""Several lines of text; of the control characters only tab and line ends."""

PhoneNumber = Annotated[
    str,
    StringConstraints(max_length=40, pattern=r"^ *\+?[0-9(][0-9 ()./-]{2,38}$"),
    AfterValidator(_number),
    Field(examples=["+442079460000"]),
]
"""A telephone number as people write it; inside it is E.164."""

Reference = Annotated[
    str,
    StringConstraints(pattern=r"^(?:https?://[!#-;=?-\[\]_a-z~%]{1,1900}|[A-Za-z0-9][A-Za-z0-9._/+#-]{0,199})$"),
    Field(examples=["https://crm.example/orders/4711", "order-4711"]),
]
"""An address on the web, or an id that another program gave; nothing that a browser would run."""

Instant = Annotated[
    AwareDatetime, BeforeValidator(_written_out), AfterValidator(_to_utc), Field(examples=["2026-11-21T10:00:00Z"])
]


class Request(BaseModel):
    """Base of everything a client sends: unknown fields are mistakes, and are told."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class PageQuery(Request):
    """One page of a list."""

    after: Annotated[str, StringConstraints(max_length=400)] | None = None
    """`next` of the page before."""
    limit: Annotated[int, Field(ge=1, le=200)] = 50
