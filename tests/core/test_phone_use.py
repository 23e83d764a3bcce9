"""A phone in use by somebody else's doing gets no offers."""

from __future__ import annotations

from tests.core.playbook import ANN, Play, only, some

from ccserver.core.commands import RingAgent
from ccserver.core.fallback_events import PhoneBusy, PhoneFree
from ccserver.core.ids import AgentId
from ccserver.core.notices import PhoneChanged


def test_a_busy_phone_is_not_rung_until_it_is_free() -> None:
    """The caller waits for it, and is offered at once then."""
    play = Play()
    play.is_ready(ANN)
    play.hand(PhoneBusy(ANN))
    play.calls()
    assert play.rung() == []
    assert only(play.hand(PhoneFree(ANN)), RingAgent).agent == ANN


def test_the_desktop_hears_of_it() -> None:
    """Both ways."""
    play = Play()
    play.is_ready(ANN)
    assert only(play.hand(PhoneBusy(ANN)), PhoneChanged).is_reachable
    assert only(play.hand(PhoneFree(ANN)), PhoneChanged).is_reachable


def test_the_phone_of_an_agent_at_work_is_no_news() -> None:
    """It is in use because of the work."""
    play = Play()
    play.talks(ANN)
    assert some(play.hand(PhoneBusy(ANN)), PhoneChanged) == []
    assert some(play.hand(PhoneFree(ANN)), PhoneChanged) == []


def test_the_phone_of_an_agent_at_work_costs_no_entry_in_the_journal() -> None:
    """Two of them for every call would be many."""
    play = Play()
    play.talks(ANN)
    assert not play.hand(PhoneBusy(ANN)).touched
    assert not play.hand(PhoneFree(ANN)).touched


def test_told_twice_is_no_news() -> None:
    """The same state again."""
    play = Play()
    play.hand(PhoneFree(ANN))
    play.hand(PhoneBusy(ANN))
    play.hand(PhoneBusy(ANN))
    assert len(play.all(PhoneChanged)) == 1


def test_a_phone_of_nobody_means_nothing() -> None:
    """The plan does not have the agent."""
    play = Play()
    play.hand(PhoneBusy(AgentId("nobody")))
    play.hand(PhoneFree(AgentId("nobody")))
    assert AgentId("nobody") not in play.centre.agents
