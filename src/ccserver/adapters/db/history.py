"""The contact history in SQL: written by the relay, read by the API and for the customer's card."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, insert, or_, select, true
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from ccserver.adapters.db.database import Database
from ccserver.adapters.db.record_rows import (
    interaction_row,
    recording_rows,
    segment_rows,
    to_record,
    to_segment,
)
from ccserver.adapters.db.tables import agents, interactions, queues, recordings, segments
from ccserver.core.customer import PastContact
from ccserver.core.errors import Refused
from ccserver.core.ids import CustomerId, InteractionId
from ccserver.core.records import InteractionRecord, Segment
from ccserver.services.office import HistoryFilter, Sight

MOST_IN_A_PAGE = 500


class SqlHistory:
    """The ports `History` and `HistoryReading`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def store(self, records: Sequence[InteractionRecord]) -> None:
        """One transaction for all. Of several revisions of an interaction the highest stays, whatever the order.

        Raises PortUnavailable when it is worth trying again, and Refused when the database will never take these
        records as they are; nothing is stored then.
        """
        newest: dict[InteractionId, InteractionRecord] = {}
        for record in records:
            known = newest.get(record.id)
            if known is None or known.revision < record.revision:
                newest[record.id] = record
        if not newest:
            return
        # Sorted: two writers lock rows in the same order and cannot block each other.
        chosen = sorted(newest.values(), key=lambda record: record.id)
        try:
            await self._database.write(lambda connection: _store(connection, chosen))
        except SQLAlchemyError as error:
            raise Refused("record_not_storable", str(getattr(error, "orig", None) or error)) from error

    async def page(
        self, where: HistoryFilter, after: tuple[datetime, InteractionId] | None, limit: int
    ) -> Sequence[InteractionRecord]:
        """At most `limit` (and never more than 500) records, latest start first and by id among equals, behind `after`."""
        query = (
            select(interactions)
            .where(*_conditions(where), _seen_by(where.sight))
            .order_by(interactions.c.started_at.desc(), interactions.c.id.desc())
            .limit(min(limit, MOST_IN_A_PAGE))
        )
        if after is not None:
            at, interaction = after
            query = query.where(
                or_(
                    interactions.c.started_at < at,
                    and_(interactions.c.started_at == at, interactions.c.id < interaction),
                )
            )
        return await self._database.read(lambda connection: _read(connection, query))

    async def get(self, interaction: InteractionId, sight: Sight | None = None) -> InteractionRecord | None:
        """The record, or None if there is none or it is out of sight."""
        query = select(interactions).where(interactions.c.id == interaction, _seen_by(sight))
        found = await self._database.read(lambda connection: _read(connection, query))
        return found[0] if found else None

    async def recent_contacts(self, customer: CustomerId, limit: int = 5) -> tuple[PastContact, ...]:
        """The customer's last interactions, newest first."""
        return await self._database.read(lambda connection: last_contacts(connection, customer, limit))


async def last_contacts(connection: AsyncConnection, customer: str, limit: int = 5) -> tuple[PastContact, ...]:
    """The same within a transaction of somebody else."""
    columns = interactions.c
    query = (
        select(
            columns.id,
            columns.started_at,
            columns.direction,
            columns.queue,
            columns.agent,
            columns.result,
            columns.notes,
            columns.disposition,
            queues.c.name.label("queue_name"),
            agents.c.name.label("agent_name"),
            columns.end_cause,
        )
        .outerjoin(queues, queues.c.id == columns.queue)
        .outerjoin(agents, agents.c.id == columns.agent)
        .where(columns.customer == customer)
        .order_by(columns.started_at.desc(), columns.id.desc())
        .limit(limit)
    )
    rows = (await connection.execute(query)).all()
    return tuple(
        PastContact(
            row.started_at,
            row.direction,
            row.queue or "",
            row.agent or "",
            row.result,
            row.notes,
            InteractionId(row.id),
            row.disposition,
            row.queue_name or "",
            row.agent_name or "",
            row.end_cause,
        )
        for row in rows
    )


