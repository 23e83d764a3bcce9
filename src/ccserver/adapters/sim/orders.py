"""What each command of the core does on the simulated PBX. A leg that is gone is no error: a hang-up crosses every order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from ccserver.adapters.sim.channels import Channels
from ccserver.adapters.sim.dialplan import Dialplan
from ccserver.adapters.sim.endpoints import Endpoints
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
from ccserver.core.events import Cause, ConnectFailed, MessageRecorded, PromptFinished


class Orders:
    """`carry_out` does at once what is ordered, and reports what must be reported."""

    def __init__(self, channels: Channels, endpoints: Endpoints, dialplan: Dialplan) -> None:
        self._channels, self._endpoints, self._dialplan = channels, endpoints, dialplan

    def carry_out(self, command: TelephonyCommand) -> None:
        """One command."""
        _ORDERS[type(command)](self, command)

    def _answer(self, command: AnswerLeg) -> None:
        leg = self._channels.ours(command.leg)
        if leg is not None and not leg.is_up:
            leg.is_up = True
            leg.party.answered(leg.id)

    def _play(self, command: PlayPrompt) -> None:
        leg = self._channels.ours(command.leg)
        if leg is None:
            self._channels.calls.send(PromptFinished(command.leg, command.prompt))
        else:
            self._channels.playbacks.play(leg, command.prompt, command.sounds)

    def _stop_prompt(self, command: StopPrompt) -> None:
        leg = self._channels.ours(command.leg)
        if leg is not None:
            self._channels.playbacks.stop(leg, command.prompt)

    def _wait(self, command: StartMusic | HoldLeg) -> None:
        leg = self._channels.ours(command.leg)
        if leg is not None:
            self._channels.bridges.wait(leg, command.music)

    def _record(self, command: RecordMessage) -> None:
        leg = self._channels.ours(command.leg)
        if leg is None:
            self._channels.calls.send(MessageRecorded(command.leg, command.name, 0.0))
        else:
            self._channels.recordings.start(leg, command)

    def _ring_agent(self, command: RingAgent) -> None:
        self._endpoints.ring(command)

    def _dial(self, command: DialNumber) -> None:
        self._endpoints.dial(command)

    def _prepare(self, command: PrepareConnection) -> None:
        self._channels.bridges.prepare(command.connection)

    def _connect(self, command: ConnectLegs) -> None:
        channels = self._channels
        there = [leg for key in command.legs if (leg := channels.ours(key)) is not None]
        channels.bridges.prepare(command.connection)
        for leg in there:
            channels.playbacks.stop_all(leg)
            leg.music = ""
        if len(there) < len(command.legs):
            channels.calls.send(ConnectFailed(command.connection, command.legs))
            return
        for leg in there:
            channels.bridges.enter(command.connection, leg)
        for leg in there:
            leg.party.connected(leg.id)

    def _retrieve(self, command: RetrieveLeg) -> None:
        leg = self._channels.ours(command.leg)
        if leg is not None and command.connection in self._channels.bridges.members:
            self._channels.bridges.enter(command.connection, leg)

    def _drop(self, command: DropConnection) -> None:
        self._channels.bridges.drop(command.connection, self._channels.legs)

    def _hang_up(self, command: HangUpLeg) -> None:
        if self._channels.ours(command.leg) is not None:
            self._channels.end(command.leg, Cause.NORMAL)

    def _return(self, command: ReturnLeg) -> None:
        leg = self._channels.ours(command.leg)
        if leg is not None:
            self._dialplan.fall_back(leg)


_ORDERS: Final[Mapping[type, Callable[[Orders, Any], None]]] = {
    AnswerLeg: Orders._answer,
    PlayPrompt: Orders._play,
    StopPrompt: Orders._stop_prompt,
    StartMusic: Orders._wait,
    RingAgent: Orders._ring_agent,
    DialNumber: Orders._dial,
    PrepareConnection: Orders._prepare,
    ConnectLegs: Orders._connect,
    HoldLeg: Orders._wait,
    RetrieveLeg: Orders._retrieve,
    DropConnection: Orders._drop,
    RecordMessage: Orders._record,
    HangUpLeg: Orders._hang_up,
    ReturnLeg: Orders._return,
}
