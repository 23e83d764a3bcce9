"""Which numbers may be called back: a caller chooses the number, and the centre pays for the call.

Numbers are read as in the centre's country. Premium and shared-cost numbers are refused everywhere, and so are countries that
the administrator has not named, for calls to dear destinations are what fraud by call-back lives of (IRSF).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from ccserver.services.numbers import NotANumber, to_e164

REFUSED: Final = frozenset(
    {
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.UAN,
        PhoneNumberType.VOICEMAIL,
        PhoneNumberType.PAGER,
        PhoneNumberType.PERSONAL_NUMBER,
    }
)
LONGEST: Final = 20


@dataclass(frozen=True, slots=True)
class CountryNumbers:
    """`region` reads numbers without a country code; calls go to `countries` only (ISO 3166)."""

    region: str
    countries: tuple[str, ...]

    def callable(self, number: str) -> str | None:
        """In E.164; None for what is no whole number, is dear, or lies elsewhere."""
        if not 0 < len(number) <= LONGEST:
            return None
        try:
            written = to_e164(number, self.region)
        except NotANumber:
            return None
        parsed = phonenumbers.parse(written)
        regions = phonenumbers.region_codes_for_country_code(parsed.country_code or 0)
        is_allowed = any(region in self.countries for region in _region_of(parsed, regions))
        return written if is_allowed and phonenumbers.number_type(parsed) not in REFUSED else None

    def spoken(self, number: str) -> str:
        """As written in its own country when that is ours, else with the digits that lead abroad."""
        parsed = phonenumbers.parse(number)
        at_home = parsed.country_code == phonenumbers.country_code_for_region(self.region)
        form = PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL
        return "".join(sign for sign in phonenumbers.format_number(parsed, form) if sign.isdecimal())

    def written(self) -> str:
        """For the event log."""
        return " ".join((self.region, *self.countries))


def read_numbers(text: str) -> CountryNumbers:
    """The inverse of `written`. Raises ValueError."""
    region, *countries = text.split()
    return CountryNumbers(region, tuple(countries))


def _region_of(parsed: phonenumbers.PhoneNumber, regions: tuple[str, ...]) -> tuple[str, ...]:
    """The one country; several share +1 or +7, and where the tables do not know which it is, all of them."""
    known = phonenumbers.region_code_for_number(parsed)
    return (known,) if known is not None else regions
