"""Several queues at once: who will do, and in which of them."""

from __future__ import annotations

from tests.core.playbook import SALES, START, SUPPORT, plan, queue, seconds

from ccserver.core.acd.alternatives import alternatives, fit, further_queues, next_step, queue_for
from ccserver.core.ids import QueueId
from ccserver.core.interaction import QueuePlace
from ccserver.core.skills import EVERYBODY, AtLeast, Relaxation

THIRD = QueueId("third")
STEP = (Relaxation(seconds(30), AtLeast("any")),)
PLAN = plan(
    queues={
        SALES: queue(SALES, "sales", also=(SUPPORT, SALES, QueueId("gone")), relax=(Relaxation(seconds(60)),)),
        SUPPORT: queue(SUPPORT, "support", relax=STEP, prefer=(AtLeast("french"),)),
        THIRD: queue(THIRD, "third"),
    }
)


def place(*also: QueueId, at: QueueId = SALES) -> QueuePlace:
    return QueuePlace(at, START, 0, also=list(also))


def test_what_the_queue_says_comes_first_and_each_once() -> None:
    """Nor is a queue beside itself, nor one that the plan has no more."""
    assert further_queues(PLAN, place(THIRD, SUPPORT, QueueId("lost"))) == (SUPPORT, THIRD)
    assert further_queues(PLAN, place(SUPPORT, at=SUPPORT)) == ()


def test_a_queue_that_is_gone_gives_its_callers_to_nobody() -> None:
    """As it does to those who wait in it alone: the maximum wait leads them out."""
    assert alternatives(PLAN, place(SALES, at=QueueId("gone")), 0) == ()
    assert further_queues(PLAN, place(SALES, at=QueueId("gone"))) == (SALES,)


def test_each_queue_is_loosened_by_its_own_steps() -> None:
    """All by the one clock of the place."""
    found = {waited: [each.wider for each in alternatives(PLAN, place(), waited)] for waited in (29, 30, 60)}
    assert found == {29: [(), ()], 30: [(), (AtLeast("any"),)], 60: [(EVERYBODY,), (AtLeast("any"),)]}
    assert [next_step(PLAN, place(), waited) for waited in (0, 30, 60)] == [seconds(30), seconds(60), None]


def test_the_best_fit_counts_and_the_own_queue_takes() -> None:
    """Preferences and levels are those of each queue."""
    need = alternatives(PLAN, place(), 0)
    both = {"sales": 4, "support": 9, "french": 1}
    assert (fit(need, both), queue_for(need, both)) == (10, SALES)
    assert (fit(need, {"support": 9}), queue_for(need, {"support": 9})) == (3, SUPPORT)
    assert (fit(need, {"sales": 1}), queue_for(need, {"sales": 1})) == (0, None)


def test_what_a_rule_widened_is_of_the_own_queue() -> None:
    """Whoever does by it alone counts as 1."""
    widened = place()
    widened.widened.append(AtLeast("trainee"))
    need = alternatives(PLAN, widened, 0)
    assert (fit(need, {"trainee": 9}), queue_for(need, {"trainee": 9})) == (1, SALES)
