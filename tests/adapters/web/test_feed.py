"""What one desktop has still to be told: bounded, numbered, the latest of what may be gathered."""

from __future__ import annotations

from typing import Any

import orjson
from tests.adapters.web.centre_peer import NOON

from ccserver.adapters.web.desktop.feed import MOST_WAITING, SIGNED_OUT, STOPPING, TOO_SLOW, Feed
from ccserver.adapters.web.identity import Identity
from ccserver.core.ids import AgentId, QueueId
from ccserver.services.office import Role, Session, User

ANN = User("ann", Role.AGENT, AgentId("ann"))


def feed() -> Feed:
    return Feed(Identity(ANN, Session("t", ANN, NOON), is_by_cookie=False))


def taken(feed: Feed) -> list[Any]:
    return [orjson.loads(message) for message in feed.take()]


def test_own_pictures_keep_their_order() -> None:
    """Each one is sent."""
    told = feed()
    for serial in range(3):
        told.own_agent(b"%d" % serial)
    assert [(each["seq"], each["agent"]) for each in taken(told)] == [(1, 0), (2, 1), (3, 2)]


def test_of_figures_the_latest_is_kept() -> None:
    """However many there were."""
    told = feed()
    for serial in range(1_000):
        told.queues({QueueId("support"): b"%d" % serial})
        told.agents({AgentId("bob"): b"%d" % serial})
    assert [(each["type"], each.get("queues"), each.get("agents")) for each in taken(told)] == [
        ("agents", None, [999]),
        ("queues", [999], None),
    ]


def test_a_snapshot_replaces_what_waited() -> None:
    """It is newer than all of it."""
    told = feed()
    told.own_agent(b"1")
    told.queues({QueueId("support"): b"1"})
    told.snapshot(b'"now":2')
    assert taken(told) == [{"seq": 1, "type": "snapshot", "now": 2}]


def test_too_many_waiting_end_it() -> None:
    """The first that has no room ends the feed; nothing more goes in."""
    told = feed()
    for serial in range(MOST_WAITING + 5):
        told.own_agent(b"%d" % serial)
    messages = taken(told)
    assert (told.ending, len(messages), messages[-1]["reason"]) == (TOO_SLOW, MOST_WAITING + 1, "too_slow")


def test_the_first_ending_counts() -> None:
    """And is told once."""
    told = feed()
    told.end(SIGNED_OUT)
    told.end(STOPPING)
    assert ([each["reason"] for each in taken(told)], taken(told), told.is_over) == (["signed_out"], [], True)
