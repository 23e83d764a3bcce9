"""Where an interaction is in its flow."""

from __future__ import annotations

from dataclasses import replace

from tests.core.playbook import IVR_DNIS, SUPPORT_DNIS, Play

from ccserver.core.ivr.walk import Walk, walk_of


def in_the_flow() -> tuple[Play, Walk]:
    play = Play()
    play.calls(IVR_DNIS)
    walk = walk_of(play.centre, play.interaction(), play.now)
    assert walk is not None
    return play, walk


def test_who_is_in_a_flow_is_on_the_way() -> None:
    """At the node where it stands."""
    play, walk = in_the_flow()
    assert walk.node is play.centre.plan.flows[walk.flow.id].nodes[walk.position.node]


def test_nobody_else_is_on_the_way() -> None:
    """Neither a caller in a queue nor one who is not known."""
    play = Play()
    play.calls(SUPPORT_DNIS)
    assert walk_of(play.centre, play.interaction(), play.now) is None
    assert walk_of(play.centre, None, play.now) is None


def test_a_flow_that_is_gone_has_no_node() -> None:
    """The way out is the last resort of the plan."""
    play, _ = in_the_flow()
    play.centre.plan = replace(play.centre.plan, flows={})
    walk = walk_of(play.centre, play.interaction(), play.now)
    assert walk is not None
    assert walk.node is None
    assert walk.lost().exit == play.centre.plan.default_exit
