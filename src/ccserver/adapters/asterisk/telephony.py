"""The Telephony port on ARI: one command of the centre, the few requests that carry it out.

Rules that were measured on Asterisk 22.10 and hold here:
- a playback on a channel makes `answer`, `addChannel` and `POST variable` wait for its end, so it is stopped first;
- music is the holding bridge's: it comes back by itself after a prompt, which a channel's own music does not;
- a leg that is added to the bridge in which it is already loses that music, so one that may be there is taken out first;
- our own ids make a repeat harmless: a leg or connection that exists already is not made again;
- a leg that is gone (404) is no error where nothing was promised about it.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

from ccserver.adapters.asterisk.ari_client import AriClient, Originate, Record
from ccserver.adapters.asterisk.dialect import ID_VARIABLE, ROLE_VARIABLE, Role, waiting_room
from ccserver.adapters.asterisk.errors import AriError, UnsafeText
from ccserver.adapters.asterisk.leg_notes import LegNotes
from ccserver.adapters.asterisk.media import media_uris, only_english
from ccserver.adapters.asterisk.snapshot import take_snapshot
from ccserver.adapters.asterisk.sound_folder import SoundFolder, asterisk_language
from ccserver.core.commands import (
    AnswerLeg,
    ConnectLegs,
    DialNumber,
    DropConnection,
    HangUpLeg,
    HoldLeg,
    PlayPrompt,
    PrepareConnection,
    RecordMessage,
    RetrieveLeg,
    ReturnLeg,
    RingAgent,
    StartMusic,
    StopPrompt,
    TelephonyCommand,
)
from ccserver.core.errors import PortUnavailable
from ccserver.core.events import Cause, Event, PbxSnapshot
from ccserver.core.ids import AgentId, ConnectionId, LegId, NodeName
from ccserver.services.ports import CommandRefused

DEFAULT_MUSIC: Final = "default"
FALLBACK: Final = "fallback"
"""The dialplan's context for callers whom nobody looks after."""
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_SHOWN = re.compile(r"[^\w .,'()+-]")
_RECORDING = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*")


