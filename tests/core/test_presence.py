"""Presence: signing in and out, ready and not ready, leaving after the work; phone and desktop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.core.playbook import ANN, BOB, NODE, START, SUPPORT, Play, plan, profile, queue, seconds, some

from ccserver.core.agent import Agent, Desktop, Presence
from ccserver.core.errors import Refused
from ccserver.core.events import (
    CallRequested,
    DesktopAttached,
    DesktopDetached,
    Event,
    NotReadyRequested,
    PhoneReachable,
    PhoneUnreachable,
    PlanChanged,
    ReadyRequested,
    ServerStarted,
    SignInRequested,
    SignOutRequested,
)
from ccserver.core.ids import AgentId, InteractionId
from ccserver.core.notices import PhoneChanged, PresenceChanged
from ccserver.core.timers import DesktopGrace

NOBODY = AgentId("nobody")


def ann(play: Play) -> Agent:
    return play.centre.agents[ANN]


def ready() -> Play:
    play = Play()
    play.is_ready(ANN)
    return play


def wrapping_up() -> Play:
    """Ann's caller has hung up."""
    play = Play()
    play.talks()
    play.leaves()
    return play


def changes(play: Play) -> list[tuple[str, str]]:
    return [(notice.presence, notice.reason) for notice in play.all(PresenceChanged)]


# -- signing in ---------------------------------------------------------------------------------------------------------


def test_signing_in_is_not_yet_being_ready() -> None:
    """The reason says so."""
    play = Play()
    play.hand(SignInRequested(ANN))
    assert changes(play) == [("not_ready", "signed_in")]


def test_signing_in_twice_is_signing_in_once() -> None:
    """A second page of the same agent."""
    play = ready()
    assert play.hand(SignInRequested(ANN)).notices == []
    assert ann(play).presence is Presence.READY


def test_signing_out_is_at_once_without_work() -> None:
    """And again is nothing new."""
    play = ready()
    play.hand(SignOutRequested(ANN))
    assert ann(play).presence is Presence.LOGGED_OUT
    assert play.hand(SignOutRequested(ANN)).notices == []


# -- ready --------------------------------------------------------------------------------------------------------------


def test_becoming_ready_gets_the_caller_who_waits() -> None:
    """In the same step."""
    play = Play()
    play.calls()
    play.is_ready(ANN)
    assert play.rung() == [ANN]


def test_ready_again_does_not_lose_the_place_among_the_idle() -> None:
    """Pressing the button twice is no new turn."""
    play = ready()
    since = ann(play).idle_since
    play.hand(ReadyRequested(ANN), after=10)
    assert ann(play).idle_since == since


def test_without_signing_in_nobody_is_ready() -> None:
    """Refused with the advice."""
    with pytest.raises(Refused, match="sign in first"):
        Play().hand(ReadyRequested(ANN))


def test_ready_without_a_phone_waits_for_it() -> None:
    """The caller is offered when the phone is there."""
    play = Play()
    play.hand(SignInRequested(ANN))
    play.hand(ReadyRequested(ANN))
    play.calls()
    assert play.rung() == []
    play.hand(PhoneReachable(ANN))
    assert play.rung() == [ANN]


# -- not ready ----------------------------------------------------------------------------------------------------------


def test_not_ready_keeps_the_reason_and_its_instant() -> None:
    """What the supervisor sees."""
    play = ready()
    play.hand(NotReadyRequested(ANN, "lunch"), after=5)
    assert (ann(play).presence, ann(play).reason, ann(play).since) == (Presence.NOT_READY, "lunch", play.now)


def test_another_reason_is_a_change() -> None:
    """From one pause into the next."""
    play = Play()
    play.hand(SignInRequested(ANN))
    play.hand(NotReadyRequested(ANN, "lunch"))
    assert changes(play)[-1] == ("not_ready", "lunch")


