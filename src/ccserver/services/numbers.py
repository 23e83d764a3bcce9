"""Telephone numbers as people and files write them, made E.164."""

from __future__ import annotations

import re
from typing import Final

import phonenumbers

_E164: Final = re.compile(r"\+[1-9]\d{6,14}")


class NotANumber(ValueError):
    """What was written is no telephone number. The message names it; `why` does not, as it may be a card's number."""

    def __init__(self, text: str, why: str) -> None:
        super().__init__(f'"{text}" {why}')
        self.why = why


def to_e164(text: str, region: str | None) -> str:
    """The number with plus and country code. `region` (ISO 3166) reads numbers without a plus; None: a plus is needed.

    The length must be possible in its country; that the number is assigned is not asked, as the tables of the library
    are older than the newest ranges and leave out those reserved for fiction and tests. Raises NotANumber in words for
    the person who wrote the number.
    """
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        if region is None and not text.lstrip().startswith("+"):
            raise NotANumber(text, "has no plus and country code: write it like +442079460000") from None
        raise NotANumber(text, "is not a telephone number") from None
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    whole = phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE
    if number.extension or not whole or not _E164.fullmatch(written):  # not whole: without its area code, too
        raise NotANumber(text, "is not a whole telephone number of its country")
    return written