async def _store(connection: AsyncConnection, records: Sequence[InteractionRecord]) -> None:
    taken = await _upsert(connection, records)
    if not taken:
        return
    for table in (segments, recordings):
        await connection.execute(delete(table).where(table.c.interaction.in_(taken)))
    fresh = [record for record in records if record.id in taken]
    for table, rows in (
        (segments, [row for record in fresh for row in segment_rows(record)]),
        (recordings, [row for record in fresh for row in recording_rows(record)]),
    ):
        if rows:
            await connection.execute(insert(table), rows)


async def _upsert(connection: AsyncConnection, records: Sequence[InteractionRecord]) -> set[str]:
    """Write the rows that are new or of a higher revision, and tell which: one statement, so no race with another writer."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    new = dialect.insert(interactions)
    changes = {column.name: new.excluded[column.name] for column in interactions.c if column.name != "id"}
    statement = new.on_conflict_do_update(
        index_elements=[interactions.c.id], set_=changes, where=interactions.c.revision < new.excluded.revision
    ).returning(interactions.c.id)
    result = await connection.execute(statement, [interaction_row(record) for record in records])
    return set(result.scalars())


def _conditions(where: HistoryFilter) -> list[ColumnElement[bool]]:
    columns = interactions.c
    wanted: list[ColumnElement[bool] | None] = [
        None if where.customer is None else columns.customer == where.customer,
        None if where.agent is None else _has_segment(segments.c.agent == where.agent),
        None
        if where.queue is None
        else or_(columns.queue == where.queue, _has_segment(segments.c.queue == where.queue)),
        None if where.direction is None else columns.direction == where.direction.value,
        None if where.result is None else columns.result == where.result.value,
        _matches(where.search.strip()) if where.search.strip() else None,
    ]
    return [*_within(where), *(each for each in wanted if each is not None)]


def _within(where: HistoryFilter) -> Iterable[ColumnElement[bool]]:
    if where.since is not None:
        yield interactions.c.started_at >= where.since
    if where.until is not None:
        yield interactions.c.started_at < where.until


def _matches(search: str) -> ColumnElement[bool]:
    """A part of the customer's name in any case, or of a number in any spelling."""
    by_name = interactions.c.customer_name.icontains(search, autoescape=True)
    digits = re.sub(r"[^0-9]", "", search).lstrip("0")
    if not digits or re.search(r"[^0-9+() ./-]", search):
        return by_name
    numbers = (interactions.c.customer_number, interactions.c.ani, interactions.c.dnis)
    return or_(by_name, *(number.contains(digits) for number in numbers))


def _has_segment(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return select(segments.c.position).where(segments.c.interaction == interactions.c.id, condition).exists()


def _seen_by(sight: Sight | None) -> ColumnElement[bool]:
    """The agent's own interactions, all of customers the agent has dealt with, and those of the customer on the line."""
    if sight is None:
        return true()
    dealt_with = interactions.alias()
    own_customers = (
        select(dealt_with.c.customer)
        .join(segments, segments.c.interaction == dealt_with.c.id)
        .where(segments.c.agent == sight.agent, dealt_with.c.customer.is_not(None))
    )
    seen = [_has_segment(segments.c.agent == sight.agent), interactions.c.customer.in_(own_customers)]
    if sight.customer is not None:
        seen.append(interactions.c.customer == sight.customer)
    return or_(*seen)


async def _read(connection: AsyncConnection, query: Select[Any]) -> list[InteractionRecord]:
    rows = (await connection.execute(query)).mappings().all()
    parts = await _segments_of(connection, [row["id"] for row in rows])
    return [to_record(dict(row), parts[row["id"]]) for row in rows]


async def _segments_of(connection: AsyncConnection, ids: Iterable[str]) -> Mapping[str, list[Segment]]:
    found: defaultdict[str, list[Segment]] = defaultdict(list)
    query = (
        select(segments)
        .where(segments.c.interaction.in_(list(ids)))
        .order_by(segments.c.interaction, segments.c.position)
    )
    for row in (await connection.execute(query)).mappings():
        found[row["interaction"]].append(to_segment(dict(row)))
    return found
