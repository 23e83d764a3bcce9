"""The audit trail: only added to, and every tampering shows."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import Executable
from tests.adapters.db.records import NOON

from ccserver.adapters.db.audit import SqlAudit, add_audit_row
from ccserver.adapters.db.database import Database
from ccserver.adapters.db.tables import audit
from ccserver.core.errors import CcserverError
from ccserver.services.office import AuditEntry, AuditRow


def _entry(serial: int = 0, **detail: str) -> AuditEntry:
    return AuditEntry(NOON + timedelta(microseconds=serial), "ann", "did", f"thing/{serial}", "127.0.0.1", detail)


@pytest.fixture
async def trail(database: Database) -> SqlAudit:
    return SqlAudit(database)


async def test_an_entry_comes_back(trail: SqlAudit) -> None:
    """Before, after and reason have columns of their own; hostile text is kept as text."""
    await trail.write(_entry(1, before="a", after="b", reason="why", field="\0 é \ud800"))
    (row,) = await trail.page(None, 10)
    assert row == AuditRow(
        NOON + timedelta(microseconds=1), "ann", "did", "thing/1", "127.0.0.1",
        {"before": "a", "after": "b", "reason": "why", "field": "\ufffd é ?"}, 1, (await trail.last_link())[1],
    )  # fmt: skip


async def test_the_trail_is_whole_whoever_writes_at_once(trail: SqlAudit) -> None:
    """Numbers without gaps, one chain."""
    await asyncio.gather(*(trail.write(_entry(serial)) for serial in range(40)))
    assert (await trail.first_fault(), (await trail.last_link())[0]) == (None, 40)


async def test_an_empty_trail_is_whole(trail: SqlAudit) -> None:
    """Nothing was done yet."""
    assert (await trail.first_fault(), await trail.last_link()) == (None, (0, ""))


async def test_who_writes_during_the_check_is_no_fault(database: Database) -> None:
    """A row that comes between the last page and the look at the end is checked too."""

    class Busy(SqlAudit):
        async def last_link(self) -> tuple[int, str]:
            if (await super().last_link())[0] < 3:
                await self.write(_entry())
            return await super().last_link()

    assert await Busy(database).first_fault() is None


async def test_pages_follow_one_another(trail: SqlAudit) -> None:
    """Latest first."""
    for serial in range(1, 6):
        await trail.write(_entry(serial))
    first = await trail.page(None, 3)
    second = await trail.page(first[-1].serial, 3)
    assert [row.serial for row in (*first, *second)] == [5, 4, 3, 2, 1]


@pytest.mark.parametrize("change", [update(audit).values(user="eve"), delete(audit)])
async def test_rows_cannot_be_changed_by_mistake(trail: SqlAudit, database: Database, change: Executable) -> None:
    """The database itself refuses."""
    await trail.write(_entry())
    with pytest.raises((DBAPIError, CcserverError), match="append-only"):
        await database.write(lambda connection: connection.execute(change))


async def test_a_row_goes_with_what_it_tells(trail: SqlAudit, database: Database) -> None:
    """If the action fails, it is not in the trail either."""

    async def fail() -> None:
        async with asyncio.timeout(10):
            await database.write(_act_and_fail)

    with pytest.raises(KeyError):
        await fail()
    assert await trail.last_link() == (0, "")


async def _act_and_fail(connection: object) -> None:
    await add_audit_row(connection, _entry())  # type: ignore[arg-type]
    raise KeyError("the action failed")


_WITHOUT_TRIGGERS = {
    "sqlite": ["DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete"],
    "postgresql": ["DROP TRIGGER audit_append_only ON audit"],
}
_TAMPERINGS: list[tuple[Executable, int]] = [
    (update(audit).where(audit.c.serial == 2).values(user="eve"), 2),
    (update(audit).where(audit.c.serial == 3).values(at=NOON), 3),
    (delete(audit).where(audit.c.serial == 1), 1),
    (delete(audit).where(audit.c.serial == 3), 3),
    (delete(audit).where(audit.c.serial == 5), 5),
    (delete(audit), 1),
    (
        insert(audit).from_select(
            [column.name for column in audit.c],
            select(
                *[(column + 5).label(column.name) if column.name == "serial" else column for column in audit.c]
            ).where(audit.c.serial == 1),
        ),
        6,
    ),
]


@pytest.mark.parametrize(("tampering", "found"), _TAMPERINGS)
async def test_tampering_shows(trail: SqlAudit, database: Database, tampering: Executable, found: int) -> None:
    """Changed, removed, cut off, put in: the first wrong row is named."""
    for serial in range(1, 6):
        await trail.write(_entry(serial))

    async def tamper(connection: object) -> None:
        for statement in _WITHOUT_TRIGGERS[connection.dialect.name]:  # type: ignore[attr-defined]
            await connection.exec_driver_sql(statement)  # type: ignore[attr-defined]
        await connection.execute(tampering)  # type: ignore[attr-defined]

    await database.write(tamper)
    assert await trail.first_fault() == found
