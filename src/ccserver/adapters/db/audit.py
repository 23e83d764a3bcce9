"""The audit trail: rows that are only ever added, each bound to the one before by a hash.

A row that is changed, left out or put in between breaks the chain, and rows cut off the end do not fit `audit_end`. Who can
write to the database can make a whole new chain; against that the last hash must be kept elsewhere (`last_link` gives it).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ccserver.adapters.db.column_types import storable
from ccserver.adapters.db.database import Database
from ccserver.adapters.db.tables import audit, audit_end
from ccserver.services.office import AuditEntry, AuditRow

_STEP: Final = 1000
_OWN_COLUMNS: Final = ("before", "after", "reason")


class SqlAudit:
    """The port `Audit`, and its check."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def write(self, entry: AuditEntry) -> None:
        """Raises PortUnavailable; then the entry may be there or not."""
        await self._database.write(lambda connection: add_audit_row(connection, entry))

    async def last_link(self) -> tuple[int, str]:
        """Number and hash of the last row; (0, "") before the first."""
        query = select(audit_end.c.serial, audit_end.c.hash)
        serial, link = (await self._database.read(lambda connection: connection.execute(query))).one()
        return serial, link

    async def first_fault(self) -> int | None:
        """The number of the first row that is missing or not as it was written; None when the trail is whole."""
        serial, link = 0, ""
        while True:
            rows = await self._rows_after(serial)
            for row in rows:
                serial += 1
                link = _hash_of(link, row)
                if (row["serial"], row["hash"]) != (serial, link):
                    return serial
            if not rows:
                end = await self.last_link()
                if end == (serial, link):
                    return None
                if end[0] <= serial or not await self._rows_after(serial):  # else somebody wrote meanwhile
                    return serial + 1

    async def page(self, before: int | None, limit: int) -> Sequence[AuditRow]:
        """At most `limit` rows, latest first; `before` is the number of the last one of the page before."""
        query = select(audit).order_by(audit.c.serial.desc()).limit(min(limit, _STEP))
        if before is not None:
            query = query.where(audit.c.serial < before)
        rows = await self._database.read(lambda connection: connection.execute(query))
        return [_as_written(dict(row)) for row in rows.mappings()]

    async def _rows_after(self, serial: int) -> Sequence[Mapping[str, Any]]:
        query = select(audit).where(audit.c.serial > serial).order_by(audit.c.serial).limit(_STEP)
        rows = await self._database.read(lambda connection: connection.execute(query))
        return [dict(row) for row in rows.mappings()]


async def add_audit_row(connection: AsyncConnection, entry: AuditEntry) -> None:
    """Add the row in the transaction of what it tells, so that there is neither without the other."""
    last = select(audit_end.c.serial, audit_end.c.hash).with_for_update()  # one writer after the other
    serial, link = (await connection.execute(last)).one()
    detail = {key: storable(value) for key, value in entry.detail.items()}
    row: dict[str, Any] = {
        "serial": serial + 1,
        "at": entry.at,
        "user": storable(entry.actor),
        "action": storable(entry.action),
        "object": storable(entry.about),
        "address": storable(entry.address),
        "before": detail.pop("before", None),
        "after": detail.pop("after", None),
        "reason": detail.pop("reason", ""),
        "detail": json.dumps(detail, ensure_ascii=False, sort_keys=True),
    }
    row["hash"] = _hash_of(link, row)
    await connection.execute(insert(audit).values(row))
    await connection.execute(update(audit_end).values(serial=row["serial"], hash=row["hash"]))


def _as_written(row: Mapping[str, Any]) -> AuditRow:
    """With the detail in one piece again."""
    own = {name: row[name] for name in _OWN_COLUMNS if row[name]}
    detail = own | json.loads(row["detail"])
    who = (row["at"], row["user"], row["action"], row["object"], row["address"])
    return AuditRow(*who, detail=detail, serial=row["serial"], hash=row["hash"])


def _hash_of(link: str, row: Mapping[str, Any]) -> str:
    """Over the hash before and every column but the hash, written in one way only."""
    at: datetime = row["at"]
    columns = [row[column.name] for column in audit.c if column.name not in {"at", "hash"}]
    text = json.dumps([link, at.astimezone(UTC).isoformat(), *columns], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
