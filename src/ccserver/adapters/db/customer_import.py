"""One chunk of imported customers: which of them are known already, and what has to be written.

A customer is recognised by the external id, else by the numbers. The row then says everything but what the file has no
column for: its numbers replace the old ones. An external id is learnt and never taken away. A row that would take a number from another customer is rejected. Importing the same rows again writes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ccserver.adapters.db.customer_rows import add_rows, draft_row, read_customers, write_numbers
from ccserver.adapters.db.new_id import new_id
from ccserver.adapters.db.tables import customer_numbers, customers
from ccserver.services.imports import RowOutcome, RowResult
from ccserver.services.office import Customer, CustomerDraft


class ImportChunk:
    """Works on a picture of the customers the chunk may touch; later rows see what earlier ones did."""

    def __init__(self, drafts: Sequence[CustomerDraft], now: datetime, kept: frozenset[str] = frozenset()) -> None:
        """`kept` are the fields of CustomerDraft that the drafts say nothing of."""
        self._drafts, self._kept = drafts, kept
        self._now = now
        self._present: dict[str, CustomerDraft] = {}
        self._known: set[str] = set()
        self._touched: dict[str, CustomerDraft] = {}
        self._by_external_id: dict[str, str] = {}
        self._by_number: dict[str, str] = {}

    async def carry_out(self, connection: AsyncConnection) -> list[RowResult]:
        """In the transaction of `connection`; one result for each draft, in order."""
        await self._look(connection)
        results = [self._take(draft) for draft in self._drafts]
        await self._write(connection)
        return results

    async def _look(self, connection: AsyncConnection) -> None:
        numbers = {number for draft in self._drafts for number in draft.numbers}
        external_ids = {draft.external_id for draft in self._drafts if draft.external_id}
        owners = select(customer_numbers.c.customer).where(customer_numbers.c.number.in_(numbers))
        query = select(customers.c.id).where(or_(customers.c.external_id.in_(external_ids), customers.c.id.in_(owners)))
        for customer in await read_customers(connection, (await connection.execute(query)).scalars().all()):
            self._known.add(customer.id)
            self._place(customer.id, _as_draft(customer))

    def _place(self, key: str, draft: CustomerDraft) -> None:
        old = self._present.get(key)
        for number in old.numbers if old else ():
            self._by_number.pop(number, None)
        self._present[key] = draft
        self._by_number.update(dict.fromkeys(draft.numbers, key))
        if draft.external_id:
            self._by_external_id[draft.external_id] = key

    def _take(self, draft: CustomerDraft) -> RowResult:
        draft = replace(draft, numbers=tuple(dict.fromkeys(draft.numbers)))
        key = self._recognised(draft)
        for number in draft.numbers:
            if self._by_number.get(number, key) != key:
                return RowResult(RowOutcome.REJECTED, f"{number} belongs to another customer")
        if key is None:
            key = new_id(self._now)
            outcome = RowOutcome.ADDED
        else:
            old = self._present[key]
            draft = replace(draft, **{name: getattr(old, name) for name in self._kept})
            draft = replace(draft, external_id=draft.external_id or old.external_id)
            outcome = RowOutcome.UNCHANGED if draft == old else RowOutcome.CHANGED
        if outcome is not RowOutcome.UNCHANGED:
            self._touched[key] = draft
            self._place(key, draft)
        return RowResult(outcome)

    def _recognised(self, draft: CustomerDraft) -> str | None:
        """By the external id; else by a number, unless its owner goes by another external id."""
        key = self._by_external_id.get(draft.external_id) if draft.external_id else None
        if key is not None:
            return key
        owners = [self._by_number[number] for number in draft.numbers if number in self._by_number]
        if not owners or (draft.external_id and self._present[owners[0]].external_id):
            return None
        return owners[0]

    async def _write(self, connection: AsyncConnection) -> None:
        changed = {key: draft for key, draft in self._touched.items() if key in self._known}
        if changed:
            rows = [{"key": key, **draft_row(draft), "updated_at": self._now} for key, draft in changed.items()]
            await connection.execute(update(customers).where(customers.c.id == bindparam("key")), rows)
            # Two steps: a number may move from one of them to another.
            await write_numbers(connection, {key: () for key in changed})
        await add_rows(
            connection, [(k, draft) for k, draft in self._touched.items() if k not in self._known], self._now
        )
        if changed:
            await write_numbers(connection, {key: draft.numbers for key, draft in changed.items()})


def _as_draft(customer: Customer) -> CustomerDraft:
    return CustomerDraft(
        customer.name,
        customer.numbers,
        customer.tier,
        customer.value,
        customer.language,
        customer.external_id,
        customer.notes,
        customer.account_manager,
    )
