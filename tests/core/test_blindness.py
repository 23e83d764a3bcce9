"""Timers of calls while call control is away: put off, and judged when it is back."""

from __future__ import annotations

from datetime import timedelta

from tests.core.playbook import START

from ccserver.core import timers
from ccserver.core.blindness import LOOK_AGAIN, is_blind
from ccserver.core.centre import Centre
from ccserver.core.commands import StartTimer
from ccserver.core.events import TimerFired
from ccserver.core.ids import AgentId, InteractionId, LegId, NodeName, QueueId, WorkItemId
from ccserver.core.interaction import Interaction
from ccserver.core.kernel import Kernel
from ccserver.core.plan import Plan
from ccserver.core.records import Direction
from ccserver.core.work_item import WorkItem

NODE, KEY, ITEM = NodeName("ast01"), InteractionId("i1"), WorkItemId("i1-w1")


def centre(*, is_up: bool) -> Centre:
    """One caller to whom an agent is offered."""
    made = Centre(Plan())
    made.add(Interaction(KEY, Direction.INBOUND, NODE, "+442079460007", "+448081570102", START))
    made.work_items[ITEM] = WorkItem(ITEM, KEY, AgentId("ann"), LegId("l1"), QueueId("support"), START)
    made.nodes_up = {NODE} if is_up else set()
    return made


def test_ring_limit_is_not_judged_without_call_control() -> None:
    """The phone may have been answered."""
    assert is_blind(centre(is_up=False), timers.RingLimit(ITEM))


def test_nothing_is_put_off_while_call_control_is_there() -> None:
    """The usual case."""
    assert not is_blind(centre(is_up=True), timers.RingLimit(ITEM))


def test_wrap_up_runs_on_without_call_control() -> None:
    """No telephone has a part in it."""
    assert not is_blind(centre(is_up=False), timers.WrapUpLimit(ITEM))


def test_timer_of_an_interaction_that_is_over_is_not_put_off() -> None:
    """It finds nothing and ends."""
    assert not is_blind(centre(is_up=False), timers.MaxWait(InteractionId("gone")))


def test_timer_that_cannot_be_judged_is_due_again_soon() -> None:
    """Put off, not forgotten."""
    blind = centre(is_up=False)
    due_at = START + timedelta(seconds=5)
    blind.timers[timers.RingLimit(ITEM)] = due_at
    outcome = Kernel(blind).handle(TimerFired(timers.RingLimit(ITEM)), due_at)
    assert StartTimer(timers.RingLimit(ITEM), due_at + LOOK_AGAIN) in outcome.timers
    assert outcome.telephony == []
