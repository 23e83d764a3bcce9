"""Walks a flow: enters nodes, takes keys, ends of prompts and time-outs, and says what to play or where to go.

Decides the flow only. Keys that come while a greeting plays are kept for the next menu (at most eight). A flow or node that
a new plan does not have any more leads to the last resort.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from ccserver.core.centre import Centre
from ccserver.core.commands import AnswerLeg, CancelTimer, Command, StartTimer
from ccserver.core.events import (
    CustomerFound,
    DigitReceived,
    Event,
    ExitTaken,
    FlowChosen,
    MessageChosen,
    PromptFinished,
    QueueChosen,
)
from ccserver.core.ids import NodeId
from ccserver.core.interaction import FlowPosition, Interaction, InteractionEvent
from ccserver.core.ivr.branch import is_too_early, way_of
from ccserver.core.ivr.flow import (
    BranchNode,
    DigitsNode,
    HangUpNode,
    MenuNode,
    Node,
    PlayNode,
    QueueNode,
    SetNode,
    VoicemailNode,
)
from ccserver.core.ivr.keys import Course, ask, await_key, no_key, take_key
from ccserver.core.ivr.walk import Walk, walk_of
from ccserver.core.moves import move, stop_prompt
from ccserver.core.notices import Notice
from ccserver.core.plan import Exit, ExitKind
from ccserver.core.prompts import play, prompt_is_over
from ccserver.core.records import Result
from ccserver.core.standing import settle_tier
from ccserver.core.timers import DigitLimit

Effects = Iterator[Command | Notice | Event]
TYPED_AHEAD_LIMIT: Final = 8
SET_NODES_IN_A_ROW: Final = 50
"""A flow of set and branch nodes only would never end; the plan is checked for it, this is the last resort."""


def on_flow_chosen(centre: Centre, event: FlowChosen, now: datetime) -> Effects:
    """Start the flow at its first node; the caller is answered before anything is played."""
    interaction = centre.interaction(event.interaction)
    flow = centre.plan.flows.get(event.flow)
    if flow is None:
        yield ExitTaken(interaction.id, centre.plan.default_exit, Result.ENDED_IN_IVR)
        return
    yield from stop_prompt(interaction)
    move(centre, interaction, InteractionEvent.ENTER_FLOW, now)
    if not interaction.is_customer_up and interaction.customer_leg:
        interaction.is_customer_up = True
        yield AnswerLeg(interaction.customer_leg)
    interaction.flow = FlowPosition(flow.id, flow.start)
    yield from _enter(Walk(centre, interaction, interaction.flow, flow, now), flow.start)


def on_digit(centre: Centre, event: DigitReceived, now: datetime) -> Effects:
    """One key of a caller who is in a flow."""
    walk = walk_of(centre, centre.interaction_of_leg(event.leg), now)
    if walk is None:
        return
    match walk.node:
        case PlayNode() | BranchNode():
            walk.position.typed_ahead = (walk.position.typed_ahead + event.digit)[:TYPED_AHEAD_LIMIT]
        case MenuNode() | DigitsNode() as node:
            yield from stop_prompt(walk.interaction)
            yield from _follow(walk, take_key(walk, node, event.digit))
        case _:
            yield walk.lost()


def on_prompt_finished(centre: Centre, event: PromptFinished, now: datetime) -> Effects:
    """The node's prompt is over: go on, or begin to wait for keys."""
    walk = walk_of(centre, centre.interaction_of_leg(event.leg), now)
    if walk is None or walk.interaction.prompt != event.prompt:
        return
    yield from prompt_is_over(walk.interaction)
    if isinstance(walk.node, MenuNode | DigitsNode):
        yield from await_key(walk, walk.node)
    elif isinstance(walk.node, PlayNode):
        yield from _go(walk, walk.node.next)
    else:
        yield walk.lost()


def on_digit_limit(centre: Centre, key: DigitLimit, now: datetime) -> Effects:
    """No key came in time."""
    interaction = centre.interaction(key.interaction) if key.interaction in centre.interactions else None
    walk = walk_of(centre, interaction, now)
    if walk is None or walk.limit_key != key:
        return
    if isinstance(walk.node, MenuNode | DigitsNode):
        yield from _follow(walk, no_key(walk, walk.node))
    elif isinstance(walk.node, BranchNode):
        yield from _go(walk, way_of(centre.plan, walk.node, walk.interaction, now))
    else:
        yield walk.lost()


def on_customer_found(centre: Centre, event: CustomerFound, now: datetime) -> Effects:
    """Go on from a branch that waits for who the caller is."""
    interaction = centre.interaction(event.interaction) if event.interaction in centre.interactions else None
    walk = walk_of(centre, interaction, now)
    if walk is not None and isinstance(walk.node, BranchNode):
        yield CancelTimer(walk.limit_key)
        yield from _go(walk, way_of(centre.plan, walk.node, walk.interaction, now))


def replay_node(centre: Centre, interaction: Interaction, now: datetime) -> Effects:
    """Enter the present node again: after a break its prompt may never have been heard."""
    walk = walk_of(centre, interaction, now)
    if walk is not None:
        yield from stop_prompt(interaction)
        yield from _enter(walk, walk.position.node)


def _follow(walk: Walk, course: Course) -> Effects:
    go = yield from course
    if go is not None:
        yield from _go(walk, go.target)


def _go(walk: Walk, target: NodeId | None) -> Effects:
    if target is None or target not in walk.flow.nodes:
        yield walk.lost()
    else:
        yield from _enter(walk, target)


def _enter(walk: Walk, target: NodeId) -> Effects:
    for _ in range(SET_NODES_IN_A_ROW):
        node = _arrive(walk, target)
        onward = _at_once(walk, node)
        if onward is None:
            break
        target = onward
    yield from _perform(walk, node)


def _at_once(walk: Walk, node: Node | None) -> NodeId | None:
    """Where a node leads that takes no time."""
    if isinstance(node, SetNode):
        _keep(walk.interaction, node)
        settle_tier(walk.centre.plan, walk.interaction)
        return node.next
    if isinstance(node, BranchNode) and not is_too_early(walk.centre, node, walk.interaction):
        return way_of(walk.centre.plan, node, walk.interaction, walk.now)
    return None


def _arrive(walk: Walk, target: NodeId) -> Node | None:
    position = walk.position
    if position.node != target:
        position.tries = 0
    position.node, position.digits = target, ""
    position.serial += 1
    return walk.node


def _keep(interaction: Interaction, node: SetNode) -> None:
    for name, value in node.values.items():
        if name == "reason":
            interaction.reason = value
        else:
            interaction.answers[name] = value


def _perform(walk: Walk, node: Node | None) -> Effects:
    interaction = walk.interaction
    match node:
        case PlayNode():
            yield from play(interaction, node.sounds, walk.now)
        case MenuNode() | DigitsNode():
            yield from _follow(walk, ask(walk, node))
        case QueueNode():
            yield QueueChosen(interaction.id, node.queue, node.priority, also=node.also)
        case BranchNode() if is_too_early(walk.centre, node, interaction):
            yield StartTimer(walk.limit_key, walk.now + walk.centre.plan.look_up_limit)
        case VoicemailNode():
            yield MessageChosen(interaction.id)
        case HangUpNode():
            yield ExitTaken(interaction.id, Exit(ExitKind.MESSAGE, sounds=node.sounds), Result.ENDED_IN_IVR)
        case _:
            yield walk.lost()
