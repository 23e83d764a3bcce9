"""The router: who is served next, by whom, and when an agent is kept free."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.core.acd.routing.world import BASIC, NEVER_HOLD, VIP, at_work, pairs, router

from ccserver.core.acd.routing.router import RECHECK
from ccserver.core.acd.routing.terms import Policy, Terms


def test_a_contact_goes_to_the_agent_who_can() -> None:
    """Only the able are asked."""
    centre = at_work(router(), ann="a9", bob="b9")
    centre.enqueue("c1", "b", 1, 0.0, 0.0)
    assert pairs(centre.decide(0.0)) == [("c1", "bob")]


def test_nobody_able_means_waiting() -> None:
    """A need that nobody serves waits, whoever is idle or becomes free."""
    centre = at_work(router(), ann="a9")
    centre.enqueue("c1", "z", 1, 0.0, 0.0)
    assert centre.decide(0.0) == []
    centre.agent_busy("ann")
    centre.agent_free("ann", 1.0)
    assert centre.decide(1.0) == []


def test_the_freed_agent_takes_the_first_of_a_line() -> None:
    """First come first served inside need and tier, whatever the order of the facts."""
    centre = router()
    centre.enqueue("late", "a", 1, 5.0, 5.0)
    centre.enqueue("early", "a", 1, 1.0, 5.0)
    at_work(centre, 6.0, ann="a9")
    assert pairs(centre.decide(6.0)) == [("early", "ann")]


def test_value_goes_first() -> None:
    """A valuable contact about to miss its target beats one who waits longer."""
    centre = router()
    centre.enqueue("basic", "a", 1, 0.0, 0.0)
    centre.enqueue("vip", "a", 0, 8.0, 8.0)
    at_work(centre, 10.0, ann="a9")
    assert pairs(centre.decide(10.0)) == [("vip", "ann")]


def test_at_the_wait_limit_everybody_goes_first() -> None:
    """The guard against starving stands above value."""
    centre = router()
    centre.enqueue("basic", "a", 1, 0.0, 0.0)
    centre.enqueue("vip", "a", 0, 425.0, 425.0)
    at_work(centre, 430.0, ann="a9")
    assert pairs(centre.decide(430.0)) == [("basic", "ann")]


def test_equals_are_taken_in_turn() -> None:
    """Of two equal agents the longer idle one."""
    centre = at_work(router(), ann="a9")
    at_work(centre, 30.0, bob="a9")
    centre.enqueue("c1", "a", 1, 40.0, 40.0)
    assert pairs(centre.decide(40.0)) == [("c1", "ann")]


def test_idle_time_counts_between_profiles() -> None:
    """Where nobody is kept for anything, long idleness outweighs a little proficiency."""
    centre = at_work(router(), ann="a6")
    at_work(centre, 299.0, bob="a7")
    centre.enqueue("c1", "a", 1, 300.0, 300.0)
    assert pairs(centre.decide(300.0)) == [("c1", "ann")]


def test_each_gets_one() -> None:
    """One contact for each free agent, none twice."""
    centre = at_work(router(), ann="a9", bob="a9")
    for number in range(3):
        centre.enqueue(f"c{number}", "a", 1, float(number), 3.0)
    assert sorted(pairs(centre.decide(3.0))) == [("c0", "ann"), ("c1", "bob")]
    assert centre.decide(3.0) == []


def test_the_flexible_agent_is_spared() -> None:
    """With demand for a scarce skill, the contact that anybody can take goes to whoever can do nothing else."""
    centre = at_work(router(Policy(protect_small=3.0)), both="a9s9")
    for number in range(20):
        centre.enqueue(f"s{number}", "s", 0, float(number), float(number))
        centre.abandoned(f"s{number}", float(number))
    at_work(centre, 30.0, plain="a9")
    centre.enqueue("c1", "a", 1, 40.0, 40.0)
    assert pairs(centre.decide(40.0)) == [("c1", "plain")]


def keeping() -> tuple[Policy, str]:
    """A policy that keeps the only bilingual agent for the valuable, and the agent."""
    return Policy(protect_small=3.0, is_adjusting=False), "both"


def held_centre(now: float = 60.0):  # type: ignore[no-untyped-def]
    """One bilingual agent, much valuable demand for the scarce skill, and one cheap contact that waits."""
    policy, agent = keeping()
    centre = router(policy)
    for number in range(60):
        centre.enqueue(f"s{number}", "s", 0, float(number), float(number))
        centre.abandoned(f"s{number}", float(number))
    at_work(centre, now, **{agent: "a9s9"})
    centre.enqueue("cheap", "a", 1, now, now)
    return centre


def test_an_agent_is_kept_free_for_what_is_worth_more() -> None:
    """The cheap contact waits, and the router says when it looks again."""
    centre = held_centre()
    assert centre.decide(60.0) == []
    assert centre.next_look() == 60.0 + RECHECK


def test_nobody_is_kept_any_longer_where_too_few_are_left() -> None:
    """A colleague went home: at the next look the cheap contact is served, though nothing else changed."""
    centre = held_centre()
    for need in "abcsz":
        centre.need(need, replace(keeping()[0], holds_from=2))
    centre.sign_in("colleague", "z1")
    assert centre.decide(60.0) == []
    centre.sign_out("colleague")
    assert pairs(centre.decide(60.0 + RECHECK)) == [("cheap", "both")]


def test_whoever_the_agent_was_kept_for_is_served_at_once() -> None:
    """That is what it was kept free for."""
    centre = held_centre()
    centre.decide(60.0)
    centre.enqueue("dear", "s", 0, 61.0, 61.0)
    assert pairs(centre.decide(61.0)) == [("dear", "both")]


def test_nobody_is_kept_from_a_contact_at_its_wait_limit() -> None:
    """Looked at again as time passes, without any event."""
    centre = held_centre()
    now = 60.0
    matches = centre.decide(now)
    while not matches and now < 1000.0:
        now = centre.next_look() or 1001.0
        matches = centre.decide(now)
    assert pairs(matches) == [("cheap", "both")]
    assert now <= 60.0 + 420.0 + RECHECK


def test_events_in_between_put_no_look_off() -> None:
    """However much happens, an agent who is kept free is looked at again after RECHECK."""
    centre = held_centre()
    centre.decide(60.0)
    centre.enqueue("other", "z", 1, 60.5, 60.5)
    centre.decide(60.5)
    assert centre.next_look() == 60.0 + RECHECK


def test_a_need_that_holds_nobody_is_served_at_once() -> None:
    """The price still counts in the choice of the agent, but nobody waits for one who is free."""
    centre = held_centre()
    centre.need("a", Policy("no hold", holds=False))
    assert pairs(centre.decide(60.0)) == [("cheap", "both")]


def test_who_is_to_wait_for_nobody_brings_the_agent_to_whoever_goes_before() -> None:
    """The more urgent contact would have to wait, but the other makes the agent work: then for whom it is most urgent."""
    centre = held_centre()
    centre.need("b", Policy("no hold", holds=False))
    at_work(centre, 60.0, both="a9b2s9")
    centre.enqueue("fainter", "b", 1, 60.0, 60.0)
    assert pairs(centre.decide(60.0)) == [("cheap", "both")]


def test_who_waits_for_an_agent_who_is_taken_is_looked_at_for_others() -> None:
    """The cheaper of two was kept free and goes to another: the second is weighed then, and looked at from then on."""
    policy, agent = keeping()
    centre = router(policy)
    for number in range(60):
        centre.enqueue(f"s{number}", "s", 0, float(number), float(number))
        centre.abandoned(f"s{number}", float(number))
    at_work(centre, 60.0, first="a9s9", second="a9s9")
    at_work(centre, 60.0, **{agent: "a1s9"})
    centre.enqueue("cheap", "a", 1, 60.0, 60.0)
    assert centre.decide(60.0) == []
    for number in range(3):
        centre.enqueue(f"dear{number}", "s", 0, 60.5, 60.5)
        assert len(centre.decide(60.5)) == 1
        assert (centre.next_look() is None) == (number == 2)


def test_no_further_look_when_nobody_is_kept() -> None:
    """An agent who has nothing to wait for needs no timer."""
    centre = held_centre()
    centre.decide(60.0)
    centre.abandoned("cheap", 61.0)
    centre.decide(61.0 + RECHECK)
    assert centre.next_look() is None


def test_a_missed_offer_keeps_the_place() -> None:
    """Back before those who came later, and to somebody else."""
    centre = at_work(router(), ann="a9")
    centre.enqueue("first", "a", 1, 0.0, 0.0)
    centre.decide(0.0)
    centre.enqueue("second", "a", 1, 1.0, 1.0)
    centre.not_taken("ann")
    at_work(centre, 12.0, bob="a9")
    assert pairs(centre.decide(12.0)) == [("first", "bob")]


def test_who_missed_it_is_asked_again_only_when_nobody_else_can() -> None:
    """Somebody else who is idle goes before; alone, the same agent again."""
    centre = at_work(router(), ann="a9")
    centre.enqueue("c1", "a", 1, 0.0, 0.0)
    centre.decide(0.0)
    centre.not_taken("ann")
    at_work(centre, 5.0, ann="a9", bob="a1")
    assert pairs(centre.decide(5.0)) == [("c1", "bob")]
    centre.not_taken("bob")
    centre.sign_out("bob")
    assert pairs(centre.decide(6.0)) == [("c1", "ann")]


def test_who_missed_the_head_takes_the_next() -> None:
    """Another able agent is idle for the head; this one serves whoever is behind."""
    centre = at_work(router(), ann="a9")
    centre.enqueue("c1", "a", 1, 0.0, 0.0)
    centre.decide(0.0)
    centre.not_taken("ann")
    centre.enqueue("c2", "a", 1, 1.0, 1.0)
    at_work(centre, 5.0, ann="a9", bob="a9")
    assert sorted(pairs(centre.decide(5.0))) == [("c1", "bob"), ("c2", "ann")]


def test_who_missed_the_only_one_in_line_stays_free_for_others() -> None:
    """Nobody behind the head: the refuser gets nothing while another can take it."""
    centre = at_work(router(), ann="a9")
    centre.enqueue("c1", "a", 1, 0.0, 0.0)
    centre.decide(0.0)
    centre.not_taken("ann")
    centre.sign_in("ann", "a9")
    centre.agent_free("ann", 5.0)
    at_work(centre, 5.0, bob="a9")
    assert pairs(centre.decide(5.0)) == [("c1", "bob")]


def test_an_agent_without_any_ability_gets_nothing() -> None:
    """And nothing breaks."""
    centre = at_work(router(), ann="")
    centre.enqueue("c1", "a", 1, 0.0, 0.0)
    assert centre.decide(0.0) == []


def test_signing_out_ends_everything() -> None:
    """Nothing is offered to who has gone or is busy elsewhere."""
    centre = at_work(router(), ann="a9", bob="a9")
    centre.sign_out("ann")
    centre.agent_busy("bob")
    centre.enqueue("c1", "a", 1, 0.0, 0.0)
    assert centre.decide(0.0) == []
    centre.sign_out("nobody")


def test_new_abilities_count_at_once() -> None:
    """Signing in again with another profile."""
    centre = at_work(router(), ann="a9")
    centre.enqueue("c1", "b", 1, 0.0, 0.0)
    assert centre.decide(0.0) == []
    at_work(centre, 1.0, ann="a9b3")
    assert pairs(centre.decide(1.0)) == [("c1", "ann")]


def test_a_cancelled_offer_teaches_nothing() -> None:
    """The caller hung up while it rang: the few seconds are no handle time."""
    centre = at_work(router(), ann="a9")
    centre.enqueue("c1", "a", 1, 0.0, 0.0)
    centre.decide(0.0)
    before = centre.demand.mean_handle()
    centre.cancelled("ann")
    centre.agent_free("ann", 2.0)
    centre.not_taken("ann")
    assert centre.demand.mean_handle() == before


def test_handle_times_are_learned() -> None:
    """From the offer until the agent is free again."""
    centre = at_work(router(), ann="a9")
    centre.enqueue("c1", "a", 1, 0.0, 0.0)
    centre.decide(0.0)
    centre.agent_free("ann", 600.0)
    assert list(centre.demand.handle_by_need())[:1] == [pytest.approx((300 * 5 + 600) / 6)]


def test_the_figures_that_decided_are_told() -> None:
    """Urgency, price, waiting time and level come with the match."""
    centre = at_work(router(), ann="a9")
    centre.enqueue("c1", "a", 1, 0.0, 7.0)
    (match,) = centre.decide(7.0)
    assert (match.waited, match.level, match.price) == (7.0, 9.0, 0.0)
    assert match.urgency > 0


def test_who_does_not_wait_cannot_leave() -> None:
    """A late hang-up changes nothing."""
    centre = router()
    centre.abandoned("c1", 1.0)
    assert centre.remove("c1") is None


def test_many_profiles_are_compared_up_to_a_bound() -> None:
    """Fifty kinds of agents idle: one is chosen."""
    centre = router(NEVER_HOLD)
    for number in range(50):
        at_work(centre, 0.0, **{f"g{number}": f"a9b{number % 10}c{number // 10}"})
    centre.enqueue("c1", "a", 1, 0.0, 0.0)
    assert len(centre.decide(0.0)) == 1


def test_a_refusal_of_who_has_gone_does_not_count() -> None:
    """Only idle colleagues who have not refused make this agent wait."""
    centre = at_work(router(), ann="a9")
    centre.enqueue("c1", "a", 1, 0.0, 0.0)
    centre.decide(0.0)
    centre.not_taken("ann")
    at_work(centre, 1.0, ann="a9", bob="a9")
    centre.agent_busy("bob")
    assert pairs(centre.decide(1.0)) == [("c1", "ann")]


HIGH = Terms("urgent", 1.0, 60.0, 0.80, 420.0, band=1)


def test_a_higher_band_goes_first_whatever_is_at_stake() -> None:
    """Even before a contact of a lower band at its wait limit."""
    centre = router(NEVER_HOLD, HIGH)
    centre.enqueue("starving", "a", 0, 0.0, 0.0)
    centre.enqueue("urgent", "b", 2, 499.0, 499.0)
    at_work(centre, 500.0, ann="a9b9")
    assert pairs(centre.decide(500.0)) == [("urgent", "ann")]


def test_of_two_who_come_together_the_higher_band_gets_the_agent() -> None:
    """Whatever the order of the facts, and although another need has the agent too."""
    centre = at_work(router(NEVER_HOLD, HIGH), ann="a9b9")
    centre.enqueue("low", "a", 0, 0.0, 0.0)
    centre.enqueue("urgent", "b", 2, 0.0, 0.0)
    assert pairs(centre.decide(0.0)) == [("urgent", "ann")]


def test_an_agent_kept_from_a_higher_band_is_kept_from_a_lower_too() -> None:
    """The newcomer of the lower band does not pass the one of the higher."""
    policy, agent = keeping()
    centre = router(policy, HIGH, replace(VIP, name="dear", band=1))
    for number in range(60):
        centre.enqueue(f"s{number}", "s", 3, float(number), float(number))
        centre.abandoned(f"s{number}", float(number))
    at_work(centre, 60.0, **{agent: "a9s9"})
    centre.enqueue("urgent", "a", 2, 60.0, 60.0)
    assert centre.decide(60.0) == []
    centre.enqueue("low", "a", 0, 60.5, 60.5)
    assert centre.decide(60.5) == []


def test_at_its_wait_limit_a_contact_brings_the_agent_to_the_higher_band() -> None:
    """Who goes before still does, though the agent was kept free from it."""
    policy, agent = keeping()
    centre = router(policy, HIGH, replace(VIP, name="dear", band=1))
    for number in range(60):
        centre.enqueue(f"s{number}", "s", 3, float(number), float(number))
        centre.abandoned(f"s{number}", float(number))
    at_work(centre, 60.0, **{agent: "a9s9"})
    centre.enqueue("before", "a", 2, 60.0, 60.0)
    centre.enqueue("patient", "a", 1, 60.0, 60.0)
    assert centre.decide(60.0) == []
    centre.enqueue("starving", "a", 1, 60.0 - 420.0, 60.5)
    assert centre.decide(60.5) == []
    assert pairs(centre.decide(60.0 + RECHECK)) == [("before", "both")]


def test_nobody_is_kept_from_a_higher_band() -> None:
    """Much valuable demand of a lower band is no reason."""
    policy, agent = keeping()
    centre = router(policy, HIGH)
    for number in range(60):
        centre.enqueue(f"s{number}", "s", 0, float(number), float(number))
        centre.abandoned(f"s{number}", float(number))
    at_work(centre, 60.0, **{agent: "a9s9"})
    centre.enqueue("urgent", "a", 2, 60.0, 60.0)
    assert pairs(centre.decide(60.0)) == [("urgent", agent)]


def test_a_policy_belongs_to_its_need() -> None:
    """Nobody is kept for a need whose policy keeps nobody; another policy counts from the next decision on."""
    centre = held_centre()
    centre.need("a", NEVER_HOLD)
    assert centre.decide(60.0) == []
    centre.need("s", NEVER_HOLD)
    assert pairs(centre.decide(60.0 + RECHECK)) == [("cheap", "both")]
    assert centre.need("s") == centre.need("s", NEVER_HOLD)


def test_the_same_terms_have_the_same_number() -> None:
    """Equal terms are one class; others get the next number."""
    centre = router()
    assert (centre.terms(VIP), centre.terms(BASIC), centre.terms(HIGH), centre.terms(HIGH)) == (0, 1, 2, 2)


def test_a_contact_that_waits_may_change_its_place_and_its_terms() -> None:
    """A tier learned late counts at once; so does a place moved back."""
    centre = router()
    centre.enqueue("c1", "a", 1, 9.0, 9.0)
    centre.enqueue("c2", "a", 1, 5.0, 9.0)
    centre.update("c1", "a", 1, 1.0)
    at_work(centre, 10.0, ann="a9")
    assert pairs(centre.decide(10.0)) == [("c1", "ann")]
    centre.update("c2", "b", 0, 5.0)
    at_work(centre, 11.0, bob="b9")
    assert pairs(centre.decide(11.0)) == [("c2", "bob")]


def test_a_contact_that_is_offered_comes_back_to_its_new_place() -> None:
    """A reload while the phone rings."""
    centre = at_work(router(), ann="a9")
    centre.enqueue("c1", "a", 1, 0.0, 0.0)
    centre.decide(0.0)
    centre.update("c1", "b", 1, 0.0)
    centre.not_taken("ann")
    at_work(centre, 1.0, bob="b9")
    assert pairs(centre.decide(1.0)) == [("c1", "bob")]


def test_a_contact_that_is_not_there_cannot_change() -> None:
    """Late news of one who hung up."""
    centre = at_work(router(), ann="a9")
    centre.update("c1", "a", 1, 0.0)
    assert centre.decide(0.0) == []


def test_of_equally_urgent_contacts_the_longer_waiting_goes_first() -> None:
    """Two needs, everything else equal, and nothing but the instant differs less than urgency can tell."""
    centre = router()
    centre.enqueue("later", "a", 1, 0.0, 0.0)
    centre.enqueue("earlier", "b", 1, -1e-15, 0.0)
    at_work(centre, 500.0, ann="a9b9")
    assert pairs(centre.decide(500.0)) == [("earlier", "ann")]


def test_a_match_tells_who_was_passed_over() -> None:
    """Contacts that wait longer, longest first, and how urgent they were."""
    centre = router()
    centre.enqueue("basic", "a", 1, 0.0, 0.0)
    centre.enqueue("older", "b", 1, -1.0, 0.0)
    centre.enqueue("vip", "a", 0, 8.0, 8.0)
    at_work(centre, 10.0, ann="a9b9")
    (match,) = centre.decide(10.0)
    assert [contact for contact, _ in match.ahead] == ["older", "basic"]
    assert all(urgency < match.urgency for _, urgency in match.ahead)


def test_a_match_tells_who_could_have_taken_it() -> None:
    """How many idle agents, and which of them are kept free at what price."""
    centre = held_centre()
    assert centre.decide(60.0) == []
    at_work(centre, 60.5, plain="a1", other="b9")
    (match,) = centre.decide(60.5)
    ((agent, price),) = match.kept
    assert (match.agent, match.qualified, agent) == ("plain", 2, "both")
    assert price > match.urgency


def test_about_a_new_need_of_a_big_centre_it_is_asked_until_everybody_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """The contact waits for no event: the next look is due at once, and finds the agent who was asked last."""
    monkeypatch.setattr("ccserver.core.acd.routing.staff.ASKED_AT_ONCE", 1)
    centre = at_work(router(), ann="b9", bob="c9", cid="x9")
    centre.decide(0.0)
    centre.enqueue("late", "x", 1, 1.0, 1.0)
    looks = 0
    while not (found := pairs(centre.decide(1.0))):
        assert centre.next_look() == 1.0
        looks += 1
    assert (found, looks, centre.next_look()) == ([("late", "cid")], 1, None)
