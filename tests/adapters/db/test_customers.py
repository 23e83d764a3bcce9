"""The customer book and the look-up of callers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.adapters.db.clock import StandingClock
from tests.adapters.db.records import NOON, record

from ccserver.adapters.db.customers import SqlCustomerDirectory, SqlCustomers
from ccserver.adapters.db.database import BREAKER, Database
from ccserver.adapters.db.history import SqlHistory
from ccserver.adapters.db.migrating import upgrade
from ccserver.core.errors import PortUnavailable, Refused
from ccserver.core.ids import CustomerId
from ccserver.services.office import CustomerDraft, NumberTaken

ONE, TWO, THREE = "+442079460001", "+442079460002", "+442079460003"


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
async def book(database: Database, clock: StandingClock) -> SqlCustomers:
    return SqlCustomers(database, clock, region="GB")


async def test_a_customer_comes_back_as_it_was_added(book: SqlCustomers) -> None:
    """Every field; the order of the numbers too."""
    draft = CustomerDraft("Zoë 王", (TWO, ONE), "gold", 12.5, "zh-CN", "x-1", "notes\nof two lines", "ann")
    added = await book.add(draft)
    assert await book.get(added.id) == added
    assert [getattr(added, name) for name in ("name", "numbers", "tier", "value", "language", "external_id", "notes")] == [
        "Zoë 王", (TWO, ONE), "gold", 12.5, "zh-CN", "x-1", "notes\nof two lines",
    ]  # fmt: skip
    assert (added.created_at, added.updated_at, added.account_manager) == (NOON, NOON, "ann")


async def test_numbers_are_made_e164(book: SqlCustomers) -> None:
    """As people write them, with the region of the house; the same number twice is one."""
    added = await book.add(CustomerDraft("n", ("020 7946 0001", "+44 (0)20 7946 0001", "+8613800138000")))
    assert added.numbers == (ONE, "+8613800138000")


async def test_what_is_no_number_is_refused(book: SqlCustomers) -> None:
    """The message repeats what was written."""
    with pytest.raises(Refused, match='"12" is not a whole telephone number'):
        await book.add(CustomerDraft("n", ("12",)))
    assert await book.page("", None, 10) == []


async def test_a_number_belongs_to_one_customer(book: SqlCustomers) -> None:
    """The error names the number, and nothing was added."""
    await book.add(CustomerDraft("a", (ONE,)))
    with pytest.raises(NumberTaken) as taken:
        await book.add(CustomerDraft("b", (TWO, ONE)))
    assert (taken.value.number, [each.name for each in await book.page("", None, 10)]) == (ONE, ["a"])


async def test_an_external_id_belongs_to_one_customer(book: SqlCustomers) -> None:
    """Without one there may be many."""
    for name in ("a", "b"):
        await book.add(CustomerDraft(name))
    await book.add(CustomerDraft("c", external_id="x"))
    with pytest.raises(Refused, match="external_id_taken"):
        await book.add(CustomerDraft("d", external_id="x"))


async def test_a_change_sets_only_what_it_names(book: SqlCustomers, clock: StandingClock) -> None:
    """The rest stays; the instant of the change is kept."""
    added = await book.add(CustomerDraft("a", (ONE, TWO), "gold", 1.0))
    clock.move(timedelta(minutes=1))
    changed = await book.change(added.id, {"numbers": (THREE, ONE), "value": 7.0})
    assert changed is not None
    assert (changed.name, changed.tier, changed.value, changed.numbers) == ("a", "gold", 7.0, (THREE, ONE))
    assert (changed.created_at, changed.updated_at) == (NOON, NOON + timedelta(minutes=1))


async def test_a_change_is_all_or_nothing(book: SqlCustomers) -> None:
    """A number that is taken leaves the name as it was."""
    await book.add(CustomerDraft("a", (ONE,)))
    other = await book.add(CustomerDraft("b", (TWO,)))
    with pytest.raises(NumberTaken):
        await book.change(other.id, {"name": "new", "numbers": (ONE,)})
    assert await book.get(other.id) == other


async def test_a_field_that_is_none_is_refused(book: SqlCustomers) -> None:
    """Only fields of a draft can be set."""
    added = await book.add(CustomerDraft("a"))
    with pytest.raises(Refused, match="unknown_field: id"):
        await book.change(added.id, {"id": "other"})


async def test_a_customer_that_is_not_there_is_none(book: SqlCustomers) -> None:
    """Reading and changing."""
    nobody = CustomerId("nobody")
    assert (await book.get(nobody), await book.change(nobody, {"name": "x", "numbers": (ONE,)})) == (None, None)


async def test_pages_follow_one_another(book: SqlCustomers, clock: StandingClock) -> None:
    """In the order in which they were added, none twice and none left out."""
    for serial in range(5):
        clock.move(timedelta(seconds=1))
        await book.add(CustomerDraft(f"n{serial}"))
    seen: list[str] = []
    after: CustomerId | None = None
    while page := await book.page("", after, 2):
        seen += [each.name for each in page]
        after = page[-1].id
    assert seen == ["n0", "n1", "n2", "n3", "n4"]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("élo", {"Élodie 100%"}),
        ("ÉLODIE", {"Élodie 100%"}),
        ("100%", {"Élodie 100%"}),
        ("_", set()),
        ("%", {"Élodie 100%"}),
        ("王", {"王小明"}),
        ("7946 0001", {"Élodie 100%"}),
        ("(020) 7946", {"Élodie 100%", "王小明"}),
        (ONE, {"Élodie 100%"}),
        ("' OR 1=1 --", set()),
        ("", {"Élodie 100%", "王小明"}),
    ],
)
async def test_search(book: SqlCustomers, search: str, found: set[str]) -> None:
    """A part of the name in any case, or of a number in any spelling; no sign has a special meaning."""
    await book.add(CustomerDraft("Élodie 100%", (ONE,)))
    await book.add(CustomerDraft("王小明", (TWO,)))
    assert {each.name for each in await book.page(search, None, 10)} == found


# -- the caller ---------------------------------------------------------------------------------------------------------


async def test_a_caller_is_found_by_any_number(book: SqlCustomers, database: Database) -> None:
    """The card has what the screen and the router need."""
    added = await book.add(CustomerDraft("a", (ONE, TWO), "gold", 9.0, "en"))
    card = await SqlCustomerDirectory(database).find(TWO)
    assert card is not None
    assert (card.id, card.name, card.tier, card.value, card.numbers, card.language, card.last_contacts) == (
        added.id, "a", "gold", 9.0, (ONE, TWO), "en", (),
    )  # fmt: skip


async def test_an_unknown_number_is_nobody(database: Database) -> None:
    """None, not an error."""
    assert await SqlCustomerDirectory(database).find(THREE) is None


async def test_the_card_has_the_last_five_contacts(book: SqlCustomers, database: Database) -> None:
    """Newest first."""
    added = await book.add(CustomerDraft("a", (ONE,)))
    await SqlHistory(database).store([record(n, customer=added.id, notes=str(n)) for n in range(1, 8)])
    card = await SqlCustomerDirectory(database).find(ONE)
    assert card is not None
    assert [contact.notes for contact in card.last_contacts] == ["7", "6", "5", "4", "3"]


@pytest.fixture
async def removable(tmp_path: Path) -> AsyncIterator[tuple[Database, Path]]:
    """A database that can be taken away: its folder is renamed, so that new connections fail."""
    folder = tmp_path / "db"
    folder.mkdir()
    url = f"sqlite:///{folder}/crm.db"
    await upgrade(url)
    database = Database(url)
    yield database, folder
    await database.close()


async def _take_away(database: Database, folder: Path) -> None:
    await database.close()
    folder.rename(folder.with_name("away"))


async def test_while_the_database_is_away_the_last_answer_is_given(
    removable: tuple[Database, Path], clock: StandingClock
) -> None:
    """Known callers stay known, nobody stays nobody, and never asked is not known."""
    database, folder = removable
    await SqlCustomers(database, clock).add(CustomerDraft("a", (ONE,)))
    directory = SqlCustomerDirectory(database)
    fresh = [await directory.find(ONE), await directory.find(TWO)]
    await _take_away(database, folder)
    assert [await directory.find(ONE), await directory.find(TWO)] == fresh
    with pytest.raises(PortUnavailable):
        await directory.find(THREE)
    assert directory.from_cache_count == 2


async def test_the_cache_is_bounded(removable: tuple[Database, Path]) -> None:
    """What was asked for longest ago goes first."""
    database, folder = removable
    directory = SqlCustomerDirectory(database, most_in_cache=2)
    for number in (ONE, TWO, ONE, THREE):
        await directory.find(number)
    await _take_away(database, folder)
    assert (await directory.find(ONE), await directory.find(THREE)) == (None, None)
    with pytest.raises(PortUnavailable):
        await directory.find(TWO)


def test_the_breaker_is_short() -> None:
    """A caller's card waits at most this long for a database that has come back."""
    assert timedelta(seconds=1) >= BREAKER


async def test_the_card_names_the_account_manager(book: SqlCustomers, database: Database) -> None:
    """A queue may prefer that agent; it is changed as every field is."""
    added = await book.add(CustomerDraft("Grace", (ONE,)))
    await book.change(added.id, {"account_manager": "bob"})
    card = await SqlCustomerDirectory(database).find(ONE)
    assert card is not None
    assert card.account_manager == "bob"
