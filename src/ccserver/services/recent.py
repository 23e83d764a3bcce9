"""Interactions as records before the history has them: those that go on, and the latest that are over.

Decides nothing about them; what is stored is the history's business.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from ccserver.core.centre import Centre
from ccserver.core.ids import AgentId, InteractionId
from ccserver.core.interaction import Interaction, InteractionState
from ccserver.core.notices import Notice, RecordMade
from ccserver.core.records import InteractionRecord
from ccserver.core.reporting.record import make_record
from ccserver.services.ports import Clock

MOST_KEPT: Final = 1000
"""Records kept for the moment until the relay has stored them; the oldest go first."""


@dataclass(frozen=True, slots=True)
class InteractionView:
    """`record` has what is known so far: of one that goes on, its end, result and lengths mean nothing yet."""

    record: InteractionRecord
    is_live: bool
    agents: frozenset[AgentId]
    """Who has or had a part in it."""


@dataclass(slots=True)
class RecentRecords:
    _kept: dict[InteractionId, InteractionRecord] = field(default_factory=dict)

    def take(self, notice: Notice) -> None:
        """Keep a record that was made; a later revision takes the place of the one before."""
        if isinstance(notice, RecordMade):
            self._kept.pop(notice.record.id, None)
            self._kept[notice.record.id] = notice.record
            if len(self._kept) > MOST_KEPT:
                del self._kept[next(iter(self._kept))]

    def view(self, centre: Centre, key: InteractionId, clock: Clock) -> InteractionView | None:
        """In any state from the arrival on; None for one that is unknown or over for long."""
        interaction = centre.interactions.get(key)
        if interaction is not None:
            return _view_of(centre, interaction, clock)
        record = self._kept.get(key)
        return None if record is None else InteractionView(record, False, agents_of(record))


def _view_of(centre: Centre, interaction: Interaction, clock: Clock) -> InteractionView:
    record = make_record(interaction, clock.now())
    items = [item for key in interaction.open_work if (item := centre.work_items.get(key)) is not None]
    now_there = next((item.agent for item in items if item.id == interaction.work_item), record.agent)
    return InteractionView(
        replace(record, agent=now_there),
        interaction.state is not InteractionState.ENDED,
        agents_of(record) | {item.agent for item in items},
    )


def agents_of(record: InteractionRecord) -> frozenset[AgentId]:
    """Who had a part in it."""
    named = (record.agent, *(segment.agent for segment in record.segments))
    return frozenset(agent for agent in named if agent is not None)
