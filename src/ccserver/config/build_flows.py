"""Flows and sounds of the YAML to those of the core."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from types import MappingProxyType

from ccserver.config.checks.nodes import AnyNode
from ccserver.config.expressions import read_expression
from ccserver.config.schema.flows import (
    BranchSection,
    CaseSection,
    DigitsSection,
    FlowSection,
    HangUpSection,
    MenuSection,
    PlaySection,
    QueueSection,
    SetSection,
)
from ccserver.config.schema.sounds import SoundItem
from ccserver.core.ids import FlowId, NodeId, QueueId
from ccserver.core.ivr.flow import (
    BranchNode,
    Case,
    DigitsNode,
    Flow,
    HangUpNode,
    MenuNode,
    Node,
    PlayNode,
    QueueNode,
    SetNode,
    VoicemailNode,
)
from ccserver.core.sounds import Sound, SoundKind, Sounds


def build_flow(flow: FlowId, section: FlowSection) -> Flow:
    """One flow."""
    nodes = {NodeId(name): _node(node) for name, node in section.nodes.items()}
    return Flow(flow, NodeId(section.start), MappingProxyType(nodes))


def build_sounds(items: Iterable[SoundItem]) -> Sounds:
    """What is played one after the other."""
    return tuple(_sound(item) for item in items)


def _sound(item: SoundItem) -> Sound:
    if item.recording is not None:
        return Sound(SoundKind.RECORDED, item.recording)
    if item.say_number is not None:
        return Sound(SoundKind.NUMBER, str(item.say_number))
    if item.say_digits is not None:
        return Sound(SoundKind.DIGITS, item.say_digits)
    if item.say is not None:
        return Sound(SoundKind.SAID, item.say)
    return Sound(SoundKind.SILENCE, str((item.silence or timedelta(seconds=1)) // timedelta(seconds=1)))


def _node(section: AnyNode) -> Node:
    match section:
        case PlaySection():
            return PlayNode(build_sounds(section.sounds), NodeId(section.next))
        case MenuSection():
            return _menu(section)
        case DigitsSection():
            return _digits(section)
        case SetSection():
            return SetNode(MappingProxyType(dict(section.values)), NodeId(section.next))
        case BranchSection():
            return BranchNode(tuple(_case(one) for one in section.cases), NodeId(section.otherwise))
        case QueueSection():
            return QueueNode(QueueId(section.queue), section.priority, tuple(QueueId(name) for name in section.also))
        case HangUpSection():
            return HangUpNode(build_sounds(section.sounds))
        case _:
            return VoicemailNode()


def _case(section: CaseSection) -> Case:
    return Case(
        next=NodeId(section.next),
        tiers=frozenset(section.tier),
        languages=frozenset(section.language),
        is_known=None if section.customer is None else section.customer == "known",
        answers=MappingProxyType({name: tuple(good) for name, good in section.answers.items()}),
        open=section.open or "",
        closed=section.closed or "",
        expression=read_expression(section.expression, is_waiting=False) if section.expression else None,
    )


def _menu(section: MenuSection) -> MenuNode:
    return MenuNode(
        sounds=build_sounds(section.sounds),
        choices=MappingProxyType({key: NodeId(target) for key, target in section.keys.items()}),
        limit=section.limit,
        tries=section.tries,
        wrong=build_sounds(section.wrong),
        on_timeout=NodeId(section.on_timeout),
        on_wrong=NodeId(section.on_wrong or section.on_timeout),
        store=section.store or "",
    )


def _digits(section: DigitsSection) -> DigitsNode:
    return DigitsNode(
        sounds=build_sounds(section.sounds),
        store=section.store,
        min_digits=section.min_digits,
        max_digits=section.max_digits,
        limit=section.limit,
        tries=section.tries,
        wrong=build_sounds(section.wrong),
        next=NodeId(section.next),
        on_failed=NodeId(section.on_failed or section.next),
    )
