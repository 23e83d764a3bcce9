"""The customer book in SQL, and the look-up of callers."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, Final

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from ccserver.adapters.db.customer_import import ImportChunk
from ccserver.adapters.db.customer_rows import add_rows, read_customers, write_numbers
from ccserver.adapters.db.database import Database
from ccserver.adapters.db.history import last_contacts
from ccserver.adapters.db.new_id import new_id
from ccserver.adapters.db.tables import customer_numbers, customers
from ccserver.core.customer import CustomerCard
from ccserver.core.errors import PortUnavailable, Refused
from ccserver.core.ids import CustomerId
from ccserver.services.imports import RowResult
from ccserver.services.numbers import to_e164
from ccserver.services.office import Customer, CustomerDraft, NumberTaken
from ccserver.services.ports import Clock

MOST_IN_CACHE: Final = 10_000
MOST_IN_A_PAGE: Final = 500
_FIELDS: Final = frozenset(each.name for each in fields(CustomerDraft))


class SqlCustomerDirectory:
    """The port `CustomerDirectory`.

    Each answer, "nobody" included, is kept in a cache of the `MOST_IN_CACHE` numbers asked for last. It is read only
    while the database is away: an old card is better for the caller than none, and a fresh one better than an old one.
    """

    def __init__(self, database: Database, most_in_cache: int = MOST_IN_CACHE) -> None:
        self._database = database
        self._most_in_cache = most_in_cache
        self._cache: OrderedDict[str, CustomerCard | None] = OrderedDict()
        self.from_cache_count = 0

    async def find(self, number: str) -> CustomerCard | None:
        """The card with the last five contacts. Raises PortUnavailable when the database is away and the number is not
        in the cache."""
        try:
            card = await self._database.read(lambda connection: _find(connection, number))
        except PortUnavailable:
            if number not in self._cache:
                raise
            self.from_cache_count += 1
            return self._cache[number]
        self._cache[number] = card
        self._cache.move_to_end(number)
        if len(self._cache) > self._most_in_cache:
            self._cache.popitem(last=False)
        return card


class SqlCustomers:
    """The port `Customers`, and the target of imports. `region` reads numbers that come without a plus."""

    def __init__(self, database: Database, clock: Clock, region: str | None = None) -> None:
        self._database = database
        self._clock = clock
        self._region = region

    async def page(self, search: str, after: CustomerId | None, limit: int) -> Sequence[Customer]:
        """At most `limit` (and never more than 500) customers behind `after`, in the order of their ids."""
        query = select(customers.c.id).order_by(customers.c.id).limit(min(limit, MOST_IN_A_PAGE))
        if after is not None:
            query = query.where(customers.c.id > after)
        if search.strip():
            query = query.where(_matches(search.strip()))

        async def work(connection: AsyncConnection) -> Sequence[Customer]:
            return await read_customers(connection, (await connection.execute(query)).scalars().all())

        return await self._database.read(work)

    async def get(self, customer: CustomerId) -> Customer | None:
        found = await self._database.read(lambda connection: read_customers(connection, [customer]))
        return found[0] if found else None

    async def add(self, draft: CustomerDraft) -> Customer:
        """Raises NumberTaken, and Refused for a number that is none or an external id that another has."""
        key, now = new_id(self._clock.now()), self._clock.now()
        checked = CustomerDraft(**self._checked({name: getattr(draft, name) for name in _FIELDS}))

        async def work(connection: AsyncConnection) -> Customer:
            await add_rows(connection, [(key, checked)], now)
            return (await read_customers(connection, [key]))[0]

        try:
            return await self._database.write(work)
        except IntegrityError:
            raise await self._conflict(key, checked.numbers) from None

    async def change(self, customer: CustomerId, changes: Mapping[str, object]) -> Customer | None:
        """Set the named fields of CustomerDraft, all or none; None if there is no such customer.

        Raises NumberTaken, and Refused as `add` does and for a field that is none.
        """
        checked = self._checked(changes)
        numbers = checked.pop("numbers", None)
        now = self._clock.now()

        async def work(connection: AsyncConnection) -> Customer | None:
            values = {**checked, "updated_at": now}
            changed = await connection.execute(update(customers).where(customers.c.id == customer).values(values))
            if not changed.rowcount:
                return None
            if numbers is not None:
                await write_numbers(connection, {customer: numbers})
            return (await read_customers(connection, [customer]))[0]

        try:
            return await self._database.write(work)
        except IntegrityError:
            raise await self._conflict(customer, numbers or ()) from None

    async def import_chunk(
        self, drafts: Sequence[CustomerDraft], kept: frozenset[str] = frozenset()
    ) -> Sequence[RowResult]:
        """Add or change customers in one transaction, and tell for each what became of it. Numbers are E.164 already.

        `kept` are the fields that the drafts say nothing of: a known customer keeps them.
        """
        now = self._clock.now()

        async def work(connection: AsyncConnection) -> Sequence[RowResult]:
            return await ImportChunk(drafts, now, kept).carry_out(connection)

        try:
            return await self._database.write(work)
        except IntegrityError:  # somebody took one of the numbers in between: now it is seen
            return await self._database.write(work)

    async def tiers(self) -> frozenset[str]:
        """Those that customers have."""
        query = select(customers.c.tier).distinct()
        return frozenset(await self._database.read(lambda connection: connection.scalars(query)))

    def _checked(self, values: Mapping[str, object]) -> dict[str, Any]:
        unknown = set(values) - _FIELDS
        if unknown:
            raise Refused("unknown_field", ", ".join(sorted(unknown)))
        checked: dict[str, Any] = dict(values)
        if "numbers" in checked:
            try:
                checked["numbers"] = tuple(to_e164(number, self._region) for number in checked["numbers"])
            except ValueError as error:
                raise Refused("bad_number", str(error)) from None
        if "external_id" in checked:
            checked["external_id"] = checked["external_id"] or None
        return checked

    async def _conflict(self, customer: str, numbers: Sequence[str]) -> NumberTaken | Refused:
        query = select(customer_numbers.c.number).where(
            customer_numbers.c.number.in_(numbers), customer_numbers.c.customer != customer
        )
        taken = await self._database.read(lambda connection: connection.scalar(query))
        if taken is not None:
            return NumberTaken(taken)
        return Refused("external_id_taken", "another customer has this external id")


async def _find(connection: AsyncConnection, number: str) -> CustomerCard | None:
    query = select(customer_numbers.c.customer).where(customer_numbers.c.number == number)
    key = await connection.scalar(query)
    found = await read_customers(connection, [key]) if key else []
    if not found:
        return None
    customer = found[0]
    contacts = await last_contacts(connection, customer.id)
    return CustomerCard(
        *(customer.id, customer.name, customer.tier, customer.value, customer.numbers, customer.language, contacts),
        account_manager=customer.account_manager,
    )


def _matches(search: str) -> ColumnElement[bool]:
    """A part of the name in any case, or of a number in any spelling."""
    by_name = customers.c.name.icontains(search, autoescape=True)
    digits = re.sub(r"[^0-9]", "", search).lstrip("0")
    if not digits or re.search(r"[^0-9+() ./-]", search):
        return by_name
    owners = select(customer_numbers.c.customer).where(customer_numbers.c.number.contains(digits))
    return or_(by_name, customers.c.id.in_(owners))
