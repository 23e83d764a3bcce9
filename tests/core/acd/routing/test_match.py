"""What is told of a decision stays small."""

from __future__ import annotations

from tests.core.acd.routing.world import NEVER_HOLD, VIP, at_work

from ccserver.core.acd.routing.match import MOST_TOLD
from ccserver.core.acd.routing.router import Router
from ccserver.core.acd.routing.terms import Terms


def test_of_many_who_were_passed_over_some_are_told() -> None:
    """Those who wait longest."""
    centre = Router(lambda _need, _agent: 5)
    for number in range(MOST_TOLD + 5):
        centre.need(number, NEVER_HOLD)
        kind = centre.terms(Terms("basic", 1.0, 60.0, 0.80, 420.0))
        centre.enqueue(f"c{number}", number, kind, float(number), 50.0)
    centre.enqueue("dear", 0, centre.terms(VIP), 49.0, 50.0)
    at_work(centre, 50.0, ann="any")
    (match,) = centre.decide(50.0)
    assert match.contact == "dear"
    assert [contact for contact, _ in match.ahead] == [f"c{number}" for number in range(MOST_TOLD)]
