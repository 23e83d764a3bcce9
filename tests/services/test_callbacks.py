"""Promises as people see them."""

from __future__ import annotations

from tests.core.acd.callbacks import HOME, OTHER, promised
from tests.core.playbook import ANN, START, SUPPORT, seconds

from ccserver.core.events import Cause, LegEnded
from ccserver.services.callbacks import callback_views


def test_one_that_waits_has_its_place() -> None:
    """Callers on the line count too."""
    play = promised()
    play.calls(name="c2", ani=OTHER)
    (view,) = callback_views(play.centre)
    assert (view.id, view.first, view.queue, view.queue_name) == ("c1-cb", "c1", SUPPORT, "Support")
    assert (view.number, view.state, view.position, view.agent) == (HOME, "waiting", 1, None)
    assert (view.waiting_since, view.promised_at) == (START, START + seconds(5))


def test_one_that_rings_names_the_agent() -> None:
    """And one that rests stands nowhere, with the reason."""
    play = promised()
    play.is_ready(ANN)
    assert callback_views(play.centre)[0].agent == ANN
    play.agent_answers("c1-cb")
    assert callback_views(play.centre)[0].state == "calling"
    leg = play.interaction("c1-cb").customer_leg
    assert leg is not None
    play.hand(LegEnded(leg, Cause.BUSY))
    (view,) = callback_views(play.centre)
    assert (view.state, view.position, view.last_cause, view.attempts, view.attempts_left) == (
        "resting",
        0,
        "busy",
        1,
        2,
    )
