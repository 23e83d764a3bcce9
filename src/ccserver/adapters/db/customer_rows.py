"""Customers as rows and back, and how they are written: used by the book and by the import."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ccserver.adapters.db.tables import customer_numbers, customers
from ccserver.core.ids import CustomerId
from ccserver.services.office import Customer, CustomerDraft

Row = dict[str, Any]


def draft_row(draft: CustomerDraft) -> Row:
    """Everything but the numbers. No external id is NULL: only then may several customers have none."""
    return {
        "name": draft.name,
        "tier": draft.tier,
        "value": draft.value,
        "language": draft.language,
        "notes": draft.notes,
        "external_id": draft.external_id or None,
        "account_manager": draft.account_manager,
    }


def number_rows(customer: str, numbers: Iterable[str]) -> list[Row]:
    return [
        {"customer": customer, "number": number, "position": position}
        for position, number in enumerate(dict.fromkeys(numbers))
    ]


def to_customer(row: Mapping[Any, Any], numbers: Iterable[str]) -> Customer:
    return Customer(
        CustomerId(row["id"]),
        row["name"],
        tuple(numbers),
        row["tier"],
        row["value"],
        row["language"],
        row["external_id"] or "",
        row["notes"],
        row["created_at"],
        row["updated_at"],
        row["account_manager"],
    )


async def read_customers(connection: AsyncConnection, ids: Collection[str]) -> list[Customer]:
    """Those of these ids that are there, in the order of their ids."""
    rows = (await connection.execute(select(customers).where(customers.c.id.in_(ids)).order_by(customers.c.id))).all()
    numbers = await numbers_of(connection, [row.id for row in rows])
    return [to_customer(row._mapping, numbers[row.id]) for row in rows]


async def numbers_of(connection: AsyncConnection, ids: Collection[str]) -> Mapping[str, list[str]]:
    """Their numbers, the main one first; an empty list for a customer without any."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    query = (
        select(customer_numbers.c.customer, customer_numbers.c.number)
        .where(customer_numbers.c.customer.in_(ids))
        .order_by(customer_numbers.c.customer, customer_numbers.c.position)
    )
    for customer, number in (await connection.execute(query)).all():
        found[customer].append(number)
    return found


async def add_rows(connection: AsyncConnection, drafts: Sequence[tuple[str, CustomerDraft]], now: datetime) -> None:
    """New customers under these ids."""
    if not drafts:
        return
    rows = [{"id": key, **draft_row(draft), "created_at": now, "updated_at": now} for key, draft in drafts]
    await connection.execute(insert(customers), rows)
    await write_numbers(connection, {key: draft.numbers for key, draft in drafts})


async def write_numbers(connection: AsyncConnection, numbers: Mapping[str, Sequence[str]]) -> None:
    """These are now all numbers of these customers. All old ones go first, as numbers may move between them."""
    await connection.execute(delete(customer_numbers).where(customer_numbers.c.customer.in_(list(numbers))))
    rows = [row for customer, own in numbers.items() for row in number_rows(customer, own)]
    if rows:
        await connection.execute(insert(customer_numbers), rows)
