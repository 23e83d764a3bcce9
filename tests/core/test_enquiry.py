"""The enquiry for a number: its table."""

from __future__ import annotations

from tests.core.tables import check_every_pair, reached

from ccserver.core.enquiry import ENQUIRY, EnquiryEvent, EnquiryState


def test_every_state_has_a_row_and_can_be_reached() -> None:
    """From the first question, whichever it is."""
    assert set(ENQUIRY) == set(EnquiryState)
    for start in EnquiryState:
        assert reached(ENQUIRY, start) == set(EnquiryState)


def test_every_pair_is_a_row_or_raises() -> None:
    """Nothing in between."""
    check_every_pair(ENQUIRY, EnquiryEvent)
