"""Overflow rules of a queue: when something holds, whoever waits is sent another way."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final

from pydantic import Field

from ccserver.config.schema.needs import Need
from ccserver.config.schema.section import Section
from ccserver.config.schema.sounds import WaitingExit
from ccserver.config.schema.types import Expression, Id, Lasting, refuse, spoken

Waited = Annotated[timedelta, Lasting(timedelta(seconds=1), timedelta(hours=12))]
Figure = Annotated[int, Field(ge=1, le=10_000)]
MOST_RULES: Final = 20


class FigureSection(Section):
    """A bound on a figure. Once it holds, it does so until the figure has come back as far as `until_...` says."""

    at_least: Figure | None = Field(None, description="so many or more")
    until_fewer_than: Figure | None = Field(
        None, description="with at_least: it goes on holding until there are fewer than so many"
    )
    fewer_than: Figure | None = Field(None, description="not so many; fewer than 1 is none")
    until_at_least: Figure | None = Field(
        None, description="with fewer_than: it goes on holding until there are so many or more"
    )

    def check_as_a_whole(self) -> None:
        at_least, fewer = self.at_least, self.fewer_than
        if (at_least is None) == (fewer is None):
            refuse("must have one bound", "use one of at_least, fewer_than")
        if fewer is None and self.until_at_least is not None:
            refuse("has until_at_least, which belongs to fewer_than", "use until_fewer_than")
        if at_least is None and self.until_fewer_than is not None:
            refuse("has until_fewer_than, which belongs to at_least", "use until_at_least")
        if at_least is not None and (self.until_fewer_than or 0) > at_least:
            refuse("ends before it begins", f"use {at_least} or fewer for until_fewer_than")
        if fewer is not None and (self.until_at_least or fewer) < fewer:
            refuse("ends before it begins", f"use {fewer} or more for until_at_least")


class PredictedSection(Section):
    """A bound on the wait that is predicted for the caller. Once it holds, it does so until `until_...` says."""

    at_least: Waited | None = Field(None, description="so long or longer, such as 3 min")
    until_less_than: Waited | None = Field(
        None, description="with at_least: it goes on holding until less than this is predicted"
    )
    less_than: Waited | None = Field(None, description="not so long")
    until_at_least: Waited | None = Field(
        None, description="with less_than: it goes on holding until this or more is predicted"
    )

    def check_as_a_whole(self) -> None:
        at_least, less = self.at_least, self.less_than
        if (at_least is None) == (less is None):
            refuse("must have one bound", "use one of at_least, less_than")
        if less is None and self.until_at_least is not None:
            refuse("has until_at_least, which belongs to less_than", "use until_less_than")
        if at_least is None and self.until_less_than is not None:
            refuse("has until_less_than, which belongs to at_least", "use until_at_least")
        if at_least is not None and (self.until_less_than or at_least) > at_least:
            refuse("ends before it begins", f"use {spoken(at_least)} or less for until_less_than")
        if less is not None and (self.until_at_least or less) < less:
            refuse("ends before it begins", f"use {spoken(less)} or more for until_at_least")


class FiguresSection(Section):
    """Figures of one queue, all of which must be within their bounds."""

    length: FigureSection | None = Field(None, description="callers in the queue, the one who is asked for included")
    signed_in: FigureSection | None = Field(None, description="agents signed in who have what the queue needs")
    ready: FigureSection | None = Field(None, description="those of them who could take a call now")
    in_wrap_up: FigureSection | None = Field(None, description="those of them in wrap-up")
    predicted_wait: PredictedSection | None = Field(
        None, description="how long the caller will wait there from now on, by the estimate"
    )

    def check_as_a_whole(self) -> None:
        if not self.model_fields_set:
            refuse("asks for nothing", "use one of length, signed_in, ready, in_wrap_up, predicted_wait")


class WhenSection(FiguresSection):
    """Everything that is written must hold."""

    waited: Waited | None = Field(None, description="the caller has waited so long, such as 60 s")
    queues: dict[Id, FiguresSection] = Field({}, min_length=1, description="the same figures of other queues")
    open: Id | None = Field(None, description="opening hours that must be open")
    closed: Id | None = Field(None, description="opening hours that must be closed")
    expression: Expression | None = Field(
        None, description="an expression in CEL that must hold, such as interaction.tier == 'gold' && queue.waiting > 5"
    )

    def check_as_a_whole(self) -> None:
        if not self.model_fields_set:
            refuse(
                "asks for nothing",
                "use waited, length, signed_in, ready, in_wrap_up, predicted_wait, queues, open, closed or expression",
            )


class WaySection(WaitingExit):
    """What becomes of the caller: a way out, or more agents who may take the call while the caller stays in line."""

    add: Id | None = Field(None, description="the caller stays, and waits in this queue too")
    widen: Need | None = Field(None, description="the caller stays, and whoever meets this will do too")

    def check_as_a_whole(self) -> None:
        if len(self.model_fields_set) != 1:
            refuse(
                "must name exactly one way", "use one of voicemail, message, queue, flow, number, callback, add, widen"
            )


class OverflowSection(Section):
    """One rule. Of several that hold the first is taken."""

    when: WhenSection = Field(description="what must hold, such as {waited: 60 s, ready: {fewer_than: 1}}")
    then: WaySection = Field(
        description="where the caller goes, with the place kept into another queue: voicemail, {queue: helpdesk}, {add: helpdesk}"
    )
