"""Questions that callers answer with keys: what one key, or none in time, means at a menu and while digits are collected.

Says where to go next, and leaves the going to the interpreter.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from ccserver.core.commands import CancelTimer, Command, StartTimer
from ccserver.core.events import Event
from ccserver.core.ids import NodeId
from ccserver.core.ivr.flow import DigitsNode, MenuNode
from ccserver.core.ivr.walk import Walk
from ccserver.core.notices import Notice
from ccserver.core.prompts import play


@dataclass(frozen=True, slots=True)
class Go:
    """The question is answered or given up; `target` None: the flow does not say how to go on."""

    target: NodeId | None


Course = Generator[Command | Notice | Event, None, Go | None]
"""What is to be done, and then where to go; None: the caller stays at the question."""


def ask(walk: Walk, node: MenuNode | DigitsNode) -> Course:
    """Play the question, unless keys typed ahead answer it."""
    position, serial = walk.position, walk.position.serial
    if not position.typed_ahead:
        yield from play(walk.interaction, node.sounds, walk.now)
    while position.typed_ahead and position.serial == serial:
        digit, position.typed_ahead = position.typed_ahead[0], position.typed_ahead[1:]
        go = yield from take_key(walk, node, digit)
        if go is not None:
            return go
    return None


def await_key(walk: Walk, node: MenuNode | DigitsNode) -> Course:
    """The question was heard: the time for the next key runs."""
    yield StartTimer(walk.limit_key, walk.now + node.limit)
    return None


def take_key(walk: Walk, node: MenuNode | DigitsNode, digit: str) -> Course:
    """One key."""
    if isinstance(node, MenuNode):
        return (yield from _choose(walk, node, digit))
    return (yield from _collect(walk, node, digit))


def no_key(walk: Walk, node: MenuNode | DigitsNode) -> Course:
    """No key, or no further one, came in time."""
    if isinstance(node, MenuNode):
        return (yield from _again(walk, node, node.on_timeout))
    return (yield from _finish_digits(walk, node))


def _choose(walk: Walk, node: MenuNode, digit: str) -> Course:
    yield CancelTimer(walk.limit_key)
    if digit not in node.choices:
        return (yield from _again(walk, node, node.on_wrong))
    if node.store:
        walk.interaction.answers[node.store] = digit
    return Go(node.choices[digit])


def _again(walk: Walk, node: MenuNode | DigitsNode, otherwise: NodeId | None) -> Course:
    """Ask once more, or leave the node when the tries are used up. Keys typed ahead were meant for another course."""
    position = walk.position
    position.tries += 1
    position.typed_ahead = ""
    if position.tries >= node.tries:
        return Go(otherwise)
    position.serial += 1
    position.digits = ""
    yield from play(walk.interaction, (*node.wrong, *node.sounds), walk.now)
    return None


def _collect(walk: Walk, node: DigitsNode, digit: str) -> Course:
    position = walk.position
    if digit != "#":
        position.digits += digit
    if digit != "#" and len(position.digits) < node.max_digits:
        return (yield from await_key(walk, node))
    yield CancelTimer(walk.limit_key)
    return (yield from _finish_digits(walk, node))


def _finish_digits(walk: Walk, node: DigitsNode) -> Course:
    if len(walk.position.digits) < node.min_digits:
        return (yield from _again(walk, node, node.on_failed))
    walk.interaction.answers[node.store] = walk.position.digits
    return Go(node.next)
