"""The audit trail, as it is read: what people did, latest first."""

from __future__ import annotations

from ccserver.adapters.web.cursors import Page, number_in_cursor, page_of, read_cursor
from ccserver.adapters.web.fields import PageQuery
from ccserver.adapters.web.routes import Call, Routes
from ccserver.services.office import AuditRow

routes = Routes("Audit")


@routes.get("/audit")
async def list_audit(call: Call, query: PageQuery) -> Page[AuditRow]:
    """What was done, by whom and from where, latest first. `ccserver doctor` tells whether the chain of hashes is whole."""
    key = read_cursor(query.after, 1)
    found = await call.ports.audit.page(number_in_cursor(key[0]) if key else None, query.limit + 1)
    return page_of(found, query.limit, lambda row: [str(row.serial)])
