"""The agent: the presence table, and who may be offered a call."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.core.playbook import ANN
from tests.core.tables import check_every_pair, reached, without_way_out

from ccserver.core.agent import PRESENCE, Agent, Desktop, Presence, PresenceEvent
from ccserver.core.ids import WorkItemId

FREE = Agent(ANN, presence=Presence.READY, is_phone_reachable=True)


def test_every_presence_has_a_row() -> None:
    """An empty one would be a decision too."""
    assert set(PRESENCE) == set(Presence)


def test_every_presence_can_be_reached() -> None:
    """From logged out."""
    assert reached(PRESENCE, Presence.LOGGED_OUT) == set(Presence)


def test_no_presence_is_for_ever() -> None:
    """Each has a way out."""
    assert without_way_out(PRESENCE) == set()


def test_every_pair_is_a_row_or_raises() -> None:
    """Nothing in between."""
    check_every_pair(PRESENCE, PresenceEvent)


def test_only_logged_out_agents_cannot_become_ready() -> None:
    """Signing in comes first."""
    assert [p for p in Presence if PresenceEvent.READY not in PRESENCE[p]] == [Presence.LOGGED_OUT]


def test_a_new_agent_gets_no_calls() -> None:
    """Logged out, no phone, no desktop."""
    assert not Agent(ANN).is_available


def test_ready_with_a_phone_is_enough() -> None:
    """No desktop is needed: some work with the phone alone."""
    assert FREE.is_available


def test_an_attached_desktop_is_no_hindrance() -> None:
    """The ordinary case."""
    assert replace(FREE, desktop=Desktop.ATTACHED).is_available


@pytest.mark.parametrize("presence", [p for p in Presence if p is not Presence.READY])
def test_only_ready_agents_are_available(presence: Presence) -> None:
    """Whoever leaves is not asked again."""
    assert not replace(FREE, presence=presence).is_available


def test_one_call_at_a_time() -> None:
    """Open work, wrap-up included, keeps others away."""
    assert not replace(FREE, work_item=WorkItemId("c1-w1")).is_available


def test_without_a_phone_nothing_rings() -> None:
    """So nothing is offered."""
    assert not replace(FREE, is_phone_reachable=False).is_available


def test_a_lost_desktop_pauses_offers() -> None:
    """Who cannot see the call is not given it."""
    assert not replace(FREE, desktop=Desktop.LOST).is_available


def test_a_closed_page_is_told_apart() -> None:
    """From an agent who never had one, and from one who is not ready either."""
    assert replace(FREE, desktop=Desktop.LOST).lacks_page
    assert not FREE.lacks_page
    assert not replace(FREE, desktop=Desktop.LOST, is_phone_busy=True).lacks_page
