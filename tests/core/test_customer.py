"""The card of a customer."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest
from tests.core.playbook import START

from ccserver.core.customer import CustomerCard, PastContact
from ccserver.core.ids import CustomerId

CARD = CustomerCard(CustomerId("7"), "Wang Xiaoming", "gold", 12000.0)


def test_a_card_cannot_be_changed_by_whoever_reads_it() -> None:
    """It goes to many readers."""
    with pytest.raises(FrozenInstanceError):
        CARD.name = "somebody else"  # type: ignore[misc]


def test_little_is_needed_for_a_card() -> None:
    """Numbers, language and earlier contacts may be unknown."""
    assert (CARD.numbers, CARD.language, CARD.last_contacts) == ((), "", ())


def test_equal_cards_are_one() -> None:
    """Contacts included: a card can be kept in a set."""
    contact = PastContact(START, "inbound", "support", "ann", "answered", "")
    with_contact = CustomerCard(CustomerId("7"), "W", "gold", 1.0, last_contacts=(contact,))
    assert len({with_contact, CustomerCard(CustomerId("7"), "W", "gold", 1.0, last_contacts=(contact,))}) == 1
