"""A call brought into a phase."""

from __future__ import annotations

from tests.core.playbook import ANN, IVR_DNIS, Play

from ccserver.core.events import BlindTransferRequested, DigitReceived, HoldRequested, TransferKind, TransferTarget
from ccserver.core.ids import LegId

LEG = LegId("leg-c1")
OUTSIDE = "+442079460999"


def in_flow() -> Play:
    play = Play()
    play.calls(IVR_DNIS)
    return play


def queued() -> Play:
    play = Play()
    play.calls()
    return play


def offered() -> Play:
    play = Play()
    play.is_ready(ANN)
    play.calls()
    return play


def talking() -> Play:
    play = Play()
    play.talks()
    return play


def held() -> Play:
    play = talking()
    play.hand(HoldRequested(ANN))
    return play


def greeted() -> Play:
    play = in_flow()
    play.prompt_ends()
    play.hand(DigitReceived(LEG, "3"))
    return play


def sent_outside() -> Play:
    play = talking()
    play.hand(BlindTransferRequested(ANN, TransferTarget(TransferKind.NUMBER, OUTSIDE)))
    return play
