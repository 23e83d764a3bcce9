"""Reading the state of calls back from the PBX: differences become ordinary events and repeated commands.

After a lost link, a crash of ours or a restart of the PBX the snapshot is the truth about legs, our memory the truth about
intentions. Routinely (`PbxAudited`) differences younger than GRACE are left alone: something is just on its way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ccserver.core.acd.treatment import music
from ccserver.core.centre import Centre
from ccserver.core.commands import AnswerLeg, Command, ConnectLegs, DropConnection, HangUpLeg, HoldLeg, StartMusic
from ccserver.core.ending import end_interaction
from ccserver.core.events import (
    Cause,
    Event,
    LegAnswered,
    LegArrived,
    LegEnded,
    PbxAudited,
    PbxSnapshot,
    SnapshotLeg,
    TelephonyLost,
    TelephonyRestored,
)
from ccserver.core.exits import greet_again, recorded_unseen
from ccserver.core.ids import LegId, serial_of
from ccserver.core.interaction import Interaction, InteractionState
from ccserver.core.ivr.interpreter import replay_node
from ccserver.core.moves import stop_prompt
from ccserver.core.notices import LinkChanged, Notice, OddityNoticed
from ccserver.core.phone_use import leave_fallback_talk
from ccserver.core.records import Direction
from ccserver.core.work_item import WorkItem, WorkState

Effects = Iterator[Command | Notice | Event]
GRACE: Final = timedelta(seconds=5)
"""A command has at most this long; see services.performer."""


def on_telephony_lost(centre: Centre, event: TelephonyLost, now: datetime) -> Effects:
    """No offers until it is back; calls go on by themselves."""
    if event.node in centre.nodes_up:
        centre.nodes_up.discard(event.node)
        yield LinkChanged(event.node, False)


def on_telephony_restored(centre: Centre, event: TelephonyRestored, now: datetime) -> Effects:
    """Everything at once: nothing is on its way after a break."""
    node = event.snapshot.node
    was_up = node in centre.nodes_up
    centre.nodes_up.add(node)
    known_boot, centre.boots[node] = centre.boots.get(node, ""), event.snapshot.boot
    lost = Cause.PBX_LOST if known_boot and known_boot != event.snapshot.boot else Cause.UNKNOWN
    yield from _compare(centre, _comparison(event.snapshot, now, timedelta(), lost))
    if not was_up:
        yield LinkChanged(node, True)


def on_pbx_audited(centre: Centre, event: PbxAudited, now: datetime) -> Effects:
    if event.snapshot.node in centre.nodes_up:
        yield from _compare(centre, _comparison(event.snapshot, now, GRACE, Cause.UNKNOWN))


def _comparison(snapshot: PbxSnapshot, now: datetime, grace: timedelta, lost: Cause) -> _Comparison:
    return _Comparison(snapshot, {leg.leg: leg for leg in snapshot.legs}, now, grace, lost)


@dataclass(frozen=True, slots=True)
class _Comparison:
    """One snapshot held against what we remember. `lost` is the cause given to legs that are gone."""

    snapshot: PbxSnapshot
    legs: Mapping[LegId, SnapshotLeg]
    now: datetime
    grace: timedelta
    lost: Cause

    def is_settled(self, since: datetime | None) -> bool:
        return since is None or self.now - since >= self.grace


def _compare(centre: Centre, comparison: _Comparison) -> Effects:
    snapshot = comparison.snapshot
    for interaction in [i for i in centre.interactions.values() if i.node == snapshot.node]:
        if interaction.state is not InteractionState.ENDED and comparison.is_settled(interaction.changed_at):
            heal = _find if interaction.state is InteractionState.FALLBACK else _heal
            yield from heal(centre, interaction, comparison)
    for leg in snapshot.legs:
        if leg.leg not in centre.legs and comparison.is_settled(leg.created_at):
            yield from _adopt(centre, snapshot, leg)
    wanted = {i.connection for i in centre.interactions.values()}
    for connection, members in snapshot.connections.items():
        if connection not in wanted and (not comparison.grace or len(members) < 2):
            yield DropConnection(connection)


def _adopt(centre: Centre, snapshot: PbxSnapshot, leg: SnapshotLeg) -> Effects:
    """A caller whose arrival we missed is taken in; any other leg that nobody knows is ended."""
    if not leg.is_ours and leg.interaction is not None and not centre.is_known(leg.interaction) and leg.dnis:
        yield LegArrived(leg.leg, snapshot.node, leg.interaction, leg.ani, leg.dnis, leg.caller_name, leg.created_at)
        return
    if leg.is_ours and leg.interaction in centre.interactions:
        # Opened in a step that a crash took from the journal: its id must not be given to another leg.
        interaction = centre.interaction(leg.interaction)
        interaction.leg_count = max(interaction.leg_count, serial_of(leg.leg))
    yield OddityNoticed("leg without an interaction", leg.leg)
    yield HangUpLeg(leg.leg, "orphan")


def _find(centre: Centre, interaction: Interaction, comparison: _Comparison) -> Effects:
    """A caller of the fallback: back with us, still there, or gone without a word from the black box."""
    customer = interaction.customer_leg or LegId("")
    if customer in comparison.legs:
        leg = comparison.legs[customer]
        yield LegArrived(customer, interaction.node, interaction.id, leg.ani, leg.dnis, leg.caller_name, leg.created_at)
    elif customer not in comparison.snapshot.elsewhere:
        yield from leave_fallback_talk(interaction)
        yield from end_interaction(centre, centre.interaction(interaction.id), comparison.lost, comparison.now)


def _heal(centre: Centre, interaction: Interaction, comparison: _Comparison) -> Effects:
    legs, lost = comparison.legs, comparison.lost
    item = centre.work_item(interaction.work_item) if interaction.work_item else None
    customer = interaction.customer_leg
    if customer is not None and customer not in legs:
        if interaction.recording and lost is not Cause.PBX_LOST:  # it ended with the leg, and nobody told us
            yield recorded_unseen(centre, interaction, customer, comparison.now)
        yield LegEnded(customer, lost)
        return
    if interaction.forwarded_leg is not None and interaction.forwarded_leg not in legs:
        yield LegEnded(interaction.forwarded_leg, lost)
    elif item is not None and item.leg not in legs:
        yield LegEnded(item.leg, Cause.PBX_LOST if item.connected_at is None else lost)
    elif item is not None and item.connected_at is None and legs[item.leg].is_up:
        yield LegAnswered(item.leg)
    elif (answered := _answered_unseen(interaction, legs)) is not None:
        yield LegAnswered(answered)
    elif customer is not None:
        yield from _restore_place(centre, interaction, item, customer, comparison)


def _answered_unseen(interaction: Interaction, legs: Mapping[LegId, SnapshotLeg]) -> LegId | None:
    """The number that is being dialled, if it was answered and nobody told us."""
    dialled = interaction.forwarded_leg
    if dialled is None and interaction.direction is Direction.OUTBOUND:
        dialled = interaction.customer_leg
    if interaction.state is not InteractionState.CALLING or dialled is None:
        return None
    return dialled if legs[dialled].is_up else None


def _restore_place(
    centre: Centre, interaction: Interaction, item: WorkItem | None, customer: LegId, comparison: _Comparison
) -> Effects:
    """All legs are there: are they where they should be?"""
    is_restore = not comparison.grace
    match interaction.state:
        case InteractionState.QUEUED | InteractionState.OFFERED if customer not in comparison.snapshot.waiting:
            yield from _wait_again(centre, centre.interaction(interaction.id), customer)
        case InteractionState.CONNECTED:
            yield from _talk_again(centre, interaction, item, customer, comparison.snapshot)
        case InteractionState.CALLING if interaction.forwarded_leg and customer not in comparison.snapshot.waiting:
            yield StartMusic(customer, centre.plan.hold_music)
        case InteractionState.RECORDING if is_restore and not interaction.recording:
            yield from greet_again(centre, centre.interaction(interaction.id), comparison.now)
        case InteractionState.IN_FLOW if is_restore:
            yield from replay_node(centre, centre.interaction(interaction.id), comparison.now)
        case InteractionState.CLOSING if is_restore:
            yield HangUpLeg(customer, "closing")
        case _:
            pass


def _wait_again(centre: Centre, interaction: Interaction, customer: LegId) -> Effects:
    plan = centre.plan.queues.get(interaction.place.queue) if interaction.place else None
    yield from stop_prompt(interaction)
    yield AnswerLeg(customer)
    yield StartMusic(customer, music(centre.plan, plan, interaction) if plan else centre.plan.hold_music)


def _talk_again(
    centre: Centre, interaction: Interaction, item: WorkItem | None, customer: LegId, snapshot: PbxSnapshot
) -> Effects:
    legs = tuple(leg for leg in (customer, item.leg if item else interaction.forwarded_leg) if leg)
    connection = interaction.connection = interaction.connection or interaction.next_connection()
    if item is not None and item.state is WorkState.HELD:
        if customer not in snapshot.waiting:
            yield HoldLeg(connection, customer, centre.plan.hold_music)
    elif not set(legs) <= set(snapshot.connections.get(connection, ())):
        yield ConnectLegs(connection, interaction.node, legs, interaction.id)
