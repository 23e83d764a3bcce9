"""The customer's timeline: uniform stretches without a gap, so that they add up to the whole by construction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from ccserver.core.ids import AgentId, QueueId
from ccserver.core.interaction import Interaction
from ccserver.core.records import Segment, SegmentKind


def turn(
    interaction: Interaction,
    kind: SegmentKind,
    now: datetime,
    queue: QueueId | None = None,
    agent: AgentId | None = None,
) -> None:
    """From `now` on the customer experiences `kind`. The same kind with the same queue and agent goes on unbroken.

    A clock that was set back between two runs of the server makes no stretch that begins before the one it follows.
    """
    same = (interaction.segment_kind, interaction.segment_queue, interaction.segment_agent) == (kind, queue, agent)
    if same:
        return
    begins = max(now, interaction.segment_since or now)
    close(interaction, begins)
    interaction.segment_kind, interaction.segment_since = kind, begins
    interaction.segment_queue, interaction.segment_agent = queue, agent


def close(interaction: Interaction, now: datetime) -> None:
    """End the running stretch, if there is one. A stretch of no length is not kept."""
    kind, since = interaction.segment_kind, interaction.segment_since
    interaction.segment_kind = interaction.segment_since = None
    if kind is None or since is None or now <= since:
        return
    segment = Segment(kind, since, now, interaction.segment_queue, interaction.segment_agent)
    last = interaction.segments[-1] if interaction.segments else None
    if last and replace(last, ended_at=now) == replace(segment, started_at=last.started_at) and last.ended_at == since:
        interaction.segments[-1] = replace(last, ended_at=now)
    else:
        interaction.segments.append(segment)


def add_wrap_up(
    interaction: Interaction, since: datetime, until: datetime, queue: QueueId | None, agent: AgentId
) -> None:
    """Wrap-up lies behind the customer's side, or beside it when the customer went on to somebody else."""
    if until > since:
        interaction.segments.append(Segment(SegmentKind.WRAP_UP, since, until, queue, agent))
