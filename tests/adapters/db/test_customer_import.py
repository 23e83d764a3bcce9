"""Importing customers into the database: recognised, changed, rejected, repeated."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select
from tests.adapters.db.clock import StandingClock

from ccserver.adapters.db.customers import SqlCustomers
from ccserver.adapters.db.database import Database
from ccserver.adapters.db.tables import customers
from ccserver.services.imports import import_customers
from ccserver.services.office import CustomerDraft

ONE, TWO, THREE = "+442079460001", "+442079460002", "+442079460003"
Outcomes = list[tuple[str, str]]


@pytest.fixture
async def book(database: Database) -> SqlCustomers:
    return SqlCustomers(database, StandingClock(), region="GB")


async def _chunk(book: SqlCustomers, *drafts: CustomerDraft) -> Outcomes:
    return [(result.outcome.value, result.reason) for result in await book.import_chunk(drafts)]


async def _names(book: SqlCustomers) -> dict[str, tuple[str, ...]]:
    return {each.name: each.numbers for each in await book.page("", None, 100)}


async def test_new_customers_are_added(book: SqlCustomers) -> None:
    """With all their numbers, in order."""
    assert (
        await _chunk(book, CustomerDraft("a", (TWO, ONE)), CustomerDraft("b", (), external_id="x"))
        == [("added", "")] * 2
    )
    assert await _names(book) == {"a": (TWO, ONE), "b": ()}


async def test_the_same_again_changes_nothing(book: SqlCustomers) -> None:
    """Neither rows nor instants."""
    drafts = [CustomerDraft("a", (ONE,)), CustomerDraft("b", (TWO,), "gold", 2.5, "en", "x")]
    await _chunk(book, *drafts)
    before = await book.page("", None, 10)
    assert await _chunk(book, *drafts) == [("unchanged", "")] * 2
    assert await book.page("", None, 10) == before


async def test_an_external_id_is_recognised(book: SqlCustomers) -> None:
    """Name and numbers may all be new."""
    await _chunk(book, CustomerDraft("a", (ONE, TWO), external_id="x"))
    assert await _chunk(book, CustomerDraft("b", (THREE,), external_id="x")) == [("changed", "")]
    assert await _names(book) == {"b": (THREE,)}


async def test_a_number_is_recognised(book: SqlCustomers) -> None:
    """Without an external id, and an external id is learnt."""
    await _chunk(book, CustomerDraft("a", (ONE,)))
    assert await _chunk(book, CustomerDraft("b", (ONE, TWO), external_id="x")) == [("changed", "")]
    assert await _chunk(book, CustomerDraft("c", (), external_id="x")) == [("changed", "")]
    assert await _names(book) == {"c": ()}


async def test_a_number_of_somebody_else_is_rejected(book: SqlCustomers) -> None:
    """A row never takes a number away."""
    await _chunk(book, CustomerDraft("a", (ONE,), external_id="x"), CustomerDraft("b", (TWO,)))
    assert await _chunk(
        book, CustomerDraft("c", (ONE,), external_id="y"), CustomerDraft("d", (ONE, TWO)), CustomerDraft("e", (THREE,))
    ) == [
        ("rejected", f"{ONE} belongs to another customer"),
        ("rejected", f"{TWO} belongs to another customer"),
        ("added", ""),
    ]
    assert await _names(book) == {"a": (ONE,), "b": (TWO,), "e": (THREE,)}


async def test_rows_of_one_chunk_see_one_another(book: SqlCustomers) -> None:
    """The later row of the same customer wins; a number that one gives up another may take."""
    await _chunk(book, CustomerDraft("a", (ONE,), external_id="x"))
    assert await _chunk(
        book,
        CustomerDraft("a", (TWO,), external_id="x"),
        CustomerDraft("b", (ONE,), external_id="y"),
        CustomerDraft("b2", (ONE,), external_id="y"),
        CustomerDraft("c", (TWO,), external_id="z"),
    ) == [("changed", ""), ("added", ""), ("changed", ""), ("rejected", f"{TWO} belongs to another customer")]
    assert await _names(book) == {"a": (TWO,), "b2": (ONE,)}


async def test_two_customers_may_swap_their_numbers_in_steps(book: SqlCustomers) -> None:
    """Rows are taken in order: first one lets go."""
    await _chunk(book, CustomerDraft("a", (ONE,), external_id="x"), CustomerDraft("b", (TWO,), external_id="y"))
    outcomes = await _chunk(
        book,
        CustomerDraft("a", (), external_id="x"),
        CustomerDraft("b", (ONE,), external_id="y"),
        CustomerDraft("a", (TWO,), external_id="x"),
    )
    assert outcomes == [("changed", "")] * 3
    assert await _names(book) == {"a": (TWO,), "b": (ONE,)}


@pytest.mark.parametrize(
    ("header", "cells", "fields"),
    [
        ("name,numbers", "", ("gold", 12.5, "en", "x", "likes tea")),
        ("name,numbers,tier", ",", ("", 12.5, "en", "x", "likes tea")),
        ("name,numbers,tier", ",silver", ("silver", 12.5, "en", "x", "likes tea")),
        ("name,numbers,value,language,notes", ",,,", ("gold", 0.0, "", "x", "")),
        ("name,numbers,external_id", ",", ("gold", 12.5, "en", "x", "likes tea")),
    ],
)
async def test_only_what_the_file_has_a_column_for_is_changed(
    book: SqlCustomers, tmp_path: Path, header: str, cells: str, fields: tuple[object, ...]
) -> None:
    """What it lacks is kept, also what agents wrote; an empty cell clears; an external id is never taken away."""
    added = await book.add(CustomerDraft("a", (ONE,), "gold", 12.5, "en", "x", "likes tea"))
    path = tmp_path / "customers.csv"
    path.write_text(f"{header}\nb,{ONE}{cells}\n")
    await import_customers(path, book, "GB")
    found = await book.get(added.id)
    assert found is not None
    assert found.name == "b"
    assert (found.tier, found.value, found.language, found.external_id, found.notes) == fields


async def test_a_large_file_is_imported_and_repeated(book: SqlCustomers, database: Database, tmp_path: Path) -> None:
    """Accepted and rejected add up to the rows; a second run adds nobody."""
    path = tmp_path / "customers.csv"
    rows = [f"Name {n},0{2079460000 + n % 1000} {'' if n < 1000 else 'x'},silver,{n},en,id-{n}\n" for n in range(1200)]
    path.write_text("name,numbers,tier,value,language,external_id\n" + "".join(rows))
    first = await import_customers(path, book, "GB")
    second = await import_customers(path, book, "GB")
    count = await database.read(lambda connection: connection.scalar(select(func.count()).select_from(customers)))
    assert Counter({each.value: n for each, n in first.counts.items() if n}) == {"added": 1000, "rejected": 200}
    assert Counter({each.value: n for each, n in second.counts.items() if n}) == {"unchanged": 1000, "rejected": 200}
    assert count == 1000
