"""One plan follows another."""

from __future__ import annotations

from dataclasses import replace

from tests.core.playbook import ANN, BOB, CEM, SUPPORT, Play, plan, profile, queue, seconds, some

from ccserver.core.events import PlanChanged
from ccserver.core.notices import OfferMade
from ccserver.core.skills import AtLeast


def test_the_new_plan_is_in_force_as_a_whole() -> None:
    """From the event on."""
    play, fresh = Play(), plan(epoch=2, hold_music="waltz")
    play.hand(PlanChanged(fresh))
    assert play.centre.plan is fresh


def test_a_plan_that_is_not_newer_changes_nothing() -> None:
    """An old event said again does not bring an old plan back."""
    play = Play()
    before = play.centre.plan
    play.hand(PlanChanged(replace(before, hold_music="waltz")))
    assert play.centre.plan is before


def test_who_may_now_be_offered_a_call_is_offered_it() -> None:
    """The caller does not wait for the next event."""
    play = Play(plan(queues={SUPPORT: queue(SUPPORT, "greek")}))
    play.is_ready(ANN)
    play.calls()
    outcome = play.hand(PlanChanged(plan(epoch=2)))
    assert [offer.agent for offer in some(outcome, OfferMade)] == [ANN]


def test_a_new_agent_is_known_at_once() -> None:
    """And can be shown, signed out."""
    play = Play(plan(agents={}))
    play.hand(PlanChanged(plan(epoch=2)))
    assert {ANN, BOB, CEM} <= set(play.centre.agents)


def test_an_offer_that_rings_goes_on() -> None:
    """Though the agent has lost the skill meanwhile: the phone rings, and the caller hears it."""
    play = Play()
    play.is_ready(ANN)
    play.calls()
    play.hand(PlanChanged(plan(epoch=2, agents={ANN: profile(ANN)})))
    play.agent_answers()
    assert play.interaction().last_agent == ANN


def test_a_limit_that_runs_is_kept() -> None:
    """The caller was promised the old one."""
    play = Play()
    play.calls()
    before = dict(play.centre.timers)
    play.hand(PlanChanged(plan(epoch=2, queues={SUPPORT: replace(queue(SUPPORT, "support"), max_wait=seconds(9))})))
    assert play.centre.timers == before


def test_a_replay_decides_the_same() -> None:
    """The same events in a fresh centre end in the same state: the plan is one of them."""
    plays = [Play(), Play()]
    for play in plays:
        play.is_ready(BOB)
        play.hand(
            PlanChanged(plan(epoch=2, queues={SUPPORT: replace(queue(SUPPORT, "support"), needs=AtLeast("gold"))}))
        )
        play.calls()
    assert plays[0].centre.interactions == plays[1].centre.interactions
    assert plays[0].rung() == []
