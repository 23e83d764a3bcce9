"""Asterisk's events in the centre's words: pure, one dictionary in, at most one event out.

What is left out, on purpose:
- a StasisStart without our arguments or with `replace_channel` is a channel that Asterisk swaps in during a transfer,
  no new caller;
- StasisEnd ends a caller's leg, for which there is no ChannelDestroyed; legs we opened end with ChannelDestroyed, which
  has the cause. A leg of ours that is answered is told by its StasisStart: before it, Asterisk bridges nothing (422);
- ChannelHangupRequest comes before the end, which is told anyway.

Duplicates are passed on; the core takes them as such. An old StasisStart, read after a pause of ours, is not doubted:
the stream is complete while the link is up, so the end of that channel is in it too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from ccserver.adapters.asterisk import ari_models as ari
from ccserver.adapters.asterisk.dialect import (
    Role,
    caller_number,
    cause_of,
    dialled_number,
    endpoint_of,
    interaction_id,
    is_ours,
)
from ccserver.core.errors import CcserverError
from ccserver.core.events import (
    Cause,
    DigitReceived,
    Event,
    LegAnswered,
    LegArrived,
    LegEnded,
    LegRang,
    MessageRecorded,
    PhoneDialled,
    PromptFinished,
)
from ccserver.core.ids import AgentId, LegId, NodeName, PromptId


class UnreadableEvent(CcserverError):
    """Asterisk sent an event of a known `type` that does not have its form: a version we do not know."""

    def __init__(self, type_: str, why: str) -> None:
        super().__init__(f"ARI {type_}: {why}")
        self.type = type_


@dataclass(frozen=True, slots=True)
class Context:
    """What a translation needs to know besides the event: the node, and whose endpoint is whose."""

    node: NodeName
    agent_of_endpoint: Mapping[str, AgentId]
    region: str | None = None
    """ISO 3166 country in which callers' numbers with a leading 0 are read."""


def translate(raw: Mapping[str, Any], context: Context) -> Event | None:
    """The event in our words; None when it is none of our business. Raises UnreadableEvent."""
    kind = str(raw.get("type", ""))
    translator = _TRANSLATORS.get(kind)
    if translator is None:
        return None
    try:
        return translator(ari.EVENTS[kind].model_validate(raw), context)
    except ValidationError as error:
        raise UnreadableEvent(kind, f"{error.error_count()} fields are missing or wrong") from error


def _stasis_start(event: ari.StasisStart, context: Context) -> Event | None:
    if event.replace_channel is not None:
        return None
    role, number, interaction = (*event.args, "", "", "")[:3]
    match role:
        case Role.INBOUND:
            return _arrived(event.channel, number, interaction, context)
        case Role.AGENT_DIAL:
            return _dialled(event.channel, number, interaction, context)
        case Role.AGENT | Role.OUTBOUND if is_ours(event.channel.id):
            return LegAnswered(LegId(event.channel.id))
    return None


def _arrived(channel: ari.Channel, dnis: str, interaction: str, context: Context) -> LegArrived | None:
    identity = interaction_id(interaction)
    if identity is None:
        return None
    ani = caller_number(channel.caller.number, context.region)
    return LegArrived(LegId(channel.id), context.node, identity, ani, dnis, channel.caller.name)


def _dialled(channel: ari.Channel, number: str, interaction: str, context: Context) -> PhoneDialled | None:
    identity, dialled = interaction_id(interaction), dialled_number(number)
    agent = context.agent_of_endpoint.get(endpoint_of(channel.name))
    if identity is None or agent is None or not dialled:
        return None
    return PhoneDialled(LegId(channel.id), context.node, identity, agent, dialled)


def _stasis_end(event: ari.StasisEnd, context: Context) -> LegEnded | None:
    return None if is_ours(event.channel.id) else LegEnded(LegId(event.channel.id), Cause.NORMAL)


def _destroyed(event: ari.ChannelDestroyed, context: Context) -> LegEnded:
    return LegEnded(LegId(event.channel.id), cause_of(event.cause, event.channel.state == "Up"))


def _state(event: ari.ChannelStateChange, context: Context) -> LegRang | None:
    rings = event.channel.state == "Ringing" and is_ours(event.channel.id)
    return LegRang(LegId(event.channel.id)) if rings else None


def _key(event: ari.ChannelDtmfReceived, context: Context) -> DigitReceived | None:
    is_key = len(event.digit) == 1 and event.digit in "0123456789*#"
    return DigitReceived(LegId(event.channel.id), event.digit) if is_key else None


def _playback(event: ari.PlaybackFinished, context: Context) -> PromptFinished | None:
    leg = _channel_of(event.playback.target_uri)
    return PromptFinished(LegId(leg), PromptId(event.playback.id)) if leg and is_ours(event.playback.id) else None


def _recorded(event: ari.RecordingFinished | ari.RecordingFailed, context: Context) -> MessageRecorded | None:
    leg, recording = _channel_of(event.recording.target_uri), event.recording
    if not leg:
        return None
    seconds = float(recording.duration or 0) if isinstance(event, ari.RecordingFinished) else 0.0
    return MessageRecorded(LegId(leg), recording.name, seconds)


def _channel_of(target_uri: str) -> str:
    kind, _, identity = target_uri.partition(":")
    return identity if kind == "channel" else ""


_TRANSLATORS: Final[Mapping[str, Callable[[Any, Context], Event | None]]] = {
    "StasisStart": _stasis_start,
    "StasisEnd": _stasis_end,
    "ChannelDestroyed": _destroyed,
    "ChannelStateChange": _state,
    "ChannelDtmfReceived": _key,
    "PlaybackFinished": _playback,
    "RecordingFinished": _recorded,
    "RecordingFailed": _recorded,
}
WANTED: Final = tuple(_TRANSLATORS)
"""The event types to ask Asterisk for."""