def test_the_same_reason_again_is_none() -> None:
    """The instant stays."""
    play = ready()
    play.hand(NotReadyRequested(ANN, "lunch"))
    assert play.hand(NotReadyRequested(ANN, "lunch"), after=9).notices == []
    assert ann(play).since == play.now - seconds(9)


def test_a_reason_that_is_not_in_the_plan_is_refused() -> None:
    """With those that are."""
    with pytest.raises(Refused, match="one of: lunch"):
        ready().hand(NotReadyRequested(ANN, "nonsense"))


@pytest.mark.parametrize(("reasons", "reason"), [({"lunch": "Lunch"}, ""), ({}, "anything")])
def test_no_reason_may_be_given_and_any_where_none_are_listed(reasons: dict[str, str], reason: str) -> None:
    """The plan decides how strict it is."""
    play = Play(plan(not_ready_reasons=reasons))
    play.hand(SignInRequested(ANN))
    play.hand(NotReadyRequested(ANN, reason))
    assert ann(play).reason == reason


def test_without_signing_in_nobody_pauses() -> None:
    """Refused with the advice."""
    with pytest.raises(Refused, match="sign in first"):
        Play().hand(NotReadyRequested(ANN, "lunch"))


# -- leaving: what was asked for while work is open ---------------------------------------------------------------------


def test_a_pause_takes_effect_after_the_work() -> None:
    """Until then the agent is leaving."""
    play = wrapping_up()
    play.hand(NotReadyRequested(ANN, "lunch"))
    assert (ann(play).presence, ann(play).reason) == (Presence.LEAVING, "lunch")
    play.passes(20)
    assert (ann(play).presence, ann(play).reason) == (Presence.NOT_READY, "lunch")


def test_signing_out_takes_effect_after_the_work() -> None:
    """The wrap-up can still be saved."""
    play = wrapping_up()
    play.hand(SignOutRequested(ANN))
    assert ann(play).presence is Presence.LEAVING
    play.passes(20)
    assert (ann(play).presence, ann(play).reason) == (Presence.LOGGED_OUT, "")


def test_who_leaves_gets_no_further_call() -> None:
    """Neither before nor after the end of the work."""
    play = wrapping_up()
    play.hand(NotReadyRequested(ANN, "lunch"))
    play.calls(name="c2")
    play.passes(30)
    assert play.rung() == [ANN]


def test_leaving_can_be_taken_back() -> None:
    """Ready again while the wrap-up runs: the next call comes after it."""
    play = wrapping_up()
    play.hand(SignOutRequested(ANN))
    play.hand(ReadyRequested(ANN))
    play.passes(20)
    assert ann(play).presence is Presence.READY


def test_the_last_wish_counts() -> None:
    """First signing out, then only a pause."""
    play = wrapping_up()
    play.hand(SignOutRequested(ANN))
    play.hand(NotReadyRequested(ANN, "lunch"))
    play.passes(20)
    assert (ann(play).presence, ann(play).reason) == (Presence.NOT_READY, "lunch")


def test_the_last_wish_counts_the_other_way_round() -> None:
    """First a pause, then signing out."""
    play = wrapping_up()
    play.hand(NotReadyRequested(ANN, "lunch"))
    play.hand(SignOutRequested(ANN))
    play.passes(20)
    assert ann(play).presence is Presence.LOGGED_OUT


def test_a_missed_call_does_not_bring_back_who_signed_out() -> None:
    """Signed out while the phone rang: the missed call changes nothing of it."""
    play = ready()
    play.calls()
    play.hand(SignOutRequested(ANN))
    play.passes(15)
    assert (ann(play).presence, ann(play).reason) == (Presence.LOGGED_OUT, "")