class AriTelephony:
    """Calls of one node.

    `endpoint_of` gives the agent's reachable phone (None: there is none). `sounds` knows which recordings Asterisk has (None:
    only its own English ones). `heard` must be called with every event of
    the node, so that what is known about a leg ends with it.
    """

    def __init__(
        self,
        client: AriClient,
        node: NodeName,
        trunk: str,
        endpoint_of: Callable[[AgentId], str | None],
        sounds: SoundFolder | None = None,
    ) -> None:
        self._ari = client
        self._node = node
        self._trunk = trunk
        self._endpoint_of = endpoint_of
        self._sounds = sounds
        self._notes = LegNotes()

    async def perform(self, command: TelephonyCommand) -> None:
        """See the port. Raises PortUnavailable and CommandRefused."""
        try:
            await _ORDERS[type(command)](self, command)
        except AriError as error:
            if error.is_unavailable:
                raise PortUnavailable(f"telephony of {self._node}", None, str(error)) from error
            raise CommandRefused(_cause_of(error), str(error)) from error
        except UnsafeText as error:
            raise CommandRefused(Cause.REJECTED, str(error)) from error

    async def snapshot(self, node: NodeName) -> PbxSnapshot:
        """What this node's Asterisk holds now. Raises PortUnavailable."""
        try:
            snapshot = await take_snapshot(self._ari, node)
        except AriError as error:
            raise PortUnavailable(f"telephony of {self._node}", None, str(error)) from error
        self._notes.keep({leg.leg for leg in snapshot.legs})
        return snapshot

    def heard(self, event: Event) -> None:
        """Keep what is known about legs and prompts in step with what happens to them."""
        self._notes.heard(event)

    # -- one leg --------------------------------------------------------------------------------------------------------

    async def _answer(self, command: AnswerLeg) -> None:
        await self._stop_prompts(command.leg)
        await _unless_gone(self._ari.channels.answer(command.leg))

    async def _play(self, command: PlayPrompt) -> None:
        language = asterisk_language(command.language)
        has = self._sounds.in_language(language) if self._sounds else only_english
        media = media_uris(command.sounds, has, command.language)
        self._notes.prompt_started(command.leg, command.prompt)
        try:
            await self._ari.channels.play(command.leg, command.prompt, media, language)
        except AriError:
            self._notes.prompt_ended(command.leg, command.prompt)
            raise

    async def _stop(self, command: StopPrompt) -> None:
        self._notes.prompt_ended(command.leg, command.prompt)
        await _unless_gone(self._ari.stop_playback(command.prompt))

    async def _music(self, command: StartMusic) -> None:
        await self._wait(command.leg, command.music)

    async def _record(self, command: RecordMessage) -> None:
        if not _RECORDING.fullmatch(command.name):
            raise UnsafeText("recording name", "is not a plain path")
        await self._stop_prompts(command.leg)
        await self._leave_room(command.leg)
        order = Record(name=command.name, limit=command.limit, silence=command.silence)
        await self._ari.channels.record(command.leg, order)

    async def _return(self, command: ReturnLeg) -> None:
        await _unless_gone(self._ari.channels.continue_at(command.leg, FALLBACK))

    async def _hang_up(self, command: HangUpLeg) -> None:
        await _unless_gone(self._ari.channels.hang_up(command.leg, "normal"))

    # -- legs of ours ---------------------------------------------------------------------------------------------------

    async def _ring_agent(self, command: RingAgent) -> None:
        endpoint = self._endpoint_of(command.agent)
        if endpoint is None:
            raise CommandRefused(Cause.UNREACHABLE, f"no phone of {command.agent} is registered")
        await self._open(command, f"PJSIP/{endpoint}", Role.AGENT, command.caller_name)

    async def _dial_number(self, command: DialNumber) -> None:
        if not _E164.fullmatch(command.number):
            raise CommandRefused(Cause.INVALID_NUMBER, "not an E.164 number")
        await self._open(command, f"PJSIP/{command.number}@{self._trunk}", Role.OUTBOUND, "")

    async def _open(self, command: RingAgent | DialNumber, endpoint: str, role: Role, shown_name: str) -> None:
        if not self._notes.open_once(command.leg):  # a refused repeat costs Asterisk 22.10 a channel it never frees
            return
        call = Originate(
            channel_id=command.leg,
            endpoint=endpoint,
            app_args=(role.value, command.interaction),
            caller_id=_caller_id(shown_name, command.caller_number),
            limit=command.limit,
            variables={ID_VARIABLE: command.interaction, ROLE_VARIABLE: role.value},
        )
        try:
            await self._ari.channels.originate(call)
        except AriError as error:
            if not error.is_unavailable:  # else it may be there
                self._notes.forget(command.leg)
            raise

    # -- connections ----------------------------------------------------------------------------------------------------

    async def _prepare(self, command: PrepareConnection) -> None:
        await self._ari.bridges.create(command.connection)

    async def _connect(self, command: ConnectLegs) -> None:
        for leg in command.legs:
            await self._stop_prompts(leg)
        await self._join(command.connection, command.legs)

    async def _hold(self, command: HoldLeg) -> None:
        await self._wait(command.leg, command.music)

    async def _retrieve(self, command: RetrieveLeg) -> None:
        await self._stop_prompts(command.leg)
        await _unless_gone(self._join(command.connection, [command.leg]))

    async def _drop(self, command: DropConnection) -> None:
        await _unless_gone(self._ari.bridges.destroy(command.connection))

    # -- shared steps ---------------------------------------------------------------------------------------------------

    async def _stop_prompts(self, leg: LegId) -> None:
        for prompt in self._notes.take_prompts(leg):
            await _unless_gone(self._ari.stop_playback(prompt))

    async def _wait(self, leg: LegId, music: str) -> None:
        """Into the waiting room, with music of the class; out of any connection.

        A leg that may wait there already leaves first: added once more, it hears nothing at all from then on (Asterisk 22.10.1).
        """
        wanted = music or DEFAULT_MUSIC
        await self._stop_prompts(leg)
        await self._leave_room(leg)
        if self._notes.music_of(leg, DEFAULT_MUSIC) != wanted:
            await _unless_gone(self._ari.channels.set_variable(leg, "CHANNEL(musicclass)", wanted))
            self._notes.music_set(leg, wanted)
        self._notes.sent_to_wait(leg)
        await _unless_gone(self._enter(waiting_room(self._node), "holding", [leg], "holding_participant"))

    async def _leave_room(self, leg: LegId) -> None:
        if self._notes.may_wait(leg):
            await _unless_gone(self._ari.bridges.remove(waiting_room(self._node), [leg]))

    async def _join(self, connection: ConnectionId, legs: Sequence[LegId]) -> None:
        """Into the connection, out of any other and out of the waiting room."""
        await self._enter(connection, "mixing", legs)
        for leg in legs:
            self._notes.taken_elsewhere(leg)

    async def _enter(self, bridge: str, kind: str, legs: Sequence[LegId], role: str = "") -> None:
        """Put the legs into the bridge, out of any other; the bridge is made if it is not there."""
        try:
            await self._ari.bridges.add(bridge, legs, role)
        except AriError as error:
            if not error.is_gone:  # 404 is about the bridge; a leg that is gone is 400
                raise
            await self._ari.bridges.create(bridge, kind)
            await self._ari.bridges.add(bridge, legs, role)


async def _unless_gone(request: Awaitable[None]) -> None:
    """The request, where a leg that has ended or left our hands meanwhile is no error."""
    try:
        await request
    except AriError as error:
        _forgive(error)


def _forgive(error: AriError) -> None:
    """Pass on what is not about a leg that is gone: 400 and 422 of a bridge, 404, 409 and 412 of a channel."""
    if error.is_unavailable or error.status >= 500:
        raise error


def _cause_of(error: AriError) -> Cause:
    """Asterisk answers 500 "Allocation failed" for an endpoint that is unknown or not registered."""
    if error.status >= 500:
        return Cause.UNREACHABLE
    return Cause.NORMAL if error.is_gone else Cause.UNKNOWN


def _caller_id(name: str, number: str) -> str:
    """`"name" <number>`, without anything that could end the quotes."""
    shown = " ".join(_SHOWN.sub(" ", name).split())[:60]
    digits = number if re.fullmatch(r"\+?[0-9*#]{1,24}", number) else ""
    return f'"{shown}" <{digits}>'


_ORDERS: Final[Mapping[type, Callable[[AriTelephony, Any], Awaitable[None]]]] = {
    AnswerLeg: AriTelephony._answer,
    PlayPrompt: AriTelephony._play,
    StopPrompt: AriTelephony._stop,
    StartMusic: AriTelephony._music,
    RingAgent: AriTelephony._ring_agent,
    DialNumber: AriTelephony._dial_number,
    PrepareConnection: AriTelephony._prepare,
    ConnectLegs: AriTelephony._connect,
    HoldLeg: AriTelephony._hold,
    RetrieveLeg: AriTelephony._retrieve,
    DropConnection: AriTelephony._drop,
    RecordMessage: AriTelephony._record,
    HangUpLeg: AriTelephony._hang_up,
    ReturnLeg: AriTelephony._return,
}
