"""The demo's invented contacts: what they look like, that they are marked, and that they come only once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.app.test_accounts import folder, small, url

from ccserver.adapters.db.customers import SqlCustomerDirectory
from ccserver.adapters.db.database import Database
from ccserver.adapters.db.history import SqlHistory
from ccserver.app.accounts import furnish_demo
from ccserver.app.demo_past import MARK, past_of
from ccserver.config import Configuration
from ccserver.core.customer import CustomerCard
from ccserver.core.ids import CustomerId
from ccserver.core.records import InteractionRecord
from ccserver.services.office import HistoryFilter

__all__ = ["folder", "small", "url"]
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
CARD = CustomerCard(CustomerId("c-1"), "Grace Hopper", "gold", 1.0, ("+442079460001",))
PAST = [record for place in range(200) for record in past_of(place, CARD, NOW)]


async def contacts(url: str) -> list[InteractionRecord]:
    database = Database(url)
    found = await SqlHistory(database).page(HistoryFilter(), None, 500)
    await database.close()
    return list(found)


def test_two_customers_of_three_have_a_past() -> None:
    """Up to three contacts; some customers are new, as in life."""
    counts = [len(list(past_of(place, CARD, NOW))) for place in range(200)]
    assert (sorted(set(counts)), sum(count > 0 for count in counts)) == ([0, 1, 2, 3], 134)


def test_no_figure_of_today_counts_them() -> None:
    """The youngest is more than a day old."""
    assert max(record.ended_at for record in PAST) < NOW - timedelta(days=1)


def test_all_are_marked() -> None:
    """By id and by cause."""
    assert {(record.id.partition("-")[0], record.end_cause) for record in PAST} == {(MARK, MARK)}


@pytest.mark.parametrize("record", PAST[:16], ids=lambda record: str(record.id))
def test_segments_add_up(record: InteractionRecord) -> None:
    """As those of real calls do."""
    assert sum((segment.length for segment in record.segments), timedelta()) == record.length


async def test_the_card_of_a_demo_customer_has_contacts(url: str, small: Configuration, folder: Path) -> None:
    """At the first call already."""
    await furnish_demo(url, small, folder)
    database = Database(url)
    card = await SqlCustomerDirectory(database).find("+442079460001")
    await database.close()
    assert card is not None
    assert [contact.disposition for contact in card.last_contacts] != []


async def test_a_second_start_adds_none(url: str, small: Configuration, folder: Path) -> None:
    """The first start's stay as they are."""
    await furnish_demo(url, small, folder)
    before = await contacts(url)
    await furnish_demo(url, small, folder)
    assert (len(before) > 0, await contacts(url)) == (True, before)


async def test_outside_the_demo_nothing_is_invented(url: str, small: Configuration, folder: Path) -> None:
    """A real history begins empty."""
    await furnish_demo(url, replace(small, site=replace(small.site, is_demo=False)), folder)
    assert await contacts(url) == []