def test_who_pauses_may_call_out_and_pause_on() -> None:
    """Not ready before, not ready after."""
    play = Play()
    play.hand(PhoneReachable(ANN))
    play.hand(SignInRequested(ANN))
    play.hand(CallRequested(ANN, "+442079460999", InteractionId("c1"), NODE))
    play.hand(NotReadyRequested(ANN, "lunch"))
    assert ann(play).presence is Presence.LEAVING
    play.passes(60)
    assert (ann(play).presence, ann(play).reason) == (Presence.NOT_READY, "lunch")


# -- the phone ----------------------------------------------------------------------------------------------------------


def test_the_phones_state_is_told_when_it_changes() -> None:
    """Once for each change."""
    play = Play()
    for event in (PhoneReachable, PhoneReachable, PhoneUnreachable, PhoneUnreachable):
        play.hand(event(ANN))
    assert [notice.is_reachable for notice in play.all(PhoneChanged)] == [True, False]


@pytest.mark.parametrize("event", [PhoneReachable, PhoneUnreachable])
def test_a_phone_of_nobody_is_left_alone(event: Callable[[AgentId], Event]) -> None:
    """The PBX may know more phones than the plan knows agents."""
    play = Play()
    assert play.hand(event(NOBODY)).notices == []
    assert NOBODY not in play.centre.agents


# -- the desktop --------------------------------------------------------------------------------------------------------


def with_desktop() -> Play:
    play = ready()
    play.hand(DesktopAttached(ANN))
    return play


def test_a_reloaded_page_costs_no_call() -> None:
    """It is back within the grace time."""
    play = with_desktop()
    play.hand(DesktopDetached(ANN))
    play.passes(4)
    play.calls()
    assert play.rung() == [ANN]


def test_a_page_that_stays_away_pauses_offers() -> None:
    """After the grace time; the page of the supervisor is told."""
    play = with_desktop()
    play.hand(DesktopDetached(ANN))
    outcomes = play.passes(5)
    assert ann(play).desktop is Desktop.LOST
    assert [n.presence for o in outcomes for n in some(o, PresenceChanged)] == ["ready"]
    play.calls()
    assert play.rung() == []


def test_a_page_that_comes_back_gets_the_caller_who_waits() -> None:
    """In the same step."""
    play = with_desktop()
    play.hand(DesktopDetached(ANN))
    play.passes(5)
    play.calls()
    play.hand(DesktopAttached(ANN))
    assert play.rung() == [ANN]


def test_a_page_that_comes_back_is_news() -> None:
    """Those who count the ready agents count this one again; a page that opens for the first time changes nothing."""
    play = with_desktop()
    assert some(play.hand(DesktopAttached(ANN)), PresenceChanged) == []
    play.hand(DesktopDetached(ANN))
    play.passes(5)
    assert [n.presence for n in some(play.hand(DesktopAttached(ANN)), PresenceChanged)] == ["ready"]


def test_a_page_that_is_back_stops_the_grace_time() -> None:
    """Nothing happens when it would have been over."""
    play = with_desktop()
    play.hand(DesktopDetached(ANN))
    play.hand(DesktopAttached(ANN), after=2)
    assert DesktopGrace(ANN) not in play.centre.timers


def test_a_page_while_not_ready_gets_nothing() -> None:
    """It is only there."""
    play = Play()
    play.calls()
    play.hand(SignInRequested(ANN))
    assert play.hand(DesktopAttached(ANN)).telephony == []


def test_a_page_that_was_never_there_cannot_be_missed() -> None:
    """Who works with the phone alone goes on."""
    play = ready()
    play.hand(DesktopDetached(ANN))
    play.passes(10)
    assert ann(play).is_available


def test_a_page_of_nobody_is_refused() -> None:
    """The name is not in the plan."""
    with pytest.raises(Refused, match="no_such_agent"):
        Play().hand(DesktopAttached(NOBODY))
    assert Play().hand(DesktopDetached(NOBODY)).timers == []


def test_a_lost_page_that_is_lost_again_is_no_news() -> None:
    """The grace time of a page that was lost already."""
    play = with_desktop()
    play.hand(DesktopDetached(ANN))
    play.passes(5)
    assert play.hand(DesktopDetached(ANN)).timers == []


