"""From a live interaction to the record that goes into the history."""

from __future__ import annotations

from datetime import datetime

from ccserver.core.ids import call_recording
from ccserver.core.interaction import Interaction
from ccserver.core.records import InteractionRecord, Result, SegmentKind
from ccserver.core.reporting.lengths import count_once


def make_record(interaction: Interaction, now: datetime) -> InteractionRecord:
    """The record at this revision. The caller has closed the timeline and counted the revision up."""
    card, left_at = interaction.customer, max(interaction.left_at or now, interaction.started_at)
    return InteractionRecord(
        id=interaction.id,
        revision=interaction.revision,
        direction=interaction.direction,
        channel="voice",
        started_at=interaction.started_at,
        customer_left_at=left_at,
        ended_at=max((s.ended_at for s in interaction.segments), default=left_at),
        ani=interaction.ani,
        dnis=interaction.dnis,
        customer=card.id if card else None,
        customer_name=card.name if card else interaction.caller_name,
        customer_number=interaction.customer_number,
        tier=interaction.tier,
        queue=interaction.last_queue,
        agent=interaction.last_agent,
        reason=interaction.reason,
        result=interaction.result or Result.LOST,
        end_cause=interaction.end_cause,
        ivr_answers=dict(interaction.answers),
        disposition=interaction.disposition,
        notes=interaction.notes,
        script=interaction.script,
        documents=tuple(interaction.documents),
        recordings=_recordings(interaction),
        segments=count_once(interaction.segments),
        is_final=not interaction.open_work,
        decisions=tuple(interaction.decisions),
        ways=tuple(interaction.ways),
        callback_of=interaction.callback.first if interaction.callback else None,
        waits=(*interaction.waits, *(interaction.place.foretold if interaction.place is not None else ())),
    )


def _recordings(interaction: Interaction) -> tuple[str, ...]:
    """The call's own, if it was recorded and ever connected, and the message that was left."""
    was_connected = interaction.last_agent is not None or any(s.kind is SegmentKind.TALK for s in interaction.segments)
    call = (call_recording(interaction.id),) if interaction.is_recorded and was_connected else ()
    return (*call, interaction.message) if interaction.message else call
