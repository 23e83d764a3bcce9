"""`ccserver reload`: the server of this data folder takes the changed configuration, as a whole or not at all.

The server is asked by SIGHUP; what came of it is read from the audit trail, where it writes each reload down.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import typer

from ccserver.adapters.db.audit import SqlAudit
from ccserver.adapters.db.database import Database
from ccserver.cli.configuring import lines_about
from ccserver.cli.failing import fail, note
from ccserver.cli.pasting import command
from ccserver.cli.running import server_process
from ccserver.cli.whereabouts import database_beside
from ccserver.config import check as problems_in
from ccserver.core.errors import PortUnavailable
from ccserver.services.office import AuditRow

TAKEN_WITHIN = 30.0
LOOK_EVERY = 0.2


def reload(config: Path, data: Path) -> None:
    """Exit 0 when it is in force, 2 with every mistake when nothing was asked, 1 when the server did not take it."""
    problems = problems_in(config)
    for line in lines_about(config, problems):
        print(line, file=sys.stderr)
    if not all(problem.is_warning for problem in problems):
        note("nothing was changed")
        raise typer.Exit(2)
    server = server_process(data)
    if not server:
        fail(f"no server runs on the data folder {data}", command("up", config=config, data=data))
    taken = asyncio.run(_taken(server, database_beside(data)))
    if taken is None:
        fail("the server did not say within 30 s what came of it", "see its log", code=1)
    if taken.detail.get("problems") != "0":
        fail(
            "the server did not take it; nothing was changed",
            "see its log: it may have been started with another folder",
            1,
        )
    print(f"in force: configuration {taken.detail.get('epoch', '')}")


async def _taken(server: int, url: str) -> AuditRow | None:
    """What the trail says of the reload that is asked for here; None when it says nothing in time."""
    database = Database(url)
    try:
        trail = SqlAudit(database)
        last, _ = await trail.last_link()
        os.kill(server, signal.SIGHUP)
        async with asyncio.timeout(TAKEN_WITHIN):
            while True:
                rows = await trail.page(None, 20)
                for row in rows:
                    if row.serial > last and (row.action, row.actor) == ("config-reload", "SIGHUP"):
                        return row
                await asyncio.sleep(LOOK_EVERY)
    except TimeoutError:
        return None
    except PortUnavailable as error:
        fail(f"the database cannot be asked: {error}", "see whether the server's log says that it is in force", 1)
    finally:
        await database.close()
