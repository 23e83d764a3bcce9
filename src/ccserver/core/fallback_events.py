"""What the PBX's own last resort tells afterwards about callers it looked after while ccserver was away.

Facts of the past: each carries its own instant `at`. They come in the order in which the PBX wrote them and may come again;
`leg` is the caller's. `agent` is None for a phone that belongs to nobody of the present plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ccserver.core.ids import AgentId, InteractionId, LegId, NodeName


@dataclass(frozen=True, slots=True)
class FallbackEntered:
    """The PBX itself looks after the caller from now on. `interaction` is the id that the dialplan gave at the arrival."""

    leg: LegId
    node: NodeName
    interaction: InteractionId
    ani: str
    dnis: str
    at: datetime
    caller_name: str = ""


@dataclass(frozen=True, slots=True)
class FallbackRang:
    """A phone rang for `rang_for` until `at` and was not answered."""

    leg: LegId
    agent: AgentId | None
    at: datetime
    rang_for: timedelta


@dataclass(frozen=True, slots=True)
class FallbackAnswered:
    """A phone took the call at `at`, after ringing for `rang_for`."""

    leg: LegId
    agent: AgentId | None
    at: datetime
    rang_for: timedelta


@dataclass(frozen=True, slots=True)
class FallbackClosed:
    """Nobody could take the call: the caller hears that, then the PBX hangs up."""

    leg: LegId
    at: datetime


@dataclass(frozen=True, slots=True)
class FallbackLeft:
    """The caller's leg ended."""

    leg: LegId
    at: datetime


@dataclass(frozen=True, slots=True)
class FallbackRestarted:
    """The PBX started anew: whoever was with it before is gone."""

    node: NodeName
    at: datetime


@dataclass(frozen=True, slots=True)
class FallbackRead:
    """Everything up to `position` was handed in. `refused` lines were not what the PBX writes, and were left out."""

    node: NodeName
    position: str
    refused: int = 0


@dataclass(frozen=True, slots=True)
class PhoneBusy:
    """A phone of the agent rings or is in a call, whoever's call that is."""

    agent: AgentId


@dataclass(frozen=True, slots=True)
class PhoneFree:
    """No phone of the agent is in use."""

    agent: AgentId
