"""The enquiry: a caller in line who wants to be called back is asked under which number. Its machine, and what is known so far.

It belongs to the place in line and goes with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ccserver.core.fsm import IGNORE, Table


class EnquiryState(StrEnum):
    CONFIRMING = "confirming"
    """The number was said: 1 is right, 2 is another one."""
    ENTERING = "entering"
    """The caller keys in a number, ended by #."""


class EnquiryEvent(StrEnum):
    ANOTHER = "another"
    ENTERED = "entered"


ENQUIRY: Table[EnquiryState] = {
    EnquiryState.CONFIRMING: {EnquiryEvent.ANOTHER: EnquiryState.ENTERING, EnquiryEvent.ENTERED: IGNORE},
    EnquiryState.ENTERING: {EnquiryEvent.ANOTHER: IGNORE, EnquiryEvent.ENTERED: EnquiryState.CONFIRMING},
}


@dataclass(slots=True)
class Enquiry:
    state: EnquiryState
    number: str = ""
    """E.164, checked; empty while there is none."""
    digits: str = ""
    """Keyed in so far."""
    misses: int = 0
    """How often nothing, or nothing of use, was keyed in."""
