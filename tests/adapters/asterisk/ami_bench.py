"""The bare library and our link, to be put in front of the same peer."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from panoramisk import Manager
from tests.adapters.asterisk.ami_peer import AmiPeer
from tests.adapters.asterisk.facts import turns, until

from ccserver.adapters.asterisk.ami_link import AmiLink, AmiSettings
from ccserver.adapters.asterisk.inbox import AmiMessage
from ccserver.adapters.asterisk.links import Backoff, LinkSignal, LinkUp
from ccserver.services.tasks import TaskTable

FAST = Backoff(random.Random(1), timedelta(milliseconds=5), timedelta(milliseconds=20))


@contextlib.asynccontextmanager
async def bare(peer: AmiPeer, connected: bool = True, **config: Any) -> AsyncIterator[Any]:
    """A panoramisk Manager as its documentation uses it, only quicker to reconnect."""
    manager = Manager(
        host="127.0.0.1", port=peer.port, username="u", secret="s", reconnect_timeout=0, ping_delay=3600, **config
    )
    manager.connect()
    try:
        if connected:
            await until(lambda: manager.authenticated)
        yield manager
    finally:
        manager.connect = lambda *_args, **_kwargs: None
        manager.close()
        await turns()


@contextlib.asynccontextmanager
async def ours(peer: AmiPeer, connected: bool = True, **changes: Any) -> AsyncIterator[AmiLink]:
    """Our link, up and with the first two messages of a session already taken."""
    link = AmiLink(AmiSettings(host="127.0.0.1", port=peer.port, username="u", secret="s", **changes), FAST)
    tasks = TaskTable()
    running = tasks.spawn("link", link.run())
    try:
        if connected:
            assert await link.inbox.take() == LinkUp()
            assert (await event(link))["Event"] == "FullyBooted"
        yield link
    finally:
        link.close()
        await asyncio.wait_for(running, 5)


async def event(link: AmiLink) -> AmiMessage:
    """The next item, which must be a message."""
    item = await asyncio.wait_for(link.inbox.take(), 5)
    assert isinstance(item, dict), item
    return item


async def signal(link: AmiLink) -> LinkSignal:
    """The next signal; messages before it are skipped."""
    while True:
        item = await asyncio.wait_for(link.inbox.take(), 5)
        if not isinstance(item, dict):
            return item
