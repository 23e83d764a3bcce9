"""What Asterisk holds of ours, read back over ARI in the centre's words."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC

from ccserver.adapters.asterisk import ari_models as ari
from ccserver.adapters.asterisk.ari_client import AriClient
from ccserver.adapters.asterisk.dialect import OPENED_BY_US, Role, e164, interaction_on, is_ours, role_of, waiting_room
from ccserver.adapters.asterisk.errors import AriError
from ccserver.core.events import PbxSnapshot, SnapshotLeg
from ccserver.core.ids import ConnectionId, LegId, NodeName


async def take_snapshot(client: AriClient, node: NodeName) -> PbxSnapshot:
    """Read channels, bridges, our application and the start of Asterisk's run. Raises AriError.

    The parts are read at the same time but not at one instant: what moves meanwhile may be seen in both places or none.
    """
    channels, bridges, app, info = await asyncio.gather(
        client.channels.list(), client.bridges.list(), _channels_of_app(client), client.info()
    )
    boot = info.status.startup_time.astimezone(UTC).isoformat() if info.status else ""
    ours = [channel for channel in channels if channel.id in app]
    elsewhere = frozenset(LegId(channel.id) for channel in channels if channel.id not in app)
    return replace(snapshot_of(node, ours, bridges, boot), elsewhere=elsewhere)


async def _channels_of_app(client: AriClient) -> frozenset[str]:
    """Channels that are in our application or were opened by it. A caller whom the dialplan keeps is not."""
    try:
        return frozenset((await client.application(client.settings.app)).channel_ids)
    except AriError as error:
        if error.is_gone:
            return frozenset()
        raise


def snapshot_of(
    node: NodeName, channels: Iterable[ari.Channel], bridges: Iterable[ari.Bridge], boot: str
) -> PbxSnapshot:
    """The picture of what was read."""
    legs = tuple(_leg(channel) for channel in channels)
    there = {leg.leg for leg in legs}
    connections: dict[ConnectionId, tuple[LegId, ...]] = {}
    waiting: frozenset[LegId] = frozenset()
    for bridge in bridges:
        members = tuple(LegId(member) for member in bridge.channels if LegId(member) in there)
        if bridge.id == waiting_room(node):
            waiting = frozenset(members)
        elif is_ours(bridge.id):
            connections[ConnectionId(bridge.id)] = members
    return PbxSnapshot(node, legs, connections, waiting, boot)


def _leg(channel: ari.Channel) -> SnapshotLeg:
    role = role_of(channel)
    is_caller = role is Role.INBOUND
    return SnapshotLeg(
        leg=LegId(channel.id),
        is_up=channel.state == "Up",
        interaction=interaction_on(channel),
        is_ours=role in OPENED_BY_US or is_ours(channel.id),
        ani=e164(channel.caller.number),
        dnis=e164(channel.dialplan.exten) if is_caller else "",
        caller_name=channel.caller.name if is_caller else "",
        created_at=channel.creationtime.astimezone(UTC),
    )
