"""What the dispatch has learned, as plain data: a router made of it knows the same."""

from __future__ import annotations

from typing import Any

from tests.core.acd.estimate_worlds import seen
from tests.core.acd.test_estimate import taught

from ccserver.core.acd.estimate import Estimator
from ccserver.core.acd.learned import learned_of, names_in, offered_in, router_with
from ccserver.core.acd.routing.router import Router
from ccserver.core.acd.routing.terms import Policy, Terms
from ccserver.core.ids import QueueId
from ccserver.core.skills import EVERYBODY

TERMS = Terms("gold", 5.0, 20.0, 0.9, 300.0), Terms("basic", 1.0, 60.0, 0.8, 300.0)
NEEDS: list[Any] = [(QueueId(name), EVERYBODY, (), ()) for name in ("a", "b")]


def _fit(_need: object, _skills: object) -> int:
    return 5


def busy_router() -> Router:
    """Two contacts were served, one of them still is, one has left, one waits."""
    router = Router(_fit)
    for need, policy in zip(NEEDS, (Policy(), Policy(name="equal", holds=False)), strict=True):
        router.need(need, policy)
    kinds = [router.terms(each) for each in TERMS]
    for agent in ("ann", "bob"):
        router.sign_in(agent, ())
        router.agent_free(agent, 0.0)
    for number, (need, kind) in enumerate([(1, 0), (0, 1), (0, 0), (1, 1)]):
        router.enqueue(f"c{number}", NEEDS[need], kinds[kind], 10.0, 10.0)
    assert len(router.decide(12.0)) == 2
    router.agent_free("ann", 200.0)
    router.agent_busy("ann")
    router.abandoned("c3", 210.0)
    return router


def test_a_router_made_of_it_has_learned_the_same() -> None:
    """Needs, terms and lines in the same order, so that the counts mean the same, and who is at work on what."""
    router = busy_router()
    learned = learned_of(router, {"c1"})
    again = router_with(learned, _fit)
    assert learned_of(again, {"c1"}) == learned
    assert len(again.lines) == 0
    assert len(learned.under_way) == 1


def test_names_and_offers_are_found_in_it() -> None:
    """By which the dispatch bounds what it tells the router, and knows whose offer is not decided."""
    router = busy_router()
    ((agent, contact, _),) = router.under_way()
    learned = learned_of(router, {contact.id})
    assert offered_in(learned) == {contact.id: agent}
    assert names_in(learned) == {*NEEDS, *TERMS}


def test_an_estimator_goes_on_from_where_another_one_stopped() -> None:
    """The same opinion of the same sight, and as sure."""
    estimator, again = taught(120), Estimator()
    again.go_on(estimator.learned())
    assert again.learned() == estimator.learned()
    one, other = (each.look(seen(ahead=3.0)) for each in (estimator, again))
    assert (one.low, one.typical, one.high, one.confidence) == (other.low, other.typical, other.high, other.confidence)
    assert one.confidence > 0
