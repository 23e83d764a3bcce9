"""Signing in and out, ready and not ready, phone and desktop coming and going."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ccserver.core.agent import PRESENCE, Agent, Desktop, Presence, PresenceEvent, SystemReason
from ccserver.core.centre import Centre
from ccserver.core.commands import CancelTimer, Command, StartTimer
from ccserver.core.errors import Refused
from ccserver.core.events import (
    DesktopAttached,
    DesktopDetached,
    Event,
    NotReadyRequested,
    PhoneReachable,
    PhoneUnreachable,
    ReadyRequested,
    ServerStarted,
    SignInRequested,
    SignOutRequested,
)
from ccserver.core.fsm import step
from ccserver.core.ids import AgentId
from ccserver.core.notices import Notice, PhoneChanged, PresenceChanged
from ccserver.core.timers import DesktopGrace

Effects = Iterator[Command | Notice | Event]


def _known(centre: Centre, agent: AgentId) -> Agent:
    if agent not in centre.plan.agents:
        raise Refused("no_such_agent", f"{agent} is not an agent of this centre")
    return centre.agent(agent)


def _change(agent: Agent, event: PresenceEvent, reason: str, now: datetime) -> Effects:
    """Take the row of the presence table; an ignored event says nothing."""
    before = (agent.presence, agent.reason)
    agent.presence = step(PRESENCE, agent.presence, event)
    agent.reason = reason if agent.presence in (Presence.NOT_READY, Presence.LEAVING) else ""
    if (agent.presence, agent.reason) != before:
        agent.since = now
        yield PresenceChanged(agent.id, agent.presence.value, agent.reason, now)


def on_sign_in(centre: Centre, event: SignInRequested, now: datetime) -> Effects:
    """A new session expects no desktop that the last one lost."""
    agent = _known(centre, event.agent)
    if agent.presence is Presence.LOGGED_OUT:
        agent.desktop = Desktop.ABSENT if agent.desktop is Desktop.LOST else agent.desktop
        yield from _change(agent, PresenceEvent.SIGN_IN, SystemReason.SIGNED_IN.value, now)


def on_sign_out(centre: Centre, event: SignOutRequested, now: datetime) -> Effects:
    """At once when no work is open, else after it."""
    agent = _known(centre, event.agent)
    if agent.work_item is None:
        yield from _change(agent, PresenceEvent.SIGN_OUT, "", now)
    else:
        agent.is_leaving_centre = True
        yield from _change(agent, PresenceEvent.LEAVE, "", now)


def on_ready(centre: Centre, event: ReadyRequested, now: datetime) -> Effects:
    """Raises Refused for an agent who is not signed in."""
    agent = _known(centre, event.agent)
    if agent.presence is Presence.LOGGED_OUT:
        raise Refused("not_signed_in", "sign in first")
    was_ready = agent.presence is Presence.READY
    agent.is_leaving_centre = False
    yield from _change(agent, PresenceEvent.READY, "", now)
    if not was_ready:
        agent.idle_since = now


def on_not_ready(centre: Centre, event: NotReadyRequested, now: datetime) -> Effects:
    """Raises Refused for an unknown reason, or for an agent who is not signed in."""
    agent = _known(centre, event.agent)
    reasons = centre.plan.not_ready_reasons
    if event.reason and reasons and event.reason not in reasons:
        raise Refused("unknown_reason", f"one of: {', '.join(reasons)}")
    if agent.presence is Presence.LOGGED_OUT:
        raise Refused("not_signed_in", "sign in first")
    agent.is_leaving_centre = False
    yield from make_not_ready(centre, event.agent, event.reason, now)


def make_not_ready(centre: Centre, agent_id: AgentId, reason: str, now: datetime) -> Effects:
    """At once, or after the open work."""
    agent = centre.agent(agent_id)
    if agent.work_item is None:
        yield from _change(agent, PresenceEvent.NOT_READY, reason, now)
    else:
        agent.leaving_reason = reason
        yield from _change(agent, PresenceEvent.LEAVE, reason, now)


def settle_leaving(centre: Centre, agent: Agent, now: datetime) -> Effects:
    """The open work is closed: what was asked for takes effect."""
    event = PresenceEvent.SIGN_OUT if agent.is_leaving_centre else PresenceEvent.NOT_READY
    reason, agent.leaving_reason, agent.is_leaving_centre = agent.leaving_reason, "", False
    yield from _change(agent, event, reason, now)


def on_phone_reachable(centre: Centre, event: PhoneReachable, now: datetime) -> Effects:
    if event.agent in centre.plan.agents:
        agent = centre.agent(event.agent)
        if not agent.is_phone_reachable:
            agent.is_phone_reachable = True
            yield PhoneChanged(agent.id, True)


def on_phone_unreachable(centre: Centre, event: PhoneUnreachable, now: datetime) -> Effects:
    """No offers from now on; an offer that rings is lost by its own leg."""
    if event.agent in centre.plan.agents:
        agent = centre.agent(event.agent)
        if agent.is_phone_reachable:
            agent.is_phone_reachable = False
            yield PhoneChanged(agent.id, False)


def on_desktop_attached(centre: Centre, event: DesktopAttached, now: datetime) -> Effects:
    agent = _known(centre, event.agent)
    was_lost, agent.desktop = agent.desktop is Desktop.LOST, Desktop.ATTACHED
    yield CancelTimer(DesktopGrace(agent.id))
    if was_lost:  # calls may come again: whoever counts the ready agents is to know
        yield PresenceChanged(agent.id, agent.presence.value, agent.reason, agent.since or now)


def on_desktop_detached(centre: Centre, event: DesktopDetached, now: datetime) -> Effects:
    """A reload of the page takes a moment; offers pause only after the grace time. So it is for an agent whom the plan has lost
    for a while: the next plan may know the agent again, and the page would be taken for being there."""
    if event.agent in centre.agents and centre.agent(event.agent).desktop is Desktop.ATTACHED:
        yield StartTimer(DesktopGrace(event.agent), now + centre.plan.desktop_grace)


def on_server_started(centre: Centre, event: ServerStarted, now: datetime) -> Effects:
    """Pages that were there have lost their link with the server: those that do not come back are lost after the grace time."""
    for agent in centre.agents.values():
        if agent.desktop is Desktop.ATTACHED and DesktopGrace(agent.id) not in centre.timers:
            yield StartTimer(DesktopGrace(agent.id), now + centre.plan.desktop_grace)


def on_desktop_grace(centre: Centre, key: DesktopGrace, now: datetime) -> Effects:
    agent = centre.agent(key.agent)
    agent.desktop = Desktop.LOST
    yield PresenceChanged(agent.id, agent.presence.value, agent.reason, agent.since or now)
