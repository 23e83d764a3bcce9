"""The server's figures: where the metrics are read."""

from __future__ import annotations

import asyncio
from pathlib import Path
from random import Random
from typing import Any, cast

from tests.adapters.asterisk.facts import until
from tests.adapters.asterisk.test_node import World
from tests.adapters.db.records import record

from ccserver.adapters.asterisk.ami_link import AmiLink, AmiSettings
from ccserver.adapters.asterisk.links import Backoff, LinkUp, ResyncNeeded
from ccserver.adapters.db.journal import SqliteJournal
from ccserver.app.server import Server


def serving(folder: Path, journal: SqliteJournal | None = None) -> Server:
    """A server of which nothing is started."""
    nothing = cast(Any, None)
    return Server(nothing, nothing, folder, "", nothing, cast(SqliteJournal, journal), asyncio.Event())


async def test_after_an_overflow_calls_and_phones_are_asked_how_they_stand(tmp_path: Path) -> None:
    """A fresh picture of the node, and a fresh list of the phones."""
    server, world = serving(tmp_path), World()
    server.node = world.node
    server.ami = AmiLink(AmiSettings(host="127.0.0.1", port=1, username="", secret=""), Backoff(Random(1)))
    world.port.may_answer.set()
    world.node.hear(LinkUp())
    await until(lambda: world.node.is_up)
    server._make_up()
    await until(lambda: world.port.asked_count == 2)
    assert await server.ami.inbox.take() == ResyncNeeded(1)
    await world.tasks.close()


async def test_records_that_the_journal_itself_set_aside_are_counted(tmp_path: Path) -> None:
    """Also those that nobody offered to the database, and what is damaged."""
    journal = await SqliteJournal.open(tmp_path / "journal.sqlite", reserve=0)
    figures = serving(tmp_path, journal)._sources()
    assert (figures.set_aside(), figures.damaged()) == (0, 0)
    await journal.commit({}, [record(1)], [])
    ((key, _),) = await journal.pending(1)
    await journal.set_aside(key, "unreadable")
    assert (figures.set_aside(), figures.damaged()) == (1, 0)
    await journal.close()
