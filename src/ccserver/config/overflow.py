"""Overflow rules, from the YAML to the core's. Decides nothing but which queue a figure is of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from ccserver.config.needs import part_of
from ccserver.config.schema.overflow import FigureSection, FiguresSection, WaySection, WhenSection
from ccserver.core.forecast import WaitBound
from ccserver.core.ids import QueueId
from ccserver.core.plan import Exit, Figure, Switch, Widening


def switches_of(queue: QueueId, when: WhenSection) -> tuple[Switch, ...]:
    """Its conditions on figures: those of the queue itself, then those of others."""
    others = (switch for name, figures in when.queues.items() for switch in _switches(QueueId(name), figures))
    return (*_switches(queue, when), *others)


def way_of(then: WaySection, otherwise: Callable[[WaySection], Exit]) -> Exit | Widening:
    """What becomes of the caller; a way out is built as all of them are."""
    if then.add is not None:
        return Widening(queue=QueueId(then.add))
    if then.widen is not None:
        return Widening(needs=part_of(then.widen, ()).requirement)
    return otherwise(then)


def predicted_of(queue: QueueId, when: WhenSection) -> tuple[WaitBound, ...]:
    """Its conditions on the predicted wait: here, then elsewhere."""
    others = [bound for name, figures in when.queues.items() for bound in _bounds(QueueId(name), figures)]
    return (*_bounds(queue, when), *others)


def _bounds(queue: QueueId, figures: FiguresSection) -> Iterator[WaitBound]:
    wait = figures.predicted_wait
    if wait is not None and wait.at_least is not None:
        yield WaitBound(queue, True, wait.at_least, wait.until_less_than or wait.at_least)
    elif wait is not None and wait.less_than is not None:
        yield WaitBound(queue, False, wait.less_than, wait.until_at_least or wait.less_than)


def waited_of(when: WhenSection) -> timedelta:
    return when.waited or timedelta()


def _switches(queue: QueueId, figures: FiguresSection) -> Iterator[Switch]:
    for figure in Figure:
        bound: FigureSection | None = getattr(figures, figure.value)
        if bound is not None and bound.at_least is not None:
            yield Switch(queue, figure, True, bound.at_least, bound.until_fewer_than or bound.at_least)
        elif bound is not None and bound.fewer_than is not None:
            yield Switch(queue, figure, False, bound.fewer_than, bound.until_at_least or bound.fewer_than)