def test_a_new_session_expects_nothing_of_yesterdays_page() -> None:
    """Signed out, the page closed; today the agent works with the phone alone."""
    play = with_desktop()
    play.hand(SignOutRequested(ANN))
    play.hand(DesktopDetached(ANN))
    play.passes(3600)
    play.is_ready(ANN)
    assert ann(play).is_available


# -- everybody ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "event",
    [SignInRequested(NOBODY), SignOutRequested(NOBODY), ReadyRequested(NOBODY), NotReadyRequested(NOBODY, "lunch")],
)
def test_who_is_not_in_the_plan_is_refused(event: Event) -> None:
    """Whatever is asked; and nobody is made by asking."""
    play = Play()
    with pytest.raises(Refused, match="no_such_agent"):
        play.hand(event)
    assert NOBODY not in play.centre.agents


def test_an_agent_who_is_taken_out_of_the_plan_can_do_nothing_more() -> None:
    """The next request says so."""
    play = ready()
    play.centre.plan = replace(play.centre.plan, agents={BOB: profile(BOB, support=5)})
    with pytest.raises(Refused, match="no_such_agent"):
        play.hand(ReadyRequested(ANN))


def test_being_idle_counts_from_the_end_of_the_last_work() -> None:
    """Not from becoming ready: turns stay fair."""
    play = Play(plan(queues={SUPPORT: queue(SUPPORT, "support", wrap_up_limit=seconds(0))}))
    play.talks()
    play.passes(60)
    play.leaves()
    assert ann(play).idle_since == play.now > START


def restarted(desktop: Desktop) -> Play:
    """Ann was ready, with or without a page, when the server died."""
    play = Play()
    play.is_ready(ANN)
    play.centre.agent(ANN).desktop = desktop
    play.hand(ServerStarted())
    return play


def test_a_page_that_does_not_come_back_after_a_crash_is_lost() -> None:
    """After the grace time: nobody is left to say that it went away."""
    play = restarted(Desktop.ATTACHED)
    play.passes(5)
    assert play.centre.agents[ANN].desktop is Desktop.LOST


def test_a_page_that_comes_back_after_a_crash_stays() -> None:
    """It was away for a moment only."""
    play = restarted(Desktop.ATTACHED)
    play.hand(DesktopAttached(ANN), after=3)
    play.passes(60)
    assert play.centre.agents[ANN].desktop is Desktop.ATTACHED


@pytest.mark.parametrize("desktop", [Desktop.ABSENT, Desktop.LOST])
def test_who_had_no_page_is_not_waited_for(desktop: Desktop) -> None:
    """Nothing is expected."""
    assert DesktopGrace(ANN) not in restarted(desktop).centre.timers


def test_a_grace_that_runs_is_not_prolonged_by_a_crash() -> None:
    """A server that dies again and again does not keep a page alive."""
    play = Play()
    play.is_ready(ANN)
    play.hand(DesktopAttached(ANN))
    play.hand(DesktopDetached(ANN))
    due_at = play.centre.timers[DesktopGrace(ANN)]
    play.hand(ServerStarted(), after=3)
    assert play.centre.timers[DesktopGrace(ANN)] == due_at


def test_a_page_that_goes_while_the_plan_does_not_know_the_agent_is_gone() -> None:
    """When a later plan knows the agent again, nobody is taken for sitting in front of it."""
    play = Play()
    play.is_ready(ANN)
    play.hand(DesktopAttached(ANN))
    whole = play.centre.plan
    play.hand(PlanChanged(replace(whole, epoch=8, agents={})))
    play.hand(DesktopDetached(ANN))
    play.passes(whole.desktop_grace.total_seconds() + 1)
    play.hand(PlanChanged(replace(whole, epoch=9)))
    assert play.centre.agents[ANN].desktop is Desktop.LOST
